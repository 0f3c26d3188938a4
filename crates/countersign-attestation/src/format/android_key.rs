//! [Section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation): Android key attestation.

use countersign_cose::Algorithm;

use crate::{
    AaguidSource, Attestation, AttestationError, AttestationFormat, AttestationType, Certificate, Details,
    Statement,
    error::{CertificateFault, KeyMismatch, PolicyFault, StatementFault},
    format::signature,
    oid,
    statement_map::StatementMap,
};

mod description;
mod error;

pub use description::{AuthorizationList, KeyDescription, RootOfTrust, SecurityLevel, VerifiedBootState};
pub use error::AndroidKeyFault;

/// `KM_ORIGIN_GENERATED`.
const GENERATED: u32 = 0;
/// `KM_PURPOSE_SIGN`.
const SIGN: u32 = 2;

/// The format `android-key`, and what is demanded of a key and its device.
///
/// By default: what the specification demands, of what either the secure environment or Android enforces.
///
/// ```
/// use std::sync::Arc;
/// use countersign_attestation::Formats;
/// use countersign_attestation::format::android_key::{
///     AndroidKeyFormat, Authorizations, SecurityLevel, VerifiedBoot,
/// };
///
/// let hardware = AndroidKeyFormat::default()
///     .authorizations(Authorizations::HardwareEnforced)
///     .minimum_security_level(SecurityLevel::StrongBox)
///     .verified_boot(VerifiedBoot::Verified);
/// let formats = Formats::standard().with(Arc::new(hardware));
/// # assert!(formats.identifiers().any(|it| it == "android-key"));
/// ```
#[derive(Debug, Clone)]
pub struct AndroidKeyFormat {
    authorizations: Authorizations,
    absent: AbsentAuthorizations,
    purposes: Purposes,
    minimum_security_level: SecurityLevel,
    verified_boot: VerifiedBoot,
}

/// The authorization lists in which a key's origin and purpose are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Authorizations {
    /// Both: what a secure environment enforces and what Android does.
    #[default]
    Union,
    /// Only what a secure environment enforces, for who wants only keys in one: a security level of
    /// [`SecurityLevel::Software`] is refused too.
    HardwareEnforced,
}

/// What to do where no list has a key's origin, or none its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AbsentAuthorizations {
    /// The statement is refused.
    #[default]
    Refused,
    /// Nothing is demanded of what is absent. The specification's own test vector has neither.
    Accepted,
}

/// Which purposes a key may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Purposes {
    /// To sign, and no other.
    #[default]
    SignOnly,
    /// To sign, and whatever else.
    SignAmongOthers,
}

/// What is demanded of the system that the device booted, as its secure environment tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum VerifiedBoot {
    /// Nothing.
    #[default]
    Unassessed,
    /// A locked boot loader, and a system signed by the device's maker or with a key of its owner.
    VerifiedOrSelfSigned,
    /// A locked boot loader, and a system signed by the device's maker.
    Verified,
}

impl Default for AndroidKeyFormat {
    fn default() -> Self {
        Self {
            authorizations: Authorizations::default(),
            absent: AbsentAuthorizations::default(),
            purposes: Purposes::default(),
            minimum_security_level: SecurityLevel::Software,
            verified_boot: VerifiedBoot::default(),
        }
    }
}

impl AndroidKeyFormat {
    /// Sets the lists in which origin and purpose are looked for; by default both.
    pub fn authorizations(self, authorizations: Authorizations) -> Self {
        Self { authorizations, ..self }
    }

    /// Sets what to do where origin or purpose is absent; by default refused.
    pub fn absent(self, absent: AbsentAuthorizations) -> Self {
        Self { absent, ..self }
    }

    /// Sets the purposes that a key may have; by default to sign only.
    pub fn purposes(self, purposes: Purposes) -> Self {
        Self { purposes, ..self }
    }

    /// Sets the lowest security level that is accepted, of the attestation and of the key store; by default
    /// [`SecurityLevel::Software`], which lets all known levels pass.
    pub fn minimum_security_level(self, minimum: SecurityLevel) -> Self {
        Self { minimum_security_level: minimum, ..self }
    }

    /// Sets what is demanded of the system that the device booted; by default nothing.
    pub fn verified_boot(self, verified_boot: VerifiedBoot) -> Self {
        Self { verified_boot, ..self }
    }

    /// The procedure's last step, and the policies.
    fn check(&self, description: &KeyDescription) -> Result<(), AttestationError> {
        let KeyDescription { software_enforced, hardware_enforced, .. } = description;
        if software_enforced.all_applications || hardware_enforced.all_applications {
            return Err(AndroidKeyFault::AllApplications.into());
        }
        let both = [hardware_enforced, software_enforced];
        let lists = match self.authorizations {
            Authorizations::Union => &both[..],
            Authorizations::HardwareEnforced => core::slice::from_ref(&hardware_enforced),
        };
        self.check_origin(lists)?;
        self.check_purpose(lists)?;
        self.check_security_level(description)?;
        self.check_boot(hardware_enforced.root_of_trust.as_ref())?;
        Ok(())
    }

