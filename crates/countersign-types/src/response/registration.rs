//! Registration responses
//! ([section 5.2.1](https://www.w3.org/TR/webauthn-3/#iface-authenticatorattestationresponse)).

use alloc::vec::Vec;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess},
};

use super::{
    KEYWORD_MAX, MemberFault, ResponseError, TRANSPORTS_MAX,
    copied::Copied,
    envelope::{Envelope, Json, Received, Response, required_bytes},
    form::Owned,
    slot::{Shape, Slot, Text, read_members},
};
use crate::{
    AlgorithmIdentifier, Base64Url, CredentialId,
    enumerations::{AuthenticatorAttachment, Transport},
    extensions::ClientExtensionOutputs,
};

/// `RegistrationResponseJSON`: what `navigator.credentials.create()` gave, through `toJSON()`.
///
/// ```
/// use countersign_types::RegistrationResponse;
/// let json = br#"{
///     "id": "AQI", "rawId": "AQI", "type": "public-key",
///     "response": {"clientDataJSON": "e30", "attestationObject": "oA", "transports": ["usb"]},
///     "clientExtensionResults": {}
/// }"#;
/// let response = RegistrationResponse::from_json(json)?;
/// assert_eq!(response.credential_id().as_bytes(), [1, 2]);
/// assert_eq!(response.client_data_json(), b"{}");
/// # Ok::<(), countersign_types::response::ResponseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationResponse {
    envelope: Envelope<CredentialId>,
    client_data_json: Base64Url,
    attestation_object: Base64Url,
    authenticator_data: Copied<Base64Url>,
    transports: Vec<Transport>,
    public_key: Copied<Base64Url>,
    public_key_algorithm: Copied<AlgorithmIdentifier>,
}

impl RegistrationResponse {
    /// Reads the whole JSON text, of at most [`RESPONSE_JSON_MAX`](super::RESPONSE_JSON_MAX) bytes of UTF-8.
    ///
    /// Required are `id`, `rawId`, `type`, `response.clientDataJSON` and `response.attestationObject`. The
    /// specification requires four more that clients did not always send and that nothing is lost without:
    /// `clientExtensionResults`, `response.authenticatorData`, `response.transports` and
    /// `response.publicKeyAlgorithm`.
    ///
    /// `response.authenticatorData`, `response.publicKey` and `response.publicKeyAlgorithm` repeat parts of the attestation
    /// object for scripts' convenience
    /// ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)). Clients exist that fill them in
    /// otherwise, so they may hold anything: see [`has_unreadable_copies`](Self::has_unreadable_copies).
    pub fn from_json(json: &[u8]) -> Result<Self, ResponseError> {
        Self::open(Received::from_json(json)?)
    }

    fn open(received: Received<'_, AttestationMembers<'_>>) -> Result<Self, ResponseError> {
        let (envelope, response) = received.open(&mut Owned)?;
        Ok(Self {
            envelope,
            client_data_json: required_bytes(
                response.client_data_json,
                "response.clientDataJSON",
                &mut Owned,
            )?,
            attestation_object: required_bytes(
                response.attestation_object,
                "response.attestationObject",
                &mut Owned,
            )?,
            authenticator_data: Copied::bytes(response.authenticator_data),
            transports: response.transports.optional("response.transports")?.unwrap_or_default(),
            public_key: Copied::bytes(response.public_key),
            public_key_algorithm: Copied::read(response.public_key_algorithm, |identifier| {
                Some(AlgorithmIdentifier(identifier))
            }),
        })
    }

    /// The credential ID that `id` and `rawId` agree on. The attested one, in authenticator data, is yet to be
    /// compared with it.
    pub fn credential_id(&self) -> &CredentialId {
        &self.envelope.credential_id
    }

