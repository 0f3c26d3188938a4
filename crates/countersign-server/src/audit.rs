//! The audit log: what is stored of a request's address, and the rows that the server writes itself.

pub(crate) mod config;
mod keeping;
pub(crate) mod line;
pub(crate) mod log;

pub(crate) use keeping::{EVERY, anchor, watch};
