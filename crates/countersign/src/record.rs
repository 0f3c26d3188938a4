//! The credential record: [section 4](https://www.w3.org/TR/webauthn-3/#credential-record).

use countersign_types::{
    Aaguid, AlgorithmIdentifier, Base64Url, CredentialId, UserHandle, enumerations::Transport,
    options::CredentialDescriptor,
};
use serde::{Deserialize, Serialize};

/// What a relying party stores of a credential.
///
/// Serialised, it says its version, so that later versions of this crate can read what this one wrote. The public key and
/// the evidence are the bytes as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialRecord {
    version: Version,
    pub(crate) id: CredentialId,
    pub(crate) rp_id: String,
    pub(crate) user_handle: UserHandle,
    pub(crate) public_key: Base64Url,
    pub(crate) algorithm: Option<AlgorithmIdentifier>,
    pub(crate) sign_count: u32,
    pub(crate) uv_initialized: bool,
    pub(crate) transports: Vec<Transport>,
    pub(crate) backup_eligible: bool,
    pub(crate) backup_state: bool,
    pub(crate) aaguid: Aaguid,
    pub(crate) attestation: Option<Evidence>,
}

/// What the attestation was judged by, and may be judged by again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence {
    pub(crate) format: String,
    pub(crate) attestation_type: String,
    pub(crate) object: Base64Url,
    pub(crate) client_data: Base64Url,
}

/// The one version so far. A number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number == 1 { Ok(Self) } else { Err("a credential record of an unknown version") }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}

impl CredentialRecord {
    /// A record of a credential that was registered elsewhere: its ID, the RP ID it is scoped to, its account, and its
    /// public key as `COSE_Key` bytes. The counter is 0 and every flag clear, until the `with_…` methods say more.
    pub fn new(
        id: CredentialId,
        rp_id: impl Into<String>,
        user_handle: UserHandle,
        public_key: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            version: Version,
            id,
            rp_id: rp_id.into(),
            user_handle,
            public_key: public_key.into().into(),
            algorithm: None,
            sign_count: 0,
            uv_initialized: false,
            transports: Vec::new(),
            backup_eligible: false,
            backup_state: false,
            aaguid: Aaguid::ZERO,
            attestation: None,
        }
    }

    /// The same with this signature counter.
    pub fn with_sign_count(mut self, sign_count: u32) -> Self {
        self.sign_count = sign_count;
        self
    }

    /// The same with this value of BE.
    pub fn with_backup_eligible(mut self, backup_eligible: bool) -> Self {
        self.backup_eligible = backup_eligible;
        self
    }

    /// The same with this value of BS.
    pub fn with_backup_state(mut self, backup_state: bool) -> Self {
        self.backup_state = backup_state;
        self
    }

    /// The same with this value of `uvInitialized`.
    pub fn with_uv_initialized(mut self, uv_initialized: bool) -> Self {
        self.uv_initialized = uv_initialized;
        self
    }

    /// The same with these transports.
    pub fn with_transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.transports = transports.into_iter().collect();
        self
    }

    /// The same in another account.
    pub fn with_user_handle(mut self, user_handle: UserHandle) -> Self {
        self.user_handle = user_handle;
        self
    }

    /// The credential ID.
    pub fn id(&self) -> &CredentialId {
        &self.id
    }

    /// The RP ID that the credential is scoped to.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The user handle of the account that it belongs to.
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// The public key: the `COSE_Key` as received.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The public key's algorithm, where it was noted.
    pub fn algorithm(&self) -> Option<AlgorithmIdentifier> {
        self.algorithm
    }

    /// The signature counter of the latest ceremony.
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// Whether the user was ever verified with it.
    pub fn uv_initialized(&self) -> bool {
        self.uv_initialized
    }

    /// How the client said that the authenticator is reached. A hint for later options.
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// BE at registration: whether it may be backed up, so be on more than one device.
    pub fn backup_eligible(&self) -> bool {
        self.backup_eligible
    }

    /// BS at the latest ceremony: whether it was backed up.
    pub fn backup_state(&self) -> bool {
        self.backup_state
    }

    /// The model that the authenticator said it is: a claim.
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The attestation statement format, where the evidence is kept.
    pub fn attestation_format(&self) -> Option<&str> {
        self.attestation.as_ref().map(|evidence| &*evidence.format)
    }

    /// The attestation type as a word (`none`, `self`, `basic`, …), where the evidence is kept.
    pub fn attestation_type(&self) -> Option<&str> {
        self.attestation.as_ref().map(|evidence| &*evidence.attestation_type)
    }

    /// The attestation object as received, where it is kept.
    pub fn attestation_object(&self) -> Option<&[u8]> {
        self.attestation.as_ref().map(|evidence| &*evidence.object)
    }

    /// The client data of the registration as received, where it is kept.
    pub fn attestation_client_data(&self) -> Option<&[u8]> {
        self.attestation.as_ref().map(|evidence| &*evidence.client_data)
    }

    /// What options say of the credential.
    pub fn descriptor(&self) -> CredentialDescriptor {
        CredentialDescriptor::new(self.id.clone(), self.transports.clone())
    }

    /// Takes over what an authentication changed.
    pub fn apply(&mut self, update: &CredentialUpdate) {
        self.sign_count = update.sign_count;
        self.backup_state = update.backup_state;
        self.uv_initialized = update.uv_initialized;
    }
}

/// What an authentication changes in the record ([7.2, update the credential
/// record](https://www.w3.org/TR/webauthn-3/#authn-ceremony-update-credential-record)).
///
/// To be stored as compare-and-swap on the previous counter: where the stored one is another by now, two authentications
/// ran at once, and the later one must be judged again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialUpdate {
    /// Whose record.
    pub credential_id: CredentialId,
    /// The counter that the response was compared with.
    pub previous_sign_count: u32,
    /// The new counter.
    pub sign_count: u32,
    /// The new backup state.
    pub backup_state: bool,
    /// Whether the user was ever verified with it. Unchanged where it was not set before: the specification asks for a
    /// further authentication factor before that.
    pub uv_initialized: bool,
}
