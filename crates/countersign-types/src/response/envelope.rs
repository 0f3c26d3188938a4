//! The members that both responses have: everything outside `response`
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)).

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::error::{MemberErrorKind, ResponseError};
use super::json_slot::{JsonShape, JsonSlot, Text, read_members};
use crate::enumerations::{AuthenticatorAttachment, CredentialType};
use crate::extensions::{json_object::JsonObject, outputs::ClientExtensionOutputs};
use crate::{base64url, identifiers::CredentialId};

/// The members outside `response`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) credential_id: CredentialId,
    pub(super) authenticator_attachment: Option<AuthenticatorAttachment>,
    pub(super) client_extension_results: ClientExtensionOutputs,
}

/// The members of a response, not yet checked; `R` is its ceremony's `response`.
pub(super) struct Received<'de, R> {
    id: JsonSlot<Text<'de>>,
    raw_id: JsonSlot<Text<'de>>,
    response: JsonSlot<R>,
    authenticator_attachment: JsonSlot<Text<'de>>,
    client_extension_results: JsonSlot<JsonObject>,
    credential_type: JsonSlot<Text<'de>>,
}

impl<'de, R: JsonShape<'de>> Received<'de, R> {
    /// Parses the whole text.
    pub(super) fn from_json(json: &'de [u8]) -> Result<Self, ResponseError> {
        if json.len() > super::limits::RESPONSE_JSON_MAX {
            return Err(ResponseError::TooLarge { length: json.len() });
        }
        let text = core::str::from_utf8(json)
            .map_err(|error| ResponseError::NotUtf8 { position: error.valid_up_to() })?;
        let slot = serde_json::from_str(text).map_err(|error| match error.classify() {
            // A slot accepts every value: the only JSON that is rejected has a duplicate name in the extension results.
            serde_json::error::Category::Data => ResponseError::Malformed {
                member: "clientExtensionResults",
                kind: MemberErrorKind::Duplicate,
            },
            _ => ResponseError::NotJson { line: error.line(), column: error.column() },
        })?;
        Self::object(slot)
    }

    /// Reads from a deserializer, whose errors have only a text.
    pub(super) fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::object(JsonSlot::deserialize(deserializer)?).map_err(de::Error::custom)
    }

    fn object(slot: JsonSlot<Self>) -> Result<Self, ResponseError> {
        match slot {
            JsonSlot::Present(Ok(received)) => Ok(received),
            _ => Err(ResponseError::NotObject),
        }
    }

    /// Checks the members outside `response`, and returns them and `response`.
    pub(super) fn into_parts(self) -> Result<(Envelope, R), ResponseError>
    where
        R: Response,
    {
        if let (JsonSlot::Absent, JsonSlot::Present(Ok(response))) = (&self.id, &self.response)
            && response.has_id()
        {
            return Err(ResponseError::Enveloped);
        }
        let (id, raw_id) = (self.id.required("id")?, self.raw_id.required("rawId")?);
        let credential_id = credential_id(&id, &raw_id)?;
        let Text(credential_type) = self.credential_type.required("type")?;
        if credential_type != CredentialType::PublicKey.as_str() {
            return Err(ResponseError::Malformed { member: "type", kind: MemberErrorKind::NotPublicKey });
        }
        let response = self.response.required("response")?;
        let authenticator_attachment =
            match self.authenticator_attachment.optional("authenticatorAttachment")? {
                Some(Text(text)) if text.len() > super::limits::KEYWORD_MAX => {
                    let member = "authenticatorAttachment";
                    return Err(ResponseError::Malformed { member, kind: MemberErrorKind::TooLong });
                }
                attachment => attachment.map(|Text(text)| AuthenticatorAttachment::from(&*text)),
            };
        // Required by the specification, and left out by older substitutes for `toJSON()`.
        let client_extension_results = self
            .client_extension_results
            .optional("clientExtensionResults")?
            .map(ClientExtensionOutputs::from)
            .unwrap_or_default();
        Ok((Envelope { credential_id, authenticator_attachment, client_extension_results }, response))
    }
}

/// A ceremony's `response`.
pub(super) trait Response {
    /// Whether it has a member `id`, which belongs outside: the whole credential is then in an envelope of the page.
    fn has_id(&self) -> bool;
}

