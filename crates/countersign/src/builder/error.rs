//! What a relying party's configuration can't be.

use core::fmt;

use countersign_cose::Algorithm;

use super::TIMEOUT_SECONDS_MAX;
use crate::related_origins::CLIENT_LABELS;

/// A configuration that could not work, found before the first ceremony: the caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The RP ID is not a domain in lower-case ASCII.
    RpId(String),
    /// The RP ID is a public suffix, below which anybody may register a name, or has one label.
    RpIdIsPublicSuffix(String),
    /// No origin is accepted.
    NoOrigin,
    /// An origin is not the serialisation of a web origin in a secure context.
    Origin(String),
    /// An origin's host is neither the RP ID nor below it.
    OriginOutsideRpId {
        /// The origin.
        origin: String,
        /// The RP ID.
        rp_id: String,
    },
    /// A related origin's host is a public suffix, which clients skip.
    RelatedOriginWithoutLabel(String),
    /// The related origins have more distinct labels than clients heed.
    TooManyRelatedLabels {
        /// The first origin that clients may refuse.
        origin: String,
        /// How many labels there are in all.
        labels: usize,
    },
    /// An app origin is neither Android's nor iOS's.
    AppOrigin(String),
    /// No algorithm is offered.
    NoAlgorithm,
    /// An algorithm is offered that none of the verifiers can verify.
    AlgorithmUnsupported(Algorithm),
    /// A timeout of this many seconds: none, or more than options can say.
    Timeout(u32),
    /// A trusted attestation is demanded, and attestation conveyance `none` asks clients to withhold it.
    TrustWithoutAttestation,
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RpId(id) => write!(f, "the rp id {id:?} is not a domain name in lower-case ascii"),
            Self::RpIdIsPublicSuffix(id) => {
                write!(f, "the rp id {id:?} is a public suffix, below which anybody may register a name")
            }
            Self::NoOrigin => f.write_str("no origin is accepted, so no response could be"),
            Self::Origin(origin) => write!(
                f,
                "{origin:?} is not a web origin as browsers write it: https://host[:port], or http for localhost"
            ),
            Self::OriginOutsideRpId { origin, rp_id } => {
                write!(
                    f,
                    "the origin {origin:?} can't use the rp id {rp_id:?}: its host is neither that nor below it"
                )
            }
            Self::RelatedOriginWithoutLabel(origin) => {
                write!(f, "the related origin {origin:?} has a public suffix for a host, which clients skip")
            }
            Self::TooManyRelatedLabels { origin, labels } => write!(
                f,
                "related origins with {labels} distinct labels, of which clients heed {CLIENT_LABELS}: {origin:?} is beyond"
            ),
            Self::AppOrigin(origin) => {
                write!(f, "{origin:?} is not an app origin: android:apk-key-hash:… or ios:bundle-id:…")
            }
            Self::NoAlgorithm => f.write_str("no algorithm is offered"),
            Self::AlgorithmUnsupported(algorithm) => {
                write!(f, "the algorithm {} is offered, and no verifier has it", algorithm.name())
            }
            Self::Timeout(seconds) => {
                write!(f, "a timeout of {seconds} seconds, 1 to {TIMEOUT_SECONDS_MAX} expected")
            }
            Self::TrustWithoutAttestation => {
                f.write_str("a trusted attestation is demanded, and the attestation conveyance is none")
            }
        }
    }
}

impl core::error::Error for ConfigurationError {}
