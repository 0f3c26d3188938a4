//! A passkey in software: ES256, attestation `none`, both ceremonies as a browser answers them.

use countersign_authenticator::{
    Algorithm, AttestedCredentialDraft, AuthenticatorDataDraft, Cbor, Envelope, Generator, Members,
    PrivateKey, attestation_object, flags, types::base64url,
};
use serde_json::{Value, json};

/// User present and user verified.
pub(crate) const UP_UV: u8 = flags::USER_PRESENT | flags::USER_VERIFIED;

/// A passkey, and what its next response contains.
#[derive(Clone)]
pub(crate) struct Passkey {
    pub(crate) id: Vec<u8>,
    pub(crate) key: PrivateKey,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) origin: String,
    pub(crate) aaguid: [u8; 16],
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    /// The number of superfluous characters in client data.
    pub(crate) padding: usize,
}

impl Passkey {
    /// A passkey for these creation options; different seeds make different ones.
    pub(crate) fn new(options: &Value, origin: &str, seed: u8) -> Self {
        let text = |pointer| options.pointer(pointer).and_then(Value::as_str).unwrap();
        let mut generator = Generator::new([seed], "passkey");
        Self {
            id: generator.bytes(32),
            key: PrivateKey::generate(Algorithm::Es256, &mut generator).unwrap(),
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
        let key = self.key.cose_key().to_vec();
        let attested = AttestedCredentialDraft::new(self.aaguid, &self.id, key);
        let mut data = self.authenticator_data().with_attested(attested);
        data.flags |= flags::ATTESTED_CREDENTIAL_DATA;
        let object = attestation_object("none", Cbor::Map(Vec::new()), data.to_vec());
        self.envelope(&[
            ("clientDataJSON", base64url::encode(self.client_data("webauthn.create", options)).into()),
            ("attestationObject", base64url::encode(object.to_vec()).into()),
            ("transports", json!(["internal", "hybrid"])),
        ])
    }

    /// `AuthenticationResponseJSON`.
    pub(crate) fn authentication(&self, options: &Value) -> Value {
        let data = self.authenticator_data().to_vec();
        let client_data = self.client_data("webauthn.get", options);
        let signature = self.key.sign_response(&data, client_data.as_bytes());
        self.envelope(&[
            ("clientDataJSON", base64url::encode(client_data).into()),
            ("authenticatorData", base64url::encode(data).into()),
            ("signature", base64url::encode(signature).into()),
            ("userHandle", base64url::encode(&self.user_handle).into()),
        ])
    }

    fn envelope(&self, response: &[(&str, Value)]) -> Value {
        let mut members = Members::default();
        for (name, value) in response {
            members.push(name, value.clone());
        }
        let envelope = Envelope::new(&self.id, members, "platform", json!({}));
        serde_json::from_str(&envelope.to_text()).unwrap()
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

    fn authenticator_data(&self) -> AuthenticatorDataDraft {
        AuthenticatorDataDraft::new(&self.rp_id, self.flags, self.counter)
    }
}
