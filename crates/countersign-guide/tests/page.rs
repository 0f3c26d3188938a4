//! The first program of the guide, in a real browser with a virtual authenticator.
//!
//! Needs chromium and chromedriver, as the server's browser tests do, whose driver this is.

#[path = "../../countersign-server/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the server's tests do more with a browser")]
mod driver;

#[path = "../src/bin/first.rs"]
#[allow(dead_code, reason = "it has a function `main`")]
mod first;

use driver::Browser;
use serde_json::json;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_program_of_the_guide_verifies_a_registration() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let program = first::router(&origin).unwrap();
    tokio::spawn(async move { axum::serve(listener, program).await });
    let browser = Browser::start().await;
    browser.open(&origin).await;
    browser.add_authenticator(json!({})).await;
    browser.click("button").await;
    browser.until("document.querySelector('pre').textContent").await;
    let shown = browser.text("pre").await;
    assert!(shown.starts_with("verified: {"), "{shown}");
}
