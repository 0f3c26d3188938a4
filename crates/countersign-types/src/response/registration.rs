//! Registration responses
//! ([section 5.2.1](https://www.w3.org/TR/webauthn-3/#iface-authenticatorattestationresponse)).

use alloc::vec::Vec;
use core::{fmt, ops::Range};

use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap as _};

use super::byte_storage::ByteStorage;
use super::envelope::{Envelope, Json, Received, Response, common_methods};
use super::error::{MemberErrorKind, ResponseError};
use super::json_slot::{JsonShape, JsonSlot, Text, read_members};
use crate::enumerations::{AuthenticatorAttachment, Transport};
use crate::identifiers::{AlgorithmIdentifier, CredentialId};
use crate::{base64url::Encoded, extensions::outputs::ClientExtensionOutputs};

/// A registration response, `RegistrationResponseJSON`: the result of `navigator.credentials.create()`, through
/// `toJSON()`.
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
#[derive(Clone, PartialEq, Eq)]
pub struct RegistrationResponse {
    envelope: Envelope,
    bytes: ByteStorage,
    client_data_json: Range<usize>,
    attestation_object: Range<usize>,
    authenticator_data: ClientCopy<Range<usize>>,
    transports: Vec<Transport>,
    public_key: ClientCopy<Range<usize>>,
    public_key_algorithm: ClientCopy<AlgorithmIdentifier>,
}

/// Omits the attestation object, whose authenticator data may hold a secret.
impl fmt::Debug for RegistrationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationResponse")
            .field("envelope", &self.envelope)
            .field("transports", &self.transports)
            .finish_non_exhaustive()
    }
}

impl RegistrationResponse {
    /// Parses the whole JSON text, of at most [`RESPONSE_JSON_MAX`](super::RESPONSE_JSON_MAX) bytes of UTF-8.
    ///
    /// Required are `id`, `rawId`, `type`, `response.clientDataJSON` and `response.attestationObject`. The
    /// specification requires four more, which clients did not always send and which are not needed to verify a
    /// registration: `clientExtensionResults`, `response.authenticatorData`, `response.transports` and
    /// `response.publicKeyAlgorithm`.
    ///
    /// `response.authenticatorData`, `response.publicKey` and `response.publicKeyAlgorithm` repeat parts of the attestation
    /// object for scripts' convenience
    /// ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)). Some clients fill them in differently,
    /// so they may hold anything: see [`has_unreadable_copies`](Self::has_unreadable_copies).
    pub fn from_json(json: &[u8]) -> Result<Self, ResponseError> {
        Self::from_json_in(json, Vec::new())
    }

    fn new(
        received: Received<'_, AttestationMembers<'_>>,
        mut bytes: ByteStorage,
    ) -> Result<Self, ResponseError> {
        let (envelope, response) = received.into_parts()?;
        let mut required = |slot: JsonSlot<Text<'_>>, member| {
            let Text(text) = slot.required(member)?;
            bytes.append(&text, member)
        };
        let client_data_json = required(response.client_data_json, "response.clientDataJSON")?;
        let attestation_object = required(response.attestation_object, "response.attestationObject")?;
        let mut copy = |slot, member| ClientCopy::read(slot, |Text(text)| bytes.append(&text, member).ok());
        let authenticator_data = copy(response.authenticator_data, "response.authenticatorData");
        let public_key = copy(response.public_key, "response.publicKey");
        Ok(Self {
            envelope,
            bytes,
            client_data_json,
            attestation_object,
            authenticator_data,
            transports: response.transports.optional("response.transports")?.unwrap_or_default(),
            public_key,
            public_key_algorithm: ClientCopy::read(response.public_key_algorithm, |identifier| {
                Some(AlgorithmIdentifier(identifier))
            }),
        })
    }

    /// The bytes of the attestation object.
    pub fn attestation_object(&self) -> &[u8] {
        self.bytes.get(&self.attestation_object)
    }

    /// The client's copy of the authenticator data that is in the attestation object; `None` if it is absent or can't be
    /// read.
    pub fn authenticator_data(&self) -> Option<&[u8]> {
        self.authenticator_data.get().map(|range| self.bytes.get(range))
    }

    /// How the authenticator may be reached, for the credential record, including unknown transports. Empty if the client
    /// does not say.
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The client's copy of the credential public key, as a DER `SubjectPublicKeyInfo`; `None` if the client does not
    /// support the algorithm, or if the copy can't be read.
    pub fn public_key(&self) -> Option<&[u8]> {
        self.public_key.get().map(|range| self.bytes.get(range))
    }

    /// The client's copy of the credential public key's algorithm; `None` if it is absent or can't be read.
    pub fn public_key_algorithm(&self) -> Option<AlgorithmIdentifier> {
        self.public_key_algorithm.get().copied()
    }

    /// Whether one of the three copies is present but not of its type: authenticator data or a public key that is not
    /// base64url, or an algorithm that is not an integer. No step depends on them.
    pub fn has_unreadable_copies(&self) -> bool {
        self.authenticator_data.is_unreadable()
            || self.public_key.is_unreadable()
            || self.public_key_algorithm.is_unreadable()
    }
}

