//! Ceremonies to measure, made by the software authenticator.

use countersign_authenticator::{
    Attester, Authenticator, Client, Format, ORIGIN, RP_ID,
    types::{CreationOptions, CredentialId, base64url},
};
use countersign_cose::hash::sha256;
use serde_json::json;

use crate::keys::Key;

/// The shortest challenge that the specification allows, and the length of webauthn_rp's.
pub const CHALLENGE: [u8; 16] = [0xc4; 16];
/// The length of webauthn_rp's here.
pub const USER_HANDLE: [u8; 16] = [7; 16];
pub const CREDENTIAL_ID: [u8; 32] = [0x1d; 32];

/// The registrations that are measured: their names, and the signatures that are verified with a path to the anchor.
pub const REGISTRATIONS: [(&str, Format, usize); 5] = [
    ("none", Format::None, 0),
    ("packed, self attestation", Format::SelfPacked, 1),
    ("packed, path to the anchor", Format::Packed, 2),
    ("tpm, path to the anchor", Format::Tpm, 2),
    ("android-key, path to the anchor", Format::AndroidKey, 2),
];

/// An authentication response in Chromium's order of members.
#[derive(Debug, Clone)]
pub struct Assertion {
    pub text: String,
    /// What is signed: authenticator data and the hash of client data.
    pub message: Vec<u8>,
    pub signature: Vec<u8>,
    pub client_data: Vec<u8>,
}

/// The signature is another for each sign count.
pub fn assertion(key: &Key, sign_count: u8) -> Assertion {
    let challenge = base64url::encode(CHALLENGE);
    let client_data = format!(
        r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#
    );
    let data = [&sha256(&[RP_ID.as_bytes()])[..], &[0x05, 0, 0, 0, sign_count]].concat();
    let message = [&data[..], &sha256(&[client_data.as_bytes()])].concat();
    let signature = key.private.sign(&message);
    let [id, encoded, data, handle] =
        [&CREDENTIAL_ID[..], client_data.as_bytes(), &data, &USER_HANDLE].map(base64url::encode);
    let text = format!(
        r#"{{"authenticatorAttachment":"platform","clientExtensionResults":{{}},"id":"{id}","rawId":"{id}","response":{{"authenticatorData":"{data}","clientDataJSON":"{encoded}","signature":"{}","userHandle":"{handle}"}},"type":"public-key"}}"#,
        base64url::encode(&signature)
    );
    Assertion { text, message, signature, client_data: client_data.into_bytes() }
}

/// A registration response, and the certificate that is its trust anchor, if it has certificates.
#[derive(Debug, Clone)]
pub struct Registration {
    pub text: String,
    pub anchor: Option<Vec<u8>>,
}

/// The registration of a key with an attestation of this format.
pub fn registration(key: &Key, format: Format) -> Registration {
    let options = json!({
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": base64url::encode(USER_HANDLE), "name": "jo", "displayName": "Jo"},
        "challenge": base64url::encode(CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": key.algorithm.identifier().0}],
        "attestation": "direct",
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
    });
    let options: CreationOptions = serde_json::from_value(options).expect("options");
    let attester = Attester::from_seed("benches");
    let anchor = format.has_certificates().then(|| attester.authority().certificate());
    let mut authenticator = Authenticator::platform("benches")
        .with_attestation(format.attestation(attester))
        .with_next_credential(key.private.clone(), CredentialId::new(CREDENTIAL_ID).expect("an ID"));
    let text = Client::new(ORIGIN).create_json(&options, &mut authenticator).expect("a response");
    Registration { text, anchor }
}
