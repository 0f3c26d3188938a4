//! Authentication responses
//! ([section 5.2.2](https://www.w3.org/TR/webauthn-3/#iface-authenticatorassertionresponse)).

use alloc::vec::Vec;
use core::{fmt, ops::Range};

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::byte_storage::ByteStorage;
use super::envelope::{Envelope, Json, Received, Response, common_methods};
use super::error::{MemberErrorKind, ResponseError};
use super::json_slot::{JsonShape, JsonSlot, Text, read_members};
use crate::base64url::Encoded;
use crate::enumerations::AuthenticatorAttachment;
use crate::extensions::outputs::ClientExtensionOutputs;
use crate::identifiers::{CredentialId, UserHandle};

/// An authentication response, `AuthenticationResponseJSON`: the result of `navigator.credentials.get()`, through
/// `toJSON()`.
///
/// ```
/// use countersign_types::AuthenticationResponse;
/// let json = br#"{
///     "id": "AQI", "rawId": "AQI", "type": "public-key",
///     "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "MAA", "userHandle": "Bwc"},
///     "clientExtensionResults": {}
/// }"#;
/// let response = AuthenticationResponse::from_json(json)?;
/// assert_eq!(response.client_data_json(), b"{}");
/// assert_eq!(response.user_handle().map(|handle| handle.as_bytes()), Some([7, 7].as_slice()));
/// # Ok::<(), countersign_types::response::ResponseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationResponse {
    envelope: Envelope,
    bytes: ByteStorage,
    client_data_json: Range<usize>,
    authenticator_data: Range<usize>,
    signature: Range<usize>,
    user_handle: Option<UserHandle>,
    has_empty_user_handle: bool,
}

/// Omits authenticator data, which may hold a secret such as the bytes of `credBlob`.
impl fmt::Debug for AuthenticationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResponse")
            .field("envelope", &self.envelope)
            .field("user_handle", &self.user_handle)
            .finish_non_exhaustive()
    }
}

impl AuthenticationResponse {
    /// Parses the whole JSON text, of at most [`RESPONSE_JSON_MAX`](super::RESPONSE_JSON_MAX) bytes of UTF-8.
    ///
    /// Required are `id`, `rawId`, `type`, `response.clientDataJSON`, `response.authenticatorData` and
    /// `response.signature`. `clientExtensionResults`, which the specification requires too, may be absent: not every
    /// client sent it.
    pub fn from_json(json: &[u8]) -> Result<Self, ResponseError> {
        Self::from_json_in(json, Vec::new())
    }

    fn new(
        received: Received<'_, AssertionMembers<'_>>,
        mut bytes: ByteStorage,
    ) -> Result<Self, ResponseError> {
        let (envelope, response) = received.into_parts()?;
        let mut required = |slot: JsonSlot<Text<'_>>, member| {
            let Text(text) = slot.required(member)?;
            bytes.append(&text, member)
        };
        let client_data_json = required(response.client_data_json, "response.clientDataJSON")?;
        let authenticator_data = required(response.authenticator_data, "response.authenticatorData")?;
        let signature = required(response.signature, "response.signature")?;
        let (mut user_handle, mut has_empty_user_handle) = (None, false);
        if let Some(Text(text)) = response.user_handle.optional("response.userHandle")? {
            let range = bytes.append(&text, "response.userHandle")?;
            has_empty_user_handle = range.is_empty();
            if !has_empty_user_handle {
                user_handle = Some(UserHandle::new(bytes.get(&range)).ok_or(ResponseError::Malformed {
                    member: "response.userHandle",
                    kind: MemberErrorKind::TooLong,
                })?);
            }
        }
        Ok(Self {
            envelope,
            bytes,
            client_data_json,
            authenticator_data,
            signature,
            user_handle,
            has_empty_user_handle,
        })
    }

    /// The bytes of authenticator data, which are signed together with the hash of client data.
    pub fn authenticator_data(&self) -> &[u8] {
        self.bytes.get(&self.authenticator_data)
    }

    /// The bytes of the signature, not yet verified. An empty one is accepted here: it is a signature that does not
    /// verify.
    pub fn signature(&self) -> &[u8] {
        self.bytes.get(&self.signature)
    }

    /// The user handle of the account that the credential was created for; `None` if the response has none, or an empty
    /// one as Safari sends it. A discoverable authentication needs one.
    pub fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// Whether `userHandle` is present and has no bytes: [`user_handle`](Self::user_handle) is `None` then.
    pub fn has_empty_user_handle(&self) -> bool {
        self.has_empty_user_handle
    }
}

common_methods!(AuthenticationResponse);

impl Serialize for AuthenticationResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct AssertionJson<'a> {
            #[serde(rename = "clientDataJSON")]
            client_data_json: Encoded<'a>,
            authenticator_data: Encoded<'a>,
            signature: Encoded<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            user_handle: Option<&'a UserHandle>,
        }

        let response = AssertionJson {
            client_data_json: Encoded(self.client_data_json()),
            authenticator_data: Encoded(self.authenticator_data()),
            signature: Encoded(self.signature()),
            user_handle: self.user_handle(),
        };
        Json::new(&self.envelope, response).serialize(serializer)
    }
}

/// The members of `AuthenticatorAssertionResponseJSON`, not yet decoded.
#[derive(Default)]
struct AssertionMembers<'de> {
    client_data_json: JsonSlot<Text<'de>>,
    authenticator_data: JsonSlot<Text<'de>>,
    signature: JsonSlot<Text<'de>>,
    user_handle: JsonSlot<Text<'de>>,
    id: JsonSlot<Text<'de>>,
}

impl Response for AssertionMembers<'_> {
    fn has_id(&self) -> bool {
        !matches!(self.id, JsonSlot::Absent)
    }
}

impl<'de> JsonShape<'de> for AssertionMembers<'de> {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        let mut response = Self::default();
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
