//! The appearance of the page, and what a screen reader finds.

use serde_json::json;

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Site, Visit};
use crate::{browsers::in_each_browser, driver::setting::Setting, layout::CUT};

async fn every_control_has_a_name_and_the_page_fits_from_narrow_to_wide(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    assert_eq!(
        names,
        ["Countersign", "Sign in with a passkey", "Name", "Create account with a passkey", "Inspect"]
    );

    visit.create_account("hypatia-of-alexandria-with-a-name-that-has-no-place-to-break").await;
    visit.add_passkey_elsewhere(2, first, json!({ "transport": "usb" })).await;
    fits(browser).await;
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    let labels =
        [browser.text(".passkey:nth-child(1) h3").await, browser.text(".passkey:nth-child(2) h3").await];
    let mut expected =
        ["Countersign", "Change name", "Sign out", "Add a passkey"].map(str::to_owned).to_vec();
    for label in labels {
        expected
            .extend([format!("Rename \u{2068}{label}\u{2069}"), format!("Remove \u{2068}{label}\u{2069}")]);
    }
    expected.extend(["Make recovery codes", "Download", "Delete account…", "Inspect"].map(str::to_owned));
    assert_eq!(names, expected);
    visit.assert_only_rejections_logged().await;
}

async fn fits(browser: &Browser) {
    for width in [320, 360, 768, 1280, 1920] {
        browser.set_width(width).await;
        let overflow =
            "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
        assert_eq!(browser.run(overflow).await, 0, "at {width}");
    }
}

async fn the_content_security_policy_is_in_force_and_its_violations_are_logged(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    visit.assert_clean_log().await;
    browser.run("document.body.setAttribute('style', 'color: red')").await;
    browser.run("new Image().src = 'http://127.0.0.1:9/elsewhere.png'").await;
    browser.run("try { document.body.innerHTML = '<p>markup</p>' } catch {}").await;
    let has_types = browser.run("return 'trustedTypes' in window").await == json!(true);
    assert!(has_types || kind == Kind::Firefox, "Chromium has trusted types; Firefox 140 has none");
    let log = browser.log().await.join("\n");
    let style = if kind == Kind::Chromium { "style-src 'self'" } else { "(style-src-attr)" };
    let image = if kind == Kind::Chromium { "img-src 'self'" } else { "(img-src)" };
    let markup = if kind == Kind::Chromium { "TrustedHTML" } else { "require-trusted-types-for" };
    for (directive, is_violated) in [(style, true), (image, true), (markup, has_types)] {
        assert_eq!(log.contains(directive), is_violated, "{directive}: {log}");
    }
    let stays = browser.run("return document.querySelector('#sign-in') !== null").await;
    assert_eq!(stays, has_types, "the markup did not get in");
}

/// A name without a place to break.
const UNBROKEN: &str = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";

#[tokio::test(flavor = "multi_thread")]
async fn a_long_name_keeps_all_buttons_of_a_dialog_visible() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    browser.set_width(360).await;
    visit.create_account(UNBROKEN).await;
    assert_eq!(browser.run(CUT).await, "");
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    assert!(browser.text("#confirm-title").await.contains(UNBROKEN));
    assert_eq!(browser.run(CUT).await, "");
    for button in ["#confirm-no", "#confirm-yes"] {
        assert!(browser.is_shown(button).await);
    }
}

async fn text_of_twice_the_size_scrolls_nothing_sideways_at_360_px(kind: Kind) {
    // Once as the browser's setting, once without effect on media queries.
    for (settings, size) in [(&[Setting::TextOfTwiceTheSize][..], "100%"), (&[], "200%")] {
        let browser = Browser::start_with(kind, settings).await;
        let never = "const get = navigator.credentials.get.bind(navigator.credentials);
            navigator.credentials.get = (options) => window.works ? get(options) : new Promise(() => {});";
        let visit = Visit::begin_in(browser, Site::start().await, &[NO_AUTOFILL, never]).await;
        let browser = &visit.browser;
        let grow = format!("document.documentElement.style.fontSize = '{size}'");
        browser.set_width(360).await;
        browser.run(&grow).await;
        assert_eq!(browser.run("return getComputedStyle(document.documentElement).fontSize").await, "32px");
        assert_eq!(browser.run(CUT).await, "", "signed out, {size}");
        browser.click("#sign-in").await;
        browser.until("!document.querySelector('#cancel').hidden").await;
        assert_eq!(browser.run(CUT).await, "", "waiting, {size}");
        browser.click("#cancel").await;
        assert_eq!(visit.notice("sign-in-notice").await.1, "cancelled");
        assert_eq!(browser.run(CUT).await, "", "with an error, {size}");
        browser.run("window.works = true").await;

        let first = browser.add_authenticator(json!({})).await;
        visit.create_account("Hypatia").await;
        visit.add_passkey_elsewhere(2, first, json!({ "transport": "usb" })).await;
        browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
        assert_eq!(browser.run(CUT).await, "", "signed in, {size}");
        browser.click(".passkey:nth-child(2) [data-part=rename]").await;
        assert_eq!(browser.run(CUT).await, "", "renaming, {size}");
        browser.click("#delete").await;
        assert_eq!(browser.run(CUT).await, "", "asking, {size}");
    }
}

