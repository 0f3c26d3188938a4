//! The operator's page: from the link to each section.

use countersign_server::OperatorPage;
use countersign_server::operator::{AccountSelector, Operator};
use serde_json::json;

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{browsers::in_each_browser, layout::CUT};

/// True while no button of the page is busy.
const IDLE: &str = "!document.querySelector('[aria-busy=true]')";

/// The sections, each with a text that its panel has with one account.
const SECTIONS: [(&str, &str); 7] = [
    ("accounts", "1 account"),
    ("passkeys", "Passkeys by authenticator model"),
    ("sign-ins", "accepted"),
    ("metadata", "No FIDO metadata is configured"),
    ("assessment", "This needs FIDO metadata"),
    ("log", "operator granted"),
    ("operators", "1 operator"),
];

/// A server with the operator's page, and a browser there with a link, before anyone has an account.
async fn begin(kind: Kind, scripts: &[&str]) -> Visit {
    let site = Site::start_with(|config| config.operator_page = OperatorPage::On).await;
    let link = site.operator_link().await;
    let browser = Browser::start(kind).await;
    for script in scripts {
        browser.before_load(script).await;
    }
    browser.open(&link).await;
    shows(&browser, "view-out").await;
    Visit { site, browser }
}

pub(crate) async fn shows(browser: &Browser, view: &str) {
    browser.until(&format!("!document.querySelector('#{view}').hidden && {IDLE}")).await;
}

/// Creates an account with the link, and takes the role.
async fn become_operator(visit: &Visit, name: &str) {
    let browser = &visit.browser;
    browser.click("#name").await;
    browser.press(name).await;
    browser.click("#create").await;
    shows(browser, "view-take").await;
    browser.click("#take").await;
    shows(browser, "view-operator").await;
}

/// Goes to a section, and waits for this text in it.
pub(crate) async fn section(browser: &Browser, name: &str, text: &str) {
    browser.click(&format!(".tabs a[href='#{name}']")).await;
    has(browser, text).await;
}

pub(crate) async fn has(browser: &Browser, text: &str) {
    let text = json!(text);
    browser.until(&format!("document.querySelector('#panel').textContent.includes({text}) && {IDLE}")).await;
}

async fn a_link_leads_to_the_role_and_the_role_to_each_section(kind: Kind) {
    let visit = begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    // The token is neither in the address nor in the history.
    let address = browser.run("return location.href + history.length").await;
    assert!(!address.as_str().unwrap().contains("link="), "{address}");
    become_operator(&visit, "שרה \u{627}").await;
    assert_eq!(browser.text("#who-name").await, "שרה \u{627}");
    for width in [320, 1280] {
        browser.set_width(width).await;
        for (name, text) in SECTIONS {
            section(browser, name, text).await;
            assert_eq!(browser.run(CUT).await, "", "{name} at {width}");
        }
    }
    browser.run("document.documentElement.style.fontSize = '200%'").await;
    browser.set_width(360).await;
    for (name, text) in SECTIONS {
        section(browser, name, text).await;
        assert_eq!(browser.run(CUT).await, "", "{name} at twice the size");
    }
    // A chart has a title and a description.
    section(browser, "sign-ins", "accepted").await;
    let chart = "const chart = document.querySelector('svg.columns');
        return chart.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id).localName).join(' ')";
    assert_eq!(browser.run(chart).await, "title desc");
    // A reload stays in the section.
    browser.run("location.reload()").await;
    has(browser, "accepted").await;
    visit.assert_clean_log().await;
}

async fn an_operator_flags_a_passkey_by_keyboard_and_the_reason_is_shown_as_text(kind: Kind) {
    let visit = begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    become_operator(&visit, "Ada").await;
    browser.click("#found a").await;
    has(browser, "The authenticator attested nothing.").await;
    browser.run("document.querySelector('.passkey .passkey-actions button').focus()").await;
    browser.press("\u{e007}").await;
    browser.press("<img src=x onerror=alert(1)>").await;
    browser.press("\u{e007}").await;
    // The session was created with this passkey, so that it has ended.
    shows(browser, "view-out").await;
    assert_eq!(visit.session().await, json!(null));
    browser.click("#sign-in").await;
    browser
        .until("document.querySelector('#sign-in-notice').textContent.includes('authenticator-not-accepted')")
        .await;
    let images = browser.run("return document.querySelectorAll('img[src=x]').length").await;
    assert_eq!(images, 0);
}

async fn a_lost_role_closes_the_page_at_the_next_step(kind: Kind) {
    let visit = begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    become_operator(&visit, "Ada").await;
    has(browser, "1 account").await;
    let operator = Operator::open(visit.site.config()).await.unwrap();
    let account = operator.account(&AccountSelector::Name("Ada".into())).await.unwrap();
    operator.revoke_role(&account.handle).await.unwrap();
    browser.click(".tabs a[href='#operators']").await;
    shows(browser, "view-stranger").await;
    // Nothing of other accounts stays in the document.
    assert_eq!(browser.run("return document.querySelector('#panel-body').childElementCount").await, 0);
    assert!(browser.text("#stranger-lead").await.contains("Ada"));
}

in_each_browser!(
    a_link_leads_to_the_role_and_the_role_to_each_section,
    an_operator_flags_a_passkey_by_keyboard_and_the_reason_is_shown_as_text,
    a_lost_role_closes_the_page_at_the_next_step,
);
