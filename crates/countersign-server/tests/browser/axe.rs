//! Accessibility, checked by axe-core in the version of `axe/package-lock.json`.

use std::fs;

use serde_json::{Value as Json, json};

use crate::driver::{Browser, Kind};
use crate::site::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, npm};

/// The script, for [`Browser::before_load`]. A page's Content-Security-Policy would reject it later.
pub(crate) fn script() -> String {
    fs::read_to_string(npm::modules("tests/browser/axe").join("axe-core/axe.min.js")).unwrap()
}

/// Runs all rules on what the page shows, and returns each violation with the elements that have it.
pub(crate) async fn violations(browser: &Browser) -> Vec<Json> {
    let run = "return axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) =>
        violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(({ html }) => html) })))";
    browser.run(run).await.as_array().unwrap().clone()
}

/// Whether a violation keeps some users from using the page.
pub(crate) fn is_serious(violation: &Json) -> bool {
    ["serious", "critical"].contains(&violation["impact"].as_str().unwrap_or_default())
}

async fn bad_elements_are_reported(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL, &script()]).await;
    let browser = &visit.browser;
    assert_eq!(violations(browser).await, Vec::<Json>::new());
    let bad = "const [button, text] = [document.createElement('button'), document.createElement('p')];
        Object.assign(text.style, { color: '#bbb', background: '#fff' });
        text.append('Who reads this?');
        document.querySelector('#view-out').append(button, text)";
    browser.run(bad).await;
    let found = violations(browser).await;
    let of = |id: &str| found.iter().find(|one| one["id"] == id).map(|one| (&one["impact"], &one["nodes"]));
    assert_eq!(of("button-name"), Some((&json!("critical"), &json!(["<button></button>"]))));
    assert_eq!(of("color-contrast").map(|(impact, _)| impact), Some(&json!("serious")));
    assert!(found.iter().filter(|one| is_serious(one)).count() == 2, "{found:?}");
}

in_each_browser!(bad_elements_are_reported);
