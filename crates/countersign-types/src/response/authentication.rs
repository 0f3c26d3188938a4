//! Authentication responses
//! ([section 5.2.2](https://www.w3.org/TR/webauthn-3/#iface-authenticatorassertionresponse)).

use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess},
};

use super::{
    MemberFault, ResponseError,
    envelope::{Envelope, Json, Received, Response, optional_bytes, required_bytes},
    form::{Form, Owned},
    slot::{Shape, Slot, Text, read_members},
};
use crate::{
    Base64Url, CredentialId, UserHandle, enumerations::AuthenticatorAttachment,
    extensions::ClientExtensionOutputs,
};

/// `AuthenticationResponseJSON`: what `navigator.credentials.get()` gave, through `toJSON()`.
///
/// ```
/// use countersign_types::AuthenticationResponse;
/// let json = br#"{
///     "id": "AQI", "rawId": "AQI", "type": "public-key",
///     "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "MAA", "userHandle": "Bwc"},
///     "clientExtensionResults": {}
/// }"#;
/// let response = AuthenticationResponse::from_json(json)?;
/// assert_eq!(response.user_handle().map(|handle| handle.as_bytes()), Some([7, 7].as_slice()));
/// # Ok::<(), countersign_types::response::ResponseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationResponse {
    envelope: Envelope<CredentialId>,
    client_data_json: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    user_handle: Option<UserHandle>,
    has_empty_user_handle: bool,
}

/// Who and what for: authenticator data may hold a secret, such as the bytes of `credBlob`.
impl fmt::Debug for AuthenticationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResponse")
            .field("envelope", &self.envelope)
            .field("user_handle", &self.user_handle)
            .finish_non_exhaustive()
    }
}

impl AuthenticationResponse {
    /// Reads the whole JSON text, of at most [`RESPONSE_JSON_MAX`](super::RESPONSE_JSON_MAX) bytes of UTF-8.
    ///
    /// Required are `id`, `rawId`, `type`, `response.clientDataJSON`, `response.authenticatorData` and
    /// `response.signature`. `clientExtensionResults`, which the specification requires too, may be absent: not every
    /// client sent it.
    pub fn from_json(json: &[u8]) -> Result<Self, ResponseError> {
        Assertion::open(Received::from_json(json)?, &mut Owned).map(Self::from)
    }

    /// The credential ID that `id` and `rawId` agree on.
    pub fn credential_id(&self) -> &CredentialId {
        &self.envelope.credential_id
    }

    /// The bytes of `clientDataJSON`: hash these.
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The bytes of authenticator data: what is signed, in front of the hash of client data.
    pub fn authenticator_data(&self) -> &[u8] {
        &self.authenticator_data
    }

    /// The bytes of the signature, as yet unverified. An empty one is well-formed here: it is a signature that does
    /// not verify.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The user handle of the account that the authenticator has the credential under; `None` where the response has
    /// none, or an empty one, as Safari sends it. A discoverable authentication can't do without.
    pub fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// Whether `userHandle` is there and has no bytes: [`user_handle`](Self::user_handle) is `None` then.
    pub fn has_empty_user_handle(&self) -> bool {
        self.has_empty_user_handle
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

impl<'de> Deserialize<'de> for AuthenticationResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let received = Received::deserialize(deserializer)?;
        Assertion::open(received, &mut Owned).map(Self::from).map_err(de::Error::custom)
    }
}

impl Serialize for AuthenticationResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct AssertionJson<'a> {
            #[serde(rename = "clientDataJSON")]
            client_data_json: &'a Base64Url,
            authenticator_data: &'a Base64Url,
            signature: &'a Base64Url,
            #[serde(skip_serializing_if = "Option::is_none")]
            user_handle: Option<&'a UserHandle>,
        }

        let response = AssertionJson {
            client_data_json: &self.client_data_json,
            authenticator_data: &self.authenticator_data,
            signature: &self.signature,
            user_handle: self.user_handle.as_ref(),
        };
        Json::new(&self.envelope, response).serialize(serializer)
    }
}

/// What a response holds, in either form.
pub(super) struct Assertion<F: Form> {
    pub(super) envelope: Envelope<F::CredentialId>,
    pub(super) client_data_json: F::Bytes,
    pub(super) authenticator_data: F::Bytes,
    pub(super) signature: F::Bytes,
    pub(super) user_handle: Option<F::UserHandle>,
    pub(super) has_empty_user_handle: bool,
}

impl<F: Form> Assertion<F> {
    /// The one way from text to a response, whatever its form.
    pub(super) fn open(
        received: Received<'_, AssertionMembers<'_>>,
        form: &mut F,
    ) -> Result<Self, ResponseError> {
        let (envelope, response) = received.open(form)?;
        let client_data_json = required_bytes(response.client_data_json, "response.clientDataJSON", form)?;
        let authenticator_data =
            required_bytes(response.authenticator_data, "response.authenticatorData", form)?;
        let signature = required_bytes(response.signature, "response.signature", form)?;
        let user_handle = optional_bytes(response.user_handle, "response.userHandle", form)?;
        let is_present = user_handle.is_some();
        let user_handle = user_handle
            .map_or(Ok(None), F::user_handle)
            .map_err(|fault| ResponseError::Malformed { member: "response.userHandle", fault })?;
        let has_empty_user_handle = is_present && user_handle.is_none();
        Ok(Self {
            envelope,
            client_data_json,
            authenticator_data,
            signature,
            user_handle,
            has_empty_user_handle,
        })
    }
}

impl From<Assertion<Owned>> for AuthenticationResponse {
    fn from(assertion: Assertion<Owned>) -> Self {
        let Assertion {
            envelope,
            client_data_json,
            authenticator_data,
            signature,
            user_handle,
            has_empty_user_handle,
        } = assertion;
        Self { envelope, client_data_json, authenticator_data, signature, user_handle, has_empty_user_handle }
    }
}

/// `AuthenticatorAssertionResponseJSON` as it came.
pub(super) struct AssertionMembers<'de> {
    client_data_json: Slot<Text<'de>>,
    authenticator_data: Slot<Text<'de>>,
    signature: Slot<Text<'de>>,
    user_handle: Slot<Text<'de>>,
    id: Slot<Text<'de>>,
}

impl Response for AssertionMembers<'_> {
    fn has_id(&self) -> bool {
        !matches!(self.id, Slot::Absent)
    }
}

impl<'de> Shape<'de> for AssertionMembers<'de> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        let mut response = Self {
            client_data_json: Slot::Absent,
            authenticator_data: Slot::Absent,
            signature: Slot::Absent,
            user_handle: Slot::Absent,
            id: Slot::Absent,
        };
        read_members!(object, response, {
            "clientDataJSON" => client_data_json,
            "authenticatorData" => authenticator_data,
            "signature" => signature,
            "userHandle" => user_handle,
            "id" => id,
        });
        Ok(Ok(response))
    }
}
