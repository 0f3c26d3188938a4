//! The HTTP interface from outside, with a software authenticator instead of a browser.

mod assessing;
mod attested;
mod audited_addresses;
mod authenticator;
mod ceremonies;
mod certificates;
mod counting;
mod credentials;
mod database;
mod edge;
#[cfg(feature = "fetch")]
mod fetched;
#[cfg(feature = "fetch")]
mod fetching;
mod http2;
#[cfg(feature = "fetch")]
mod https;
mod inspect;
mod junk;
mod limits;
mod login;
mod metadata;
mod names;
mod observatory;
mod operating;
mod operator;
mod operator_acts;
mod operator_overview;
mod operators;
mod origins;
mod repeated;
mod serving;
mod sessions;
mod sign_up;
mod signals;
mod site;
mod step_up;
mod store;
mod tls;
mod vendor;
mod windows;
mod wire;
