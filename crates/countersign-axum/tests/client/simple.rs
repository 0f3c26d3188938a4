//! `@simplewebauthn/browser` with the same routes.

use std::fs;

use serde_json::{Value, json};

use crate::visit::{NO_AUTOFILL, Visit};
use crate::{browsers::in_each_browser, driver::Kind, npm};

/// The bundle, in the version of `simplewebauthn/package-lock.json`.
fn bundle() -> String {
    let bundle = "@simplewebauthn/browser/dist/bundle/index.umd.min.js";
    fs::read_to_string(npm::modules("tests/client/simplewebauthn").join(bundle)).unwrap()
}

async fn simplewebauthn_works_unchanged_with_the_same_routes(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.before_load(&bundle()).await;
    browser.before_load(include_str!("simplewebauthn/client.js")).await;
    visit.load().await;
    let first = browser.add_authenticator(json!({})).await;

    let account = browser.run("return register('jo')").await;
    let again = browser.run("return register('Jo').catch((error) => error.message)").await;
    assert_eq!(again, "name-taken");
    let handle = account["userHandle"].as_str().unwrap();
    browser.run(&format!("return send('DELETE', 'session', undefined, '{handle}')")).await;
    assert_eq!(browser.run("return signIn(false)").await, account);

    browser.run(&format!("return confirm('{handle}', {{ kind: 'add-credential' }})")).await;
    let excluded = format!("return create('{handle}').catch((error) => error.code)");
    assert_eq!(browser.run(&excluded).await, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    browser.run(&format!("return confirm('{handle}', {{ kind: 'add-credential' }})")).await;
    let first = browser.put_away(first).await;
    let key = browser.add_authenticator(json!({ "transport": "usb" })).await;
    let second = browser.run(&format!("return create('{handle}')")).await;
    browser.bring_back(first).await;
    browser.run(&format!("return remove('{handle}', {})", second["id"])).await;
    let left = browser.run("return send('GET', 'credentials')").await;
    assert_eq!(left["credentials"].as_array().map(Vec::len), Some(1));
    browser.until_signalled_away(&key).await;

    // A passkey among the suggestions of the field. A virtual authenticator without one ends the request.
    browser.remove_authenticator(key).await;
    browser.forget_cookies().await;
    assert_eq!(browser.run("return send('GET', 'session')").await["account"], Value::Null);
    browser.run("PublicKeyCredential.isConditionalMediationAvailable = async () => true").await;
    browser.run("window.signedIn = signIn(true)").await;
    browser.choose_suggestion().await;
    assert_eq!(browser.run("return window.signedIn").await, account);
}

in_each_browser!(simplewebauthn_works_unchanged_with_the_same_routes);
