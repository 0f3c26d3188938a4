//! The HTTP interface from outside, with a software authenticator instead of a browser.

mod authenticator;
mod ceremonies;
mod credentials;
mod database;
mod edge;
mod junk;
mod metadata;
mod serving;
mod sessions;
mod site;
