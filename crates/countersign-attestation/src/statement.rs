//! [Section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation-formats): what a verification procedure is
//! given, and what it says.

use core::fmt;

use countersign_cose::{PreparedKey, PublicKey, Verifiers};
use countersign_types::{Aaguid, AuthenticatorData, Timestamp};

use crate::{
    AnchorQuery, AttestationError, Certificate, PathError, PathLimits, TrustAnchors, TrustedPath,
    format::{
        FidoDetails,
        android_key::KeyDescription,
        android_safetynet::SafetyNetDetails,
        apple_appattest::AppAttestDetails,
        compound::{Compound, Part},
        tpm::TpmDetails,
    },
    path::{self, Profile},
    revocation::Check,
};

/// The inputs of a format's verification procedure. The relying party fills them in, so the struct is exhaustive.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// `fmt` of the attestation object, as received.
    pub format: &'a str,
    /// `attStmt` of the attestation object: its CBOR, which was checked to be one well-formed item.
    pub statement: &'a [u8],
    /// `authData` of the attestation object.
    pub authenticator_data: &'a AuthenticatorData<'a>,
    /// SHA-256 of the client data's bytes.
    pub client_data_hash: &'a [u8; 32],
    /// `credentialPublicKey` of the authenticator data.
    pub credential_key: &'a PublicKey,
    /// The same key as `verifiers` prepare it for the algorithm that it names, where that was done before; a format that
    /// needs it does it otherwise.
    pub prepared_credential_key: Option<&'a dyn PreparedKey>,
    /// What can verify signatures.
    pub verifiers: &'a Verifiers,
    /// The time at which the statement is judged. Certificates' validity is not a format's business.
    pub now: Timestamp,
}

impl<'a> Statement<'a> {
    /// What most formats sign: authenticator data followed by the hash of client data.
    pub fn signed_data(&self) -> [&'a [u8]; 2] {
        [self.authenticator_data.as_bytes(), self.client_data_hash]
    }

    /// The AAGUID in the authenticator data.
    pub fn aaguid(&self) -> Result<Aaguid, AttestationError> {
        self.authenticator_data
            .attested_credential_data
            .as_ref()
            .map(|data| data.aaguid)
            .ok_or(AttestationError::AttestedCredentialDataMissing)
    }
}

/// What a verification procedure says of a statement that it verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    format: String,
    conveyed: AttestationType,
    trust_path: Vec<Certificate>,
    details: Details,
    covers_authenticator_data: bool,
    aaguid_source: AaguidSource,
    compound: Option<Compound>,
}

impl Attestation {
    /// An attestation with nobody's certificate behind it: of type none or self.
    pub fn without_certificates(format: impl Into<String>, attestation_type: AttestationType) -> Self {
        Self::with_certificates(format, attestation_type, Vec::new())
    }

    /// An attestation with a trust path: the attestation certificate first, then the others in the order in which
    /// they came.
    pub fn with_certificates(
        format: impl Into<String>,
        attestation_type: AttestationType,
        trust_path: Vec<Certificate>,
    ) -> Self {
        Self {
            format: format.into(),
            conveyed: attestation_type,
            trust_path,
            details: Details::None,
            covers_authenticator_data: attestation_type != AttestationType::None,
            aaguid_source: AaguidSource::Authenticator,
            compound: None,
        }
    }

    /// A compound attestation.
    pub(crate) fn compound(format: &str, attestation_type: AttestationType, compound: Compound) -> Self {
        let covers = |part: &Part| part.result().is_ok_and(Self::covers_authenticator_data);
        Self {
            covers_authenticator_data: compound.parts.iter().any(covers),
            compound: Some(compound),
            ..Self::without_certificates(format, attestation_type)
        }
    }

    /// The same, of a format that signs the credential's ID and key, but not the authenticator data as a whole.
    pub fn covering_the_credential_only(self) -> Self {
        Self { covers_authenticator_data: false, ..self }
    }

    /// Says where the AAGUID comes from, in place of [`AaguidSource::Authenticator`].
    pub fn with_aaguid_source(self, aaguid_source: AaguidSource) -> Self {
        Self { aaguid_source, ..self }
    }

    /// The same, with what the format tells besides.
    pub fn with_details(self, details: Details) -> Self {
        Self { details, ..self }
    }

    /// The attestation statement format identifier.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The attestation type, as far as the statement alone tells it.
    pub const fn attestation_type(&self) -> AttestationType {
        self.conveyed
    }

    /// Whether what was signed includes the authenticator data as a whole, and with it AAGUID, flags and signature
    /// counter. Where it does not, as in `fido-u2f`, no trust path makes these more than claims.
    pub const fn covers_authenticator_data(&self) -> bool {
        self.covers_authenticator_data
    }

    /// Where the AAGUID in the authenticator data comes from.
    pub const fn aaguid_source(&self) -> AaguidSource {
        self.aaguid_source
    }

    /// The parts of a compound attestation, with the result of each; empty for any other format.
    pub fn parts(&self) -> &[Part] {
        self.compound.as_ref().map_or(&[], |compound| &compound.parts)
    }

