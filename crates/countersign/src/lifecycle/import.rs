//! Credentials that were registered with another library, as records of this one
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).
//!
//! A record is created only if its key can verify signatures here: see [`Import::into_record`].

use countersign_types::{
    Aaguid, AttestedCredentialData, CredentialId, Timestamp, UserHandle, enumerations::Transport,
    identifiers::CREDENTIAL_ID_MAX,
};

use crate::lifecycle::reassessment::{verdict::Verdict, verify_evidence};
use crate::record::{credential_record::CredentialRecord, evidence::AttestationEvidence};
use crate::relying_party::party::RelyingParty;

pub(crate) mod encoded;
pub(crate) mod error;
pub(crate) mod key;
#[cfg(feature = "rows")]
pub(crate) mod row;

pub use encoded::{Encoded, EncodingError};
pub use error::ImportError;
pub use key::ImportedKey;
#[cfg(feature = "rows")]
pub use row::{ImportedRow, Library, RowError};

/// A credential from another library's storage, to be converted to a record.
///
/// | from | what it stores | here |
/// | --- | --- | --- |
/// | `SimpleWebAuthn` | `id` in base64url, `publicKey` as `COSE_Key` bytes, `counter`, `transports`; `deviceType` `multiDevice` is BE, `backedUp` is BS | [`Encoded::Base64Url`], [`ImportedKey::Cose`] |
/// | `py_webauthn` | `credential_id` and `credential_public_key` (`COSE_Key`) as bytes, `sign_count`; `credential_device_type` `multi_device` is BE, `credential_backed_up` is BS | [`Encoded::Bytes`], [`ImportedKey::Cose`] |
/// | `python-fido2` | `AttestedCredentialData` as bytes | [`Import::from_attested_credential_data`] |
/// | `go-webauthn` | `ID` and `PublicKey` (`COSE_Key`) as bytes, in its JSON as base64 with padding; `Authenticator.SignCount`, `Authenticator.AAGUID`, `Flags` | [`Encoded::Base64`], [`ImportedKey::CoseText`] |
/// | `java-webauthn-server` | `credentialId`, `userHandle`, `publicKeyCose`, `signatureCount`; in text as base64url | [`Encoded::Base64Url`], [`ImportedKey::CoseText`] of [`Encoded::Base64Url`] |
/// | `psql` | `bytea` as `\x` and hexadecimal digits, a line break after it | [`Encoded::Hex`], [`ImportedKey::CoseText`] |
/// | U2F | key handle, public key of 65 bytes, counter | [`ImportedKey::U2f`] |
/// | libraries over OpenSSL, JOSE | PEM, DER, JSON Web Key | [`ImportedKey::Pem`], [`ImportedKey::Spki`], `ImportedKey::Jwk` |
///
/// ```
/// use countersign::{RelyingParty, lifecycle::{Encoded, Import, ImportedKey}};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// # let cose = countersign::cose::PublicKey::from_spki(&{
/// #     let mut der = vec![0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
/// #     der.extend(b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a"); der
/// # })?.to_cose(countersign::cose::Algorithm::EdDsa)?;
/// // A row of SimpleWebAuthn's.
/// let record = Import::new(Encoded::Base64Url("AQIDBA"), Encoded::Base64Url("am8"), ImportedKey::Cose(&cose))
///     .with_sign_count(7)
///     .with_transports(["internal", "hybrid"])
///     .with_backup_eligible(true) // deviceType: multiDevice
///     .with_backup_state(true)
///     .into_record(&rp)?;
/// assert_eq!(record.sign_count(), 7);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Import<'a> {
    id: Encoded<'a>,
    user_handle: Encoded<'a>,
    key: ImportedKey<'a>,
    sign_count: i64,
    uv_initialized: bool,
    transports: Vec<Transport>,
    backup_eligible: Option<bool>,
    backup_state: bool,
    aaguid: Aaguid,
    attestation: Option<Attested<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Attested<'a> {
    object: &'a [u8],
    client_data: &'a [u8],
    registered_at: Timestamp,
}

impl<'a> Import<'a> {
    /// Creates an import of a credential ID, the handle of its account, and its public key.
    ///
    /// The handle must be `user.id` of the registration, because authenticators return it. If a library did not store it,
    /// its credentials can't sign in without a user name.
    pub fn new(id: Encoded<'a>, user_handle: Encoded<'a>, key: ImportedKey<'a>) -> Self {
        Self {
            id,
            user_handle,
            key,
            sign_count: 0,
            uv_initialized: false,
            transports: Vec::new(),
            backup_eligible: None,
            backup_state: false,
            aaguid: Aaguid::ZERO,
            attestation: None,
        }
    }

    /// Creates an import of attested credential data, which has AAGUID, credential ID and key in one
    /// ([section 6.5.1](https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data)), and a user handle.
    pub fn from_attested_credential_data(
        data: &'a [u8],
        user_handle: Encoded<'a>,
    ) -> Result<Self, ImportError> {
        let data = AttestedCredentialData::parse(data).map_err(ImportError::AttestedCredentialData)?;
        let key = ImportedKey::Cose(data.public_key);
        Ok(Self { aaguid: data.aaguid, ..Self::new(Encoded::Bytes(data.credential_id), user_handle, key) })
    }
}

