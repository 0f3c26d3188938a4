//! Recovery codes on the page, invitations, a new name of the account, and its data.

use countersign_server::SignUp;
use serde_json::json;

use crate::browsers::in_each_browser;
use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Site, Visit};

/// Makes recovery codes, and returns those that the page shows.
async fn make_codes(browser: &Browser) -> Vec<String> {
    browser.click("#make-codes").await;
    browser.until("!document.querySelector('#codes').hidden").await;
    let listed = "return [...document.querySelectorAll('#codes-list code')].map((code) => code.textContent)";
    serde_json::from_value(browser.run(listed).await).unwrap()
}

async fn type_into(browser: &Browser, field: &str, text: &str) {
    browser.run(&format!("document.querySelector('{field}').value = ''")).await;
    browser.click(field).await;
    browser.press(text).await;
}

async fn ask_to_recover(browser: &Browser, name: &str, code: &str) {
    browser.run("document.querySelector('#recover').open = true").await;
    type_into(browser, "#recover-name", name).await;
    type_into(browser, "#recover-code", code).await;
    browser.click("#recover-submit").await;
}

async fn a_user_without_a_passkey_comes_back_with_a_printed_code(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let lost = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let hint = browser.text("#recovery-hint").await;
    assert!(hint.starts_with("You have none."), "{hint}");
    assert!(!browser.is_shown("[data-part=remove]").await, "the only passkey");
    let codes = make_codes(browser).await;
    assert_eq!((codes.len(), visit.focus().await.as_str()), (10, "codes-title"));
    let about = browser.text("#codes-for").await;
    assert!(about.starts_with("For the account “ada” at localhost:"), "{about}");
    assert!(browser.is_shown("[data-part=remove]").await, "a code would be left");
    browser.click("#hide-codes").await;
    assert_eq!(browser.run("return document.querySelectorAll('#codes code').length").await, 0);
    assert_eq!(visit.focus().await, "recovery-title");
    assert_eq!(browser.text("#make-codes").await, "Make new codes");
    let hint = browser.text("#recovery-hint").await;
    assert_eq!(hint, "10 of 10 recovery codes are unused. They were made just now.");

    visit.sign_out().await;
    browser.remove_authenticator(lost).await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    ask_to_recover(browser, "ADA", &codes[4].to_lowercase()).await;
    visit.signed_in_as("ada").await;
    let status = browser.text("#status").await;
    assert!(
        status.starts_with("You have a new passkey, and you are signed out everywhere else."),
        "{status}"
    );
    let hint = browser.text("#recovery-hint").await;
    assert!(hint.starts_with("9 of 10 recovery codes are unused."), "{hint}");
    let used = browser.text("#recovery-used").await;
    assert!(used.starts_with("A recovery code was used just now"), "{used}");
    browser.until("document.querySelectorAll('.passkey').length === 2").await;

    visit.sign_out().await;
    ask_to_recover(browser, "ada", &codes[4]).await;
    let (words, code) = visit.notice("recover-notice").await;
    assert_eq!((code.as_str(), visit.focus().await.as_str()), ("recovery-code-invalid", "recover-code"));
    assert!(words.contains("Compare the name and the code with what you printed."), "{words}");
    visit.assert_only_rejections_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_code_and_a_missing_name_are_marked_in_their_fields() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    ask_to_recover(browser, "ada", "0000-0000-0000-0000-0000-0001").await;
    let (words, code) = visit.notice("recover-notice").await;
    assert_eq!((code.as_str(), visit.focus().await.as_str()), ("code-malformed", "recover-code"));
    assert!(words.starts_with("That is no code: one has 24 letters and digits"), "{words}");
    ask_to_recover(browser, "", "x").await;
    browser.until("document.activeElement.id === 'recover-name'").await;
    ask_to_recover(browser, "ada", "").await;
    browser.until("document.activeElement.id === 'recover-code'").await;
    let names = browser.accessible_names("#recover-form button, #recover-form input").await;
    assert_eq!(names, ["Name of your account", "Recovery code", "Create a new passkey"]);
}

