//! The actions of a user with an account and its passkeys.

use fantoccini::key::Key;
use serde_json::json;

use crate::site::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, driver::Kind};

async fn an_account_is_created_left_entered_again_and_deleted(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let Visit { site, browser } = &visit;
    let synced = json!({ "defaultBackupEligibility": true, "defaultBackupState": true });
    let authenticator = browser.add_authenticator(synced).await;
    // Firefox has no virtual authenticators that sync.
    let kept = if kind == Kind::Chromium { "Synced" } else { "This device only" };

    browser.click("#name").await;
    browser.press(&format!("Ada Lovelace{}", char::from(Key::Enter))).await;
    visit.signed_in_as("Ada Lovelace").await;
    visit.passkeys(1).await;
    assert_eq!(visit.focus().await, "account-name");
    assert_eq!(browser.text("#status").await, "Your account is ready, and you are signed in.");
    let passkey = browser.text(".passkey").await;
    for fact in ["Used for this session", kept, "On the device itself", "Created\njust now"] {
        assert!(passkey.contains(fact), "{fact} is not in {passkey}");
    }
    assert!(browser.text("#passkeys-hint").await.starts_with("This is your only one."));
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);

    visit.load().await;
    visit.signed_in_as("Ada Lovelace").await;

    visit.sign_out().await;
    assert_eq!(visit.focus().await, "out-title");
    assert_eq!(browser.text("#status").await, "You are signed out.");
    visit.load().await;
    visit.signed_out().await;

    visit.sign_in("Ada Lovelace").await;
    visit.passkeys(1).await;
    assert!(browser.text(".passkey").await.contains("Last used\njust now"));

    browser.click(".danger summary").await;
    browser.click("#delete").await;
    browser.press(char::from(Key::Escape).encode_utf8(&mut [0; 4])).await;
    visit.signed_in_as("Ada Lovelace").await;
    assert_eq!(visit.focus().await, "delete");
    browser.click("#delete").await;
    assert_eq!(visit.focus().await, "confirm-no");
    browser.click("#confirm-yes").await;
    visit.signed_out().await;
    assert_eq!(browser.text("#status").await, "The account “Ada Lovelace” is deleted.");
    assert!(!site.has_account("Ada Lovelace").await);
    visit.assert_only_rejections_logged().await;
}

async fn a_second_passkey_is_added_renamed_and_removed(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account("grace").await;

    visit.confirm_for_passkey().await;
    visit.make_passkey().await;
    let (words, code) = visit.notice("add-notice").await;
    assert!(
        words.starts_with("This device or security key already has a passkey for your account."),
        "{words}"
    );
    assert_eq!(code, "InvalidStateError");

    let first = browser.put_away(first).await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    // The confirmation is still valid.
    browser.click("#add").await;
    visit.passkeys(2).await;
    let first = browser.bring_back(first).await;
    assert_eq!(visit.focus().await, "label");
    let passkey = browser.text(".passkey:nth-child(2)").await;
    assert!(passkey.contains("This device only") && passkey.contains("Over USB"), "{passkey}");
    assert!(!passkey.contains("Used for this session"), "{passkey}");

    let escape = char::from(Key::Escape).to_string();
    browser.click(".passkey:nth-child(2) [data-part=rename]").await;
    browser.press(&format!("Left alone{escape}")).await;
    assert_eq!(visit.focus().await, "rename");
    browser.press(&format!("{}", char::from(Key::Enter))).await;
    browser.press(&format!("Key ring{}", char::from(Key::Enter))).await;
    browser.until("document.querySelector('#status').textContent === 'Renamed to “Key ring”.'").await;
    assert_eq!(visit.focus().await, "rename");
    visit.load().await;
    visit.passkeys(2).await;
    assert_eq!(browser.text(".passkey:nth-child(2) h3").await, "Key ring");

    browser.click(".passkey:nth-child(2) [data-part=remove]").await;
    assert_eq!(browser.text("#confirm-title").await, "Remove “Key ring”?");
    browser.press(&escape).await;
    assert_eq!(visit.focus().await, "remove");
    visit.passkeys(2).await;
    browser.click(".passkey:nth-child(2) [data-part=remove]").await;
    browser.click("#confirm-yes").await;
    visit.passkeys(1).await;
    assert_eq!(browser.text("#status").await, "“Key ring” is removed.");
    assert_eq!(visit.focus().await, "passkeys-title");
    assert!(!browser.is_shown(".passkey [data-part=remove]").await, "the only passkey stays");
    // The page signals the remaining passkeys, and the browser's provider deletes the others.
    browser.until_signalled_away(&second).await;
    assert_eq!(browser.credentials(&first).await.len(), 1);
    visit.assert_only_rejections_logged().await;
}

