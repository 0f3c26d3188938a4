//! `countersign metadata`: fetches and inspects BLOBs of the FIDO Metadata Service.

pub(crate) mod arguments;
pub(crate) mod command;
pub(crate) mod error;
#[cfg(feature = "fetch")]
pub(crate) mod fetch;
pub(crate) mod load;
pub(crate) mod report;
