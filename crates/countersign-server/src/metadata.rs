//! The metadata of authenticator models: a BLOB of the FIDO Metadata Service, from a file that is read again when it
//! changes, or from an address that is asked for newer BLOBs.

pub(crate) mod cache;
pub(crate) mod config;
pub(crate) mod current;
pub(crate) mod file_source;
pub(crate) mod last_change;
pub(crate) mod service;
pub(crate) mod update_error;
#[cfg(feature = "fetch")]
pub(crate) mod url_source;
pub(crate) mod verdicts;
