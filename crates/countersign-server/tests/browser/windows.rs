//! Several windows of one browser, and pages that come back from its cache.

use serde_json::{Value as Json, json};

use crate::driver::{Browser, Kind, authenticators::Authenticator};
use crate::site::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, lost::SIGNALS};

/// A script with which a window gets no messages of the others, as if they were delayed.
const DEAF: &str = "delete window.BroadcastChannel; document.addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true);";

/// Copies the passkeys of one authenticator into another one: a provider shows all windows the same passkeys, but the
/// browser's virtual authenticators belong to one window each, and store one passkey of an account.
async fn copy(browser: &Browser, credentials: Vec<Json>, into: &Authenticator) {
    for credential in credentials {
        browser.add_credential(into, credential).await;
    }
}

/// The credential IDs of the last list that the page passed on.
const LAST_LIST: &str = "return signals.filter(({ name }) => name === 'signalAllAcceptedCredentials').at(-1)?.details.allAcceptedCredentialIds ?? []";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_another_window_added_survives_a_removal() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DEAF, SIGNALS]).await;
    let browser = &visit.browser;
    let provider = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    let known = browser.credentials(&provider).await;
    let first_window = browser.window().await;

    visit.open_window(&[NO_AUTOFILL]).await;
    let own = browser.add_authenticator(json!({})).await;
    copy(browser, known, &own).await;
    visit.confirm_for_passkey().await;
    browser.remove_authenticator(own).await;
    let new = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.make_passkey().await;
    visit.passkeys(3).await;
    let added = browser.credentials(&new).await;
    let added_id = added[0]["credentialId"].clone();

    browser.go_to(&first_window).await;
    // Its passkey's counter is behind the one of its copy.
    browser.remove_authenticator(provider).await;
    let copied = browser.add_authenticator(json!({ "transport": "nfc" })).await;
    copy(browser, added, &copied).await;
    visit.passkeys(2).await;
    visit.remove_passkey(2).await;
    browser.until("document.querySelector('#status').textContent.endsWith('is removed.')").await;
    let list = browser.run(LAST_LIST).await;
    assert!(list.as_array().unwrap().contains(&added_id), "{added_id} is not in {list}");
    assert_eq!(browser.credentials(&copied).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_another_window_is_adding_survives_a_removal() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, SIGNALS]).await;
    let browser = &visit.browser;
    let provider = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let known = browser.credentials(&provider).await;
    let first_window = browser.window().await;

    // The authenticator has the passkey, and the server does not know it yet.
    let slow = "const real = window.fetch;
        window.fetch = (path, request) => path !== '/api/credentials/finish' ? real(path, request)
            : new Promise((resolve) => { window.release = () => resolve(real(path, request)); });";
    let second_window = visit.open_window(&[NO_AUTOFILL, slow]).await;
    let own = browser.add_authenticator(json!({})).await;
    copy(browser, known, &own).await;
    visit.confirm_for_passkey().await;
    browser.remove_authenticator(own).await;
    let new = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.make_passkey().await;
    browser.until("window.release").await;
    let added = browser.credentials(&new).await;

    browser.go_to(&first_window).await;
    let copied = browser.add_authenticator(json!({ "transport": "nfc" })).await;
    copy(browser, added, &copied).await;
    visit.load().await;
    visit.passkeys(1).await;
    assert_eq!(browser.run(LAST_LIST).await, json!([]), "no list is passed on while one more is being added");
    assert_eq!(browser.credentials(&copied).await.len(), 1);

    browser.go_to(&second_window).await;
    browser.run("release()").await;
    visit.passkeys(2).await;
    browser.go_to(&first_window).await;
    visit.passkeys(2).await;
    assert_eq!(browser.credentials(&copied).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_shows_another_account_than_the_session_changes_nothing() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DEAF, SIGNALS]).await;
    let Visit { site, browser } = &visit;
    let provider = browser.add_authenticator(json!({})).await;
    visit.create_account("alice").await;
    let first_window = browser.window().await;

    visit.open_window(&[NO_AUTOFILL]).await;
    browser.add_authenticator(json!({})).await;
    visit.sign_out().await;
    visit.create_account("bob").await;

    let other_window = browser.window().await;

    for act in ["#add", "#sign-out", "#delete"] {
        browser.go_to(&first_window).await;
        assert_eq!(browser.text("#account-name").await, "alice");
        if act == "#delete" {
            browser.click(".danger summary").await;
        }
        browser.click(act).await;
        if act == "#delete" {
            assert_eq!(browser.text("#confirm-title").await, "Delete the account “alice”?");
            browser.click("#confirm-yes").await;
        }
        visit.signed_in_as("bob").await;
        assert_eq!(
            browser.text("#status").await,
            "You are signed in as “bob” now, from another window. Nothing was changed.",
            "{act}"
        );
        visit.passkeys(1).await;
        assert!(site.has_account("alice").await && site.has_account("bob").await, "{act}");
        assert_eq!(browser.credentials(&provider).await.len(), 1, "{act}: alice's passkey");

        // As alice once more, while the other window goes on as bob.
        visit.sign_out().await;
        visit.sign_in("alice").await;
        browser.go_to(&other_window).await;
        visit.load().await;
        visit.sign_out().await;
        visit.sign_in("bob").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_another_account_is_not_shown_for_this_account() {
    // Between the two requests of the page another window signs in.
    let swapped = "const real = window.fetch;
        window.fetch = async (path, request) => {
            const response = await real(path, request);
            if (path !== '/api/session' || !window.other) return response;
            const account = window.other;
            window.other = null;
            return new Response(JSON.stringify({ ...await response.json(), account }), { headers: response.headers });
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, swapped, SIGNALS]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.run("window.other = { name: 'bob', userHandle: 'Ym9i' }").await;
    browser.run("document.dispatchEvent(new Event('visibilitychange'))").await;
    browser.until("!document.querySelector('#view-out').hidden").await;
    assert_eq!(browser.text("#status").await, "Another account is signed in by now.");
    browser.run("document.dispatchEvent(new Event('visibilitychange'))").await;
    visit.signed_in_as("ada").await;
    visit.passkeys(1).await;
}

async fn a_window_follows_when_another_one_signs_out_or_in(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let first_window = browser.window().await;
    visit.open_window(&[NO_AUTOFILL]).await;
    visit.sign_out().await;
    browser.go_to(&first_window).await;
    browser.until("!document.querySelector('#view-out').hidden").await;
    assert_eq!(browser.text("#status").await, "You have been signed out.");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_stays_in_the_document_after_signing_out() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada-the-first").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    visit.remove_passkey(2).await;
    visit.passkeys(1).await;
    visit.sign_out().await;
    let text = browser.run("return document.documentElement.outerHTML").await;
    let text = text.as_str().unwrap();
    for name in ["ada-the-first", "Passkey”", "Passkey</h3>"] {
        assert!(!text.contains(name), "{name} is in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_from_the_cache_shows_no_account_before_the_server_answered() {
    let mut visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let cached = "window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
        return document.body.innerText.includes('ada')";
    assert_eq!(browser.run(cached).await, false, "what the cache keeps shows nothing");
    browser.forget_cookies().await;
    browser.run("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
    visit.signed_out().await;

    visit.sign_in("ada").await;
    visit.browser.run(cached).await;
    visit.site.stop().await;
    visit.browser.run("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
    let (words, code) = visit.notice("failed-notice").await;
    assert!(words.starts_with("The server can’t be reached."), "{words}");
    assert_eq!(code, "network");
    assert!(!visit.browser.is_shown("#view-in").await);
}

async fn a_page_that_comes_back_after_the_session_is_over_shows_no_account(kind: Kind) {
    let kept = "window.addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; });";
    let visit = Visit::begin(kind, &[NO_AUTOFILL, kept]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.forget_cookies().await;
    browser.open("about:blank").await;
    browser.back().await;
    browser.until("!document.querySelector('#view-out').hidden").await;
    // Under its driver, Firefox loads the page anew.
    let is_kept = kind == Kind::Chromium;
    assert_eq!(
        browser.run("return window.persisted").await,
        is_kept,
        "the browser keeps the page in its cache"
    );
    visit.signed_out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_could_not_be_loaded_is_loaded_once_the_network_is_back() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, "window.down = true; const real = window.fetch;
        window.fetch = (path, request) => down ? Promise.reject(new TypeError('down')) : real(path, request);"])
    .await;
    assert_eq!(visit.notice("failed-notice").await.1, "network");
    visit.browser.run("window.down = false; window.dispatchEvent(new Event('online'))").await;
    visit.signed_out().await;
}

/// A script that delays the page's request for the session while `window.slow` is true, until `release()`.
const SLOW: &str = "Object.defineProperty(document, 'hidden', { get: () => false });
    const real = window.fetch;
    window.fetch = async (path, request) => {
        if (path !== '/api/session' || request?.method !== 'GET' || !window.slow) return real(path, request);
        await new Promise((resolve) => { window.release = resolve; });
        const response = await real(path, request);
        const body = await response.text();
        setTimeout(() => { window.answered = true; }, 100);
        return new Response(body, { headers: response.headers });
    };";

/// A window that shows alice, and another one that signs in as bob after `before`.
async fn alice_and_bob(before: &str) -> Visit {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DEAF, SLOW]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("alice").await;
    let first_window = browser.window().await;
    browser.click(".danger summary").await;
    browser.run(before).await;
    visit.open_window(&[NO_AUTOFILL]).await;
    browser.add_authenticator(json!({})).await;
    visit.sign_out().await;
    visit.create_account("bob").await;
    browser.go_to(&first_window).await;
    visit
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_one_account_is_not_carried_out_on_another_that_came_meanwhile() {
    let visit = alice_and_bob("").await;
    let Visit { site, browser } = &visit;
    browser.run("window.slow = true; window.dispatchEvent(new Event('online'))").await;
    browser.until("window.release").await;
    browser.click("#delete").await;
    visit.asked("Delete the account “alice”?").await;
    browser.run("window.slow = false; release()").await;
    browser.until("window.answered").await;
    browser.click("#confirm-yes").await;
    visit.signed_in_as("bob").await;
    assert_eq!(
        browser.text("#status").await,
        "You are signed in as “bob” now, from another window. Nothing was changed."
    );
    assert!(site.has_account("alice").await && site.has_account("bob").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_does_not_come_back_from_the_cache_with_another_account() {
    let hidden = "document.querySelector('#delete').click();
        window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));";
    let visit = alice_and_bob(hidden).await;
    let Visit { site, browser } = &visit;
    browser.run("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
    visit.signed_in_as("bob").await;
    assert_eq!(browser.run("return document.querySelector('#confirm').open").await, false);
    assert!(site.has_account("alice").await && site.has_account("bob").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_without_its_session_shows_nothing_of_the_account() {
    let mut visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    for down in [false, true] {
        let browser = &visit.browser;
        let authenticator = browser.add_authenticator(json!({})).await;
        let name = format!("ada-the-first-{down}");
        visit.create_account(&name).await;
        browser.run("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))").await;
        browser.forget_cookies().await;
        browser.remove_authenticator(authenticator).await;
        if down {
            visit.site.stop().await;
        }
        let browser = &visit.browser;
        browser.run("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
        let view = if down { "#view-failed" } else { "#view-out" };
        browser.until(&format!("!document.querySelector('{view}').hidden")).await;
        let text = browser.run("return document.documentElement.outerHTML").await;
        let text = text.as_str().unwrap();
        for kept in [&name, "Passkey</h3>", "This browser</li>"] {
            assert!(!text.contains(kept), "{kept} is in {text}");
        }
    }
}

/// A script that makes requests with a path in `window.down` fail, and counts those for the list of passkeys.
const DOWN: &str = "const real = window.fetch;
    Object.assign(window, { down: [], listed: 0 });
    window.fetch = (path, request) => {
        listed += path === '/api/credentials';
        return request && down.includes(path) ? Promise.reject(new TypeError('down')) : real(path, request);
    };";

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_reported_as_added_before_its_list_can_be_loaded() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DOWN]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.confirm_for_passkey().await;
    browser.run("down.push('/api/credentials')").await;
    visit.make_passkey().await;
    assert_eq!(visit.notice("add-notice").await.1, "network");
    let status = browser.text("#status").await;
    assert!(status.ends_with("is added. You can rename it below."), "{status}");
    visit.passkeys(1).await;
    browser.run("down.length = 0; window.dispatchEvent(new Event('online'))").await;
    visit.passkeys(2).await;
    browser.until("!document.querySelector('#add-notice').textContent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_another_window_is_not_missed_while_this_one_is_busy() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DOWN]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.click("#add").await;
    visit.asked("First confirm that it is you").await;
    let message = "const { account } = await (await fetch('/api/session')).json();
        const other = new BroadcastChannel('countersign');
        const heard = new BroadcastChannel('countersign');
        const there = new Promise((resolve) => { heard.onmessage = resolve; });
        window.listed = 0;
        other.postMessage({ account: account.userHandle, changed: true });
        await there;
        return listed";
    assert_eq!(browser.run(message).await, 0);
    browser.click("#confirm-no").await;
    browser.until("listed === 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_can_not_show_the_other_account_shows_the_reason() {
    let changed = "const changed = window.fetch;
        window.fetch = (path, request) => request?.method !== 'PATCH' ? changed(path, request)
            : Promise.resolve(new Response('{\"error\": {\"code\": \"account-changed\"}}', { status: 409 }));";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, DOWN, changed]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.run("down.push('/api/session')").await;
    browser.click("[data-part=rename]").await;
    browser.click("[data-part=save]").await;
    browser.until("!document.querySelector('#view-out').hidden").await;
    assert_eq!(browser.text("#status").await, "The server can’t be reached.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_whose_confirmation_was_used_up_is_confirmed_again_and_not_created_again() {
    let used_up = "const real = window.fetch;
        window.finishes = 0;
        window.fetch = async (path, request) => {
            if (path !== '/api/credentials/finish' || (window.finishes += 1) > 1) return real(path, request);
            const { headers } = await real('/api/session');
            const error = { code: 'reauthentication-required', message: 'Please confirm this with your passkey.' };
            return new Response(JSON.stringify({ error }), { status: 401, headers });
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, used_up]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let new = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.confirm_for_passkey().await;
    visit.make_passkey().await;
    visit.proceed("Confirm it once more").await;
    visit.passkeys(2).await;
    assert_eq!(browser.run("return finishes").await, 2);
    assert_eq!(browser.credentials(&new).await.len(), 1);
    visit.assert_only_rejections_logged().await;
}

in_each_browser!(
    a_window_follows_when_another_one_signs_out_or_in,
    a_page_that_comes_back_after_the_session_is_over_shows_no_account,
);
