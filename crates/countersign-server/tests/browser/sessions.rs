//! Acts that require a confirmation with a passkey, and the sessions of an account.

use serde_json::json;

use crate::site::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, driver::Kind};

async fn a_passkey_is_added_after_a_confirmation_that_says_what_it_is_for(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.click("#add").await;
    visit.asked("First confirm that it is you").await;
    assert_eq!(
        browser.text("#confirm-text").await,
        "Use a passkey that you have. After that you create the new one."
    );
    browser.click("#confirm-yes").await;
    visit.asked("Now create the new passkey").await;
    assert_eq!(
        browser.text("#confirm-text").await,
        "On this device, on another one, or on a security key that has none for this account yet."
    );
    browser.click("#confirm-no").await;
    let (words, code) = visit.notice("add-notice").await;
    assert!(words.starts_with("You cancelled the request.\nNothing was changed."), "{words}");
    assert_eq!((code.as_str(), visit.focus().await.as_str()), ("cancelled", "add"));
    visit.passkeys(1).await;

    // Confirmed a moment ago.
    browser.remove_authenticator(first).await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    browser.click("#add").await;
    visit.passkeys(2).await;
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_a_confirmation_adds_removes_and_deletes_nothing() {
    let refused = "const get = navigator.credentials.get.bind(navigator.credentials);
        navigator.credentials.get = async (options) => {
            if (window.works) return get(options);
            window.asked = options.publicKey;
            window.said = document.querySelector('#waiting-text').textContent;
            throw new DOMException('no', 'NotAllowedError');
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, refused]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.run("window.works = true").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    browser.run("window.works = false").await;

    let words = "You didn’t confirm that it is you: the request was cancelled, or it timed out.";
    browser.click("#add").await;
    visit.proceed("First confirm that it is you").await;
    let (said, code) = visit.notice("add-notice").await;
    assert!(said.starts_with(words), "{said}");
    assert_eq!(code, "NotAllowedError");
    assert_eq!(browser.run("return asked.allowCredentials.length").await, 2);
    assert_eq!(
        browser.run("return said").await,
        "Waiting for your device… Use a passkey of this account, to confirm that it is you."
    );
    visit.remove_passkey(2).await;
    browser.until("document.querySelector('.passkey:nth-child(2) [data-part=notice]').textContent").await;
    let said = browser.text(".passkey:nth-child(2) [data-part=notice]").await;
    assert!(said.starts_with(words), "{said}");
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    assert!(browser.text("#confirm-text").await.ends_with("You confirm it with a passkey."));
    browser.click("#confirm-yes").await;
    let (said, _) = visit.notice("delete-notice").await;
    assert!(said.starts_with(words), "{said}");
    visit.load().await;
    visit.passkeys(2).await;
    visit.assert_only_rejections_logged().await;
}

/// The sessions that the page lists.
const SESSIONS: &str = "document.querySelectorAll('.session').length";

#[tokio::test(flavor = "multi_thread")]
async fn other_sessions_are_listed_and_ended() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    assert!(browser.text("#sessions").await.contains("This browser"));
    assert!(!browser.is_shown("#end-others").await, "there are none");
    // After another sign-in, the former session still exists on the server, as in another browser.
    for _ in 0..3 {
        browser.forget_cookies().await;
        visit.load().await;
        visit.sign_in("ada").await;
    }
    browser.until(&format!("{SESSIONS} === 4")).await;
    let names = browser.accessible_names("[data-part=end]").await;
    assert_eq!(names.len(), 3, "this session has its own button: {names:?}");
    assert!(names[0].starts_with("Sign out the session of \u{2068}Passkey\u{2069} from "), "{names:?}");

    browser.click(".session:not(:has([data-part=end][hidden])) [data-part=end]").await;
    browser.until(&format!("{SESSIONS} === 3 && !document.querySelector('[aria-busy=true]')")).await;
    assert_eq!(browser.text("#status").await, "That session is signed out.");
    assert_eq!(visit.focus().await, "sessions-title");
    browser.click("#end-others").await;
    browser.until(&format!("{SESSIONS} === 1 && !document.querySelector('[aria-busy=true]')")).await;
    assert_eq!(browser.text("#status").await, "2 other sessions are signed out.");
    visit.signed_in_as("ada").await;
    assert!(!browser.is_shown("#end-others").await);
    visit.assert_clean_log().await;
}

in_each_browser!(a_passkey_is_added_after_a_confirmation_that_says_what_it_is_for,);
