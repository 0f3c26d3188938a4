//! Warnings about configurations that are valid but probably unintended.

use core::fmt;

use countersign_cose::Algorithm;
use countersign_types::enumerations::{ResidentKeyRequirement, UserVerificationRequirement};

use crate::relying_party::policy::{Policy, choices::CrossOrigin};
use crate::relying_party::{origin::LOCALHOST, party::RelyingParty, user::User};

/// The range of
/// [section 15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range), in seconds.
const RECOMMENDED_TIMEOUT: core::ops::RangeInclusive<u32> = 300..=600;

/// Bytes of a name that every authenticator stores
/// ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity),
/// [section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).
const NAME_STORED: usize = 64;

/// A configuration that is valid but probably unintended: for a log at start-up, or a test of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A fully-specified algorithm is offered without its older name, which is the one that authenticators support
    /// ([section 5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier)).
    FullySpecifiedAlone {
        /// The offered algorithm.
        offered: Algorithm,
        /// The algorithm to offer instead or in addition.
        missing: Algorithm,
    },
    /// A timeout outside the recommended range of 300 to 600 seconds
    /// ([section 15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range)).
    TimeoutNotRecommended {
        /// The timeout in seconds.
        seconds: u32,
    },
    /// Frames are accepted below pages of a list, and the list is empty: no frame is.
    NoTopOrigin,
    /// Discoverable credentials are required, and user verification is not: possession of the authenticator may be enough.
    DiscoverableWithoutUserVerification,
    /// User verification is preferred: a response without it is accepted, so that mere possession may be enough. Required
    /// and discouraged say what is meant.
    UserVerificationPreferred,
    /// A trusted attestation is required, and the list of trust anchors is empty: every registration fails.
    NoAnchors,
    /// The trust anchors are those of metadata, and no model policy is set: models that the metadata reports as compromised
    /// are accepted.
    MetadataWithoutModelPolicy,
    /// A name of more bytes than authenticators must store: they may cut it off
    /// ([section 6.4.1](https://www.w3.org/TR/webauthn-3/#sctn-strings-truncation)), and names that begin alike then look
    /// alike.
    NameTruncated {
        /// Which name: `rp.name`, `user.name` or `user.displayName`.
        member: &'static str,
        /// How many bytes it has in UTF-8.
        bytes: usize,
    },
    /// The user handle is the account's name, which authenticators show to anyone who holds them
    /// ([section 14.6.1](https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy)).
    UserHandleIsName,
    /// The user handle looks like an e-mail address, which authenticators show to anyone who holds them.
    UserHandleIsEmail,
    /// The relying party was built without public suffixes: an RP ID that is one, such as `co.uk`, was not found, and
    /// neither was an origin below one; the labels of related origins were not counted. See
    /// [`public_suffixes`](crate::RelyingPartyBuilder::public_suffixes).
    PublicSuffixesNotChecked,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FullySpecifiedAlone { offered, missing } => {
                write!(
                    f,
                    "{offered} is offered without {missing}, which is the name that authenticators support"
                )
            }
            Self::TimeoutNotRecommended { seconds } => {
                write!(f, "a timeout of {seconds} seconds; 300 to 600 are recommended")
            }
            Self::NoTopOrigin => {
                f.write_str("frames are accepted below listed top origins only, and the list is empty")
            }
            Self::DiscoverableWithoutUserVerification => {
                f.write_str("discoverable credentials are required, and user verification is not")
            }
            Self::UserVerificationPreferred => {
                f.write_str("user verification is preferred, so that responses without it are accepted")
            }
            Self::NoAnchors => f.write_str("a trusted attestation is required, and there is no trust anchor"),
            Self::MetadataWithoutModelPolicy => f.write_str(
                "the trust anchors are metadata's, and no model policy rejects the models that it reports",
            ),
            Self::NameTruncated { member, bytes } => {
                write!(f, "{member} has {bytes} bytes, of which authenticators may store {NAME_STORED}")
            }
            Self::UserHandleIsName => f.write_str("the user handle is the account's name"),
            Self::UserHandleIsEmail => f.write_str("the user handle looks like an e-mail address"),
            Self::PublicSuffixesNotChecked => {
                f.write_str(
                "there is no list of public suffixes to check the rp id, the origins and the related origins against",
            )
            }
        }
    }
}

impl Policy {
    /// Lists what is valid in the policy but probably unintended.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (offered, missing) in [
            (Algorithm::Esp256, Algorithm::Es256),
            (Algorithm::Esp384, Algorithm::Es384),
            (Algorithm::Esp512, Algorithm::Es512),
            (Algorithm::Ed25519, Algorithm::EdDsa),
        ] {
            if self.algorithms.contains(&offered) && !self.algorithms.contains(&missing) {
                warnings.push(Warning::FullySpecifiedAlone { offered, missing });
            }
        }
        if !RECOMMENDED_TIMEOUT.contains(&self.timeout_seconds) {
            warnings.push(Warning::TimeoutNotRecommended { seconds: self.timeout_seconds });
        }
        if self.user_verification == UserVerificationRequirement::Preferred {
            warnings.push(Warning::UserVerificationPreferred);
        }
        if let CrossOrigin::Accept { top_origins } = &self.cross_origin
            && top_origins.listed().is_some_and(<[String]>::is_empty)
        {
            warnings.push(Warning::NoTopOrigin);
        }
        if self.resident_key == ResidentKeyRequirement::Required
            && self.user_verification != UserVerificationRequirement::Required
        {
            warnings.push(Warning::DiscoverableWithoutUserVerification);
        }
        warnings
    }
}

impl RelyingParty {
    /// Lists what is valid in the configuration but probably unintended.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.policy.warnings();
        if let Some(anchors) = &self.anchors {
            if anchors.is_empty() {
                warnings.push(Warning::NoAnchors);
            }
            if anchors.reports_models() && self.models.is_empty() {
                warnings.push(Warning::MetadataWithoutModelPolicy);
            }
        }
        if self.public_suffixes.is_none() && self.id != LOCALHOST {
            warnings.push(Warning::PublicSuffixesNotChecked);
        }
        warnings.extend(truncated("rp.name", &self.name));
        warnings
    }
}

impl User {
    /// Lists what is valid in the account's names but probably unintended.
    pub fn warnings(&self) -> Vec<Warning> {
        let handle = self.handle.as_bytes();
        let mut warnings = Vec::new();
        let is_text = |text: &str| handle.eq_ignore_ascii_case(text.as_bytes());
        if is_text(&self.name) || is_text(&self.display_name) {
            warnings.push(Warning::UserHandleIsName);
        }
        if is_email(handle) {
            warnings.push(Warning::UserHandleIsEmail);
        }
        warnings.extend(truncated("user.name", &self.name));
        warnings.extend(truncated("user.displayName", &self.display_name));
        warnings
    }
}

fn truncated(member: &'static str, name: &str) -> Option<Warning> {
    (name.len() > NAME_STORED).then_some(Warning::NameTruncated { member, bytes: name.len() })
}

/// Printable, with one `@` between other characters: no random bytes are likely to be.
fn is_email(handle: &[u8]) -> bool {
    let mut parts = handle.split(|byte| *byte == b'@');
    let is_part = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_graphic))
    };
    is_part(parts.next()) && is_part(parts.next()) && parts.next().is_none()
}