common_methods!(RegistrationResponse);

impl Serialize for RegistrationResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct AttestationJson<'a> {
            #[serde(rename = "clientDataJSON")]
            client_data_json: Encoded<'a>,
            #[serde(skip_serializing_if = "ClientCopy::is_absent")]
            authenticator_data: ClientCopy<Encoded<'a>>,
            transports: &'a [Transport],
            #[serde(skip_serializing_if = "ClientCopy::is_absent")]
            public_key: ClientCopy<Encoded<'a>>,
            #[serde(skip_serializing_if = "ClientCopy::is_absent")]
            public_key_algorithm: &'a ClientCopy<AlgorithmIdentifier>,
            attestation_object: Encoded<'a>,
        }

        let encoded = |range: &Range<usize>| Encoded(self.bytes.get(range));
        let response = AttestationJson {
            client_data_json: Encoded(self.client_data_json()),
            authenticator_data: self.authenticator_data.map(encoded),
            transports: &self.transports,
            public_key: self.public_key.map(encoded),
            public_key_algorithm: &self.public_key_algorithm,
            attestation_object: Encoded(self.attestation_object()),
        };
        Json::new(&self.envelope, response).serialize(serializer)
    }
}

/// A client's copy of a part of the attestation object
/// ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)): no content of it is an error.
#[derive(Clone, PartialEq, Eq)]
enum ClientCopy<T> {
    Absent,
    /// Not of its type, or present twice: neither of the two can be preferred.
    Unreadable,
    Read(T),
}

impl<T> ClientCopy<T> {
    fn read<S>(slot: JsonSlot<S>, read: impl FnOnce(S) -> Option<T>) -> Self {
        match slot {
            JsonSlot::Absent | JsonSlot::Null => Self::Absent,
            JsonSlot::Present(Ok(value)) => read(value).map_or(Self::Unreadable, Self::Read),
            JsonSlot::Present(Err(_)) => Self::Unreadable,
        }
    }

    fn get(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Unreadable => None,
        }
    }

    fn map<'a, U>(&'a self, map: impl FnOnce(&'a T) -> U) -> ClientCopy<U> {
        match self {
            Self::Read(value) => ClientCopy::Read(map(value)),
            Self::Absent => ClientCopy::Absent,
            Self::Unreadable => ClientCopy::Unreadable,
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }
}

/// Writes an unreadable copy as an empty object, which is unreadable again.
impl<T: Serialize> Serialize for ClientCopy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Unreadable => serializer.serialize_map(Some(0))?.end(),
            Self::Read(value) => value.serialize(serializer),
        }
    }
}

/// The members of `AuthenticatorAttestationResponseJSON`, not yet decoded.
#[derive(Default)]
struct AttestationMembers<'de> {
    client_data_json: JsonSlot<Text<'de>>,
    attestation_object: JsonSlot<Text<'de>>,
    authenticator_data: JsonSlot<Text<'de>>,
    transports: JsonSlot<Vec<Transport>>,
    public_key: JsonSlot<Text<'de>>,
    public_key_algorithm: JsonSlot<i64>,
    id: JsonSlot<Text<'de>>,
}

impl Response for AttestationMembers<'_> {
    fn has_id(&self) -> bool {
        !matches!(self.id, JsonSlot::Absent)
    }
}

impl<'de> JsonShape<'de> for AttestationMembers<'de> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        let mut response = Self::default();
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

impl<'de> JsonShape<'de> for Vec<Transport> {
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        let mut transports = Ok(Self::new());
        // The array is read to its end even after an error, so that the rest of the text is parsed.
        while let Some(item) = array.next_element::<JsonSlot<Text<'de>>>()? {
            transports = transports.and_then(|mut transports: Self| match item {
                JsonSlot::Present(Ok(Text(text))) if text.len() > super::limits::KEYWORD_MAX => {
                    Err(MemberErrorKind::TooLong)
                }
                JsonSlot::Present(Ok(_)) if transports.len() == super::limits::TRANSPORTS_MAX => {
                    Err(MemberErrorKind::TooLong)
                }
                JsonSlot::Present(Ok(Text(text))) => {
                    transports.push(Transport::from(&*text));
                    Ok(transports)
                }
                _ => Err(MemberErrorKind::WrongType),
            });
        }
        Ok(transports)
    }
}