setters! {
    Import<'a>:

    /// Sets the signature counter.
    pub fn with_sign_count(self, sign_count: impl Into<i64>) { self.sign_count = sign_count.into() }

    /// Sets BE as it was at registration. Leave it out if it was not kept: the first authentication sets it.
    pub fn with_backup_eligible(self, backup_eligible: impl Into<Option<bool>>) {
        self.backup_eligible = backup_eligible.into()
    }

    /// Sets BS.
    pub fn with_backup_state(self, backup_state: bool) { self.backup_state = backup_state }

    /// Sets `uvInitialized`: whether the user was ever verified with the credential. By default this is
    /// unknown: if user verification is required, the credential then fails with `user-verification-not-initialized`, until
    /// an [`AdditionalFactor`](crate::ceremony::AdditionalFactor) is checked.
    pub fn with_uv_initialized(self, uv_initialized: bool) { self.uv_initialized = uv_initialized }

    /// Sets the AAGUID of the registration, which is a claim.
    pub fn with_aaguid(self, aaguid: Aaguid) { self.aaguid = aaguid }

    /// Sets the attestation object and client data of the registration, as received. They are verified as of that time;
    /// whether they are trusted is decided by [`Reassessor::judge`](crate::lifecycle::Reassessor::judge).
    ///
    /// If the policy requires trust, its requirements on devices are checked now, as of that time: a SafetyNet response must
    /// have been fresh. The parts of a compound attestation are left to `judge`, which does not check that age.
    pub fn with_attestation(self, object: &'a [u8], client_data: &'a [u8], registered_at: Timestamp) {
        self.attestation = Some(Attested { object, client_data, registered_at })
    }
}

impl Import<'_> {
    /// Sets the transports, as the specification spells them.
    pub fn with_transports<T: Into<Transport>>(mut self, transports: impl IntoIterator<Item = T>) -> Self {
        self.transports = transports.into_iter().map(Into::into).collect();
        self
    }

    /// Converts the import to a record of this relying party, whose RP ID the credential must be scoped to.
    ///
    /// Everything is read strictly, and the key is prepared by the relying party's verifiers: a point that is not on its
    /// curve, a weak RSA key, an algorithm that can't be verified or is not accepted here are errors now, and not at the
    /// user's next sign-in. Whether the ID is already registered is for the store to check.
    pub fn into_record(self, rp: &RelyingParty) -> Result<CredentialRecord, ImportError> {
        let id = self.id.decode().map_err(ImportError::CredentialIdEncoding)?;
        let wrong_id = ImportError::CredentialId { length: id.len() };
        let id =
            CredentialId::new(id).filter(|id| id.as_bytes().len() <= CREDENTIAL_ID_MAX).ok_or(wrong_id)?;
        let user_handle = self.user_handle.decode().map_err(ImportError::UserHandleEncoding)?;
        let wrong_handle = ImportError::UserHandle { length: user_handle.len() };
        let user_handle = UserHandle::new(user_handle).ok_or(wrong_handle)?;
        let sign_count =
            u32::try_from(self.sign_count).map_err(|_| ImportError::SignCount(self.sign_count))?;
        if self.backup_state && self.backup_eligible == Some(false) {
            return Err(ImportError::BackupState);
        }
        let is_u2f = matches!(self.key, ImportedKey::U2f(_));
        if is_u2f && rp.appid.is_none() {
            return Err(ImportError::NoAppId);
        }
        let (key, algorithm, cose) = self.key.read()?;
        rp.verifiers.prepare(&key, algorithm.scheme()).map_err(ImportError::PublicKey)?;
        if !rp.policy.stored_algorithms.accepts(algorithm) {
            return Err(ImportError::AlgorithmNotAccepted(algorithm));
        }
        // U2F has no such flag: section 6.1.2 makes all others 0.
        let backup_eligible = if is_u2f { Some(false) } else { self.backup_eligible };
        let record = CredentialRecord::new(id, rp.id(), user_handle, cose)
            .with_algorithm(algorithm.identifier())
            .with_sign_count(sign_count)
            .with_transports(self.transports)
            .with_uv_initialized(self.uv_initialized)
            .with_backup_eligible(backup_eligible)
            .with_backup_state(self.backup_state)
            .with_aaguid(self.aaguid);
        let record = match self.attestation {
            Some(attested) => with_evidence(rp, record, attested)?,
            None => record,
        };
        record.check().map_err(ImportError::OutOfBounds)?;
        Ok(record)
    }
}

/// Adds the evidence to the record, if it belongs to it and verifies.
fn with_evidence(
    rp: &RelyingParty,
    record: CredentialRecord,
    attested: Attested<'_>,
) -> Result<CredentialRecord, ImportError> {
    let Attested { object, client_data, registered_at } = attested;
    let mut evidence = AttestationEvidence::new("", "", object, client_data);
    evidence.judged_at = Some(registered_at);
    let verified = verify_evidence(rp, &record, &evidence);
    let verified = verified.and_then(|verified| {
        let requirements = rp.policy.attestation_policy();
        requirements
            .map_or(Ok(()), |policy| {
                policy.device_policy().check(verified.attestation.details(), Some(registered_at))
            })
            .map(|()| verified)
            .map_err(Verdict::DeviceRejected)
    });
    let verified = verified.map_err(|verdict| ImportError::Attestation(Box::new(verdict)))?;
    verified.attestation.format().clone_into(&mut evidence.format);
    verified.attestation.attestation_type().as_str().clone_into(&mut evidence.attestation_type);
    Ok(record.with_aaguid(verified.aaguid).with_evidence(evidence))
}

#[cfg(test)]
mod tests;
