//! The page in a real browser, against the real server, with virtual authenticators.
//!
//! Needs chromium and chromedriver (`apt-get install chromium chromium-driver`). Each test has its own server,
//! database and browser.

mod accounts;
mod autofill;
mod driver;
mod loading;
mod looks;
mod lost;
mod operator;
mod providers;
mod proxy;
mod recovery;
mod rejections;
mod returning;
mod sessions;
mod site;
mod store;
mod waiting;
mod windows;
