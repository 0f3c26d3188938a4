//! What an operator does with the accounts of a server: the operations of `countersign admin`, which other front ends may
//! call too.
//!
//! All of them work on the database, so that servers may run meanwhile: what an operator removes is gone for their next
//! request. Reads come in pages, which begin after a key.
//!
//! ```no_run
//! # async fn example() -> Result<(), countersign_server::operator::OperatorError> {
//! use countersign_server::{Config, operator::Operator};
//!
//! let operator = Operator::open(&Config::new("/var/lib/countersign/countersign.sqlite3")).await?;
//! for found in operator.find("ada", None, 20).await? {
//!     println!("{} has {} passkeys", found.account.name, found.credentials);
//! }
//! # Ok(())
//! # }
//! ```

pub(crate) mod acting;
pub(crate) mod assessment;
pub(crate) mod assessor;
pub mod backup;
pub(crate) mod counts;
pub(crate) mod error;
pub(crate) mod explanation;
pub(crate) mod flags;
pub(crate) mod link;
pub(crate) mod models;
pub(crate) mod operations;
pub(crate) mod party;
pub(crate) mod role;
pub(crate) mod selection;
pub mod transfer;
pub(crate) mod work;

pub use assessment::{Assessed, Assessment, AssessmentSummary, Finding, Flagging};
pub use assessor::Assessor;
pub use countersign_store::listing::{AccountSummary, CredentialRow, PAGE_MAX};
pub use error::OperatorError;
pub use link::OperatorLink;
pub use models::{ModelCount, Models};
pub use operations::{AccountDetails, Operator, name_key};
pub use selection::{AccountSelector, PasskeyFilter, StandingFilter};
