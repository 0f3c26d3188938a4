//! The authenticator ([section 6](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-model)), which makes credentials and
//! signs with them.

use core::fmt;
use std::collections::VecDeque;

use countersign_cose::{Algorithm, hash::sha256};
use countersign_types::{
    Aaguid, CredentialId, UserHandle,
    enumerations::{AuthenticatorAttachment, Transport},
};
use serde_json::{Value, json};

use crate::{
    attestation::{Attestation, input::AttestationInput},
    cbor::Cbor,
    change::{Change, apply},
    credential::{Credential, CredentialKind, stored},
    der::public_key_bits,
    generator::Generator,
    private_key::{PrivateKey, rsa_key::RsaKey},
    response::{AttestedCredentialDraft, AuthenticatorDataDraft, flags},
};

/// A software authenticator. Its keys and IDs depend on its seed and on the earlier requests.
///
/// ```
/// use countersign_authenticator::{Attestation, Attester, Authenticator, Backup};
///
/// let passkeys = Authenticator::platform("a seed").with_backup(Backup::BackedUp);
/// let attester = Attester::from_seed("a vendor");
/// let security_key = Authenticator::security_key("a seed").with_attestation(Attestation::Packed(attester));
/// # let _ = (passkeys, security_key);
/// ```
#[derive(Clone)]
pub struct Authenticator {
    generator: Generator,
    aaguid: Aaguid,
    attachment: AuthenticatorAttachment,
    transports: Vec<Transport>,
    algorithms: Vec<Algorithm>,
    attestation: Attestation,
    user_verification: UserVerification,
    storage: CredentialKind,
    backup: Backup,
    counter: Counter,
    used: u32,
    rsa_key: Option<RsaKey>,
    prepared: VecDeque<(PrivateKey, CredentialId)>,
    pub(crate) credentials: Vec<Credential>,
}

/// When the authenticator verifies its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UserVerification {
    /// The user is verified unless that is discouraged.
    #[default]
    OnRequest,
    /// The user is verified even if that is discouraged.
    Always,
    /// The user is never verified, and requests that require it fail.
    Never,
}

/// Whether the credentials of an authenticator are backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Backup {
    /// Credentials can't be backed up: BE and BS are clear.
    #[default]
    NotEligible,
    /// Credentials can be backed up and are not yet: BE is set and BS is clear.
    Eligible,
    /// Credentials are backed up: BE and BS are set.
    BackedUp,
}

/// The behaviour of the signature counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Counter {
    /// The counter is always 0, as with most passkeys.
    #[default]
    Unused,
    /// The counter increases with every credential and every signature.
    Increasing,
}

impl Authenticator {
    /// An authenticator that is part of the device: discoverable credentials, transport `internal`.
    pub fn platform(seed: impl AsRef<[u8]>) -> Self {
        Self::new(seed, AuthenticatorAttachment::Platform, vec![Transport::Internal])
    }

    /// A phone with passkeys: transports `hybrid` and `internal`, credentials backed up.
    pub fn phone(seed: impl AsRef<[u8]>) -> Self {
        let transports = vec![Transport::Hybrid, Transport::Internal];
        Self::new(seed, AuthenticatorAttachment::CrossPlatform, transports).with_backup(Backup::BackedUp)
    }

    /// A security key: transports `nfc` and `usb`, a counter, discoverable credentials only on request.
    pub fn security_key(seed: impl AsRef<[u8]>) -> Self {
        let transports = vec![Transport::Nfc, Transport::Usb];
        Self::new(seed, AuthenticatorAttachment::CrossPlatform, transports)
            .with_storage(CredentialKind::ServerSide)
            .with_counter(Counter::Increasing)
    }

