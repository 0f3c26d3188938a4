//! The server as the login of other applications: behind the real nginx and Caddy, with the configuration of `docs/deploy`,
//! in front of a small application; two instances on one `PostgreSQL`.
//!
//! Needs nginx and Caddy (`apt-get install nginx-light caddy`) and, for two instances, `PostgreSQL`.

mod application;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/authenticator.rs"]
mod authenticator;
mod browser;
mod caddy;
mod certificate;
mod checks;
mod instance;
mod instances;
mod nginx;
#[path = "../../../countersign-store/tests/support/mod.rs"]
mod postgres;
mod program;
