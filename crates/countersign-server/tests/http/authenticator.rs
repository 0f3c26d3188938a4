//! A passkey in software: ES256, attestation `none`, both ceremonies as a browser would answer them.

use countersign::{cose::sha256, types::base64url};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};

/// User present and user verified.
pub(crate) const UP_UV: u8 = 0x05;
/// Attested credential data included.
const AT: u8 = 0x40;

/// A passkey that was made, and what it says in its next ceremony.
#[derive(Clone)]
pub(crate) struct Passkey {
    pub(crate) id: Vec<u8>,
    pub(crate) key: SigningKey,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) origin: String,
    pub(crate) aaguid: [u8; 16],
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    /// Characters that its client data has too many.
    pub(crate) padding: usize,
}

impl Passkey {
    /// A passkey for these creation options; different seeds make different ones.
    pub(crate) fn new(options: &Value, origin: &str, seed: u8) -> Self {
        let text = |pointer| options.pointer(pointer).and_then(Value::as_str).unwrap();
        Self {
            id: sha256(&[b"id", &[seed]]).to_vec(),
            key: SigningKey::from_slice(&sha256(&[b"key", &[seed]])).unwrap(),
            user_handle: base64url::decode(text("/user/id")).unwrap(),
            rp_id: text("/rp/id").to_owned(),
            origin: origin.to_owned(),
            aaguid: [0; 16],
            flags: UP_UV,
            counter: 0,
            padding: 0,
        }
    }

    pub(crate) fn id(&self) -> String {
        base64url::encode(&self.id)
    }

    /// `RegistrationResponseJSON`.
    pub(crate) fn registration(&self, options: &Value) -> Value {
        let mut data = self.authenticator_data(AT);
        data.extend(self.aaguid);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        self.envelope(&json!({
            "clientDataJSON": base64url::encode(self.client_data("webauthn.create", options)),
            "attestationObject": base64url::encode(object),
            "transports": ["internal", "hybrid"],
        }))
    }

    /// `AuthenticationResponseJSON`.
    pub(crate) fn authentication(&self, options: &Value) -> Value {
        let data = self.authenticator_data(0);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &sha256(&[client_data.as_bytes()])].concat();
        let signature: Signature = self.key.sign(&signed);
        self.envelope(&json!({
            "clientDataJSON": base64url::encode(client_data),
            "authenticatorData": base64url::encode(data),
            "signature": base64url::encode(signature.to_der()),
            "userHandle": base64url::encode(&self.user_handle),
        }))
    }

    fn envelope(&self, response: &Value) -> Value {
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let mut data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        if self.padding > 0 {
            data["padding"] = json!("x".repeat(self.padding));
        }
        data.to_string()
    }

    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let mut data = sha256(&[self.rp_id.as_bytes()]).to_vec();
        data.push(self.flags | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend_from_slice(x);
        key.extend([0x22, 0x58, 0x20]);
        key.extend_from_slice(y);
        key
    }
}
