//! [Section 8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation): Android `SafetyNet`
//! attestation.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_types::base64url;
use serde_json::{Value, json};

use super::{draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{element, sequence},
};

/// The host to which the certificate is issued.
const HOST_NAME: &str = "attest.android.com";

pub(super) fn prepare(draft: &mut AttestationDraft, _: &AttestationInput<'_>) {
    if let Some(leaf) = &mut draft.leaf {
        leaf.set_subject(oid::COMMON_NAME, Some(HOST_NAME));
        // The tag of dNSName.
        let names = sequence(&[&element(0x82, HOST_NAME.as_bytes())]);
        leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::No, names);
    }
}

pub(super) fn statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    let key = signer.key(draft.signer);
    let mut header = draft.header.clone();
    if header.get("alg").is_none() {
        header.push("alg", key.algorithm().name());
    }
    if header.get("x5c").is_none() {
        let certificates = signer.certificates(draft);
        let x5c = certificates.iter().map(|der| Value::from(STANDARD.encode(der)));
        header.push("x5c", x5c.collect::<Vec<_>>());
    }
    let mut payload = draft.payload.clone();
    if payload.get("nonce").is_none() {
        payload.push("nonce", json!(STANDARD.encode(&draft.nonce)));
    }
    let content = format!("{}.{}", base64url::encode(header.to_text()), base64url::encode(payload.to_text()));
    let signature = base64url::encode(key.sign_plain(content.as_bytes()));
    let response = format!("{content}.{signature}").into_bytes();
    Cbor::map([("ver", "231818045".into()), ("response", response.into())])
}