impl<'de, R: JsonShape<'de>> JsonShape<'de> for Received<'de, R> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        let mut received = Self {
            id: JsonSlot::Absent,
            raw_id: JsonSlot::Absent,
            response: JsonSlot::Absent,
            authenticator_attachment: JsonSlot::Absent,
            client_extension_results: JsonSlot::Absent,
            credential_type: JsonSlot::Absent,
        };
        read_members!(object, received, {
            "id" => id,
            "rawId" => raw_id,
            "response" => response,
            "authenticatorAttachment" => authenticator_attachment,
            "clientExtensionResults" => client_extension_results,
            "type" => credential_type,
        });
        Ok(Ok(received))
    }
}

impl<'de> JsonShape<'de> for JsonObject {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        Self::read(object).map(Ok)
    }
}

/// The credential ID of both members. Each text is the only encoding of its bytes, so the second is decoded only to
/// find out which error it is.
fn credential_id(Text(id): &Text<'_>, Text(raw_id): &Text<'_>) -> Result<CredentialId, ResponseError> {
    let decode = |text: &str, member| {
        let malformed = |kind| ResponseError::Malformed { member, kind };
        let bytes = base64url::decode(text).map_err(|_| malformed(MemberErrorKind::of_text(text)))?;
        CredentialId::new(bytes).ok_or(malformed(MemberErrorKind::Empty))
    };
    let credential_id = decode(id, "id")?;
    if id == raw_id {
        return Ok(credential_id);
    }
    decode(raw_id, "rawId")?;
    Err(ResponseError::IdMismatch)
}

/// The JSON of a response, with its members in the order of the specification's `toJSON()`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Json<'a, R> {
    id: &'a CredentialId,
    raw_id: &'a CredentialId,
    response: R,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<&'a AuthenticatorAttachment>,
    client_extension_results: &'a ClientExtensionOutputs,
    #[serde(rename = "type")]
    credential_type: CredentialType,
}

impl<'a, R> Json<'a, R> {
    pub(super) fn new(envelope: &'a Envelope, response: R) -> Self {
        Self {
            id: &envelope.credential_id,
            raw_id: &envelope.credential_id,
            response,
            authenticator_attachment: envelope.authenticator_attachment.as_ref(),
            client_extension_results: &envelope.client_extension_results,
            credential_type: CredentialType::PublicKey,
        }
    }
}

/// The methods and `Deserialize` of a response with an `envelope` and `bytes`, which is made by `new`.
macro_rules! common_methods {
    ($name:ident) => {
        impl $name {
            /// Parses the JSON text like [`from_json`](Self::from_json), and decodes into the allocation of `buffer`, such
            /// as that of an earlier response's [`into_buffer`](Self::into_buffer). The content of `buffer` is discarded.
            ///
            /// ```
            /// # use countersign_types::AuthenticationResponse;
            /// # let json = br#"{
            /// #     "id": "AQI", "rawId": "AQI", "type": "public-key",
            /// #     "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "MAA"}
            /// # }"#;
            /// let mut buffer = Vec::new();
            /// for body in [json, json] {
            ///     let response = AuthenticationResponse::from_json_in(body, buffer)?;
            ///     // … verify it …
            ///     buffer = response.into_buffer();
            /// }
            /// # Ok::<(), countersign_types::response::ResponseError>(())
            /// ```
            pub fn from_json_in(json: &[u8], buffer: Vec<u8>) -> Result<Self, ResponseError> {
                // Before the buffer grows to what the text needs.
                let received = Received::from_json(json)?;
                Self::new(received, ByteStorage::reusing(buffer, json.len()))
            }

            /// Returns the buffer, for [`from_json_in`](Self::from_json_in) of the next response.
            pub fn into_buffer(self) -> Vec<u8> {
                self.bytes.into_buffer()
            }

            /// The credential ID: `id` and `rawId`, which are the same bytes. At registration, it is not yet compared with
            /// the attested one in authenticator data.
            pub fn credential_id(&self) -> &CredentialId {
                &self.envelope.credential_id
            }

            /// The bytes of `clientDataJSON`, whose hash is signed.
            pub fn client_data_json(&self) -> &[u8] {
                self.bytes.get(&self.client_data_json)
            }

            /// How the authenticator was attached to the client in this ceremony.
            pub fn authenticator_attachment(&self) -> Option<&AuthenticatorAttachment> {
                self.envelope.authenticator_attachment.as_ref()
            }

            /// The client's extension outputs, not signed.
            pub fn client_extension_results(&self) -> &ClientExtensionOutputs {
                &self.envelope.client_extension_results
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let received = Received::deserialize(deserializer)?;
                Self::new(received, ByteStorage::reusing(Vec::new(), 0)).map_err(de::Error::custom)
            }
        }
    };
}
pub(super) use common_methods;
