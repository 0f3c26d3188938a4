//! The page in a real browser, against the server on `PostgreSQL`: the browser tests whose outcome depends on the database.
//!
//! Needs chromium, chromedriver and `PostgreSQL`.

#[path = "../browser/accounts.rs"]
mod accounts;
mod browsers;
#[path = "../browser/driver.rs"]
#[allow(dead_code, reason = "the tests on SQLite use more of it")]
mod driver;
#[path = "../browser/proxy.rs"]
#[allow(dead_code, reason = "the tests on SQLite use more of it")]
mod proxy;
#[path = "../browser/sessions.rs"]
mod sessions;
#[path = "../browser/site.rs"]
#[allow(dead_code, reason = "the tests on SQLite use more of it")]
mod site;
mod store;
#[path = "../../../countersign-store/tests/support/mod.rs"]
mod support;
