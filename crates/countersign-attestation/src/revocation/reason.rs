//! Reasons for revocation ([RFC 5280, section 5.3.1](https://www.rfc-editor.org/rfc/rfc5280#section-5.3.1)).

/// Why a certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// No reason is given.
    Unspecified,
    /// The subject's key is, or may be, in others' hands.
    KeyCompromise,
    /// The issuer's key is, or may be, in others' hands.
    CaCompromise,
    /// The subject's name or affiliation changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// It is on hold, perhaps not for ever.
    CertificateHold,
    /// A privilege that it tells of was withdrawn.
    PrivilegeWithdrawn,
    /// What an attribute authority vouches for is, or may be, in others' hands.
    AaCompromise,
    /// The software that holds the key has a flaw.
    SoftwareFlaw,
    /// A reason that is not known here.
    Other,
}

impl RevocationReason {
    /// The reason in a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key compromise",
            Self::CaCompromise => "ca compromise",
            Self::AffiliationChanged => "affiliation changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation of operation",
            Self::CertificateHold => "certificate hold",
            Self::PrivilegeWithdrawn => "privilege withdrawn",
            Self::AaCompromise => "aa compromise",
            Self::SoftwareFlaw => "software flaw",
            Self::Other => "another reason",
        }
    }
}

impl core::fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}
