//! Providers of passkeys: page scripts of password managers, and signals that delete passkeys.

use serde_json::json;

use crate::driver::Kind;
use crate::site::{NO_AUTOFILL, Site, Visit};

/// A page script such as a password manager's: plain objects with the browser's prototypes, whose `toJSON` and getters
/// throw (they require the browser's own objects), and extension results of bytes.
const MANAGER: &str = "{
    const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
    const text = (words) => join([0x60 + words.length], new TextEncoder().encode(words));
    navigator.credentials.create = async ({ publicKey }) => {
        const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
        const point = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
        const id = crypto.getRandomValues(new Uint8Array(32));
        // A COSE_Key of EC2, ES256 and P-256 with the point's coordinates.
        const key = join([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], point.slice(1, 33), [0x22, 0x58, 32], point.slice(33));
        const rpIdHash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(publicKey.rp.id)));
        const data = join(rpIdHash, [0x45, 0, 0, 0, 0], new Uint8Array(16), [0, 32], id, key);
        const attestation = join([0xa3], text('fmt'), text('none'), text('attStmt'), [0xa0], text('authData'), [0x58, data.length], data);
        const client = { type: 'webauthn.create', challenge: base64url(new Uint8Array(publicKey.challenge)), origin: location.origin, crossOrigin: false };
        const fail = () => { throw new TypeError('Illegal invocation'); };
        const response = Object.create(AuthenticatorAttestationResponse.prototype, {
            clientDataJSON: { value: new TextEncoder().encode(JSON.stringify(client)).buffer },
            attestationObject: { value: attestation.buffer },
        });
        const credential = Object.create(PublicKeyCredential.prototype, {
            id: { value: base64url(id) }, rawId: { value: id.buffer }, type: { value: 'public-key' }, response: { value: response },
            authenticatorAttachment: { get: fail },
            getClientExtensionResults: { value: window.results ?? fail },
        });
        return credential;
    };
}";

/// A script that stores the body of the last finish in `window.sent`.
const SENT: &str = "const real = window.fetch;
    window.fetch = (path, request) => {
        if (path.endsWith('/finish')) window.sent = JSON.parse(request.body).response;
        return real(path, request);
    };";

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_whose_getters_throw_makes_an_account() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, MANAGER, SENT]).await;
    visit.create_account("ada").await;
    let browser = &visit.browser;
    assert_eq!(
        browser.run("return Object.keys(sent.response)").await,
        json!(["clientDataJSON", "attestationObject", "transports"])
    );
    assert_eq!(browser.run("return sent.clientExtensionResults").await, json!({}));
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_in_extension_results_of_password_managers_are_sent_as_base64url() {
    let results = "window.results = () => ({ credProps: { rk: true }, largeBlob: { blob: new Uint8Array([1, 255]).buffer },
        list: [new Uint8Array([0, 1, 255]).subarray(1)] });";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, results, MANAGER, SENT]).await;
    visit.create_account("ada").await;
    assert_eq!(
        visit.browser.run("return sent.clientExtensionResults").await,
        json!({ "credProps": { "rk": true }, "largeBlob": { "blob": "Af8" }, "list": ["Af8"] })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_a_frame_in_the_result_of_to_json_are_sent_as_base64url() {
    let framed = "const toJson = PublicKeyCredential.prototype.toJSON;
        PublicKeyCredential.prototype.toJSON = function () {
            const frame = document.body.appendChild(document.createElement('iframe')).contentWindow;
            const blob = new frame.Uint8Array([1, 255]).buffer;
            window.foreign = !(blob instanceof ArrayBuffer);
            return { ...toJson.call(this), clientExtensionResults: { largeBlob: { blob } } };
        };";
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, framed, SENT]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    assert_eq!(visit.browser.run("return foreign").await, true);
    assert_eq!(
        visit.browser.run("return sent.clientExtensionResults").await,
        json!({ "largeBlob": { "blob": "Af8" } })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_another_server_on_localhost_is_not_signalled_as_unknown() {
    let mut visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    let authenticator = visit.browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let first = std::mem::replace(&mut visit.site, Site::start().await);
    visit.load().await;
    for _ in 0..2 {
        visit.browser.click("#sign-in").await;
        assert_eq!(visit.notice("sign-in-notice").await.1, "credential-unknown");
    }
    assert_eq!(visit.browser.credentials(&authenticator).await.len(), 1, "the other server's");
    visit.site = first;
    visit.browser.forget_cookies().await;
    visit.load().await;
    visit.sign_in("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_own_removed_passkey_is_signalled_as_unknown() {
    // Otherwise the authenticator would have deleted the passkey at its removal.
    let no_clean_up = "delete PublicKeyCredential.signalAllAcceptedCredentials";
    let mut visit =
        Visit::begin_at(Kind::Chromium, Site::at_app_localhost().await, &[NO_AUTOFILL, no_clean_up]).await;
    let first = visit.browser.add_authenticator(json!({})).await;
    visit.create_account("ada").await;
    let second = visit.browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add_passkey(2).await;
    visit.remove_passkey(2).await;
    visit.passkeys(1).await;
    visit.sign_out().await;
    let kept = visit.browser.credentials(&first).await;
    visit.browser.remove_authenticator(first).await;
    assert_eq!(visit.browser.credentials(&second).await.len(), 1);
    visit.browser.click("#sign-in").await;
    assert_eq!(visit.notice("sign-in-notice").await.1, "credential-unknown");
    visit.browser.until_credentials(&second, 0).await;

    // The same host with an empty database: it never had an account of that user handle.
    visit.browser.add_credential(&second, kept[0].clone()).await;
    visit.site = Site::at_app_localhost().await;
    visit.load().await;
    visit.browser.click("#sign-in").await;
    assert_eq!(visit.notice("sign-in-notice").await.1, "credential-unknown");
    assert_eq!(visit.browser.credentials(&second).await.len(), 1, "perhaps of a database that is restored");
}
