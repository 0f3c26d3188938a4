//! Lost answers: the server has carried out the request, and the page does not know.

use serde_json::json;

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{browsers::in_each_browser, proxy::Proxy};

async fn visit_through_proxy(kind: Kind) -> (Visit, Proxy) {
    let (site, proxy) = Site::behind_proxy().await;
    (Visit::begin_at(kind, site, &[NO_AUTOFILL]).await, proxy)
}

async fn an_account_whose_first_answer_is_lost_keeps_its_passkey_and_is_entered(kind: Kind) {
    let (visit, proxy) = visit_through_proxy(kind).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    proxy.lose("/api/accounts/finish", 1);
    visit.create_account("ada").await;
    assert_eq!(proxy.lost(), 1);
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);
    visit.sign_out().await;
    visit.sign_in("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_answers_are_all_lost_keeps_its_passkey() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    proxy.lose("/api/accounts/finish", usize::MAX);
    visit.ask_for_account("ada").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "network");
    assert!(words.contains("The account may exist by now, with its passkey."), "{words}");
    assert!(proxy.lost() >= 3, "asked for it {} times", proxy.lost());
    assert_eq!(browser.credentials(&authenticator).await.len(), 1, "the account's only passkey");
    proxy.lose("", 0);
    visit.sign_in("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_whose_answer_is_lost_is_sent_again() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    visit.sign_out().await;
    // The browser itself repeats what is lost on a reused connection; then the page does.
    proxy.lose("/api/sessions/finish", 3);
    visit.sign_in("ada").await;
    assert_eq!(proxy.lost(), 3);
    assert_eq!(browser.credentials(&authenticator).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_whose_answers_are_all_lost_is_searched_in_the_list() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    proxy.lose("/api/credentials/finish", usize::MAX);
    visit.add_passkey(2).await;
    let status = browser.text("#status").await;
    assert!(status.ends_with("is added. You can rename it below."), "{status}");
    assert_eq!(browser.credentials(&second).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_whose_answer_is_lost_is_no_error() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    // The first answer is that a confirmation is needed.
    proxy.lose_after(1, "DELETE /api/credentials/", 1);
    visit.remove_passkey(2).await;
    visit.passkeys(1).await;
    assert_eq!(proxy.lost(), 1);
    let status = browser.text("#status").await;
    assert!(status.ends_with("is removed."), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_answer_is_lost_is_reported_as_probable() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    proxy.lose_after(1, "DELETE /api/account", 1);
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    browser.click("#confirm-yes").await;
    visit.signed_out().await;
    assert_eq!(proxy.lost(), 1);
    assert_eq!(
        browser.text("#status").await,
        "You are signed out, and the account “ada” is probably deleted: the server’s answer was lost."
    );
    assert!(!visit.site.has_account("ada").await);
}

/// A script that stores the browser's signals in `window.signals`.
pub(crate) const SIGNALS: &str = "window.signals = [];
    for (const name of ['signalUnknownCredential', 'signalAllAcceptedCredentials']) {
        const real = PublicKeyCredential[name].bind(PublicKeyCredential);
        PublicKeyCredential[name] = (details) => { signals.push({ name, details }); return real(details); };
    }";

/// A script that answers each finish with the status and the body in `window.instead`.
const INSTEAD: &str = "const real = window.fetch;
    window.fetch = (path, request) => String(path).endsWith('/finish')
        ? Promise.resolve(new Response(instead[1], { status: instead[0] })) : real(path, request);";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_unknown_credential_signals_none() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, SIGNALS, INSTEAD]).await;
    let browser = &visit.browser;
    let error = |code: &str| json!({ "error": { "code": code, "message": "No." } }).to_string();
    let answers = [
        (400, error("challenge-expired")),
        (400, error("state-invalid")),
        (400, error("cookie-missing")),
        (404, "<h1>Not Found</h1>".to_owned()),
        (503, error("storage-failed")),
        (502, "<h1>Bad Gateway</h1>".to_owned()),
        (200, "{\"account\": ".to_owned()),
    ];
    for (count, (status, body)) in answers.iter().enumerate() {
        // A virtual authenticator stores few passkeys.
        let authenticator = browser.add_authenticator(json!({})).await;
        browser.run(&format!("window.instead = {}", json!([status, body]))).await;
        create(browser, &format!("name {count}")).await;
        let (words, _) = visit.notice("create-notice").await;
        assert_eq!(browser.run("return signals").await, json!([]), "{status} {body}");
        assert_eq!(browser.credentials(&authenticator).await.len(), 1, "{status} {body}: {words}");
        browser.remove_authenticator(authenticator).await;
    }
}

/// Requests an account, whatever was requested before.
async fn create(browser: &Browser, name: &str) {
    browser.run("document.querySelector('#name').value = ''").await;
    browser.click("#name").await;
    browser.press(name).await;
    browser.run("document.querySelector('#create-notice').replaceChildren()").await;
    browser.click("#create").await;
}

/// A script by which the page never gets the answer to a request with the method `window.held` that the server carried
/// out; then `window.done` is true. If `window.unsent` is true, the request doesn't go out either.
const HELD: &str = "const real = window.fetch;
    window.fetch = async (path, request) => {
        const held = request && request.method === window.held && !path.endsWith('/start') && !path.startsWith('/api/step-up/');
        const response = held && window.unsent ? { ok: true } : await real(path, request);
        if (!held || !response.ok) return response;
        window.done = true;
        return new Promise(() => {});
    };";

/// Cancels a request that the server has carried out.
async fn cancel(browser: &Browser) {
    browser.until("window.done && !document.querySelector('#cancel').hidden").await;
    browser.click("#cancel").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_cancelled_after_it_was_done_is_not_reported_as_undone() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, HELD]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.run("window.held = 'DELETE'").await;
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    browser.click("#confirm-yes").await;
    cancel(browser).await;
    visit.signed_out().await;
    assert_eq!(
        browser.text("#status").await,
        "You are signed out, and the account “ada” is probably deleted: the server’s answer was lost."
    );
    assert!(!visit.site.has_account("ada").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_whose_saving_is_cancelled_is_shown_as_the_server_has_it() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, HELD]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.run("window.held = 'PATCH'; window.unsent = true").await;
    browser.click("[data-part=rename]").await;
    browser.press("Key ring").await;
    browser.click("[data-part=save]").await;
    cancel(browser).await;
    browser.until("document.querySelector('[data-part=notice]').textContent").await;
    let said = browser.text("[data-part=notice]").await;
    assert!(
        said.starts_with("You cancelled the request.\nA moment later it had not been done. Try again."),
        "{said}"
    );

    browser.run("window.unsent = false; window.done = false").await;
    browser.click("[data-part=save]").await;
    cancel(browser).await;
    browser.until("document.querySelector('#status').textContent === 'Renamed to “Key ring”.'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_whose_finish_is_cancelled_is_not_signalled_as_unknown() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, SIGNALS, HELD]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.confirm_for_passkey().await;
    browser.run("window.held = 'POST'; window.unsent = true; signals.length = 0").await;
    visit.make_passkey().await;
    cancel(browser).await;
    let (words, code) = visit.notice("add-notice").await;
    assert!(words.contains("A moment later the passkey had not been added to your account."), "{words}");
    assert_eq!(code, "cancelled");
    assert_eq!(browser.run("return signals").await, json!([]));
    assert_eq!(browser.credentials(&second).await.len(), 1, "the finish may be under way");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_not_reported_as_deleted_if_the_session_was_over_before() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.forget_cookies().await;
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    browser.click("#confirm-yes").await;
    visit.signed_out().await;
    assert_eq!(browser.text("#status").await, "Your session has ended. Sign in again to go on.");
    assert!(visit.site.has_account("ada").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_finish_does_not_enter_another_account_that_is_signed_in() {
    let bob = "const real = window.fetch;
        window.fetch = async (path, request) => {
            if (window.lost && path.endsWith('/finish')) throw new TypeError('lost');
            const response = await real(path, request);
            if (path !== '/api/session' || !window.lost) return response;
            const account = { name: 'bob', userHandle: 'Ym9i' };
            return new Response(JSON.stringify({ ...await response.json(), account }), { headers: response.headers });
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, bob]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    browser.run("window.lost = true").await;
    visit.ask_for_account("ada").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "network");
    assert!(words.contains("The account may exist by now, with its passkey."), "{words}");
    assert!(!browser.is_shown("#view-in").await);

    browser.run("window.lost = false").await;
    visit.load().await;
    visit.create_account("eve").await;
    visit.sign_out().await;
    browser.run("window.lost = true").await;
    browser.click("#sign-in").await;
    let (words, code) = visit.notice("sign-in-notice").await;
    assert_eq!(code, "network");
    assert!(words.contains("You may be signed in by now, or not."), "{words}");
    assert!(!browser.is_shown("#view-in").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_end_was_not_answered_is_no_longer_listed() {
    let (visit, proxy) = visit_through_proxy(Kind::Chromium).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.forget_cookies().await;
    visit.load().await;
    visit.sign_in("ada").await;
    browser.until("document.querySelectorAll('.session').length === 2").await;
    proxy.lose("DELETE /api/sessions/", 1);
    browser.click(".session:not(:has([data-part=end][hidden])) [data-part=end]").await;
    browser.until("document.querySelectorAll('.session').length === 1 && !document.querySelector('[aria-busy=true]')").await;
    assert_eq!(proxy.lost(), 1);
    assert_eq!(browser.text("#status").await, "That session is signed out.");
}

in_each_browser!(an_account_whose_first_answer_is_lost_keeps_its_passkey_and_is_entered,);
