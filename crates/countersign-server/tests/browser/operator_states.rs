//! Each state of the operator's page, as it looks.

use countersign_server::OperatorPage;
use countersign_server::operator::{AccountSelector, Operator};
use serde_json::json;

use crate::driver::{Browser, Kind, authenticators::usb};
use crate::operator::{has, section, shows};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{axe, browsers::in_each_browser, layout::Gallery};

/// A script that withholds the answers of the operator's routes, or answers that a confirmation is needed, if `window.instead`
/// says so.
const INSTEAD: &str = "{
    const real = window.fetch;
    window.fetch = (path, request) => {
        if (!String(path).startsWith('/operator/api/') || !window.instead) return real(path, request);
        if (window.instead === 'nothing') return new Promise(() => {});
        const error = { code: 'reauthentication-required', message: 'Please confirm this with your passkey.' };
        return Promise.resolve(new Response(JSON.stringify({ error }), { status: 401 }));
    };
}";

/// The operator: Hebrew, with a number that would move if the name were not isolated.
const NAME: &str = "שרה לוי 7";
/// The names of other accounts: from right to left, and without a place to break.
const OTHERS: [&str; 2] =
    ["المفتاح الاحتياطي", "hypatia-of-alexandria-with-a-name-that-has-no-place-to-break"];

/// The sections, each with a text that its panel has.
const SECTIONS: [(&str, &str); 7] = [
    ("accounts", "3 accounts"),
    ("passkeys", "Passkeys by authenticator model"),
    ("sign-ins", "accepted"),
    ("metadata", "No FIDO metadata is configured"),
    ("assessment", "This needs FIDO metadata"),
    ("log", "operator granted"),
    ("operators", "1 operator"),
];

/// A server with accounts, and a browser without a session at the operator's page.
async fn visit(kind: Kind) -> Visit {
    let site = Site::start_with(|config| config.operator_page = OperatorPage::On).await;
    let visit = Visit::begin_at(kind, site, &[NO_AUTOFILL, INSTEAD, &axe::script()]).await;
    for name in OTHERS {
        let other = visit.browser.add_authenticator(usb()).await;
        visit.create_account(name).await;
        visit.browser.forget_cookies().await;
        visit.browser.remove_authenticator(other).await;
        visit.load().await;
    }
    visit
}

async fn each_state_of_the_way_in(kind: Kind) {
    let visit = visit(kind).await;
    let Visit { site, browser } = &visit;
    let gallery = Gallery::of("operators", browser, &[NAME]);
    browser.open(&format!("{}/operator", site.url)).await;
    shows(browser, "view-out").await;
    gallery.show("signed-out").await;
    browser.open(&format!("{}/operator#link={}", site.url, "A".repeat(43))).await;
    browser.until("document.querySelector('#link-notice')?.textContent").await;
    gallery.show("link-error").await;
    browser.open("about:blank").await;
    browser.open(&site.operator_link().await).await;
    browser.until("document.querySelector('#create-form')?.hidden === false").await;
    gallery.show("link").await;

    browser.add_authenticator(json!({})).await;
    browser.click("#name").await;
    browser.press(NAME).await;
    browser.click("#create").await;
    shows(browser, "view-take").await;
    gallery.show("take").await;
    browser.open(&format!("{}/operator", site.url)).await;
    browser.until("document.querySelector('#take-lead')?.textContent === ''").await;
    shows(browser, "view-stranger").await;
    gallery.show("stranger").await;
    browser.block(&["/api/session"]).await;
    browser.open(&format!("{}/operator?", site.url)).await;
    shows(browser, "view-failed").await;
    gallery.show("failed").await;
}

async fn each_section_of_the_page(kind: Kind) {
    let visit = visit(kind).await;
    let Visit { site, browser } = &visit;
    browser.add_authenticator(json!({})).await;
    visit.create_account(NAME).await;
    let operator = Operator::open(site.config()).await.unwrap();
    let account = operator.account(&AccountSelector::Name(NAME.into())).await.unwrap();
    operator.grant_role(&account.handle).await.unwrap();
    browser.open(&format!("{}/operator", site.url)).await;
    shows(browser, "view-operator").await;
    let gallery = Gallery::of("operators", browser, &[NAME, OTHERS[0], OTHERS[1]]);
    for (name, text) in SECTIONS {
        section(browser, name, text).await;
        gallery.show(name).await;
    }
    section(browser, "accounts", "3 accounts").await;
    browser.click("#find").await;
    browser.press("no such name").await;
    has(browser, "No account has a name that begins like this").await;
    gallery.show("accounts-empty").await;
    browser.run("const field = document.querySelector('#find'); field.value = ''; field.dispatchEvent(new Event('input'))").await;
    has(browser, "3 accounts").await;
    browser.click("#panel-actions button").await;
    has(browser, "It is shown only now.").await;
    gallery.show("invitation").await;

    account_of_another_user(&visit, &gallery).await;
    browser.run("window.instead = 'confirmation'").await;
    browser.click(".tabs a[href='#log']").await;
    shows(browser, "view-locked").await;
    gallery.show("locked").await;
}

/// The states of an account's section.
async fn account_of_another_user(visit: &Visit, gallery: &Gallery<'_>) {
    let browser = &visit.browser;
    section(browser, "operators", "1 operator").await;
    section(browser, "accounts", "3 accounts").await;
    let link = format!(
        "[...document.querySelectorAll('#found a')].find((one) => one.textContent === {})",
        json!(OTHERS[1])
    );
    browser.run(&format!("{link}.click()")).await;
    has(browser, "The authenticator attested nothing.").await;
    open_all(browser).await;
    gallery.show("account").await;
    browser.click(".passkey .passkey-actions button").await;
    browser
        .press("A reason that is long enough to need more than one line of a narrow page, and of a wide one")
        .await;
    gallery.show("flagging").await;
    browser.press("\u{e007}").await;
    browser.until("document.querySelector('#status').textContent").await;
    open_all(browser).await;
    gallery.show("flagged").await;
    browser.click("#panel-actions .destructive").await;
    browser.until("document.querySelector('#confirm').open").await;
    gallery.show("question").await;
    browser.run("window.instead = 'nothing'").await;
    browser.click("#confirm-yes").await;
    browser.until("!document.querySelector('#cancel').hidden").await;
    gallery.show("busy").await;
    browser.click("#cancel").await;
    browser.until("document.querySelector('#panel-notice').textContent").await;
    gallery.show("error").await;
}

async fn open_all(browser: &Browser) {
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
}

in_each_browser!(each_state_of_the_way_in, each_section_of_the_page);
