//! Browsers without required features, and addresses at which the page does not work.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{browsers::in_each_browser, driver::setting::Setting};

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_webauthn_gets_a_sentence_instead_of_dead_buttons() {
    let visit = Visit::begin(Kind::Chromium, &["delete window.PublicKeyCredential"]).await;
    assert!(visit.browser.text("#capability").await.starts_with("This browser can’t use passkeys."));
    for dead in ["#sign-in", "#create", "#name"] {
        assert!(!visit.browser.is_shown(dead).await, "{dead}");
    }
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_another_address_shows_its_own_address() {
    let visit = Visit::begin(Kind::Chromium, &[]).await;
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
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, older]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("hedy").await;
    visit.confirm_for_passkey().await;
    visit.make_passkey().await;
    assert_eq!(visit.notice("add-notice").await.1, "InvalidStateError", "the excluded passkeys went along");
    visit.sign_out().await;
    visit.sign_in("hedy").await;
    visit.assert_only_rejections_logged().await;
}

/// The modules of the page that it can't do without.
const MODULES: [&str; 11] = [
    "/app.js",
    "/account.js",
    "/actions.js",
    "/client.js",
    "/entrance.js",
    "/items.js",
    "/passkeys.js",
    "/recovery.js",
    "/returning.js",
    "/sessions.js",
    "/view.js",
];

async fn a_page_whose_script_does_not_arrive_shows_that(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    for file in MODULES {
        browser.block(&[file]).await;
        browser.open(&visit.site.url).await;
        browser.until_loading_is_shown().await;
    }
    browser.block(&[]).await;
    visit.load().await;
    assert!(!browser.is_shown("#loading").await);
}

async fn a_browser_that_blocks_cookies_shows_that_before_a_passkey_is_created(kind: Kind) {
    let browser = Browser::start_with(kind, &[Setting::CookiesBlocked]).await;
    let visit = Visit::begin_in(browser, Site::start().await, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let enabled = browser.run("return navigator.cookieEnabled").await;
    assert_eq!(enabled, kind == Kind::Chromium, "Chromium says otherwise");
    let said = browser.text("#capability").await;
    assert!(said.starts_with("Cookies of this site are blocked."), "{said}");
    assert!(said.contains("Allow cookies for localhost:"), "{said}");
    assert!(!browser.is_shown("#create").await && !browser.is_shown("#sign-in").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_not_created_without_the_cookie_of_the_server() {
    let dropping = "const real = window.fetch;
        window.fetch = (path, request) => real(path, { ...request, credentials: 'omit' });";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, dropping]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.ask_for_account("ada").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "cookie-missing");
    assert!(words.contains("Allow cookies for localhost:"), "{words}");
    assert!(!visit.site.has_account("ada").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_a_frame_of_another_site_shows_that() {
    let (site, proxy) = Site::behind_proxy().await;
    // Like a proxy with its own headers; otherwise the browser would not show the page in the frame.
    proxy.replace("frame-ancestors 'none'", "frame-ancestors *     ");
    let visit = Visit::begin_at(Kind::Chromium, site, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.open(&other_site().await).await;
    let address = json!(visit.site.url);
    browser
        .run(&format!(
            "document.body.append(Object.assign(document.createElement('iframe'), {{ src: {address} }}))"
        ))
        .await;
    browser.enter_frame().await;
    browser.until("document.querySelector('.view:not([hidden])')").await;
    let said = browser.text("#capability").await;
    assert!(said.starts_with("This page is shown inside another site’s page."), "{said}");
    assert!(said.contains(&visit.site.url), "{said}");
    assert!(!browser.is_shown("#create").await && !browser.is_shown("#sign-in").await);
}

/// The address of an empty page without our headers.
async fn other_site() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let page = "<!doctype html><title>Other</title><body>";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
            let _ = stream.write_all(format!("{head} {}\r\n\r\n{page}", page.len()).as_bytes()).await;
        }
    });
    format!("http://127.0.0.1:{port}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_an_address_that_is_not_its_own_links_to_the_right_one() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.open(&visit.site.url.replace("localhost", "127.0.0.1")).await;
    browser.until("document.querySelector('.view:not([hidden])')").await;
    let said = browser.text("#capability").await;
    assert!(said.starts_with("This page doesn’t work at this address."), "{said}");
    assert!(!browser.is_shown("#create").await && !browser.is_shown("#sign-in").await);
    browser.click("#capability a").await;
    visit.signed_out().await;
    assert_eq!(browser.run("return location.origin").await, visit.site.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_the_second_accepted_address_is_not_blocked() {
    let (site, proxy) = Site::at_two_addresses().await;
    let home = format!("http://localhost:{}", proxy.port);
    let visit = Visit::begin_at(Kind::Chromium, site, &[NO_AUTOFILL]).await;
    for address in [visit.site.url.clone(), home] {
        visit.browser.open(&address).await;
        visit.signed_out().await;
        assert!(!visit.browser.is_shown("#capability").await, "{address}");
        assert!(visit.browser.is_shown("#create").await, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_from_before_an_update_asks_to_be_reloaded_and_starts_nothing() {
    let updated = "const real = window.fetch;
        window.asked = 0;
        window.fetch = async (path, request) => {
            asked += 1;
            const response = await real(path, request);
            const headers = new Headers(response.headers);
            if (window.updated) headers.set('countersign-page', 'another');
            return new Response(await response.text(), { status: response.status, headers });
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, updated]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    assert!(!browser.is_shown("#reload").await);
    browser.run("window.updated = true").await;
    visit.create_account("ada").await;
    assert_eq!(browser.text("#outdated-text").await, "This page is from before an update. Reload it.");
    browser.run("window.asked = 0").await;
    browser.click("#add").await;
    browser.click("#sign-out").await;
    assert_eq!(browser.run("return asked").await, 0);
    assert_eq!(visit.focus().await, "reload");
    browser.click("#reload").await;
    browser.until("document.querySelector('#outdated')?.hidden").await;
    visit.signed_in_as("ada").await;
}

in_each_browser!(
    a_page_whose_script_does_not_arrive_shows_that,
    a_browser_that_blocks_cookies_shows_that_before_a_passkey_is_created,
);