    fn new(seed: impl AsRef<[u8]>, attachment: AuthenticatorAttachment, transports: Vec<Transport>) -> Self {
        let mut generator = Generator::new(seed, "Authenticator");
        Self {
            aaguid: Aaguid::from_bytes(generator.array()),
            generator,
            attachment,
            transports,
            algorithms: Algorithm::ALL.iter().copied().filter(|it| *it != Algorithm::Rs1).collect(),
            attestation: Attestation::None,
            user_verification: UserVerification::default(),
            storage: CredentialKind::Discoverable,
            backup: Backup::default(),
            counter: Counter::default(),
            used: 0,
            rsa_key: None,
            prepared: VecDeque::new(),
            credentials: Vec::new(),
        }
    }

    /// Replaces the AAGUID, which identifies the authenticator model.
    pub fn with_aaguid(mut self, aaguid: Aaguid) -> Self {
        self.aaguid = aaguid;
        self
    }

    /// Replaces the transports.
    pub fn with_transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.transports = transports.into_iter().collect();
        self
    }

    /// Replaces the supported algorithms. By default all that are compiled in, except RS1.
    pub fn with_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Replaces the attestation that is given on request. By default none.
    pub fn with_attestation(mut self, attestation: Attestation) -> Self {
        self.attestation = attestation;
        self
    }

    /// Replaces the rule for user verification.
    pub fn with_user_verification(mut self, user_verification: UserVerification) -> Self {
        self.user_verification = user_verification;
        self
    }

    /// Replaces the kind of credentials that are made if the relying party states no requirement.
    pub fn with_storage(mut self, storage: CredentialKind) -> Self {
        self.storage = storage;
        self
    }

    /// Replaces the backup state of all credentials, including existing ones.
    pub fn with_backup(mut self, backup: Backup) -> Self {
        self.set_backup(backup);
        self
    }

    /// Changes the backup state of all credentials, as a later synchronisation does.
    pub fn set_backup(&mut self, backup: Backup) {
        self.backup = backup;
    }

    /// Replaces the behaviour of the signature counter.
    pub fn with_counter(mut self, counter: Counter) -> Self {
        self.counter = counter;
        self
    }

    /// Uses this key for every RSA credential, because finding primes takes seconds.
    pub fn with_rsa_key(mut self, key: RsaKey) -> Self {
        self.rsa_key = Some(key);
        self
    }

    /// Uses this key and ID for the next credential of the key's algorithm.
    pub fn with_next_credential(mut self, key: PrivateKey, id: CredentialId) -> Self {
        self.prepared.push_back((key, id));
        self
    }

    /// The AAGUID.
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The transports.
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The attachment: part of the device or roaming.
    pub fn attachment(&self) -> &AuthenticatorAttachment {
        &self.attachment
    }

    /// The IDs of all credentials, the oldest first.
    pub fn credential_ids(&self) -> impl Iterator<Item = &CredentialId> {
        self.credentials.iter().map(|credential| &credential.id)
    }

    /// Registers a U2F credential, which the `appid` extension finds, and returns its ID and its ES256 `COSE_Key`.
    pub fn register_u2f(&mut self, app_id: &str) -> (CredentialId, Vec<u8>) {
        let key = PrivateKey::es256(&mut self.generator);
        let id = self.next_id(64);
        let cose_key = key.cose_key().to_vec();
        self.credentials.push(Credential::u2f(app_id, id.clone(), key));
        (id, cose_key)
    }

    /// The credentials with their private keys and the signature counter as JSON, for
    /// [`with_stored_credentials`](Self::with_stored_credentials).
    pub fn stored_credentials(&self) -> Value {
        let credentials: Vec<_> = self.credentials.iter().map(stored::to_json).collect();
        json!({"used": self.used, "credentials": credentials})
    }

    /// Replaces the credentials and the signature counter by stored ones. `None` if the value is not what
    /// [`stored_credentials`](Self::stored_credentials) returned, or has a key that is not compiled in.
    pub fn with_stored_credentials(mut self, value: &Value) -> Option<Self> {
        self.used = value.get("used")?.as_u64()?.try_into().ok()?;
        let credentials = value.get("credentials")?.as_array()?.iter();
        self.credentials = credentials.map(stored::from_json).collect::<Option<_>>()?;
        Some(self)
    }

    pub(crate) fn algorithm_of(&self, offered: impl Iterator<Item = i64>) -> Option<Algorithm> {
        let known = |identifier| self.algorithms.iter().find(|it| it.identifier().0 == identifier);
        let compiled = |algorithm: &&Algorithm| cfg!(feature = "ed448") || **algorithm != Algorithm::Ed448;
        offered.filter_map(known).find(compiled).copied()
    }

    pub(crate) fn default_storage(&self) -> CredentialKind {
        self.storage
    }

    pub(crate) fn can_verify_user(&self) -> bool {
        self.user_verification != UserVerification::Never
    }

    /// Whether the user is verified, given whether the request wants it.
    pub(crate) fn verifies_user(&self, wanted: bool) -> bool {
        match self.user_verification {
            UserVerification::OnRequest => wanted,
            UserVerification::Always => true,
            UserVerification::Never => false,
        }
    }

    pub(crate) fn supports_attestation_of(&self, algorithm: Algorithm) -> bool {
        self.attestation.supports(algorithm)
    }

    /// `authenticatorMakeCredential` ([section 6.3.2](https://www.w3.org/TR/webauthn-3/#sctn-op-make-cred)) after
    /// its checks.
    pub(crate) fn make_credential(&mut self, request: &MakeCredential<'_>) -> Option<Made> {
        let (key, id) = self.next_key(request.algorithm)?;
        let is_app_attest = matches!(self.attestation, Attestation::AppleAppAttest(_)) && request.attest;
        let id = if is_app_attest { app_attest_id(&key)? } else { id };
        let mut cose_key = key.cose_key();
        apply!(request.changes, CredentialKey, &mut cose_key);
        let sign_count = if is_app_attest { 0 } else { self.count() };
        let aaguid = if is_app_attest { *b"appattest\0\0\0\0\0\0\0" } else { *self.aaguid.as_bytes() };
        let gesture = request.gesture | self.backup_flags() | flags::ATTESTED_CREDENTIAL_DATA;
        let attested = AttestedCredentialDraft::new(aaguid, id.as_bytes(), cose_key.to_vec());
        let mut draft =
            AuthenticatorDataDraft::new(request.rp_id, gesture, sign_count).with_attested(attested);
        if let Some(extensions) = request.extensions.clone() {
            draft = draft.with_extensions(extensions);
        }
        if is_app_attest {
            draft.flags &= !(flags::USER_PRESENT | flags::USER_VERIFIED);
        }
        apply!(request.changes, AuthenticatorData, &mut draft);
        let mut authenticator_data = draft.to_vec();
        apply!(request.changes, AuthenticatorDataBytes, &mut authenticator_data);
        let attestation = if request.attest { &self.attestation } else { &Attestation::None };
        let input = AttestationInput {
            credential_key: &key,
            credential_id: id.as_bytes(),
            rp_id_hash: draft.rp_id_hash,
            aaguid,
            authenticator_data: &authenticator_data,
            client_data_hash: request.client_data_hash,
        };
        let statement = attestation.statement(&input, request.changes);
        let format = attestation.format();
        self.credentials.retain(|other| {
            let replaces = request.kind == CredentialKind::Discoverable
                && other.is_discoverable()
                && other.rp_id == request.rp_id
                && other.user_handle.as_ref() == Some(request.user_handle);
            !replaces
        });
        let user_handle = Some(request.user_handle.clone());
        let kind = request.kind;
        self.credentials.push(Credential::new(request.rp_id, id.clone(), key.clone(), user_handle, kind));
        Some(Made { id, key, cose_key, authenticator_data, format, statement })
    }

    /// `authenticatorGetAssertion` ([section 6.3.3](https://www.w3.org/TR/webauthn-3/#sctn-op-get-assertion)): the
    /// authenticator data and the signature.
    pub(crate) fn assert(&mut self, request: &GetAssertion<'_>) -> (Vec<u8>, Vec<u8>) {
        let credential = request.credential;
        let gesture = request.gesture | self.backup_flags();
        let mut draft = AuthenticatorDataDraft::new(&credential.rp_id, gesture, self.count());
        if let Some(extensions) = request.extensions.clone() {
            draft = draft.with_extensions(extensions);
        }
        apply!(request.changes, AuthenticatorData, &mut draft);
        let mut authenticator_data = draft.to_vec();
        apply!(request.changes, AuthenticatorDataBytes, &mut authenticator_data);
        let message = [&authenticator_data[..], &request.client_data_hash].concat();
        let signing = request.changes.iter().rev().find_map(|change| match change {
            Change::Signing(signing) => Some(*signing),
            _ => None,
        });
        let mut signature = signing.unwrap_or(PrivateKey::sign)(&credential.key, &message);
        apply!(request.changes, Signature, &mut signature);
        (authenticator_data, signature)
    }

    /// Random bytes that are stored with a credential.
    pub(crate) fn secret(&mut self, length: usize) -> Vec<u8> {
        self.generator.bytes(length)
    }

    fn next_key(&mut self, algorithm: Algorithm) -> Option<(PrivateKey, CredentialId)> {
        if self.prepared.front().is_some_and(|(key, _)| key.algorithm() == algorithm) {
            return self.prepared.pop_front();
        }
        let fixed = self.rsa_key.clone().and_then(|key| PrivateKey::from_rsa(algorithm, key));
        let key = match fixed {
            Some(key) => key,
            None => PrivateKey::generate(algorithm, &mut self.generator)?,
        };
        Some((key, self.next_id(32)))
    }

    #[expect(clippy::expect_used, reason = "the length is one of two constants")]
    fn next_id(&mut self, length: usize) -> CredentialId {
        CredentialId::new(self.generator.bytes(length)).expect("one byte or more")
    }

    fn count(&mut self) -> u32 {
        match self.counter {
            Counter::Unused => 0,
            Counter::Increasing => {
                self.used = self.used.saturating_add(1);
                self.used
            }
        }
    }

    fn backup_flags(&self) -> u8 {
        match self.backup {
            Backup::NotEligible => 0,
            Backup::Eligible => flags::BACKUP_ELIGIBLE,
            Backup::BackedUp => flags::BACKUP_ELIGIBLE | flags::BACKUP_STATE,
        }
    }
}

