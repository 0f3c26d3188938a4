//! Authenticators, browsers and servers that never answer.

use fantoccini::key::Key;
use serde_json::json;

use crate::driver::Kind;
use crate::site::{NO_AUTOFILL, Visit, with_options};

/// A script with which `create()` and `get()` ignore signals and never settle, until `window.works` is true.
const NEVER: &str = "window.works = false;
    for (const name of ['create', 'get']) {
        const real = navigator.credentials[name].bind(navigator.credentials);
        navigator.credentials[name] = (options) => works ? real(options) : new Promise(() => {});
    }";

/// A script that shortens the page's long waits once `window.hurry` is true: seconds become hundredths.
const HURRY: &str = "const later = window.setTimeout;
    window.setTimeout = (call, time, ...rest) => later(call, window.hurry && time >= 5_000 ? time / 100 : time, ...rest);";

const WAITING: &str = "document.querySelector('#waiting-text').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_never_settles_can_be_cancelled_and_the_page_still_works() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, NEVER]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.ask_for_account("ada").await;
    browser.until(&format!("{WAITING} === 'Waiting for your device…'")).await;
    assert_eq!(browser.text("#create").await, "Waiting for your device…");
    browser.click("#cancel").await;
    let (words, code) = visit.notice("create-notice").await;
    assert!(words.starts_with("You cancelled the request.\nNothing was changed."), "{words}");
    assert_eq!(code, "cancelled");
    assert_eq!(visit.focus().await, "create");
    assert!(!browser.is_shown("#cancel").await);
    assert!(!visit.site.has_account("ada").await);

    browser.run("window.works = true").await;
    browser.click("#create").await;
    visit.signed_in_as("ada").await;
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_is_created_after_the_cancel_is_not_sent() {
    let late = "navigator.credentials.create = () => new Promise((resolve) => { window.settle = resolve; });
        const real = window.fetch;
        window.asked = [];
        window.fetch = (path, request) => { asked.push(path); return real(path, request); };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, late]).await;
    let browser = &visit.browser;
    visit.ask_for_account("ada").await;
    browser.until("window.settle").await;
    browser.click("#cancel").await;
    assert_eq!(visit.notice("create-notice").await.1, "cancelled");
    browser.run("settle({ id: 'AAAA', response: {} })").await;
    assert_eq!(browser.run("return asked").await, json!(["/api/session", "/api/accounts/start"]));
    assert!(browser.text("#create-notice").await.starts_with("You cancelled the request."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_never_says_whether_it_suggests_passkeys_still_shows_the_page() {
    let silent = "PublicKeyCredential.isConditionalMediationAvailable = () => new Promise(() => {});";
    let visit = Visit::begin(Kind::Chromium, &[silent]).await;
    visit.signed_out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_that_never_settles_ends_with_escape() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, NEVER]).await;
    let browser = &visit.browser;
    browser.click("#sign-in").await;
    browser.until(&format!("{WAITING} === 'Waiting for your device…'")).await;
    browser.press(&char::from(Key::Escape).to_string()).await;
    assert_eq!(visit.notice("sign-in-notice").await.1, "cancelled");
    assert_eq!(visit.focus().await, "sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_that_the_browser_does_not_end_is_given_up_after_its_time() {
    let started = with_options("options.timeout = 5_000; window.hurry = true");
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, NEVER, HURRY, &started]).await;
    visit.browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert!(words.starts_with("Your device didn’t answer in time."), "{words}");
    assert_eq!(code, "time-out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_given_up_after_a_time() {
    let silent = "const create = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = async (options) => {
            const credential = await create(options);
            window.hurry = true;
            return credential;
        };
        const real = window.fetch;
        window.fetch = (path, request) => path.endsWith('/finish') ? new Promise(() => {}) : real(path, request);";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, silent, HURRY]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.ask_for_account("ada").await;
    let (words, code) = visit.notice("create-notice").await;
    assert!(words.starts_with("The server didn’t answer in time."), "{words}");
    assert_eq!(code, "time-out");
    assert!(browser.is_shown("#create").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_server_is_shown_and_can_be_cancelled() {
    let silent = "const real = window.fetch;
        window.fetch = (path, request) => path.endsWith('/start') ? new Promise(() => {}) : real(path, request);";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, silent]).await;
    let browser = &visit.browser;
    browser.click("#sign-in").await;
    browser.until(&format!("{WAITING} === 'Waiting for the server…'")).await;
    assert_eq!(browser.run("return document.querySelector('#waiting-text').role").await, "status");
    assert_eq!(browser.text("#sign-in").await, "Waiting for the server…");
    browser.click("#cancel").await;
    assert_eq!(visit.notice("sign-in-notice").await.1, "cancelled");
}