    pub(crate) const fn as_compound(&self) -> Option<&Compound> {
        self.compound.as_ref()
    }

    /// The attestation trust path, the attestation certificate first; empty for none and self attestation, and for a
    /// compound one, whose parts have theirs.
    ///
    /// Nothing here says that the certificates are anybody's: see [`validate_path`](crate::validate_path).
    pub fn trust_path(&self) -> &[Certificate] {
        &self.trust_path
    }

    /// What the format tells besides: claims of the statement, worth as much as a path to an anchor makes them.
    pub const fn details(&self) -> &Details {
        &self.details
    }

    /// The question that finds this attestation's trust anchors; `aaguid` is the one in the authenticator data.
    pub fn anchor_query(&self, aaguid: Aaguid) -> AnchorQuery<'_> {
        AnchorQuery {
            format: &self.format,
            attestation_type: self.conveyed,
            aaguid,
            signed_aaguid: self.covers_authenticator_data.then_some(aaguid),
            trust_path: &self.trust_path,
        }
    }

    /// Looks for a path to one of the anchors that `source` has for this attestation: [`validate_path`](crate::validate_path) through the
    /// trust path's certificates and the source's intermediates, with what the source knows of revoked certificates. `aaguid` is the one in the authenticator data.
    pub fn validate_trust_path(
        &self,
        aaguid: Aaguid,
        source: &dyn TrustAnchors,
        now: Timestamp,
        verifiers: &Verifiers,
        limits: &PathLimits,
    ) -> Result<TrustedPath, PathError> {
        let query = self.anchor_query(aaguid);
        let anchors = source.anchors(&query);
        let intermediates = source.intermediates(&query);
        let revocation = source.revocation(&query);
        let revocation = Check::for_format(&revocation, &self.format);
        let profile = Profile::of_format(&self.format);
        // Without intermediates, as nearly always, nothing is copied.
        if intermediates.is_empty() || self.trust_path.is_empty() {
            return path::validate(&self.trust_path, &anchors, profile, revocation, now, verifiers, limits);
        }
        let certificates = [self.trust_path.as_slice(), &intermediates].concat();
        path::validate(&certificates, &anchors, profile, revocation, now, verifiers, limits)
    }
}

/// Where the AAGUID that a statement signs comes from: it decides what a trust path makes of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AaguidSource {
    /// The authenticator itself wrote it, and the attestation certificate names it or can be of no other model.
    #[default]
    Authenticator,
    /// The authenticator itself wrote it, and the attestation certificate of the format `packed` does not name it. It is
    /// attested unless the trust anchor is known to be that of several models.
    NotCertified,
    /// Software wrote it: `tpm`, `android-key` and `android-safetynet` attest keys or the state of a device to whatever
    /// asks, and that composes the authenticator data. It is attested only if the trust anchor is known to be that of
    /// the model.
    Software,
}

/// What some formats tell of the authenticator beyond the attestation type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Details {
    /// Nothing more.
    #[default]
    None,
    /// The TPM that holds the credential's key.
    Tpm(TpmDetails),
    /// What the attestation certificate of `packed` or `fido-u2f` says.
    Fido(FidoDetails),
    /// What Android's key store says of the credential's key and its device.
    Android(Box<KeyDescription>),
    /// What Google's servers said of the device.
    SafetyNet(SafetyNetDetails),
    /// What Apple's App Attest gave to the app.
    AppAttest(AppAttestDetails),
}

/// [Section 6.5.3](https://www.w3.org/TR/webauthn-3/#sctn-attestation-types): the attestation types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationType {
    /// No attestation information.
    None,
    /// Signed with the credential's own key.
    SelfAttestation,
    /// Signed with a key that a batch of authenticators shares.
    Basic,
    /// Signed with a key that an attestation CA certified for this authenticator.
    AttCa,
    /// Signed with a key that an anonymization CA certified for this credential.
    AnonCa,
    /// [`Basic`](Self::Basic) or [`AttCa`](Self::AttCa): the statement alone doesn't tell.
    Uncertain,
}

impl AttestationType {
    /// Whether somebody's certificate is behind it: it is neither none nor self.
    pub const fn is_certified(self) -> bool {
        !matches!(self, Self::None | Self::SelfAttestation)
    }

    /// The type as a word: `none`, `self`, `basic`, `attca`, `anonca` or `uncertain`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfAttestation => "self",
            Self::Basic => "basic",
            Self::AttCa => "attca",
            Self::AnonCa => "anonca",
            Self::Uncertain => "uncertain",
        }
    }
}

impl fmt::Display for AttestationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_a_word() {
        use AttestationType::{AnonCa, AttCa, Basic, None, SelfAttestation, Uncertain};
        let words = [None, SelfAttestation, Basic, AttCa, AnonCa, Uncertain].map(|it| it.to_string());
        assert_eq!(words, ["none", "self", "basic", "attca", "anonca", "uncertain"]);
    }
}
