//! How the page looks, and what a screen reader finds.

use serde_json::json;

use crate::{
    driver::Browser,
    site::{NO_AUTOFILL, Visit},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_control_has_a_name_and_the_page_fits_from_narrow_to_wide() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    assert_eq!(names, ["Countersign", "Sign in with a passkey", "Name", "Create account with a passkey"]);

    visit.create_account("hypatia-of-alexandria-with-a-name-that-has-no-place-to-break").await;
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    fits(browser).await;
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true").await;
    fits(browser).await;
    let names = browser.accessible_names("button, input, a").await;
    let labels =
        [browser.text(".passkey:nth-child(1) h3").await, browser.text(".passkey:nth-child(2) h3").await];
    let mut expected = vec!["Countersign".to_owned(), "Sign out".to_owned(), "Add a passkey".to_owned()];
    for label in labels {
        expected
            .extend([format!("Rename \u{2068}{label}\u{2069}"), format!("Remove \u{2068}{label}\u{2069}")]);
    }
    expected.push("Delete account…".to_owned());
    assert_eq!(names, expected);
    visit.assert_clean_log().await;
}

async fn fits(browser: &Browser) {
    for width in [320, 360, 768, 1280, 1920] {
        browser.set_width(width).await;
        let overflow =
            "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
        assert_eq!(browser.run(overflow).await, 0, "at {width}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_security_policy_is_in_force_and_its_violations_are_logged() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    visit.assert_clean_log().await;
    browser.run("document.body.setAttribute('style', 'color: red')").await;
    browser.run("new Image().src = 'http://127.0.0.1:9/elsewhere.png'").await;
    browser.run("try { document.body.innerHTML = '<p>markup</p>' } catch {}").await;
    let log = browser.log().await.join("\n");
    for directive in ["style-src 'self'", "img-src 'self'", "TrustedHTML"] {
        assert!(log.contains(directive), "{directive} is not in {log}");
    }
    assert!(browser.is_shown("#sign-in").await, "the markup did not get in");
}
