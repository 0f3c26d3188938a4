//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) without allocations: over a borrowed response,
//! with a key that was prepared before.

use core::fmt;

use countersign_cose::{Algorithm, KeyError, PreparedKey, PublicKey, Verifiers};
use countersign_types::{AuthenticationResponse, CredentialId, Timestamp, UserHandle};

use crate::{
    ceremony::{
        authentication::{
            factor::{AdditionalFactor, authorized},
            outcome::Authenticated,
            procedure::{Key, Procedure, Verified},
        },
        extensions::outcome::AuthenticationExtensions,
        state::authentication::AuthenticationState,
    },
    record::{credential_record::CredentialRecord, update::CredentialUpdate},
    relying_party::party::RelyingParty,
    report::{error::Error, recorder::NoReport, step::AuthenticationStep as Step},
};

/// The public key of a credential record, parsed once to verify many signatures with: for a cache beside the store.
///
/// It remembers the `COSE_Key` that it was made from, and stands for that alone: beside a record with another key it is
/// not used. It can be shared between threads. It verifies as the relying party that prepared it does: where two have
/// other [`Verifiers`], each prepares its own.
///
/// What it holds is the `COSE_Key` and the parsed key: some 400 bytes for elliptic curves, 4 KiB for RSA, more for ML-DSA
/// (see [`Verifiers`]).
pub struct PreparedCredential {
    public_key: Vec<u8>,
    algorithm: Algorithm,
    key: Box<dyn PreparedKey>,
}

impl PreparedCredential {
    fn new(record: &CredentialRecord, verifiers: &Verifiers) -> Result<Self, KeyError> {
        let key = PublicKey::from_cose(record.public_key())?;
        let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType)?;
        let key = verifiers.prepare(&key, algorithm.scheme())?;
        Ok(Self { public_key: record.public_key().to_vec(), algorithm, key })
    }

    /// The key, where it is the record's.
    fn key_of(&self, record: &CredentialRecord) -> Option<Key<'_>> {
        (self.public_key == record.public_key())
            .then_some(Key::Prepared { key: &*self.key, algorithm: self.algorithm })
    }
}

impl fmt::Debug for PreparedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCredential").finish_non_exhaustive()
    }
}

/// An authentication that passed every step, with nothing of it copied yet: [`Authenticated`] with the record borrowed.
///
/// [`update`](Self::update) is what the store takes; it copies the credential ID. [`Authenticated::from`] makes the owned
/// one, which copies the user handle too.
#[must_use = "an authentication counts only once its update is stored"]
pub struct AuthenticatedRef<'r>(Verified<'r>);

impl<'r> AuthenticatedRef<'r> {
    /// The record as it is stored, yet without what this authentication changes.
    pub fn record(&self) -> &'r CredentialRecord {
        self.0.record
    }

    /// Who authenticated.
    pub fn user_handle(&self) -> &'r UserHandle {
        self.0.record.user_handle()
    }

    /// With which credential.
    pub fn credential_id(&self) -> &'r CredentialId {
        self.0.record.id()
    }

    /// Whether the user was verified. As an authentication factor it counts only where
    /// [`user_verification_is_factor`](Self::user_verification_is_factor) says so.
    pub fn user_verified(&self) -> bool {
        self.0.flags.user_verified()
    }

    /// BE: whether the credential may be backed up.
    pub fn backup_eligible(&self) -> bool {
        self.0.flags.backup_eligible()
    }

    /// BS: whether the credential is backed up now. To be stored.
    pub fn backup_state(&self) -> bool {
        self.0.flags.backup_state()
    }

    /// The signature counter to store, where the stored one is still the record's.
    pub fn sign_count(&self) -> u32 {
        self.0.sign_count
    }

    /// Whether the signature counter increased: see [`Authenticated::sign_count_increased`].
    pub fn sign_count_increased(&self) -> bool {
        self.0.sign_count_increased
    }

    /// What was learned from extensions.
    pub fn extensions(&self) -> &AuthenticationExtensions {
        &self.0.extensions
    }

    /// What to change in the stored record.
    pub fn update(&self) -> CredentialUpdate {
        self.0.update()
    }
}

