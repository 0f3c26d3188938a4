//! What both responses have in common: everything outside `response`
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)).

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess},
};
use serde_json::error::Category;

use super::{
    KEYWORD_MAX, MemberFault, RESPONSE_JSON_MAX, ResponseError,
    form::Form,
    slot::{Shape, Slot, Text, read_members},
};
use crate::{
    CredentialId,
    enumerations::{AuthenticatorAttachment, CredentialType},
    extensions::{ClientExtensionOutputs, JsonObject},
};

/// The members outside `response`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope<I> {
    pub(super) credential_id: I,
    pub(super) authenticator_attachment: Option<AuthenticatorAttachment>,
    pub(super) client_extension_results: ClientExtensionOutputs,
}

/// A response as it came; `R` is its ceremony's `response`.
pub(super) struct Received<'de, R> {
    id: Slot<Text<'de>>,
    raw_id: Slot<Text<'de>>,
    response: Slot<R>,
    authenticator_attachment: Slot<Text<'de>>,
    client_extension_results: Slot<JsonObject>,
    credential_type: Slot<Text<'de>>,
}

impl<'de, R: Shape<'de>> Received<'de, R> {
    /// From the whole text.
    pub(super) fn from_json(json: &'de [u8]) -> Result<Self, ResponseError> {
        if json.len() > RESPONSE_JSON_MAX {
            return Err(ResponseError::TooLarge { length: json.len() });
        }
        let text = core::str::from_utf8(json)
            .map_err(|error| ResponseError::NotUtf8 { position: error.valid_up_to() })?;
        let slot = serde_json::from_str(text).map_err(|error| match error.classify() {
            // A slot takes every value; the one thing that is JSON and yet refused is a name twice in here.
            Category::Data => {
                ResponseError::Malformed { member: "clientExtensionResults", fault: MemberFault::Duplicate }
            }
            _ => ResponseError::NotJson { line: error.line(), column: error.column() },
        })?;
        Self::object(slot)
    }

    /// From a deserializer, whose errors have a text alone.
    pub(super) fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::object(Slot::deserialize(deserializer)?).map_err(de::Error::custom)
    }

    fn object(slot: Slot<Self>) -> Result<Self, ResponseError> {
        match slot {
            Slot::Present(Ok(received)) => Ok(received),
            _ => Err(ResponseError::NotObject),
        }
    }

    /// Checks all members but those of `response`, which is handed out.
    pub(super) fn open<F: Form>(self, form: &mut F) -> Result<(Envelope<F::CredentialId>, R), ResponseError>
    where
        R: Response,
    {
        if let (Slot::Absent, Slot::Present(Ok(response))) = (&self.id, &self.response)
            && response.has_id()
        {
            return Err(ResponseError::Enveloped);
        }
        let (id, raw_id) = (self.id.required("id")?, self.raw_id.required("rawId")?);
        let credential_id = credential_id(&id, &raw_id, form)?;
        let Text(credential_type) = self.credential_type.required("type")?;
        if credential_type != CredentialType::PublicKey.as_str() {
            return Err(ResponseError::Malformed { member: "type", fault: MemberFault::NotPublicKey });
        }
        let response = self.response.required("response")?;
        let authenticator_attachment =
            match self.authenticator_attachment.optional("authenticatorAttachment")? {
                Some(Text(text)) if text.len() > KEYWORD_MAX => {
                    let member = "authenticatorAttachment";
                    return Err(ResponseError::Malformed { member, fault: MemberFault::TooLong });
                }
                attachment => attachment.map(|Text(text)| AuthenticatorAttachment::from(&*text)),
            };
        // Required by the specification, and left out by older code that stands in for `toJSON()`.
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
    /// Whether there is an `id` in it, which belongs beside it: the whole credential is then in a page's own envelope.
    fn has_id(&self) -> bool;
}

impl<'de, R: Shape<'de>> Shape<'de> for Received<'de, R> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        let mut received = Self {
            id: Slot::Absent,
            raw_id: Slot::Absent,
            response: Slot::Absent,
            authenticator_attachment: Slot::Absent,
            client_extension_results: Slot::Absent,
            credential_type: Slot::Absent,
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

impl<'de> Shape<'de> for JsonObject {
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        Self::read(object).map(Ok)
    }
}

/// The credential ID that both members have. Each text has its own bytes and no others, so that the second is
/// decoded only to say what is wrong.
fn credential_id<F: Form>(
    Text(id): &Text<'_>,
    Text(raw_id): &Text<'_>,
    form: &mut F,
) -> Result<F::CredentialId, ResponseError> {
    let mut decode = |text: &str, member| {
        F::credential_id(form.member(text, member)?)
            .ok_or(ResponseError::Malformed { member, fault: MemberFault::Empty })
    };
    let credential_id = decode(id, "id")?;
    if id != raw_id {
        decode(raw_id, "rawId")?;
        return Err(ResponseError::IdMismatch);
    }
    Ok(credential_id)
}

/// The bytes of a required member.
pub(super) fn required_bytes<F: Form>(
    slot: Slot<Text<'_>>,
    member: &'static str,
    form: &mut F,
) -> Result<F::Bytes, ResponseError> {
    let Text(text) = slot.required(member)?;
    form.member(&text, member)
}

/// The bytes of an optional member.
pub(super) fn optional_bytes<F: Form>(
    slot: Slot<Text<'_>>,
    member: &'static str,
    form: &mut F,
) -> Result<Option<F::Bytes>, ResponseError> {
    let Some(Text(text)) = slot.optional(member)? else { return Ok(None) };
    form.member(&text, member).map(Some)
}

/// The JSON of a response, as the specification's `toJSON()` makes it.
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
    pub(super) fn new(envelope: &'a Envelope<CredentialId>, response: R) -> Self {
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
