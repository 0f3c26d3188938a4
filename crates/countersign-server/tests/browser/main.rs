//! The page in a real browser, against the real server, with virtual authenticators.
//!
//! Needs Chromium with chromedriver and Firefox with geckodriver, which `cargo xtask test` installs, and npm. Each test has its
//! own server, database and browser. Tests of both browsers end in the name of one: `NAME::chromium` and `NAME::firefox`. The
//! others are about a page's script only, or about what only Chromium's virtual authenticators do; they run in Chromium.

mod accounts;
mod autofill;
mod axe;
mod browsers;
mod driver;
mod inspect;
mod keyboard;
mod layout;
mod loading;
mod looks;
mod lost;
mod npm;
mod operator;
mod operator_metadata;
mod operator_states;
mod providers;
mod proxy;
mod recovery;
mod rejections;
mod returning;
mod sessions;
mod site;
mod states;
mod store;
#[allow(dead_code, reason = "the HTTP tests use more of it")]
#[path = "../http/vendor.rs"]
mod vendor;
mod waiting;
mod windows;
