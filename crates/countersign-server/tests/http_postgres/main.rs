//! The HTTP interface on `PostgreSQL`, with two instances behind one address: the tests of the HTTP interface on `SQLite`
//! whose outcome depends on the database.
//!
//! Needs `PostgreSQL`.

#[path = "../http/authenticator.rs"]
mod authenticator;
#[path = "../http/ceremonies.rs"]
mod ceremonies;
#[path = "../http/credentials.rs"]
mod credentials;
#[path = "../http/login.rs"]
mod login;
#[path = "../http/names.rs"]
mod names;
#[path = "../http/operating.rs"]
mod operating;
#[path = "../http/repeated.rs"]
mod repeated;
#[path = "../http/sessions.rs"]
mod sessions;
#[path = "../http/signals.rs"]
mod signals;
#[path = "../http/site.rs"]
mod site;
#[path = "../http/step_up.rs"]
mod step_up;
mod store;
#[path = "../../../countersign-store/tests/support/mod.rs"]
mod support;
#[path = "../http/windows.rs"]
mod windows;