async fn new_codes_are_printed_alone(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    make_codes(browser).await;
    browser.print_media().await;
    let shown =
        |selector: &str| format!("return document.querySelector('{selector}').getClientRects().length > 0");
    for (selector, expected) in [
        ("#codes-list li:last-child code", true),
        ("#codes-for", true),
        (".passkey", false),
        ("#account-name", false),
        (".masthead", false),
        ("#print-codes", false),
        ("#recovery-hint", false),
    ] {
        assert_eq!(browser.run(&shown(selector)).await, expected, "{selector}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_passkey_is_removed_with_a_warning_while_there_are_codes() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let codes = make_codes(browser).await;
    browser.click("[data-part=remove]").await;
    let warning = browser.text("#confirm-text").await;
    assert!(warning.starts_with("It is your only one: after that, only a recovery code opens"), "{warning}");
    browser.click("#confirm-yes").await;
    visit.signed_out().await;
    ask_to_recover(browser, "ada", &codes[0]).await;
    visit.signed_in_as("ada").await;
    visit.passkeys(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_created_with_an_invitation_or_not_at_all() {
    let site = Site::start_with(|config| config.sign_up = SignUp::Invited).await;
    let visit = Visit::begin_at(Kind::Chromium, site, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.ask_for_account("ada").await;
    browser.until("document.activeElement.id === 'invitation'").await;
    browser.press("0000-0000-0000-0000-0000-0000").await;
    browser.click("#create").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!((code.as_str(), visit.focus().await.as_str()), ("invitation-invalid", "invitation"));
    assert!(words.contains("Ask the administrator of this server for another one."), "{words}");
    type_into(browser, "#invitation", &visit.site.invite().await).await;
    browser.click("#create").await;
    visit.signed_in_as("ada").await;

    let site = Site::start_with(|config| config.sign_up = SignUp::Closed).await;
    let visit = Visit::begin_in(visit.browser, site, &[]).await;
    assert!(!visit.browser.is_shown("#create-form").await);
    let hint = visit.browser.text("#closed-hint").await;
    assert_eq!(hint, "New accounts are created by the administrator of this server.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_gets_a_new_name_which_its_provider_is_given() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let signals = "window.details = [];
        PublicKeyCredential.signalCurrentUserDetails = async (details) => { window.details.push(details); }";
    browser.run(signals).await;
    browser.set_width(360).await;
    browser.click("#rename-account").await;
    let width = "return document.querySelector('#save-name').getBoundingClientRect().width";
    assert!(browser.run(width).await.as_f64().unwrap() > 60.0, "the words fit on a line");
    assert_eq!(browser.run("return document.activeElement.value").await, "ada");
    browser.press("Ada Lovelace\n").await;
    browser.until("document.querySelector('#status').textContent").await;
    assert_eq!(browser.text("#status").await, "Your account is called “Ada Lovelace” now.");
    visit.signed_in_as("Ada Lovelace").await;
    assert_eq!(visit.focus().await, "rename-account");
    let details = browser.run("return window.details").await;
    assert_eq!(
        (&details[0]["name"], &details[0]["displayName"]),
        (&json!("Ada Lovelace"), &json!("Ada Lovelace"))
    );
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);
    browser.click("#rename-account").await;
    browser.click("#keep-name").await;
    assert_eq!(visit.focus().await, "rename-account");
    visit.sign_out().await;
    visit.sign_in("Ada Lovelace").await;
}

async fn the_data_of_an_account_is_a_file(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let catch = "const real = URL.createObjectURL;
        URL.createObjectURL = (blob) => { blob.text().then((text) => { window.file = text; }); return real(blob); }";
    browser.run(catch).await;
    browser.click("#download").await;
    browser.until("window.file").await;
    let text = browser.run("return window.file").await;
    let data: serde_json::Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!((&data["version"], &data["account"]["name"]), (&json!(1), &json!("ada")));
    let device = if kind == Kind::Chromium { "Chrome on Linux" } else { "Firefox on Linux" };
    assert_eq!(data["sessions"][0]["device"], device);
    assert_eq!(browser.text("#status").await, "Your data is in the file account.json.");
    visit.assert_clean_log().await;
}

in_each_browser!(
    a_user_without_a_passkey_comes_back_with_a_printed_code,
    new_codes_are_printed_alone,
    the_data_of_an_account_is_a_file,
);
