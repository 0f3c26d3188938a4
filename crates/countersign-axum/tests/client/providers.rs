//! The script with browsers without newer methods, and with objects such as password managers make.

use serde_json::{Value, json};

use crate::driver::Kind;
use crate::visit::{NO_AUTOFILL, Visit};

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

/// A browser that can't use passkeys.
const WITHOUT_WEBAUTHN: &str = "delete window.PublicKeyCredential;";

/// A browser without what came after the first level of WebAuthn.
const LEVEL_1: &str = "
    delete PublicKeyCredential.isConditionalMediationAvailable;
    delete PublicKeyCredential.signalUnknownCredential;
    delete PublicKeyCredential.signalAllAcceptedCredentials;
    delete PublicKeyCredential.signalCurrentUserDetails;
";

/// Registers and signs in with these scripts in the page, and returns what the page sent to the finishes.
async fn register_and_sign_in(scripts: &[&str]) -> [Value; 2] {
    let scripts: Vec<_> = scripts.iter().copied().chain([NO_AUTOFILL, RECORD]).collect();
    let visit = Visit::begin(Kind::Chromium, &scripts).await;
    visit.browser.add_authenticator(json!({})).await;
    let account = visit.call("passkeys.register('jo')").await;
    visit.call("passkeys.signOut()").await;
    assert_eq!(visit.call("passkeys.signIn()").await, account);
    visit.assert_clean_log().await;
    let sent = "return window.sent.filter((it) => it.response).map((it) => it.response)";
    let sent = visit.browser.run(sent).await;
    let [register, sign_in] = sent.as_array().unwrap().as_slice() else { panic!("{sent}") };
    [register.clone(), sign_in.clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_does_without_the_json_methods_of_newer_browsers() {
    let [registration, _] = register_and_sign_in(&[WITHOUT_JSON]).await;
    assert_eq!(registration["response"]["transports"], json!(["internal"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_whose_objects_throw_makes_no_passkey_without_an_account() {
    for response in register_and_sign_in(&[PASSWORD_MANAGER]).await {
        let results = &response["clientExtensionResults"];
        assert_eq!(
            results["prf"]["results"]["first"], "-__-",
            "not the {{}} that JSON.stringify makes of it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_to_json_that_returns_rubbish_makes_no_passkey_without_an_account() {
    for script in [EMPTY_JSON, THROWING_JSON] {
        for response in register_and_sign_in(&[script]).await {
            assert!(response["response"]["clientDataJSON"].is_string(), "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_passkeys_gets_a_sentence_and_an_old_one_works() {
    let visit = Visit::begin_without_passkeys(&[WITHOUT_WEBAUTHN]).await;
    visit.says("This browser can’t use passkeys.").await;
    register_and_sign_in(&[WITHOUT_JSON, LEVEL_1]).await;
}
