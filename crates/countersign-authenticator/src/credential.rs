//! Credentials as the authenticator stores them
//! ([section 4, public key credential source](https://www.w3.org/TR/webauthn-3/#public-key-credential-source)).

use countersign_types::{CredentialId, UserHandle};

use crate::private_key::PrivateKey;

pub(crate) mod stored;

/// Whether a credential can be found without its ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// A client-side discoverable credential, a passkey.
    Discoverable,
    /// A server-side credential.
    ServerSide,
}

#[derive(Debug, Clone)]
pub(crate) struct Credential {
    /// The RP ID, or the `AppID` of a U2F credential.
    pub(crate) rp_id: String,
    pub(crate) id: CredentialId,
    pub(crate) key: PrivateKey,
    /// `None` for a U2F credential.
    pub(crate) user_handle: Option<UserHandle>,
    pub(crate) kind: CredentialKind,
    /// The secret of `hmac-secret`.
    pub(crate) prf_secret: Option<Vec<u8>>,
    pub(crate) blob: Option<Vec<u8>>,
    pub(crate) large_blob: Option<Vec<u8>>,
}

impl Credential {
    pub(crate) fn new(
        rp_id: &str,
        id: CredentialId,
        key: PrivateKey,
        user_handle: Option<UserHandle>,
        kind: CredentialKind,
    ) -> Self {
        Self {
            rp_id: rp_id.to_owned(),
            id,
            key,
            user_handle,
            kind,
            prf_secret: None,
            blob: None,
            large_blob: None,
        }
    }

    pub(crate) fn u2f(app_id: &str, id: CredentialId, key: PrivateKey) -> Self {
        Self::new(app_id, id, key, None, CredentialKind::ServerSide)
    }

    pub(crate) fn is_discoverable(&self) -> bool {
        self.kind == CredentialKind::Discoverable
    }
}
