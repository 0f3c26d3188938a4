//! Export and import of accounts, as lines of JSON that are the same for every database.
//!
//! The first line names the format, its version and the RP ID:
//!
//! ```json
//! {"format":"countersign-accounts","version":1,"rp_id":"example.org"}
//! ```
//!
//! Each further line but the last is an account, with its passkeys, oldest first. IDs are base64url without padding. Times are
//! seconds since 1970. `record` is the JSON of a [`CredentialRecord`](countersign::CredentialRecord), which has a version of its own, with its evidence.
//! `codes` are hashes of recovery codes.
//!
//! ```json
//! {"account":{"id":"YWRh","name":"Ada","created_at":1800000000},
//!  "recovery":{"codes":["…"],"created_at":1800000000,"used_at":null},
//!  "passkeys":[{"record":{…},"label":"Phone","created_at":1800000000,"last_used_at":null}]}
//! ```
//!
//! The last line has the numbers, so that a file that was cut off is found:
//!
//! ```json
//! {"end":{"accounts":1,"passkeys":1}}
//! ```
//!
//! Sessions, ceremonies, confirmations, invitations, sealing keys, and the hashes of removed user handles are not exported.

pub(crate) mod export;
pub(crate) mod form;
pub(crate) mod import;
pub(crate) mod rows;
pub(crate) mod storing;

pub use export::{ExportError, Exported};
pub use import::{ImportError, Imported, RejectedLine};
pub use rows::{AttestationsOfRows, BackupsOfRows, RowOptions, UnsaidVerification};
pub use storing::ImportMode;
