//! Passkeys that are created without a question.
//!
//! Chromium gives such a request to its own password manager only, for an account of Google's
//! (`PasskeyUpgradeRequestController` in `chrome/browser/webauthn`), and never to a virtual authenticator: with one, the
//! request is pending until it is aborted, and without any it is rejected at once. So a script takes the place of a
//! password manager that creates the passkey.

use serde_json::{Value, json};

use crate::visit::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, driver::Kind};

/// A password manager that creates the passkey at a virtual authenticator.
const WILLING: &str = "
    const { credentials } = navigator;
    const create = credentials.create.bind(credentials);
    window.mediations = [];
    credentials.create = ({ mediation, ...options }) => {
        window.mediations.push(mediation);
        return create(options);
    };
";

/// A browser that can't create passkeys without a question, like Firefox 140.
const UNABLE: &str = "
    PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: false });
";

/// The number of started registrations of further passkeys.
const STARTS: &str = "performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('/credentials/start')).length";

async fn count(visit: &Visit) -> usize {
    visit.call("passkeys.credentials()").await["credentials"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_creates_a_passkey_without_a_question() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, WILLING]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.call("passkeys.register('jo')").await;
    let second = visit.browser.add_authenticator(json!({ "transport": "usb" })).await;
    let created = visit.call("passkeys.upgrade()").await;
    assert_eq!(created["label"], "Passkey (2)");
    let mediations = visit.browser.run("return window.mediations").await;
    assert_eq!(mediations, json!([null, "conditional"]));
    assert_eq!(visit.browser.credentials(&second).await.len(), 1);
    assert_eq!(count(&visit).await, 2);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_that_declines_or_waits_creates_none_and_is_in_no_ones_way() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    let account = visit.call("passkeys.register('jo')").await;
    browser.run("window.upgraded = passkeys.upgrade()").await;
    browser.until(&format!("{STARTS} === 1")).await;
    // The browser has one request at a time, and this one would be pending for good.
    assert_eq!(visit.call("passkeys.signIn()").await, account);
    assert_eq!(visit.call("window.upgraded").await, Value::Null);

    browser.remove_authenticator(authenticator).await;
    assert_eq!(visit.call("passkeys.upgrade()").await, Value::Null);
    assert_eq!(browser.run(&format!("return {STARTS}")).await, 2);
    assert_eq!(count(&visit).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_cancels_gets_the_reason() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.call("passkeys.register('jo')").await;
    let cancelled = "(() => {
        const stop = new AbortController();
        setTimeout(() => stop.abort(), 500);
        return passkeys.upgrade({ signal: stop.signal });
    })()";
    assert_eq!(visit.code(cancelled).await, "cancelled");
}

async fn a_browser_that_can_not_do_it_is_not_asked(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL, UNABLE]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.call("passkeys.register('jo')").await;
    assert_eq!(visit.call("passkeys.upgrade()").await, Value::Null);
    assert_eq!(visit.browser.run(&format!("return {STARTS}")).await, 0);
}

in_each_browser!(a_browser_that_can_not_do_it_is_not_asked);
