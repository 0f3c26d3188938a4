//! The script for the page, in a real browser with a virtual authenticator, and with objects such as password managers
//! make; the examples; and `@simplewebauthn/browser` in place of the script.
//!
//! Needs browsers and npm, as the server's browser tests do, whose driver this is, and PostgreSQL.

#[path = "../../../countersign-server/tests/browser/browsers.rs"]
mod browsers;
#[path = "../../../countersign-server/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the server's tests do more with a browser")]
mod driver;
#[path = "../../../countersign-server/tests/browser/npm.rs"]
mod npm;
mod page;
#[path = "../../examples/postgres_tower_sessions.rs"]
#[allow(dead_code, reason = "it has a function `main`")]
mod postgres_tower_sessions;
mod providers;
mod simple;
#[path = "../../examples/sqlite.rs"]
#[allow(dead_code, reason = "it has a function `main`")]
mod sqlite;
#[path = "../../../countersign-store/tests/support/mod.rs"]
mod support;
mod types;
mod upgrade;
mod visit;
