//! Attestation statements ([section 8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)).

use countersign_cose::Algorithm;

use self::{attester::Attester, draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{
    cbor::Cbor,
    change::{Change, apply},
};

pub(crate) mod android_key;
mod android_safetynet;
mod apple;
pub(crate) mod attester;
pub(crate) mod draft;
mod fido_u2f;
pub(crate) mod input;
mod packed;
pub(crate) mod signer;
pub(crate) mod tpm;

/// The attestation that an authenticator gives.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Attestation {
    /// No attestation: format `none`.
    #[default]
    None,
    /// Self attestation: format `packed`, signed with the credential's key.
    SelfPacked,
    /// Basic attestation: format `packed`, with certificates.
    Packed(Attester),
    /// Format `tpm`. The credential's key must be on a NIST curve, or RSA.
    Tpm(Attester),
    /// Format `android-key`.
    AndroidKey(Attester),
    /// Format `android-safetynet`.
    AndroidSafetyNet(Attester),
    /// Format `fido-u2f`. The credential's key must be ES256.
    FidoU2f(Attester),
    /// Format `apple`.
    Apple(Attester),
    /// Format `compound`, with these statements.
    Compound(Vec<Attestation>),
    /// Format `apple-appattest`, in Apple's production environment. The credential's key must be ES256; the attester
    /// has an intermediate authority. The user is neither present nor verified, and the counter is 0.
    AppleAppAttest(Attester),
}

impl Attestation {
    /// The format's identifier.
    pub fn format(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfPacked | Self::Packed(_) => "packed",
            Self::Tpm(_) => "tpm",
            Self::AndroidKey(_) => "android-key",
            Self::AndroidSafetyNet(_) => "android-safetynet",
            Self::FidoU2f(_) => "fido-u2f",
            Self::Apple(_) => "apple",
            Self::Compound(_) => "compound",
            Self::AppleAppAttest(_) => "apple-appattest",
        }
    }

    /// Whether credentials of this algorithm can be attested.
    pub fn supports(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::None | Self::SelfPacked | Self::Packed(_) | Self::AndroidSafetyNet(_) => true,
            Self::AndroidKey(_) | Self::Apple(_) => algorithm != Algorithm::Rs1,
            Self::Tpm(_) => tpm::supports(algorithm),
            Self::FidoU2f(_) | Self::AppleAppAttest(_) => algorithm == Algorithm::Es256,
            Self::Compound(parts) => parts.iter().all(|part| part.supports(algorithm)),
        }
    }

    /// The statement for a credential; its changes are applied.
    pub(crate) fn statement(&self, input: &AttestationInput<'_>, changes: &[Change]) -> Cbor {
        let mut statement = self.make(input, changes);
        apply!(changes, Statement, &mut statement);
        statement
    }

    fn make(&self, input: &AttestationInput<'_>, changes: &[Change]) -> Cbor {
        let attester = match self {
            Self::None => return Cbor::Map(Vec::new()),
            Self::Compound(parts) => {
                let parts = parts.iter().map(|part| {
                    Cbor::map([("fmt", part.format().into()), ("attStmt", part.make(input, changes))])
                });
                return Cbor::Array(parts.collect());
            }
            Self::SelfPacked => None,
            Self::Packed(it)
            | Self::Tpm(it)
            | Self::AndroidKey(it)
            | Self::AndroidSafetyNet(it)
            | Self::FidoU2f(it)
            | Self::Apple(it)
            | Self::AppleAppAttest(it) => Some(it),
        };
        let mut draft = AttestationDraft::new(self.format(), input, attester);
        match self {
            Self::Packed(it) => packed::prepare(&mut draft, it, input),
            Self::Tpm(_) => tpm::prepare(&mut draft, input),
            Self::AndroidKey(_) => android_key::prepare(&mut draft, input),
            Self::AndroidSafetyNet(_) => android_safetynet::prepare(&mut draft, input),
            Self::FidoU2f(_) => fido_u2f::prepare(&mut draft, input),
            Self::Apple(_) | Self::AppleAppAttest(_) => apple::prepare(&mut draft, input),
            _ => {}
        }
        apply!(changes, Attestation, &mut draft);
        if let Some(leaf) = &mut draft.leaf {
            apply!(changes, AttestationCertificate, leaf);
        }
        if let Some(intermediate) = draft.intermediates.first_mut() {
            apply!(changes, IntermediateCertificate, intermediate);
        }
        android_key::finish(&mut draft);
        let signer = Signer { attester, input };
        match self {
            Self::Tpm(_) => tpm::statement(&draft, &signer),
            Self::AndroidSafetyNet(_) => android_safetynet::statement(&draft, &signer),
            Self::FidoU2f(_) => fido_u2f::statement(&draft, &signer),
            Self::Apple(_) => apple::statement(&draft, &signer),
            Self::AppleAppAttest(_) => apple::app_attest_statement(&draft, &signer),
            _ => packed::statement(&draft, &signer),
        }
    }
}