/// App Attest's key identifier: SHA-256 of the point.
fn app_attest_id(key: &PrivateKey) -> Option<CredentialId> {
    let spki = key.spki();
    CredentialId::new(sha256(&[public_key_bits(&spki)?]))
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("aaguid", &self.aaguid)
            .field("attestation", &self.attestation.format())
            .field("credentials", &self.credentials.len())
            .finish_non_exhaustive()
    }
}

/// What the client asks of `authenticatorMakeCredential`.
pub(crate) struct MakeCredential<'a> {
    pub(crate) client_data_hash: [u8; 32],
    pub(crate) rp_id: &'a str,
    pub(crate) user_handle: &'a UserHandle,
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: CredentialKind,
    /// UP and UV.
    pub(crate) gesture: u8,
    pub(crate) attest: bool,
    pub(crate) extensions: Option<Cbor>,
    pub(crate) changes: &'a [Change],
}

/// What it gives.
pub(crate) struct Made {
    pub(crate) id: CredentialId,
    pub(crate) key: PrivateKey,
    pub(crate) cose_key: Cbor,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) format: &'static str,
    pub(crate) statement: Cbor,
}

/// What the client asks of `authenticatorGetAssertion`.
pub(crate) struct GetAssertion<'a> {
    pub(crate) client_data_hash: [u8; 32],
    pub(crate) credential: &'a Credential,
    /// UP and UV.
    pub(crate) gesture: u8,
    pub(crate) extensions: Option<Cbor>,
    pub(crate) changes: &'a [Change],
}
