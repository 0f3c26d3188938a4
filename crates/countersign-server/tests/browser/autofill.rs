//! Passkeys among the name field's suggestions.

use serde_json::json;

use crate::site::{Visit, with_options};
use crate::{browsers::in_each_browser, driver::Kind};

async fn a_suggested_passkey_signs_in_without_a_click(kind: Kind) {
    let visit = Visit::begin(kind, &[]).await;
    let browser = &visit.browser;
    assert_eq!(
        browser.run("return document.querySelector('#name').autocomplete").await,
        "username webauthn",
        "without it the browser suggests no passkey"
    );
    browser.until(&format!("{STARTS} === 1")).await;
    let authenticator = browser.add_authenticator(json!({})).await;
    // Another request of the page is pending; the browser accepts one at a time.
    visit.create_account("rosalind").await;
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);

    browser.forget_cookies().await;
    visit.load().await;
    browser.choose_suggestion().await;
    visit.signed_in_as("rosalind").await;
    visit.passkeys(1).await;
    assert_eq!(browser.text("#status").await, "You are signed in.");
    visit.assert_clean_log().await;
}

async fn the_request_behind_the_suggestions_is_renewed_before_it_expires(kind: Kind) {
    let visit = Visit::begin(kind, &[&with_options("options.timeout = 500")]).await;
    visit.browser.until(&format!("{STARTS} >= 3")).await;
    visit.signed_out().await;
    assert_eq!(visit.browser.text("#sign-in-notice").await, "");
    visit.assert_clean_log().await;
}

/// The number of authentications that the page has started.
const STARTS: &str = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/sessions/start')).length";

in_each_browser!(
    a_suggested_passkey_signs_in_without_a_click,
    the_request_behind_the_suggestions_is_renewed_before_it_expires,
);
