//! Browsers that lack something, and addresses where the page does not work.

use serde_json::json;

use crate::site::{NO_AUTOFILL, Visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_webauthn_gets_a_sentence_instead_of_dead_buttons() {
    let visit = Visit::begin(&["delete window.PublicKeyCredential"]).await;
    assert!(visit.browser.text("#capability").await.starts_with("This browser can’t use passkeys."));
    for dead in ["#sign-in", "#create", "#name"] {
        assert!(!visit.browser.is_shown(dead).await, "{dead}");
    }
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_another_address_says_where_it_is_at_home() {
    let visit = Visit::begin(&[]).await;
    let browser = &visit.browser;
    // The driver's browser finds this host at 127.0.0.1.
    let address = visit.site.url.replace("localhost", "plain-http.test");
    browser.open(&address).await;
    browser.until("document.querySelector('.view:not([hidden])')").await;
    let said = browser.text("#capability").await;
    assert!(said.starts_with("This page doesn’t work at this address."), "{said}");
    assert!(said.contains(&visit.site.url), "{said}");
    assert!(!browser.is_shown("#sign-in").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_the_json_methods_registers_and_signs_in() {
    let older = "delete PublicKeyCredential.parseCreationOptionsFromJSON;
        delete PublicKeyCredential.parseRequestOptionsFromJSON;
        delete PublicKeyCredential.prototype.toJSON;";
    let visit = Visit::begin(&[NO_AUTOFILL, older]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("hedy").await;
    browser.click("#add").await;
    assert_eq!(visit.notice("add-notice").await.1, "InvalidStateError", "the excluded passkeys went along");
    visit.sign_out().await;
    visit.sign_in("hedy").await;
    visit.assert_clean_log().await;
}
