//! The page in a real browser, with a virtual authenticator, and with objects such as password managers make.
//!
//! Needs chromium and chromedriver, as the server's browser tests do, whose driver this is.

#[path = "../../countersign-server/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the server's tests do more with a browser")]
mod driver;

use countersign_guide::{app, passkeys::Passkeys};
use driver::Browser;
use serde_json::{Value, json};

/// Keeps what the page sends.
const RECORD: &str = "
    window.sent = [];
    const { fetch } = window;
    window.fetch = (address, options) => {
        if (options?.body) window.sent.push(JSON.parse(options.body));
        return fetch(address, options);
    };
";

/// A browser from before the JSON of options and responses.
const WITHOUT_JSON: &str = "
    delete PublicKeyCredential.prototype.toJSON;
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.parseRequestOptionsFromJSON;
";

/// A password manager's page script: objects of its own with the browser's prototypes, so that `toJSON` and every getter
/// that it doesn't define throw, as do the convenience methods. Its extension results have bytes in them.
const PASSWORD_MANAGER: &str = "
    const no = () => { throw new TypeError('Illegal invocation') };
    const prototypes = [PublicKeyCredential, AuthenticatorAttestationResponse, AuthenticatorAssertionResponse];
    const [whole, attestation, assertion] = prototypes.map((it) => it.prototype);
    const { credentials } = navigator;
    const create = credentials.create.bind(credentials);
    const get = credentials.get.bind(credentials);
    const results = () => ({ credProps: { rk: true }, prf: { results: { first: new Uint8Array([251, 255, 254]).buffer } } });
    const imitate = (real, response, prototype) =>
        Object.setPrototypeOf(
            {
                id: real.id,
                rawId: real.rawId,
                type: real.type,
                response: Object.setPrototypeOf(response, prototype),
                getClientExtensionResults: results,
            },
            whole,
        );
    credentials.create = async (options) => {
        const real = await create(options);
        const { clientDataJSON, attestationObject } = real.response;
        const getters = { getAuthenticatorData: no, getPublicKey: no, getPublicKeyAlgorithm: no, getTransports: no };
        return imitate(real, { clientDataJSON, attestationObject, ...getters }, attestation);
    };
    credentials.get = async (options) => {
        const real = await get(options);
        const { clientDataJSON, authenticatorData, signature, userHandle } = real.response;
        return imitate(real, { clientDataJSON, authenticatorData, signature, userHandle }, assertion);
    };
";

/// A `toJSON` that returns nothing of the credential, as the objects of a page script have it that copies own members.
const EMPTY_JSON: &str = "PublicKeyCredential.prototype.toJSON = () => ({});";

/// A `toJSON` whose result can't be read.
const THROWING_JSON: &str = "
    PublicKeyCredential.prototype.toJSON = () => ({ get id() { throw new TypeError('Illegal invocation') } });
";

/// Registers and signs in with these scripts in the page, and returns what the page sent.
async fn register_and_sign_in(scripts: &[&str]) -> Vec<Value> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let program = app::router(Passkeys::new("localhost", &origin, database).unwrap());
    tokio::spawn(async move { axum::serve(listener, program).await });
    let browser = Browser::start().await;
    for script in scripts.iter().chain([&RECORD]) {
        browser.before_load(&format!("{{ {script} }}")).await;
    }
    browser.open(&origin).await;
    browser.add_authenticator(json!({})).await;
    browser.click("#name").await;
    browser.press("jo").await;
    for button in ["#register", "#sign-in"] {
        browser.run("document.getElementById('result').textContent = ''").await;
        browser.click(button).await;
        browser.until("document.getElementById('result').textContent !== ''").await;
        let result: Value = serde_json::from_str(&browser.text("#result").await).unwrap_or_default();
        let shown = browser.text("#result").await;
        assert!(result["account"].is_string(), "{button}: {shown}");
    }
    browser.run("return window.sent").await.as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_registers_and_signs_in() {
    register_and_sign_in(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_does_without_the_json_methods_of_newer_browsers() {
    let sent = register_and_sign_in(&[WITHOUT_JSON]).await;
    assert_eq!(sent[1]["response"]["response"]["transports"], json!(["internal"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_whose_objects_throw_makes_no_passkey_without_an_account() {
    let sent = register_and_sign_in(&[PASSWORD_MANAGER]).await;
    for finish in [&sent[1], &sent[3]] {
        let results = &finish["response"]["clientExtensionResults"];
        assert_eq!(
            results["prf"]["results"]["first"], "-__-",
            "not the {{}} that JSON.stringify makes of it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_to_json_that_returns_rubbish_makes_no_passkey_without_an_account() {
    for script in [EMPTY_JSON, THROWING_JSON] {
        let sent = register_and_sign_in(&[script]).await;
        for finish in [&sent[1], &sent[3]] {
            assert!(finish["response"]["response"]["clientDataJSON"].is_string(), "{finish}");
        }
    }
}
