//! `docs/openapi.json` and `docs/openapi-operator.json` describe the server: what a real server answers has the described form, whatever it is asked.
//!
//! Needs Python 3.11 or later with its module `venv` (`apt-get install python3-venv`).

#[path = "../http/attested.rs"]
mod attested;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/authenticator.rs"]
mod authenticator;
mod document;
mod fuzzed;
mod life;
mod operator_life;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/operators.rs"]
mod operators;
mod python;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/site.rs"]
mod site;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/store.rs"]
mod store;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/vendor.rs"]
mod vendor;
