//! `countersign simulate`: a software authenticator and browser, as the client of any server.

pub(crate) mod arguments;
mod ceremony;
pub(crate) mod command;
pub(crate) mod error;
mod keys;
mod lists;
mod named;
mod quirk;
