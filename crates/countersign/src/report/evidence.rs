//! The evidence for a step's outcome, as far as it is not secret.

use countersign_types::{AlgorithmIdentifier, Timestamp, authenticator_data, hex::Hex};
use serde::Serialize;

/// The evidence for a step's outcome.
///
/// In JSON an object whose member `about` is the variant's name in kebab case. Lengths are in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "about", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Evidence {
    /// The ceremony's state.
    State {
        /// When it expires, in seconds since 1970.
        expires_at: Timestamp,
    },
    /// The credentials that were allowed.
    Allowed {
        /// The number of credentials; 0 if any could answer.
        count: usize,
    },
    /// How the account was identified.
    User {
        /// Whether it was identified before the ceremony, and not by the response's user handle.
        identified_before: bool,
    },
    /// Client data as received.
    ClientData {
        /// Its length.
        length: usize,
    },
    /// The type that client data names.
    Type {
        /// `webauthn.create` or `webauthn.get`.
        value: &'static str,
    },
    /// The challenge, which is not shown itself.
    Challenge {
        /// Its length.
        length: usize,
    },
    /// The caller's origin.
    Origin {
        /// As client data has it.
        origin: String,
    },
    /// Whether the caller was framed.
    CrossOrigin {
        /// As client data has it.
        value: Option<bool>,
    },
    /// The top-level page's origin.
    TopOrigin {
        /// As client data has it.
        origin: String,
    },
    /// The hash of client data.
    ClientDataHash {
        /// SHA-256 in hexadecimal digits. Client data holds the unpredictable challenge, so the hash reveals nothing else.
        sha256: String,
    },
    /// The attestation object and its authenticator data.
    AttestationObject {
        /// The object's length.
        length: usize,
        /// Authenticator data's flags.
        flags: Flags,
        /// The signature counter.
        sign_count: u32,
    },
    /// What `rpIdHash` is the hash of.
    RpId {
        /// The RP ID, or the `appid`.
        id: String,
    },
    /// Authenticator data's flags.
    Flags(Flags),
    /// A public key's algorithm.
    Algorithm {
        /// Its COSE identifier.
        identifier: AlgorithmIdentifier,
    },
    /// The attestation statement format.
    Format {
        /// Its identifier.
        identifier: String,
    },
    /// A verified attestation statement.
    Attestation {
        /// The type of attestation, as a word.
        kind: &'static str,
    },
    /// The paths to trust anchors.
    Trust {
        /// How many were found: more than one only of a compound attestation.
        paths: usize,
    },
    /// A credential ID, which is not shown itself.
    CredentialId {
        /// Its length.
        length: usize,
    },
    /// The signature counter.
    SignCount {
        /// The record's.
        stored: u32,
        /// The response's.
        received: u32,
    },
    /// Extension outputs.
    Extensions {
        /// Their identifiers, as far as they have at most 32 bytes, and 64 of them at most.
        names: Vec<String>,
    },
}

/// The most extension names in a report: more than are registered with IANA.
const EXTENSION_NAMES_MAX: usize = 64;

/// The most bytes of an extension's name in a report: what
/// [section 9.1](https://www.w3.org/TR/webauthn-3/#sctn-extension-id) lets an identifier have.
const EXTENSION_NAME_MAX: usize = 32;

/// The flags of authenticator data, by their names in
/// [section 6.1](https://www.w3.org/TR/webauthn-3/#authdata-flags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Flags {
    /// The user was present.
    pub up: bool,
    /// The user was verified.
    pub uv: bool,
    /// The credential may be backed up.
    pub be: bool,
    /// The credential is backed up.
    pub bs: bool,
}

impl From<authenticator_data::Flags> for Flags {
    fn from(flags: authenticator_data::Flags) -> Self {
        Self {
            up: flags.user_present(),
            uv: flags.user_verified(),
            be: flags.backup_eligible(),
            bs: flags.backup_state(),
        }
    }
}

impl Evidence {
    pub(crate) fn client_data_hash(hash: &[u8; 32]) -> Self {
        Self::ClientDataHash { sha256: Hex(hash).to_string() }
    }

    pub(crate) fn flags(flags: authenticator_data::Flags) -> Self {
        Self::Flags(flags.into())
    }

    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub(crate) fn extensions<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let fits = |name: &&str| name.len() <= EXTENSION_NAME_MAX;
        Self::Extensions { names: names.filter(fits).take(EXTENSION_NAMES_MAX).map(str::to_owned).collect() }
    }
}
