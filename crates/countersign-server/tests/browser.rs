//! The page in a real browser, against the real server, with virtual authenticators.
//!
//! Needs chromium and chromedriver (`apt-get install chromium chromium-driver`). Each test has a server, a
//! database and a browser of its own.

#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/site.rs"]
mod site;

use driver::Browser;
use fantoccini::key::Key;
use serde_json::json;
use site::{NO_AUTOFILL, Site, Visit, with_options};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_created_left_entered_again_and_deleted() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let Visit { site, browser } = &visit;
    let synced = json!({ "defaultBackupEligibility": true, "defaultBackupState": true });
    let authenticator = browser.add_authenticator(synced).await;

    browser.click("#name").await;
    browser.press(&format!("Ada Lovelace{}", char::from(Key::Enter))).await;
    visit.signed_in_as("Ada Lovelace").await;
    visit.passkeys(1).await;
    assert_eq!(visit.focus().await, "account-name");
    assert_eq!(browser.text("#status").await, "Your account is ready, and you are signed in.");
    let passkey = browser.text(".passkey").await;
    for fact in ["Used for this session", "Synced", "On the device itself", "Created\njust now"] {
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
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_passkey_is_added_renamed_and_removed() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account("grace").await;

    browser.click("#add").await;
    let (words, code) = visit.notice("add-notice").await;
    assert!(
        words.starts_with("This device or security key already has a passkey for your account."),
        "{words}"
    );
    assert_eq!(code, "InvalidStateError");

    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
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
    // The page tells the browser which passkeys are left, and the browser has the others forgotten.
    assert_eq!(browser.credentials(&second).await.len(), 0);
    assert_eq!(browser.credentials(&first).await.len(), 1);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_passkey_is_refused_with_a_word_on_what_to_do() {
    // Else the authenticator would have forgotten the passkey by then.
    let no_clean_up = "delete PublicKeyCredential.signalAllAcceptedCredentials";
    let visit = Visit::begin(&[NO_AUTOFILL, no_clean_up]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account("katherine").await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    browser.click(".passkey:nth-child(2) [data-part=remove]").await;
    browser.click("#confirm-yes").await;
    visit.passkeys(1).await;
    visit.sign_out().await;
    browser.remove_authenticator(first).await;
    assert_eq!(browser.credentials(&second).await.len(), 1);

    browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert_eq!(code, "credential-unknown");
    assert!(words.contains("Use another passkey, and delete this one where you keep it"), "{words}");
    visit.signed_out().await;
    assert_eq!(browser.credentials(&second).await.len(), 0, "the browser was told that it is unknown");
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_the_passkey_of_this_session_ends_it_after_a_warning() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
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
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_grants_says_so_and_changes_nothing() {
    let visit = Visit::begin(&[NO_AUTOFILL, &with_options("options.timeout = 600")]).await;
    let Visit { site, browser } = &visit;
    let refusing = browser.add_authenticator(json!({ "isUserConsenting": false })).await;
    visit.ask_for_account("mary").await;
    browser.until("document.querySelector('#create').textContent === 'Waiting for your device…'").await;
    let (words, code) = visit.notice("create-notice").await;
    assert!(words.starts_with("No passkey was made: the request was cancelled, or it timed out."), "{words}");
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
async fn a_page_at_an_origin_that_the_server_does_not_accept_is_told_so() {
    let site = Site::start_with(|config| config.origins = vec!["http://localhost:1".into()]);
    let visit = Visit::begin_at(site, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.ask_for_account("annie").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "origin-not-allowed");
    assert!(words.contains(&format!("You are at {}.", visit.site.url)), "{words}");
    assert!(!visit.site.has_account("annie").await);
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_relays_the_ceremony_of_another_origin_is_refused() {
    // The page of one server, its requests carried to another one without `Origin`: a relay on the same host.
    let carrier = "const real = window.fetch;
        window.carried = [];
        window.fetch = (path, request) => request.method !== 'POST' ? real(path, request)
            : new Promise((resolve) => carried.push({ path, body: JSON.parse(request.body), resolve }));";
    let visit = Visit::begin(&[NO_AUTOFILL, carrier]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    let other = Site::start();
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
    assert_eq!(browser.credentials(&authenticator).await.len(), 0, "the browser was told that it is unknown");
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_that_does_not_verify_its_user_is_refused_by_the_browser() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({ "hasUserVerification": false, "isUserVerified": false })).await;
    visit.ask_for_account("emmy").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "NotAllowedError");
    assert!(words.contains("screen lock"), "{words}");
    assert!(!visit.site.has_account("emmy").await);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_without_user_verification_is_refused_by_the_server() {
    let tampered = with_options("options.authenticatorSelection.userVerification = 'discouraged'");
    let visit = Visit::begin(&[NO_AUTOFILL, &tampered]).await;
    let Visit { site, browser } = &visit;
    let unverifying = json!({ "hasUserVerification": false, "isUserVerified": false });
    let authenticator = browser.add_authenticator(unverifying).await;
    visit.ask_for_account("emmy").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "user-not-verified");
    assert!(words.contains("Use a passkey that asks for your fingerprint, your face or a PIN."), "{words}");
    visit.signed_out().await;
    assert!(!site.has_account("emmy").await);
    assert_eq!(browser.credentials(&authenticator).await.len(), 0, "the browser was told that it is unknown");
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authentication_without_user_verification_is_refused_by_the_server() {
    let tampered = with_options("if (path.includes('sessions')) options.userVerification = 'discouraged'");
    let visit = Visit::begin(&[NO_AUTOFILL, &tampered]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("maria").await;
    visit.sign_out().await;
    visit.browser.click("#sign-in").await;
    let (_, code) = visit.notice("sign-in-notice").await;
    assert_eq!(code, "user-not-verified");
    visit.signed_out().await;
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggested_passkey_signs_in_without_a_click() {
    let visit = Visit::begin(&[]).await;
    let browser = &visit.browser;
    assert_eq!(
        browser.run("return document.querySelector('#name').autocomplete").await,
        "username webauthn",
        "without it the browser suggests no passkey"
    );
    browser.until(&format!("{STARTS} === 1")).await;
    let authenticator = browser.add_authenticator(json!({})).await;
    // Another request of the page is pending; the browser takes one at a time.
    visit.create_account("rosalind").await;
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);

    browser.forget_cookies().await;
    visit.load().await;
    visit.signed_in_as("rosalind").await;
    visit.passkeys(1).await;
    assert_eq!(browser.text("#status").await, "You are signed in.");
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_behind_the_suggestions_is_renewed_before_it_expires() {
    let visit = Visit::begin(&[&with_options("options.timeout = 500")]).await;
    visit.browser.until(&format!("{STARTS} >= 3")).await;
    visit.signed_out().await;
    assert_eq!(visit.browser.text("#sign-in-notice").await, "");
    visit.assert_clean_log().await;
}

/// How many authentications the page has begun.
const STARTS: &str = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/sessions/start')).length";

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
async fn a_page_over_plain_http_says_that_it_needs_a_secure_connection() {
    let visit = Visit::begin(&[]).await;
    let browser = &visit.browser;
    // The driver's browser finds this host at 127.0.0.1; unlike localhost, it is no secure context.
    let address = visit.site.url.replace("localhost", "plain-http.test");
    browser.open(&address).await;
    browser.until("document.querySelector('.view:not([hidden])')").await;
    let said = browser.text("#capability").await;
    assert!(said.starts_with("Passkeys work only over a secure connection."), "{said}");
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

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_of_the_browser_is_put_in_words() {
    let failing = "navigator.credentials.create = async () => { throw new DOMException('of its own', window.failure); };";
    let visit = Visit::begin(&[NO_AUTOFILL, failing]).await;
    let browser = &visit.browser;
    browser.click("#create").await;
    browser.until("document.querySelector('#create-notice').textContent === 'Type a name first.'").await;
    assert_eq!(visit.focus().await, "name");
    browser.press("sofia").await;
    for (name, words) in [
        ("AbortError", "The request was stopped."),
        ("ConstraintError", "That authenticator can’t check that it is you."),
        ("InvalidStateError", "This device or security key already has a passkey for your account."),
        ("NotAllowedError", "No passkey was made: the request was cancelled, or it timed out."),
        ("NotSupportedError", "That authenticator offers no kind of key that this server accepts."),
        ("SecurityError", "This page’s address doesn’t fit its passkeys.\nThey belong to “localhost”,"),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_leads_back_to_signing_in() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("chien").await;
    visit.browser.forget_cookies().await;
    visit.browser.click("#add").await;
    visit.signed_out().await;
    assert_eq!(visit.browser.text("#status").await, "Your session has ended. Sign in again to go on.");
    assert_eq!(visit.focus().await, "out-title");
    visit.sign_in("chien").await;
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_called_that_and_not_a_wrong_passkey() {
    let mut visit = Visit::begin(&[NO_AUTOFILL]).await;
    visit.site.stop().await;
    visit.browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert!(words.starts_with("The server can’t be reached."), "{words}");
    assert_eq!(code, "network");
    visit.assert_only_refusals_logged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_in_a_row_make_one_account() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
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
async fn every_control_has_a_name_and_the_page_fits_from_narrow_to_wide() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    assert_eq!(names, ["Countersign", "Sign in with a passkey", "Name", "Create account with a passkey"]);

    visit.create_account("hypatia-of-alexandria-with-a-name-that-has-no-place-to-break").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    fits(browser).await;
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    let labels =
        [browser.text(".passkey:nth-child(1) h3").await, browser.text(".passkey:nth-child(2) h3").await];
    let mut expected = vec!["Countersign".to_owned(), "Sign out".to_owned(), "Add a passkey".to_owned()];
    for label in labels {
        expected.extend([format!("Rename {label}"), format!("Remove {label}")]);
    }
    expected.push("Delete account…".to_owned());
    assert_eq!(names, expected);
    visit.assert_clean_log().await;
}

async fn fits(browser: &Browser) {
    for width in [320, 360, 768, 1280, 1920] {
        browser.set_width(width).await;
        let overflow =
            "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
        assert_eq!(browser.run(overflow).await, 0, "at {width}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_security_policy_is_in_force_and_its_violations_are_logged() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    visit.assert_clean_log().await;
    browser.run("document.body.setAttribute('style', 'color: red')").await;
    browser.run("new Image().src = 'http://127.0.0.1:9/elsewhere.png'").await;
    browser.run("try { document.body.innerHTML = '<p>markup</p>' } catch {}").await;
    let log = browser.log().await.join("\n");
    for directive in ["style-src 'self'", "img-src 'self'", "TrustedHTML"] {
        assert!(log.contains(directive), "{directive} is not in {log}");
    }
    assert!(browser.is_shown("#sign-in").await, "the markup did not get in");
}