async fn a_name_from_right_to_left_does_not_turn_the_sentence_around_it(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("עדה 1").await;
    let direction = "return getComputedStyle(document.querySelector('#account-name')).direction";
    assert_eq!(browser.run(direction).await, "rtl");
    browser.click(".danger summary").await;
    browser.click("#delete").await;
    assert_eq!(browser.run("return document.querySelector('#confirm-title bdi').textContent").await, "עדה 1");
    let direction = "return getComputedStyle(document.querySelector('#confirm-title')).direction";
    assert_eq!(browser.run(direction).await, "ltr");
    assert_eq!(browser.run("return document.querySelector('#name').dir").await, "auto");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_an_invisible_character_is_rejected_with_a_sentence_about_it() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.run("document.querySelector('#name').value = 'a\\u{202e}b'").await;
    browser.click("#create").await;
    let (words, code) = visit.notice("create-notice").await;
    assert_eq!(code, "name-invalid");
    assert!(words.contains("an invisible character") && words.contains("U+202E"), "{words}");
    assert_eq!(
        browser.run("return document.querySelector('#name').getAttribute('aria-invalid')").await,
        "true"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_label_belongs_to_its_field_and_each_button_names_its_passkey() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    for place in [1, 2] {
        browser.click(&format!(".passkey:nth-child({place}) [data-part=rename]")).await;
    }
    let names = browser.accessible_names(".passkey button, .passkey input, .passkey summary").await;
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert_eq!(names.len(), 8, "{names:?}");

    let field = ".passkey:nth-child(2) input";
    browser.run(&format!("document.querySelector('{field}').value = 'a\\u{{202e}}b'")).await;
    browser.click(".passkey:nth-child(2) [data-part=save]").await;
    browser
        .until(&format!("document.querySelector('{field}').getAttribute('aria-invalid') === 'true'"))
        .await;
    let described = format!(
        "const described = document.querySelector('{field}').getAttribute('aria-describedby');
         return document.getElementById(described).innerText"
    );
    let words = browser.run(&described).await;
    assert!(words.as_str().unwrap().contains("label-invalid"), "{words}");

    let first = browser.text(".passkey:nth-child(1) h3").await;
    browser.run(&format!("document.querySelector('{field}').value = {}", json!(first))).await;
    browser.click(".passkey:nth-child(2) [data-part=save]").await;
    let refused = format!("(() => {{ {described} }})().includes('label-taken')");
    browser.until(&refused).await;
    assert_eq!(visit.focus().await, "name");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_click_of_a_double_click_on_rename_leaves_the_focus_in_the_field() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.double_click("[data-part=rename]").await;
    assert_eq!(visit.focus().await, "name");
    assert!(browser.is_shown(".passkey input").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_click_of_a_double_click_answers_no_question() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.click(".danger summary").await;
    // The answer appears at the place of the pointer.
    browser.run("const style = document.querySelector('#confirm-yes').style; style.position = 'fixed'; style.inset = '0'").await;
    browser.double_click("#delete").await;
    assert!(browser.is_shown("#confirm-title").await);
    visit.signed_in_as("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_of_an_action_further_down_is_visible() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    browser.set_size(360, 500).await;
    browser.click(".passkey:nth-child(2) [data-part=rename]").await;
    browser.press("Key ring\n").await;
    browser.until("document.querySelector('#status').textContent === 'Renamed to “Key ring”.'").await;
    let place = "const { top, bottom } = document.querySelector('#status').getBoundingClientRect();
        return scrollY > 100 && top >= 0 && bottom <= innerHeight";
    assert_eq!(browser.run(place).await, true, "{}", browser.run("return scrollY").await);
    assert_eq!(browser.run("return document.querySelector('#status').role").await, "status");
}

in_each_browser!(
    every_control_has_a_name_and_the_page_fits_from_narrow_to_wide,
    the_content_security_policy_is_in_force_and_its_violations_are_logged,
    text_of_twice_the_size_scrolls_nothing_sideways_at_360_px,
    a_name_from_right_to_left_does_not_turn_the_sentence_around_it,
);