async fn a_removed_passkey_is_rejected_with_advice(kind: Kind) {
    // Otherwise the authenticator would have deleted the passkey by then.
    let no_clean_up = "delete PublicKeyCredential.signalAllAcceptedCredentials";
    let visit = Visit::begin(kind, &[NO_AUTOFILL, no_clean_up]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account("katherine").await;
    let [first, second] = visit.add_passkey_elsewhere(2, first, json!({ "transport": "usb" })).await;
    browser.click(".passkey:nth-child(2) [data-part=remove]").await;
    browser.click("#confirm-yes").await;
    visit.passkeys(1).await;
    visit.sign_out().await;
    browser.remove_authenticator(first).await;
    assert_eq!(browser.credentials(&second).await.len(), 1);

    browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert_eq!(code, "credential-unknown");
    assert!(words.contains("Use another passkey, and delete this one from your password manager"), "{words}");
    visit.signed_out().await;
    assert_eq!(browser.credentials(&second).await.len(), 1, "`localhost` may have other servers");
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_the_passkey_of_this_session_ends_it_after_a_warning() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("dorothy").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    browser.click(".passkey:nth-child(1) [data-part=remove]").await;
    let warning = browser.text("#confirm-text").await;
    assert!(warning.starts_with("You signed in with this passkey, so you will be signed out."), "{warning}");
    browser.click("#confirm-yes").await;
    visit.signed_out().await;
    let status = browser.text("#status").await;
    assert!(status.ends_with("is removed, and you are signed out: you had signed in with it."), "{status}");
    visit.sign_in("dorothy").await;
    visit.passkeys(1).await;
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_in_a_row_create_one_account() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    browser.click("#name").await;
    browser.press("lise").await;
    browser.run("for (let n = 0; n < 3; n += 1) document.querySelector('#create').click()").await;
    visit.signed_in_as("lise").await;
    let asked = "return performance.getEntriesByType('resource')
        .filter(({ name }) => name.includes('/api/accounts/')).map(({ name }) => new URL(name).pathname)";
    assert_eq!(browser.run(asked).await, json!(["/api/accounts/start", "/api/accounts/finish"]));
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_leads_back_to_signing_in() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("chien").await;
    visit.browser.forget_cookies().await;
    visit.browser.click("#add").await;
    visit.signed_out().await;
    assert_eq!(visit.browser.text("#status").await, "Your session has ended. Sign in again to go on.");
    assert_eq!(visit.focus().await, "out-title");
    visit.sign_in("chien").await;
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_in_the_new_name_selects_a_word_and_one_on_rename_does_not_leave_it() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.click("[data-part=rename]").await;
    let second = |first: &str| {
        format!(
            "const press = (part, detail) => document.querySelector(`[data-part=${{part}}]`)
                 .dispatchEvent(new MouseEvent('mousedown', {{ detail, bubbles: true, cancelable: true }}));
             press('{first}', 1);
             return press('name', 2)"
        )
    };
    assert_eq!(browser.run(&second("name")).await, true, "the browser selects the word");
    assert_eq!(browser.run(&second("rename")).await, false, "the whole name stays selected");
}

in_each_browser!(
    an_account_is_created_left_entered_again_and_deleted,
    a_second_passkey_is_added_renamed_and_removed,
    a_removed_passkey_is_rejected_with_advice,
);
