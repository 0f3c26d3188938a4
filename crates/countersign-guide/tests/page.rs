//! The first program of the guide, in a real browser with a virtual authenticator.
//!
//! Needs browsers, as the server's browser tests do, whose driver this is.

#[path = "../../countersign-server/tests/browser/browsers.rs"]
mod browsers;

#[path = "../../countersign-server/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the server's tests do more with a browser")]
mod driver;

#[path = "../src/bin/first.rs"]
#[allow(dead_code, reason = "it has a function `main`")]
mod first;

use browsers::in_each_browser;
use driver::{Browser, Kind};
use serde_json::json;
use tokio::net::TcpListener;

async fn the_first_program_of_the_guide_verifies_a_registration(kind: Kind) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let program = first::router(&origin).unwrap();
    tokio::spawn(async move { axum::serve(listener, program).await });
    let browser = Browser::start(kind).await;
    browser.open(&origin).await;
    browser.add_authenticator(json!({})).await;
    browser.click("button").await;
    browser.until("document.querySelector('pre').textContent").await;
    let shown = browser.text("pre").await;
    assert!(shown.starts_with("verified: {"), "{shown}");
}

in_each_browser!(the_first_program_of_the_guide_verifies_a_registration);
