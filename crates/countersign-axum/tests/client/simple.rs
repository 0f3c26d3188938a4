//! `@simplewebauthn/browser` with the same routes.

use std::fs;

use serde_json::{Value, json};

use crate::{npm, visit::NO_AUTOFILL, visit::Visit};

/// The bundle, in the version of `simplewebauthn/package-lock.json`.
fn bundle() -> String {
    let bundle = "@simplewebauthn/browser/dist/bundle/index.umd.min.js";
    fs::read_to_string(npm::modules("simplewebauthn").join(bundle)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn simplewebauthn_works_unchanged_with_the_same_routes() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.before_load(&bundle()).await;
    browser.before_load(include_str!("simplewebauthn/client.js")).await;
    visit.load().await;
    browser.add_authenticator(json!({})).await;

    let account = browser.run("return register('jo')").await;
    let again = browser.run("return register('Jo').catch((error) => error.message)").await;
    assert_eq!(again, "name-taken");
    let handle = account["userHandle"].as_str().unwrap();
    browser.run(&format!("return send('DELETE', 'session', undefined, '{handle}')")).await;
    assert_eq!(browser.run("return signIn(false)").await, account);

    let excluded = format!("return add('{handle}').catch((error) => error.code)");
    assert_eq!(browser.run(&excluded).await, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    let key = browser.add_authenticator(json!({ "transport": "usb" })).await;
    let second = browser.run(&format!("return add('{handle}')")).await;
    browser.run(&format!("return remove({}, '{handle}')", second["id"])).await;
    let left = browser.run("return send('GET', 'credentials')").await;
    assert_eq!(left["credentials"].as_array().map(Vec::len), Some(1));
    browser.until_credentials(&key, 0).await;

    // A passkey among the suggestions of the field. A virtual authenticator without one ends the request.
    browser.remove_authenticator(key).await;
    browser.forget_cookies().await;
    assert_eq!(browser.run("return send('GET', 'session')").await["account"], Value::Null);
    browser.run("PublicKeyCredential.isConditionalMediationAvailable = async () => true").await;
    assert_eq!(browser.run("return signIn(true)").await, account);
}