    /// The bytes of `clientDataJSON`: hash these.
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The bytes of the attestation object.
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }

    /// The browser's copy of the authenticator data that is in the attestation object; `None` also where it can't be read.
    pub fn authenticator_data(&self) -> Option<&[u8]> {
        self.authenticator_data.get().map(AsRef::as_ref)
    }

    /// How the authenticator may be reached, for the credential record; unknown ones too. Empty where the client does
    /// not say.
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The browser's copy of the credential public key, as a DER `SubjectPublicKeyInfo`; `None` also where the browser does
    /// not understand the algorithm, and where the copy can't be read.
    pub fn public_key(&self) -> Option<&[u8]> {
        self.public_key.get().map(AsRef::as_ref)
    }

    /// The browser's copy of the credential public key's algorithm; `None` also where it can't be read.
    pub fn public_key_algorithm(&self) -> Option<AlgorithmIdentifier> {
        self.public_key_algorithm.get().copied()
    }

    /// Whether one of the three copies is there, and is not of its type: authenticator data or a public key that is no
    /// base64url, an algorithm that is no whole number. Nothing depends on them.
    pub fn has_unreadable_copies(&self) -> bool {
        self.authenticator_data.is_unreadable()
            || self.public_key.is_unreadable()
            || self.public_key_algorithm.is_unreadable()
    }

    /// How the authenticator was attached in this ceremony.
    pub fn authenticator_attachment(&self) -> Option<&AuthenticatorAttachment> {
        self.envelope.authenticator_attachment.as_ref()
    }

    /// What the client says that extensions did.
    pub fn client_extension_results(&self) -> &ClientExtensionOutputs {
        &self.envelope.client_extension_results
    }
}

impl<'de> Deserialize<'de> for RegistrationResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::open(Received::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for RegistrationResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct AttestationJson<'a> {
            #[serde(rename = "clientDataJSON")]
            client_data_json: &'a Base64Url,
            #[serde(skip_serializing_if = "Copied::is_absent")]
            authenticator_data: &'a Copied<Base64Url>,
            transports: &'a [Transport],
            #[serde(skip_serializing_if = "Copied::is_absent")]
            public_key: &'a Copied<Base64Url>,
            #[serde(skip_serializing_if = "Copied::is_absent")]
            public_key_algorithm: &'a Copied<AlgorithmIdentifier>,
            attestation_object: &'a Base64Url,
        }

        let response = AttestationJson {
            client_data_json: &self.client_data_json,
            authenticator_data: &self.authenticator_data,
            transports: &self.transports,
            public_key: &self.public_key,
            public_key_algorithm: &self.public_key_algorithm,
            attestation_object: &self.attestation_object,
        };
        Json::new(&self.envelope, response).serialize(serializer)
    }
}

/// `AuthenticatorAttestationResponseJSON` as it came.
struct AttestationMembers<'de> {
    client_data_json: Slot<Text<'de>>,
    attestation_object: Slot<Text<'de>>,
    authenticator_data: Slot<Text<'de>>,
    transports: Slot<Vec<Transport>>,
    public_key: Slot<Text<'de>>,
    public_key_algorithm: Slot<i64>,
    id: Slot<Text<'de>>,
}

impl Response for AttestationMembers<'_> {
    fn has_id(&self) -> bool {
        !matches!(self.id, Slot::Absent)
    }
}

impl<'de> Shape<'de> for AttestationMembers<'de> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        let mut response = Self {
            client_data_json: Slot::Absent,
            attestation_object: Slot::Absent,
            authenticator_data: Slot::Absent,
            transports: Slot::Absent,
            public_key: Slot::Absent,
            public_key_algorithm: Slot::Absent,
            id: Slot::Absent,
        };
        read_members!(object, response, {
            "clientDataJSON" => client_data_json,
            "attestationObject" => attestation_object,
            "authenticatorData" => authenticator_data,
            "transports" => transports,
            "publicKey" => public_key,
            "publicKeyAlgorithm" => public_key_algorithm,
            "id" => id,
        });
        Ok(Ok(response))
    }
}

impl<'de> Shape<'de> for Vec<Transport> {
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Result<Self, MemberFault>, A::Error> {
        let mut transports = Ok(Self::new());
        // The array is read to its end, whatever is wrong with it.
        while let Some(item) = array.next_element::<Slot<Text<'de>>>()? {
            transports = transports.and_then(|mut transports: Self| match item {
                Slot::Present(Ok(Text(text))) if text.len() > KEYWORD_MAX => Err(MemberFault::TooLong),
                Slot::Present(Ok(_)) if transports.len() == TRANSPORTS_MAX => Err(MemberFault::TooLong),
                Slot::Present(Ok(Text(text))) => {
                    transports.push(Transport::from(&*text));
                    Ok(transports)
                }
                _ => Err(MemberFault::WrongType),
            });
        }
        Ok(transports)
    }
}