impl fmt::Debug for AuthenticatedRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatedRef").field("user_handle", self.user_handle()).finish_non_exhaustive()
    }
}

impl From<AuthenticatedRef<'_>> for Authenticated {
    fn from(AuthenticatedRef(verified): AuthenticatedRef<'_>) -> Self {
        verified.into()
    }
}

impl AuthenticatedRef<'_> {
    /// Whether the user was verified, and that may be relied on as an authentication factor: see
    /// [`Authenticated::user_verification_is_factor`].
    pub fn user_verification_is_factor(&self) -> bool {
        self.user_verified() && self.record().uv_initialized()
    }

    /// What to change in the stored record where a further factor was checked, and `None` where the factor is another
    /// account's: see [`Authenticated::update_authorized_by`].
    pub fn update_authorized_by(&self, factor: &AdditionalFactor) -> Option<CredentialUpdate> {
        (factor.user == *self.user_handle()).then(|| authorized(self.update(), self.user_verified()))
    }
}

impl RelyingParty {
    /// Parses the record's public key, for [`finish_authentication_prepared`](Self::finish_authentication_prepared).
    ///
    /// It fails as the signature's step would: with `public-key-malformed` or `algorithm-unsupported`.
    pub fn prepare(&self, record: &CredentialRecord) -> Result<PreparedCredential, Error> {
        PreparedCredential::new(record, &self.verifiers).map_err(|error| Error::new(Step::Signature, error))
    }

    /// [`finish_authentication`](Self::finish_authentication) without a heap allocation: the same steps over a borrowed
    /// response, with the record's key as it was prepared before. Both give the same verdict on the same response.
    ///
    /// Where `prepared` is `None`, or is of another public key than the record's, the record's is parsed.
    ///
    /// | path, above the bare verification of one signature | heap allocations | what takes the time |
    /// | --- | ---: | --- |
    /// | this one, from JSON, with a prepared key of ES256 or EdDSA | 2 | JSON, base64url, two hashes |
    /// | this one, from JSON, without a prepared key | some 10 | parsing the key besides |
    /// | [`finish_authentication`](Self::finish_authentication), from JSON | some 20 | copies of the members besides |
    ///
    /// An error may allocate. So may a response with extension results, or what
    /// [`AuthenticationResponse`] says.
    ///
    /// ```
    /// use std::{collections::HashMap, sync::Arc};
    /// use countersign::{
    ///     Authenticated, AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord,
    ///     RelyingParty, Timestamp,
    ///     ceremony::PreparedCredential,
    /// };
    ///
    /// fn sign_in(
    ///     rp: &RelyingParty,
    ///     records: &HashMap<CredentialId, (CredentialRecord, Arc<PreparedCredential>)>,
    ///     state: AuthenticationState,
    ///     body: &[u8],
    ///     now: Timestamp,
    /// ) -> Result<Authenticated, Box<dyn std::error::Error>> {
    ///     let response = AuthenticationResponse::from_json(body)?;
    ///     let found = records.get(response.credential_id());
    ///     let (record, prepared) = found.map(|(record, prepared)| (record, &**prepared)).unzip();
    ///     let verified = rp.finish_authentication_prepared(state, &response, record, prepared, now)?;
    ///     Ok(Authenticated::from(verified))
    /// }
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    pub fn finish_authentication_prepared<'r>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<Option<&'r CredentialRecord>>,
        prepared: Option<&PreparedCredential>,
        now: Timestamp,
    ) -> Result<AuthenticatedRef<'r>, Error> {
        let record = record.into();
        let key = record.and_then(|record| prepared?.key_of(record)).unwrap_or(Key::OfRecord);
        Procedure { rp: self, state: &state, parts: response.into(), key, now }
            .run(record, &mut NoReport)
            .map(AuthenticatedRef)
    }
}
