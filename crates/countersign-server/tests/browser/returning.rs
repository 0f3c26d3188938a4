//! From an application to the page, and back after the sign-in.

use std::time::Duration;

use axum::{Router, response::Html};
use tokio::net::TcpListener;

use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{browsers::in_each_browser, driver::Kind};

/// An application on a free port, and its address.
async fn application() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let answer = || async { Html("<title>The application</title>") };
    // The browser asks for an icon too.
    let routes = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

/// A browser at the page of a site, and the page's address with a way back to an application.
async fn visit(kind: Kind, age: &str) -> (Visit, String, String) {
    let application = application().await;
    let allowed = application.clone();
    let site = Site::start_with(|config| config.return_addresses = vec![allowed]).await;
    let visit = Visit::begin_at(kind, site, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(serde_json::json!({})).await;
    let target = format!("{application}/here?a=b&c");
    let encoded = target.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('&', "%26");
    let page = format!("{}/?return_to={encoded}{age}", visit.site.url);
    (visit, page, target)
}

/// Waits until the browser is at the application.
async fn arrived(visit: &Visit, target: &str) {
    visit.browser.until("document.title === 'The application'").await;
    assert_eq!(visit.browser.run("return location.href").await, target);
}

const IS_SHOWN: &str = "document.querySelector('.view:not([hidden])')";

async fn after_creating_an_account_and_after_a_sign_in_the_page_goes_on_to_the_application(kind: Kind) {
    let (visit, page, target) = visit(kind, "").await;
    visit.browser.open(&page).await;
    visit.browser.until(IS_SHOWN).await;
    let host = target.split('/').nth(2).unwrap();
    assert_eq!(visit.browser.text("#return").await, format!("Sign in to go on to “{host}”."));
    visit.ask_for_account("Ada").await;
    arrived(&visit, &target).await;

    visit.load().await;
    visit.signed_in_as("Ada").await;
    visit.sign_out().await;
    visit.browser.open(&page).await;
    visit.browser.until(IS_SHOWN).await;
    visit.browser.click("#sign-in").await;
    arrived(&visit, &target).await;
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_signed_in_goes_on_with_a_click_and_never_by_itself() {
    let (visit, page, target) = visit(Kind::Chromium, "").await;
    visit.create_account("Ada").await;
    visit.browser.open(&page).await;
    visit.browser.until(IS_SHOWN).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    visit.signed_in_as("Ada").await;
    assert_eq!(visit.browser.text("#continue").await, "Go on");
    visit.browser.click("#continue").await;
    arrived(&visit, &target).await;
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demand_for_a_recent_verification_takes_the_passkey_first() {
    let (visit, page, target) = visit(Kind::Chromium, "&max_age=20").await;
    visit.create_account("Ada").await;
    visit.browser.open(&page).await;
    visit.browser.until(IS_SHOWN).await;
    assert_eq!(visit.browser.text("#continue").await, "Go on");

    tokio::time::sleep(Duration::from_secs(21)).await;
    visit.browser.open(&page).await;
    visit.browser.until(IS_SHOWN).await;
    assert_eq!(visit.browser.text("#continue").await, "Confirm and go on");
    visit.browser.click("#continue").await;
    arrived(&visit, &target).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_allowed_is_named_as_a_problem_and_leads_nowhere() {
    let (visit, _, _) = visit(Kind::Chromium, "").await;
    visit.create_account("Ada").await;
    let page = format!("{}/?return_to=https%3A%2F%2Fevil.example%2F", visit.site.url);
    visit.browser.open(&page).await;
    let (words, code) = visit.notice("return-text").await;
    assert!(
        words.starts_with("The link names an address that this server does not lead back to."),
        "{words}"
    );
    assert_eq!(code, "return-address-not-allowed");
    visit.signed_in_as("Ada").await;
    assert_eq!(visit.browser.run("return document.querySelector('#continue').hidden").await, true);
    visit.assert_only_rejections_logged().await;
}

in_each_browser!(after_creating_an_account_and_after_a_sign_in_the_page_goes_on_to_the_application,);
