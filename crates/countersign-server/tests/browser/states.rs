//! Each state of the users' page, as it looks.

use serde_json::json;

use crate::driver::{Kind, authenticators::usb};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{axe, browsers::in_each_browser, layout::Gallery};

/// A script with which a passkey is waited for as long as `window.waits` is true.
const WAITS: &str = "{
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => window.waits ? new Promise(() => {}) : get(options);
}";

/// A script with which the server has another version of the page once `window.updated` is true.
const UPDATED: &str = "{
    const real = window.fetch;
    window.fetch = async (path, request) => {
        const response = await real(path, request);
        const headers = new Headers(response.headers);
        if (window.updated) headers.set('countersign-page', 'another');
        const { status } = response;
        return new Response(status === 204 ? null : await response.text(), { status, headers });
    };
}";

/// Hebrew, with a number that would move if the name were not isolated.
const NAME: &str = "שרה לוי 7";
/// A label from right to left that is longer than a narrow line.
const LABEL: &str = "المفتاح الاحتياطي الذي أحتفظ به في درج المكتب";
/// A label without a place to break.
const UNBROKEN: &str = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

async fn each_state_before_the_sign_in(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL, WAITS, &axe::script()]).await;
    let browser = &visit.browser;
    let gallery = Gallery::of("users", browser, &[NAME]);
    gallery.show("empty").await;

    browser.run("window.waits = true").await;
    browser.click("#sign-in").await;
    browser.until("!document.querySelector('#cancel').hidden").await;
    gallery.show("busy").await;
    browser.click("#cancel").await;
    assert_eq!(visit.notice("sign-in-notice").await.1, "cancelled");
    gallery.show("error").await;

    browser.run("document.querySelector('#recover').open = true").await;
    browser.click("#recover-name").await;
    browser.press(NAME).await;
    browser.click("#recover-code").await;
    browser.press("0000-0000-0000-0000-0000-0001").await;
    browser.click("#recover-submit").await;
    assert_eq!(visit.notice("recover-notice").await.1, "code-malformed");
    gallery.show("recovery-error").await;

    browser.block(&["/api/session"]).await;
    browser.open(&visit.site.url).await;
    assert_eq!(visit.notice("failed-notice").await.1, "network");
    gallery.show("failed").await;

    browser.block(&["/app.js"]).await;
    browser.open(&visit.site.url).await;
    browser.until_loading_is_shown().await;
    gallery.show("no-script").await;

    browser.block(&[]).await;
    browser.before_load("delete window.PublicKeyCredential").await;
    visit.load().await;
    gallery.show("unsupported").await;
}

async fn each_state_after_the_sign_in(kind: Kind) {
    let application = "https://app.example.org";
    let site = Site::start_with(|config| config.return_addresses = vec![application.into()]).await;
    let visit = Visit::begin_at(kind, site, &[NO_AUTOFILL, WAITS, UPDATED, &axe::script()]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.create_account(NAME).await;
    let gallery = Gallery::of("users", browser, &[NAME, LABEL, UNBROKEN]);
    gallery.show("new-account").await;

    browser.click("#make-codes").await;
    browser.until("!document.querySelector('#codes').hidden").await;
    gallery.show("codes").await;
    browser.click("#hide-codes").await;

    visit.add_passkey_elsewhere(2, first, usb()).await;
    for (place, label) in [(1, UNBROKEN), (2, LABEL)] {
        browser.click(&format!(".passkey:nth-child({place}) [data-part=rename]")).await;
        browser.press(label).await;
        browser.click(&format!(".passkey:nth-child({place}) [data-part=save]")).await;
        browser
            .until(&format!("document.querySelector('#status bdi')?.textContent === {}", json!(label)))
            .await;
    }
    browser.forget_cookies().await;
    browser.open(&format!("{}/?return_to={application}%2F", visit.site.url)).await;
    browser.until("!document.querySelector('#return').hidden").await;
    gallery.show("return-signed-out").await;
    visit.load().await;
    visit.sign_in(NAME).await;
    browser.until("document.querySelectorAll('.session').length === 2").await;
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
    gallery.show("full").await;

    browser.click("#rename-account").await;
    browser.click(".passkey:nth-child(2) [data-part=rename]").await;
    gallery.show("renaming").await;
    browser.click(".passkey:nth-child(2) [data-part=cancel]").await;
    browser.click("#keep-name").await;
    browser.click(".passkey:nth-child(2) [data-part=remove]").await;
    gallery.show("question").await;
    browser.click("#confirm-no").await;

    browser.run("window.waits = true").await;
    browser.click("#delete").await;
    browser.click("#confirm-yes").await;
    browser.until("!document.querySelector('#cancel').hidden").await;
    gallery.show("busy-signed-in").await;
    browser.click("#cancel").await;
    assert_eq!(visit.notice("delete-notice").await.1, "cancelled");
    gallery.show("error-signed-in").await;

    browser.run("window.updated = true; window.dispatchEvent(new Event('online'))").await;
    browser.until("!document.querySelector('#outdated').hidden").await;
    gallery.show("outdated").await;
}

in_each_browser!(each_state_before_the_sign_in, each_state_after_the_sign_in);
