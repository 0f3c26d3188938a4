//! The operator's page of a server with metadata: as it looks, and by keyboard.

use std::time::Duration;

use countersign::types::enumerations::AttestationConveyance;
use countersign_server::OperatorPage;
use countersign_server::operator::{AccountSelector, Operator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::driver::{Browser, Kind};
use crate::keyboard::{ENTER, ESCAPE, Keyboard};
use crate::operator::{has, section, shows};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::vendor::{any, attested_registration, config, write};
use crate::{axe, browsers::in_each_browser, layout::Gallery};

/// The operator.
const NAME: &str = "Ada";

/// The owner of an attested passkey: from right to left, with a number that would move if the name were not isolated.
const OWNER: &str = "שרה לוי 7";

/// A script with which an assessment seems to be under way if `window.assessing` is true.
const ASSESSING: &str = "{
    const real = window.fetch;
    window.fetch = (path, request) => {
        if (!String(path).endsWith('/assessment') || !window.assessing) return real(path, request);
        const running = { startedAt: '2026-11-30T10:00:00Z', done: 12345, total: 67890, flags: true };
        return Promise.resolve(new Response(JSON.stringify({ running, latest: null, failure: null }), {
            headers: { 'content-type': 'application/json' },
        }));
    };
}";

/// Creates an account with an attested passkey, like a program that is no browser.
async fn register(site: &Site, name: &str) {
    let (_, started) = site.post("/api/accounts/start", &json!({ "name": name })).await;
    let response = attested_registration(&started["options"], &site.url, name);
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, answer) = site.post("/api/accounts/finish", &finish).await;
    assert_eq!(status, 201, "{answer}");
}

/// The page of an operator, on a server whose metadata has reported the model of a stored passkey as compromised since.
async fn visit(kind: Kind, scripts: &[&str]) -> (Visit, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let site = Site::start_with(|own| {
        own.metadata = config(folder.path(), any()).metadata;
        own.metadata.as_mut().unwrap().check_every = Duration::from_millis(20);
        own.policy = any().with_attestation_conveyance(AttestationConveyance::Direct);
        own.operator_page = OperatorPage::On;
    });
    let visit = Visit::begin_at(kind, site.await, scripts).await;
    let Visit { site, browser } = &visit;
    register(site, OWNER).await;
    write(folder.path(), 8, "USER_KEY_REMOTE_COMPROMISE");
    browser.add_authenticator(json!({})).await;
    visit.create_account(NAME).await;
    let operator = Operator::open(site.config()).await.unwrap();
    let account = operator.account(&AccountSelector::Name(NAME.into())).await.unwrap();
    operator.grant_role(&account.handle).await.unwrap();
    browser.open(&format!("{}/operator", site.url)).await;
    shows(browser, "view-operator").await;
    until_metadata(browser, 8).await;
    (visit, folder)
}

/// Waits until the server uses the metadata with this number.
async fn until_metadata(browser: &Browser, number: u64) {
    let ask = "return fetch('/operator/api/metadata').then((answer) => answer.json())";
    for _ in 0..200 {
        let metadata: Value = browser.run(ask).await;
        if metadata["number"] == number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the server does not use the metadata {number}");
}

async fn each_section_with_metadata(kind: Kind) {
    let (visit, _folder) = visit(kind, &[NO_AUTOFILL, ASSESSING, &axe::script()]).await;
    let browser = &visit.browser;
    let gallery = Gallery::of("operators", browser, &[OWNER]);
    section(browser, "passkeys", "USER_KEY_REMOTE_COMPROMISE").await;
    gallery.show("models").await;
    section(browser, "metadata", "The status of 1 model with 1 stored passkey changed").await;
    gallery.show("metadata-changed").await;
    section(browser, "assessment", "Each stored attestation is verified again").await;
    gallery.show("assessment-before").await;

    browser.run("window.assessing = true").await;
    section(browser, "log", "account created").await;
    section(browser, "assessment", "12345 of 67890").await;
    gallery.show("assessment-running").await;
    browser.run("window.assessing = false").await;
    section(browser, "log", "account created").await;
    section(browser, "assessment", "Each stored attestation is verified again").await;
    browser.click("#panel-actions button:nth-child(2)").await;
    visit.asked("Assess all passkeys, and flag compromised ones?").await;
    gallery.show("assessment-question").await;
    browser.click("#confirm-yes").await;
    has(browser, "flagged now").await;
    gallery.show("assessment-done").await;
    section(browser, "log", "assessment begun").await;
    gallery.show("log-of-assessment").await;

    section(browser, "accounts", "2 accounts").await;
    let link = format!(
        "[...document.querySelectorAll('#found a')].find((one) => one.textContent === {})",
        json!(OWNER)
    );
    browser.run(&format!("{link}.click()")).await;
    has(browser, "USER_KEY_REMOTE_COMPROMISE").await;
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
    gallery.show("account-compromised").await;
}

async fn passkeys_are_assessed_and_an_account_is_found_by_keyboard_only(kind: Kind) {
    let (visit, _folder) = visit(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let keyboard = Keyboard { visit: &visit, browser };
    for (name, text) in [
        ("passkeys", "Model One"),
        ("metadata", "The last change"),
        ("log", "operator granted"),
        ("assessment", "Each stored attestation is verified again"),
    ] {
        keyboard.choose(&format!(".tabs a[href='#{name}']")).await;
        has(browser, text).await;
    }
    let flagging = "#panel-actions button:nth-child(2)";
    keyboard.choose(flagging).await;
    keyboard.is_kept_in_question("Assess all passkeys, and flag compromised ones?").await;
    keyboard.press(ESCAPE).await;
    keyboard.is_at(flagging).await;
    keyboard.press(ENTER).await;
    keyboard.agree("Assess all passkeys, and flag compromised ones?").await;
    has(browser, "flagged now").await;
    // The passkeys that call for the operator lead to their accounts.
    keyboard.choose("#panel-body table a").await;
    browser.until("document.querySelector('.passkey summary')").await;
    keyboard.is_at("#panel-title").await;
    keyboard.go_to(".passkey summary").await;
}

in_each_browser!(each_section_with_metadata, passkeys_are_assessed_and_an_account_is_found_by_keyboard_only,);
