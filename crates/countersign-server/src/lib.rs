//! A Web Authentication server with a page: accounts, passkeys and sessions on an embedded database.
//!
//! The edge around [`countersign`]: HTTP, storage, the clock and randomness are here, and nothing of how a
//! response is judged. [`Server::bind`] takes a [`Config`], and every reason why a server can't start is a
//! [`StartError`] of one sentence.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign_server::{Config, Server};
//!
//! let server = Server::bind(&Config::new("/var/lib/countersign/countersign.sqlite3"))?;
//! println!("open {}", server.url());
//! server.serve(countersign_server::stop_signal()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The JSON API is described in [`http`].

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

mod accounts;
mod act;
mod app;
mod backend;
mod ceremony;
mod clock;
mod config;
mod connections;
mod credentials;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod files;
pub mod http;
mod metadata;
mod names;
mod operation_error;
mod relying_party;
mod server;
mod sessions;
mod start_error;
mod store;
mod text;
mod token;

pub use backend::BACKEND;
pub use config::{Config, Listen, UnknownSignals};
pub use countersign::relying_party::policy::BackupEligibilityChange;
pub use metadata::config::{MetadataConfig, MetadataSource, Registrations};
pub use server::{Server, router, stop_signal};
pub use start_error::{OtherRelyingParty, StartError};
pub use text::printable;
