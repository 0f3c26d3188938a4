//! Rejections by the authenticator, the browser or the server, in words.

use serde_json::json;

use crate::site::{NO_AUTOFILL, Site, Visit, with_options};
use crate::{browsers::in_each_browser, driver::Kind};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_user_never_grants_times_out_and_changes_nothing() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, &with_options("options.timeout = 600")]).await;
    let Visit { site, browser } = &visit;
    let refusing = browser.add_authenticator(json!({ "isUserConsenting": false })).await;
    visit.ask_for_account("mary").await;
    browser.until("document.querySelector('#create').textContent === 'Waiting for your device…'").await;
    let (words, code) = visit.notice("create-notice").await;
    assert!(
        words.starts_with("No passkey was created: the request was cancelled, or it timed out."),
        "{words}"
    );
    assert_eq!(code, "NotAllowedError");
    assert_eq!(visit.focus().await, "create");
    assert!(!site.has_account("mary").await);

    browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert!(
        words.starts_with("You weren’t signed in: the request was cancelled, or it timed out."),
        "{words}"
    );
    assert_eq!(code, "NotAllowedError");
    assert_eq!(browser.text("#create-notice").await, "", "the former error is gone");
    visit.signed_out().await;

    browser.remove_authenticator(refusing).await;
    browser.add_authenticator(json!({})).await;
    browser.click("#create").await;
    visit.signed_in_as("mary").await;
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_relays_the_ceremony_of_another_origin_is_rejected() {
    // The page of one server, its requests carried to another one without `Origin`: a relay on the same host.
    let carrier = "const real = window.fetch;
        window.carried = [];
        window.fetch = (path, request) => request.method !== 'POST' ? real(path, request)
            : new Promise((resolve) => carried.push({ path, body: JSON.parse(request.body), resolve }));";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, carrier]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    let other = Site::start().await;
    visit.ask_for_account("joan").await;
    for expected in ["/api/accounts/start", "/api/accounts/finish"] {
        browser.until("carried.length").await;
        let request = browser.run("return { path: carried[0].path, body: carried[0].body }").await;
        assert_eq!(request["path"], expected);
        let (status, answer) = other.post(expected, &request["body"]).await;
        let body = json!(answer.to_string());
        browser.run(&format!("carried.shift().resolve(new Response({body}, {{ status: {status} }}))")).await;
    }
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "origin-mismatch");
    assert!(words.contains(&format!("You are at {}.", visit.site.url)), "{words}");
    assert!(!other.has_account("joan").await);
    assert_eq!(browser.credentials(&authenticator).await.len(), 1, "`localhost` may have other servers");
    visit.assert_clean_log().await;
}

async fn an_authenticator_that_does_not_verify_its_user_creates_no_account(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({ "hasUserVerification": false, "isUserVerified": false })).await;
    visit.ask_for_account("emmy").await;
    let (words, code) = visit.notice("create-notice").await;
    // Firefox lets the passkey be created, and the server rejects it.
    let (expected, advice) = match kind {
        Kind::Chromium => ("NotAllowedError", "screen lock"),
        Kind::Firefox => ("user-not-verified", "set a PIN"),
    };
    assert_eq!(code, expected);
    assert!(words.contains(advice), "{words}");
    assert!(!visit.site.has_account("emmy").await);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_without_user_verification_is_rejected_by_the_server() {
    let tampered = with_options("options.authenticatorSelection.userVerification = 'discouraged'");
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, &tampered]).await;
    let Visit { site, browser } = &visit;
    let unverifying = json!({ "hasUserVerification": false, "isUserVerified": false });
    let authenticator = browser.add_authenticator(unverifying).await;
    visit.ask_for_account("emmy").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "user-not-verified");
    assert!(words.contains("Use a passkey that asks for your fingerprint, your face or a PIN."), "{words}");
    visit.signed_out().await;
    assert!(!site.has_account("emmy").await);
    assert_eq!(browser.credentials(&authenticator).await.len(), 1, "`localhost` may have other servers");
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authentication_without_user_verification_is_rejected_by_the_server() {
    let tampered = with_options("if (path.includes('sessions')) options.userVerification = 'discouraged'");
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, &tampered]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("maria").await;
    visit.sign_out().await;
    visit.browser.click("#sign-in").await;
    let (_, code) = visit.notice("sign-in-notice").await;
    assert_eq!(code, "user-not-verified");
    visit.signed_out().await;
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_error_of_the_browser_has_a_sentence() {
    let failing = "navigator.credentials.create = async () => { throw new DOMException('of its own', window.failure); };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, failing]).await;
    let browser = &visit.browser;
    browser.click("#create").await;
    browser.until("document.querySelector('#create-notice').textContent === 'Type a name first.'").await;
    assert_eq!(visit.focus().await, "name");
    browser.press("sofia").await;
    for (name, words) in [
        ("AbortError", "The request was stopped."),
        ("ConstraintError", "That authenticator can’t check that it is you."),
        ("InvalidStateError", "This device or security key already has a passkey for your account."),
        ("NotAllowedError", "No passkey was created: the request was cancelled, or it timed out."),
        ("NotSupportedError", "That authenticator offers no kind of key that this server accepts."),
        ("OperationError", "The browser is still busy with another passkey request."),
        ("SecurityError", "This page’s address doesn’t match its passkeys.\nThey belong to “localhost”,"),
        ("UnknownError", "The browser or the authenticator reported a problem.\nIt said: of its own"),
    ] {
        browser.run(&format!("window.failure = '{name}'")).await;
        browser.click("#create").await;
        browser
            .until(&format!("document.querySelector('#create-notice .code')?.textContent === '{name}'"))
            .await;
        let (shown, _) = visit.notice("create-notice").await;
        assert!(shown.starts_with(words), "{name}: {shown}");
    }
    visit.assert_clean_log().await;
}

async fn an_unreachable_server_is_not_reported_as_a_wrong_passkey(kind: Kind) {
    let mut visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    visit.site.stop().await;
    visit.browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert!(words.starts_with("The server can’t be reached."), "{words}");
    assert_eq!(code, "network");
    visit.assert_only_rejections_logged().await;
}

in_each_browser!(
    an_authenticator_that_does_not_verify_its_user_creates_no_account,
    an_unreachable_server_is_not_reported_as_a_wrong_passkey,
);