    fn check_origin(&self, lists: &[&AuthorizationList]) -> Result<(), AndroidKeyFault> {
        let mut origins = lists.iter().filter_map(|list| list.origin).peekable();
        if origins.peek().is_none() && self.absent == AbsentAuthorizations::Refused {
            return Err(AndroidKeyFault::OriginAbsent);
        }
        origins
            .find(|origin| *origin != GENERATED)
            .map_or(Ok(()), |origin| Err(AndroidKeyFault::NotGenerated { origin }))
    }

    fn check_purpose(&self, lists: &[&AuthorizationList]) -> Result<(), AndroidKeyFault> {
        let mut sets = lists.iter().filter_map(|list| list.purpose.as_deref()).peekable();
        if sets.peek().is_none() {
            return match self.absent {
                AbsentAuthorizations::Refused => Err(AndroidKeyFault::PurposeAbsent),
                AbsentAuthorizations::Accepted => Ok(()),
            };
        }
        let purposes: Vec<u32> = sets.flatten().copied().collect();
        if !purposes.contains(&SIGN) {
            return Err(AndroidKeyFault::NotForSigning);
        }
        match (self.purposes, purposes.iter().find(|purpose| **purpose != SIGN)) {
            (Purposes::SignOnly, Some(purpose)) => Err(AndroidKeyFault::AnotherPurpose { purpose: *purpose }),
            _ => Ok(()),
        }
    }

    fn check_security_level(&self, description: &KeyDescription) -> Result<(), PolicyFault> {
        let minimum = match (self.authorizations, self.minimum_security_level) {
            (Authorizations::HardwareEnforced, SecurityLevel::Software) => SecurityLevel::TrustedEnvironment,
            (_, minimum) => minimum,
        };
        let levels = [description.attestation_security_level, description.keymaster_security_level];
        levels
            .into_iter()
            .find(|level| !level.is_at_least(minimum))
            .map_or(Ok(()), |got| Err(PolicyFault::SecurityLevel { minimum, got }))
    }

    fn check_boot(&self, root_of_trust: Option<&RootOfTrust>) -> Result<(), PolicyFault> {
        use VerifiedBootState::{SelfSigned, Verified};
        let accepted = match (self.verified_boot, root_of_trust) {
            (VerifiedBoot::Unassessed, _) => true,
            (_, None) => false,
            (VerifiedBoot::Verified, Some(root)) => {
                root.device_locked && root.verified_boot_state == Verified
            }
            (VerifiedBoot::VerifiedOrSelfSigned, Some(root)) => {
                root.device_locked && matches!(root.verified_boot_state, Verified | SelfSigned)
            }
        };
        let state = root_of_trust.map(|root| root.verified_boot_state);
        if accepted { Ok(()) } else { Err(PolicyFault::VerifiedBoot(state)) }
    }
}

impl AttestationFormat for AndroidKeyFormat {
    fn identifier(&self) -> &'static str {
        "android-key"
    }

    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let algorithm = statement.algorithm()?;
        let signature = statement.bytes("sig")?;
        let trust_path = statement.certificates()?;
        let leaf = trust_path.first().ok_or(StatementFault::Empty("x5c"))?;
        signature::verify_with_certificate(input, leaf, algorithm, signature)?;
        if leaf.public_key().map_err(CertificateFault::Key)?.material() != input.credential_key.material() {
            return Err(KeyMismatch::Key.into());
        }
        let credential = input.credential_key.algorithm().map(Algorithm::identifier);
        if credential != Some(algorithm) {
            return Err(KeyMismatch::Algorithm { statement: algorithm, credential }.into());
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

/// The description of the leaf's key, where no other certificate has one.
///
/// Of several descriptions only the one nearest the root comes from Android: who has an attested key can sign
/// certificates with it, and write into them what they like. So if that one is not the leaf's, the leaf's key is not
/// attested at all.
fn only_description(trust_path: &[Certificate]) -> Result<KeyDescription, CertificateFault> {
    let identifier = oid::ANDROID_KEY_DESCRIPTION;
    let nearest_root = trust_path
        .iter()
        .enumerate()
        .rev()
        .find_map(|(position, certificate)| Some((position, certificate.extension(&identifier)?)));
    match nearest_root {
        None => Err(CertificateFault::ExtensionMissing(identifier)),
        Some((0, extension)) => {
            KeyDescription::read(extension.value).map_err(|_| CertificateFault::Extension(identifier))
        }
        Some((position, _)) => Err(CertificateFault::ExtensionMisplaced { identifier, position }),
    }
}

#[cfg(test)]
mod tests;
