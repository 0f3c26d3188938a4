//! [Section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation): Android key attestation.

use countersign_cose::Algorithm;

use crate::{
    attestation::{AaguidSource, Attestation},
    attestation_type::AttestationType,
    certificate::Certificate,
    details::Details,
    error::{
        AttestationError, certificate::AttestationCertificateError, configuration::FormatConfigurationError,
        key_mismatch::KeyMismatchError, statement::StatementError,
    },
    format::{
        signature,
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    oid,
    statement_map::StatementMap,
};

pub(crate) mod description;
pub(crate) mod error;

pub use description::{AuthorizationList, KeyDescription, RootOfTrust, SecurityLevel, VerifiedBootState};
pub use error::AndroidKeyError;

/// `KM_ORIGIN_GENERATED`.
const GENERATED: u32 = 0;
/// `KM_PURPOSE_SIGN`.
const SIGN: u32 = 2;

/// The format `android-key`, with the choices that the specification leaves to the relying party. Details come as
/// [`Details::Android`].
///
/// By default, both authorization lists count, and a key must be generated in the key store and be for signing only.
///
/// ```
/// use std::sync::Arc;
/// use countersign_attestation::Formats;
/// use countersign_attestation::format::android_key::{AndroidKeyFormat, Authorizations};
///
/// let hardware = AndroidKeyFormat::default().with_authorizations(Authorizations::HardwareEnforced);
/// let formats = Formats::standard().with_format(Arc::new(hardware));
/// # assert!(formats.identifiers().any(|it| it == "android-key"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct AndroidKeyFormat {
    authorizations: Authorizations,
    absent: AbsentAuthorizations,
    purposes: Purposes,
}

/// The authorization lists in which a key's origin and purpose are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Authorizations {
    /// Both lists: the one that a secure environment enforces and the one that Android enforces.
    #[default]
    Union,
    /// Only the list that a secure environment enforces. Keys and attestations at [`SecurityLevel::Software`] are
    /// rejected with `attestation-not-accepted`.
    HardwareEnforced,
}

/// The decision on a key whose origin or purpose is in no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AbsentAuthorizations {
    /// Rejects the statement.
    #[default]
    Reject,
    /// Accepts the statement. The specification's own test vector has neither origin nor purpose.
    Accept,
}

/// The purposes that a key may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Purposes {
    /// Signing, and no other purpose.
    #[default]
    SignOnly,
    /// Signing, and any other purposes.
    SignAmongOthers,
}

impl AndroidKeyFormat {
    /// Sets the lists in which origin and purpose are looked up; by default both.
    pub fn with_authorizations(self, authorizations: Authorizations) -> Self {
        Self { authorizations, ..self }
    }

    /// Sets the decision on keys without origin or purpose; by default they are rejected.
    pub fn with_absent_authorizations(self, absent: AbsentAuthorizations) -> Self {
        Self { absent, ..self }
    }

    /// Sets the purposes that a key may have; by default only signing.
    pub fn with_purposes(self, purposes: Purposes) -> Self {
        Self { purposes, ..self }
    }

    /// The last step of the procedure.
    fn check(&self, description: &KeyDescription) -> Result<(), AttestationError> {
        let KeyDescription { software_enforced, hardware_enforced, .. } = description;
        if software_enforced.all_applications || hardware_enforced.all_applications {
            return Err(AndroidKeyError::AllApplications.into());
        }
        let both = [hardware_enforced, software_enforced];
        let (lists, minimum) = match self.authorizations {
            Authorizations::Union => (&both[..], SecurityLevel::Software),
            Authorizations::HardwareEnforced => {
                (core::slice::from_ref(&hardware_enforced), SecurityLevel::TrustedEnvironment)
            }
        };
        self.check_origin(lists)?;
        self.check_purpose(lists)?;
        match description.below(minimum) {
            Some(level) => Err(FormatConfigurationError::SecurityLevelNotAccepted(level).into()),
            None => Ok(()),
        }
    }

    fn check_origin(&self, lists: &[&AuthorizationList]) -> Result<(), AndroidKeyError> {
        let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() && self.absent == AbsentAuthorizations::Reject {
            return Err(AndroidKeyError::OriginAbsent);
        }
        origins
            .find(|origin| *origin != GENERATED)
            .map_or(Ok(()), |origin| Err(AndroidKeyError::NotGenerated { origin }))
    }

    fn check_purpose(&self, lists: &[&AuthorizationList]) -> Result<(), AndroidKeyError> {
        let mut sets = lists.iter().filter_map(|list| list.purpose.as_deref()).peekable();
        if sets.peek().is_none() {
            return match self.absent {
                AbsentAuthorizations::Reject => Err(AndroidKeyError::PurposeAbsent),
                AbsentAuthorizations::Accept => Ok(()),
            };
        }
        let purposes: Vec<u32> = sets.flatten().copied().collect();
        if !purposes.contains(&SIGN) {
            return Err(AndroidKeyError::NotForSigning);
        }
        match (self.purposes, purposes.iter().find(|purpose| **purpose != SIGN)) {
            (Purposes::SignOnly, Some(purpose)) => Err(AndroidKeyError::AnotherPurpose { purpose: *purpose }),
            _ => Ok(()),
        }
    }
}

impl AttestationFormat for AndroidKeyFormat {
    fn identifier(&self) -> &'static str {
        "android-key"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let algorithm = statement.algorithm()?;
        let signature = statement.bytes("sig")?;
        let trust_path = statement.certificates()?;
        let leaf = trust_path.first().ok_or(StatementError::Empty("x5c"))?;
        signature::verify_with_certificate(input, leaf, algorithm, signature)?;
        if leaf.public_key().map_err(AttestationCertificateError::Key)?.material()
            != input.credential_key.material()
        {
            return Err(KeyMismatchError::Key.into());
        }
        let credential = input.credential_key.algorithm().map(Algorithm::identifier);
        if credential != Some(algorithm) {
            return Err(KeyMismatchError::Algorithm { statement: algorithm, credential }.into());
        }
        let description = only_description(&trust_path)?;
        if description.attestation_challenge != *input.client_data_hash {
            return Err(AttestationError::BindingMismatch("attestationChallenge"));
        }
        self.check(&description)?;
        let details = Details::Android(Box::new(description));
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::Basic, trust_path)
            .with_aaguid_source(AaguidSource::Software)
            .with_details(details))
    }
}

/// The description of the leaf's key, if no other certificate has one.
///
/// Of several descriptions only the one nearest the root comes from Android: an attested key can sign certificates with
/// any contents. If the description nearest the root is not the leaf's, the leaf's key is not attested at all.
fn only_description(trust_path: &[Certificate]) -> Result<KeyDescription, AttestationCertificateError> {
    let identifier = oid::ANDROID_KEY_DESCRIPTION;
    let nearest_root = trust_path
        .iter()
        .enumerate()
        .rev()
        .find_map(|(position, certificate)| Some((position, certificate.extension(&identifier)?)));
    match nearest_root {
        None => Err(AttestationCertificateError::ExtensionMissing(identifier)),
        Some((0, extension)) => KeyDescription::read(extension.value)
            .map_err(|_| AttestationCertificateError::Extension(identifier)),
        Some((position, _)) => Err(AttestationCertificateError::ExtensionMisplaced { identifier, position }),
    }
}

#[cfg(test)]
mod tests;
