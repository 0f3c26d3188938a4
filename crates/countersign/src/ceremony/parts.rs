//! Responses as borrowed parts: what the procedures read, whoever decoded it.

use countersign_types::{
    AlgorithmIdentifier, AuthenticationResponse, RegistrationResponse,
    enumerations::{AuthenticatorAttachment, Transport},
    extensions::ClientExtensionOutputs,
};

/// The parts of a registration response
/// ([section 5.2.1](https://www.w3.org/TR/webauthn-3/#iface-authenticatorattestationresponse)).
#[derive(Clone, Copy)]
pub(crate) struct AttestationParts<'a> {
    /// The bytes that `id` and `rawId` agree on.
    pub(crate) credential_id: &'a [u8],
    pub(crate) client_data_json: &'a [u8],
    pub(crate) attestation_object: &'a [u8],
    /// The client's copies of parts of the attestation object, as far as it sent them and they can be read.
    pub(crate) authenticator_data: Option<&'a [u8]>,
    pub(crate) public_key: Option<&'a [u8]>,
    pub(crate) public_key_algorithm: Option<AlgorithmIdentifier>,
    pub(crate) has_unreadable_copies: bool,
    pub(crate) transports: &'a [Transport],
    pub(crate) authenticator_attachment: Option<&'a AuthenticatorAttachment>,
    pub(crate) client_extension_results: &'a ClientExtensionOutputs,
}

/// The parts of an authentication response
/// ([section 5.2.2](https://www.w3.org/TR/webauthn-3/#iface-authenticatorassertionresponse)).
#[derive(Clone, Copy)]
pub(crate) struct AssertionParts<'a> {
    /// The bytes that `id` and `rawId` agree on.
    pub(crate) credential_id: &'a [u8],
    pub(crate) client_data_json: &'a [u8],
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// `None` also where it was empty.
    pub(crate) user_handle: Option<&'a [u8]>,
    pub(crate) has_empty_user_handle: bool,
    pub(crate) client_extension_results: &'a ClientExtensionOutputs,
}

impl<'a> From<&'a RegistrationResponse> for AttestationParts<'a> {
    fn from(response: &'a RegistrationResponse) -> Self {
        Self {
            credential_id: response.credential_id().as_bytes(),
            client_data_json: response.client_data_json(),
            attestation_object: response.attestation_object(),
            authenticator_data: response.authenticator_data(),
            public_key: response.public_key(),
            public_key_algorithm: response.public_key_algorithm(),
            has_unreadable_copies: response.has_unreadable_copies(),
            transports: response.transports(),
            authenticator_attachment: response.authenticator_attachment(),
            client_extension_results: response.client_extension_results(),
        }
    }
}

impl<'a> From<&'a AuthenticationResponse> for AssertionParts<'a> {
    fn from(response: &'a AuthenticationResponse) -> Self {
        Self {
            credential_id: response.credential_id().as_bytes(),
            client_data_json: response.client_data_json(),
            authenticator_data: response.authenticator_data(),
            signature: response.signature(),
            user_handle: response.user_handle().map(AsRef::as_ref),
            has_empty_user_handle: response.has_empty_user_handle(),
            client_extension_results: response.client_extension_results(),
        }
    }
}
