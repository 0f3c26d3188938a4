//! The page that explains what is pasted.

use serde_json::json;

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Visit};
use crate::{axe, browsers::in_each_browser, layout::Gallery};

/// The empty attestation object of the specification's first test vector, cut after `attStmt`.
const CUT: &str = "a363666d74646e6f6e656761747453746d74a0686175746844617461";

/// Client data with markup, a control of terminals, a direction, and names without a place to break.
fn hostile() -> String {
    json!({
        "type": "webauthn.get",
        "challenge": "AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA",
        "origin": "https://\u{202e}gro.elpmaxe<img src=x onerror=alert(1)>\u{1b}[2J",
        "<script>alert(1)</script>\u{200b}": "W".repeat(300),
    })
    .to_string()
}

/// Waits for the explanation of this text, which is put into the field.
async fn explain(browser: &Browser, text: &str) {
    browser.run(&format!("document.querySelector('#text').value = {}", json!(text))).await;
    browser.click("#explain").await;
    browser
        .until(
            "!document.querySelector('#explanation').hidden && !document.querySelector('[aria-busy=true]')",
        )
        .await;
}

/// A signed-in user at the page, by the link of the users' page.
async fn visit(kind: Kind, scripts: &[&str]) -> Visit {
    let visit = Visit::begin(kind, scripts).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    visit.browser.click(".footer a").await;
    visit.browser.until("document.querySelector('#view-inspect')?.hidden === false").await;
    visit
}

async fn each_state_of_the_page(kind: Kind) {
    let visit = visit(kind, &[NO_AUTOFILL, &axe::script()]).await;
    let browser = &visit.browser;
    let gallery = Gallery::of("inspect", browser, &[]);
    gallery.show("empty").await;
    browser.click("#explain").await;
    assert_eq!(visit.notice("inspect-notice").await.1, "text-missing");
    assert_eq!(
        browser.run("return document.querySelector('#text').getAttribute('aria-invalid')").await,
        "true"
    );
    assert_eq!(visit.focus().await, "text");
    gallery.show("nothing").await;
    explain(browser, CUT).await;
    gallery.show("fault").await;
    explain(browser, &hostile()).await;
    gallery.show("hostile").await;
    browser.forget_cookies().await;
    browser.click("#explain").await;
    browser.until("!document.querySelector('#view-out').hidden").await;
    gallery.show("signed-out").await;
    browser.block(&["/api/session"]).await;
    browser.open(&format!("{}/inspect", visit.site.url)).await;
    assert_eq!(visit.notice("failed-notice").await.1, "network");
    gallery.show("failed").await;
}

async fn a_hostile_text_is_shown_as_text_with_what_is_invisible_as_escapes(kind: Kind) {
    let visit = visit(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    explain(browser, &hostile()).await;
    assert_eq!(browser.text("#kind").await, format!("client data, {} bytes", hostile().len()));
    let shown = browser.text("#fields").await;
    for text in
        ["\\u{202e}gro.elpmaxe<img src=x onerror=alert(1)>\\u{1b}[2J", "<script>alert(1)</script>\\u{200b}"]
    {
        assert!(shown.contains(text), "{shown}");
    }
    assert_eq!(
        browser.run("return document.querySelectorAll('#fields img, #fields script').length").await,
        0
    );
    visit.assert_clean_log().await;
    // Nothing of it stays after it was cleared.
    browser.click("#clear").await;
    let rest = "return document.querySelector('#text').value + document.querySelector('#explanation').textContent.trim()";
    assert_eq!(browser.run(rest).await, "");
}

/// The keys Tab and Enter.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

async fn the_page_is_used_by_keyboard_only(kind: Kind) {
    let visit = visit(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.until("document.activeElement.id === 'inspect-title'").await;
    browser.keys(TAB).await;
    assert_eq!(visit.focus().await, "text");
    browser.keys(&"01".repeat(16)).await;
    browser.keys(TAB).await;
    assert_eq!(visit.focus().await, "explain");
    browser.keys(ENTER).await;
    // The heading of the explanation gets the focus, so that a screen reader reads it.
    browser.until("document.activeElement.id === 'kind'").await;
    assert_eq!(browser.text("#kind").await, "aaguid, 16 bytes, from hex");
    browser.keys(TAB).await;
    assert_eq!(browser.run("return document.activeElement.closest('#fields') !== null").await, true);
    let mark = "const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2";
    assert_eq!(browser.run(mark).await, true);
}

in_each_browser!(
    each_state_of_the_page,
    a_hostile_text_is_shown_as_text_with_what_is_invisible_as_escapes,
    the_page_is_used_by_keyboard_only,
);
