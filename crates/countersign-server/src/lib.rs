//! A Web Authentication server with a page: accounts, passkeys and sessions, on SQLite or PostgreSQL.
//!
//! The library [`countersign`] verifies the ceremonies, [`countersign_axum`] has the routes, and [`countersign_store`] the
//! databases; this crate adds a page, configuration and operations. The program of the crate `countersign-cli` runs it
//! from the command line.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign_server::{Config, Server, stop_signal};
//!
//! let mut config = Config::new("/var/lib/countersign/countersign.sqlite3");
//! config.rp_id = "example.org".into();
//! config.rp_name = "Example".into();
//! let server = Server::bind(&config).await?;
//! println!("open {}", server.url());
//! server.serve(stop_signal()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The pieces
//!
//! - [`Config`] is the configuration: addresses, RP ID and origins, the database, the policy, and optional metadata
//!   ([`MetadataConfig`]). The module [`config`] reads it from a file, environment variables and options.
//! - [`Server`] listens on its addresses and answers requests until it is asked to stop, for example by
//!   [`stop_signal`].
//! - [`Reloader`] replaces the configuration of a server that runs.
//! - [`operator`] has what an operator does with accounts, passkeys, sessions and invitations.
//! - [`router`] is the `axum` router of a server, for other ways to serve it.
//! - [`http`] describes the JSON API, and how a page uses it.
#![cfg_attr(feature = "fetch", doc = "- [`fetch`] fetches FIDO metadata over https.")]
//! - [`files`] reads files within limits and replaces them atomically.
//!
//! # What you must do
//!
//! - Choose the RP ID for good: passkeys can't be used with another one. [`Server::check`] finds passkeys of another
//!   RP ID.
//! - For any domain but `localhost`, provide https, since browsers require it: by a proxy, or with [`Config::tls`].
//! - Behind a proxy, configure its address with [`Config::proxies`], so that the limits apply to its clients.
//! - Keep `/metrics` private: give it a separate address with [`Config::metrics_listen`], or let the proxy block it.
//! - Back up the database. After an old copy is restored, set [`UnknownSignals::Withheld`], or browsers may delete
//!   passkeys that were registered since.
//!
//! # Tasks
//!
//! | task | how |
//! | --- | --- |
//! | accept only known authenticator models | [`Policy::attested`](countersign::Policy::attested) as [`Config::policy`](field@Config::policy), with a [`MetadataSource`] |
//! | show names of models, flag compromised ones | a [`MetadataSource`] |
//! | accept several addresses of the page | [`Config::origins`](field@Config::origins) |
//! | accept pages on other domains, apps and browser extensions | [`Config::relying_party`](field@Config::relying_party) |
//! | let only invited people create accounts, or no one | [`Config::sign_up`](field@Config::sign_up), [`Operator::invite`](operator::Operator::invite) |
//! | lead users back to other applications | [`Config::return_addresses`](field@Config::return_addresses) |
//! | give the session's cookie to all hosts of a domain | [`Config::cookie_domain`](field@Config::cookie_domain) |
//! | let back ends ask about sessions | [`Config::clients`](field@Config::clients) |
//! | read a configuration from a file | [`Sources`](config::Sources) |
//! | check a configuration before a restart | [`check_sources`], [`Server::check`] |
//! | use a changed configuration without a restart | [`Reloader`], [`ReloadSignals`] |
//! | limit how often clients may ask | [`Config::limits`](field@Config::limits) |
//! | serve https without a proxy | [`Config::tls`](field@Config::tls) |
//! | replace the key that ceremonies are sealed with | [`Operator::rotate_keys`](operator::Operator::rotate_keys) |
//! | find, rename and remove accounts, flag passkeys, end sessions | [`Operator`](operator::Operator) |
//! | assess stored passkeys by newer metadata | [`Operator::assess`](operator::Operator::assess) |
//! | run FIDO's conformance tests | [`Config::fido_conformance`](field@Config::fido_conformance) |
//! | see which library verifies signatures | [`BACKEND`] |
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `aws-lc` | signatures are verified by AWS-LC, several times as fast as in plain Rust; needs a C compiler |
//! | `fetch` | the module `fetch` and `MetadataSource::Url`: FIDO metadata over https |
//!
//! # Limits
//!
//! | limit | value |
//! | --- | --- |
//! | body of a request | 256 KiB, in 30 seconds |
//! | header section of a request | 64 KiB, 100 fields |
//! | time for a request | a minute |
//! | requests at once on a connection of HTTP/2 | 32 |
//! | connections | 850 to the page, 50 to the operator's address |
//! | passkeys of an account | 64 |
//! | sessions of an account | 64, each for a week without use and for thirty days at most |
//! | recovery codes of an account | 10 |
//! | characters of a name or label | 64 |
//!
//! # Errors
//!
//! A server that can't start returns a [`StartError`], whose message is one sentence for the operator. Errors of
//! requests have the codes that [`http`] lists, and a sentence for the user; the details are only logged.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

mod app;
mod audit;
mod auth;
mod backend;
mod check;
mod client_address;
mod clock;
pub mod config;
mod connections;
#[cfg(feature = "fetch")]
pub mod fetch;
mod fido_conformance;
pub mod files;
pub mod http;
mod limits;
mod lines;
mod live;
mod metadata;
mod metrics;
mod models;
pub mod operator;
mod reload;
mod relying_party;
mod report;
mod server;
mod start_error;
mod tls;

pub use audit::config::{AuditConfig, AuditedAddresses};
pub use audit::log::{AuditError, AuditTimes, export_audit, verify_audit, verify_audit_file};
pub use backend::BACKEND;
pub use client_address::network::{Network, NetworkError};
pub use client_address::{ForwardedField, ForwardedFieldError, ProxyConfig};
pub use config::{ClientConfig, Config, InspectPage, Listen, OperatorPage, RelyingPartyConfig};
pub use countersign_axum::{Rotation, SignUp, TypedCode, UnknownSignals};
pub use countersign_store::text::{printable, with_causes};
pub use fido_conformance::config::{FidoConformanceApi, FidoConformanceConfig};
pub use limits::config::{Limit, LimitError, LimitsConfig};
pub use live::Reloader;
pub use metadata::config::{MetadataConfig, MetadataSource};
pub use reload::ReloadSignals;
pub use report::{Report, check_sources};
pub use server::{Server, router, stop_signal};
pub use start_error::StartError;
pub use tls::{TlsConfig, TlsError};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
