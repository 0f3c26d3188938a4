//! Authentication responses without allocations
//! ([section 5.2.2](https://www.w3.org/TR/webauthn-3/#iface-authenticatorassertionresponse)).

use core::fmt;

use super::{
    ResponseError, ResponseScratch,
    authentication::Assertion,
    envelope::{Envelope, Received},
    form::InScratch,
};
use crate::{enumerations::AuthenticatorAttachment, extensions::ClientExtensionOutputs};

/// [`AuthenticationResponse`](super::AuthenticationResponse) with its bytes in a buffer of the caller's: the same rules,
/// and the same errors.
///
/// It allocates nothing where the text has no escapes and no extension results, is not larger than
/// [`ResponseScratch`] has room for, and names no unknown authenticator attachment, as is usual.
///
/// ```
/// use countersign_types::response::{AuthenticationResponseRef, ResponseScratch};
/// let json = br#"{
///     "id": "AQI", "rawId": "AQI", "type": "public-key",
///     "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "MAA", "userHandle": "Bwc"},
///     "clientExtensionResults": {}
/// }"#;
/// let mut scratch = ResponseScratch::new();
/// let response = AuthenticationResponseRef::from_json(json, &mut scratch)?;
/// assert_eq!(response.credential_id(), [1, 2]);
/// # Ok::<(), countersign_types::response::ResponseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationResponseRef<'s> {
    envelope: Envelope<&'s [u8]>,
    client_data_json: &'s [u8],
    authenticator_data: &'s [u8],
    signature: &'s [u8],
    user_handle: Option<&'s [u8]>,
    has_empty_user_handle: bool,
}

/// As [`AuthenticationResponse`](super::AuthenticationResponse)'s.
impl fmt::Debug for AuthenticationResponseRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResponseRef")
            .field("envelope", &self.envelope)
            .field("user_handle", &self.user_handle)
            .finish_non_exhaustive()
    }
}

impl<'s> AuthenticationResponseRef<'s> {
    /// Reads the whole JSON text, as [`AuthenticationResponse::from_json`](super::AuthenticationResponse::from_json)
    /// does, decoding into `scratch`.
    pub fn from_json(json: &[u8], scratch: &'s mut ResponseScratch) -> Result<Self, ResponseError> {
        // Before the scratch is made as large as the text needs.
        let received = Received::from_json(json)?;
        let assertion = Assertion::<InScratch<'s>>::open(received, &mut scratch.form(json.len()))?;
        let Assertion {
            envelope,
            client_data_json,
            authenticator_data,
            signature,
            user_handle,
            has_empty_user_handle,
        } = assertion;
        Ok(Self {
            envelope,
            client_data_json,
            authenticator_data,
            signature,
            user_handle,
            has_empty_user_handle,
        })
    }

    /// The credential ID that `id` and `rawId` agree on, 1 byte or more.
    pub fn credential_id(&self) -> &'s [u8] {
        self.envelope.credential_id
    }

    /// The bytes of `clientDataJSON`: hash these.
    pub fn client_data_json(&self) -> &'s [u8] {
        self.client_data_json
    }

    /// The bytes of authenticator data: what is signed, in front of the hash of client data.
    pub fn authenticator_data(&self) -> &'s [u8] {
        self.authenticator_data
    }

    /// The bytes of the signature, as yet unverified.
    pub fn signature(&self) -> &'s [u8] {
        self.signature
    }

    /// The user handle, 1 to 64 bytes; `None` where the response has none, or an empty one.
    pub fn user_handle(&self) -> Option<&'s [u8]> {
        self.user_handle
    }

    /// Whether `userHandle` is there and has no bytes.
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
