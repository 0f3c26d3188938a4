//! The HTTP interface from outside, with a software authenticator instead of a browser.

mod authenticator;
mod ceremonies;
mod counting;
mod credentials;
mod database;
mod edge;
#[cfg(feature = "fetch")]
mod fetched;
#[cfg(feature = "fetch")]
mod fetching;
#[cfg(feature = "fetch")]
mod https;
mod junk;
mod login;
mod metadata;
mod names;
mod repeated;
mod serving;
mod sessions;
mod sign_up;
mod signals;
mod site;
mod step_up;
mod store;
mod windows;
