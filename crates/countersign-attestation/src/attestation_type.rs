//! [Section 6.5.3](https://www.w3.org/TR/webauthn-3/#sctn-attestation-types): the attestation types.

use core::fmt;

/// An [attestation type](https://www.w3.org/TR/webauthn-3/#sctn-attestation-types): whose key signed the statement.
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
    /// [`Basic`](Self::Basic) or [`AttCa`](Self::AttCa): the statement does not reveal which.
    Uncertain,
}

impl AttestationType {
    /// Whether the attestation has a certificate: it is neither none nor self.
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
