//! What a relying party's configuration can't be.

use core::fmt;

use countersign_cose::Algorithm;
use countersign_types::Aaguid;

use crate::relying_party::{
    origin::advice::{OriginAdvice, RpIdAdvice},
    policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS_MAX},
    related_origins::budget::CLIENT_LABELS,
};

/// A configuration that could not work, found before the first ceremony: the caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The RP ID is not a domain in lower-case ASCII.
    RpId(String),
    /// The RP ID is a public suffix, below which anybody may register a name, or has one label.
    RpIdIsPublicSuffix(String),
    /// The name for people is empty, or nothing of it is seen. Some clients refuse such a relying party after they have asked the user; the RP ID is
    /// a safe one ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)).
    NameEmpty,
    /// The purpose is not 1 to 64 lower-case letters, digits and hyphens.
    Purpose(String),
    /// No origin is accepted.
    NoOrigin,
    /// An origin is not the serialisation of a web origin in a secure context.
    Origin(String),
    /// An origin's host is neither the RP ID nor below it, or there is a public suffix between the two.
    OriginOutsideRpId {
        /// The origin.
        origin: String,
        /// The RP ID.
        rp_id: String,
        /// The public suffix between the two, if there is one.
        public_suffix: Option<String>,
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
    /// The pages below a public suffix can't use it as an RP ID.
    SubdomainsOfPublicSuffix(String),
    /// An app origin is neither Android's nor iOS's.
    AppOrigin(String),
    /// An origin is not one of a browser extension.
    ExtensionOrigin(String),
    /// No algorithm is offered.
    NoAlgorithm,
    /// An algorithm is offered that none of the verifiers can verify.
    AlgorithmUnsupported(Algorithm),
    /// An algorithm is offered to new credentials that stored ones may not have.
    OfferedAlgorithmNotAccepted(Algorithm),
    /// A demand by a keyword that clients ignore, for they don't know it.
    UnknownKeyword {
        /// Of what.
        member: &'static str,
        /// The keyword.
        value: String,
    },
    /// Credential IDs of at most this many bytes: none, or more than any may have.
    CredentialIdBytes(u16),
    /// The `AppID` is not an `https` URL of the RP ID's site, so that no browser lets the relying party use it.
    AppId(String),
    /// Two demands on extensions clash: the sentence says which.
    Extensions(&'static str),
    /// A timeout of this many seconds: none, or more than options can say.
    Timeout(u32),
    /// A trusted attestation is demanded, and attestation conveyance `none` asks clients to withhold it.
    TrustWithoutAttestation,
    /// A trusted attestation is demanded, and there are no trust anchors.
    NoAnchors,
    /// There are trust anchors, and no trusted attestation is demanded.
    AnchorsWithoutAttestationPolicy,
    /// There is a policy for models, and no trusted attestation is demanded.
    ModelPolicyWithoutAttestationPolicy,
    /// A list of accepted models has none.
    NoModel,
    /// A model is both accepted and refused.
    ModelAcceptedAndRejected(Aaguid),
    /// The zero AAGUID is listed, which is no model's.
    ZeroAaguidListed,
    /// A list of accepted formats has none.
    NoFormat,
    /// A trusted attestation is demanded, and the format `none` accepted.
    FormatNoneListed,
    /// The format `compound` is listed, which is judged by the formats of its parts.
    FormatCompoundListed,
    /// A format is demanded that is not among those that can be verified.
    FormatUnsupported(String),
    /// Models are listed, and the only format accepted signs none.
    ModelsOfFormatWithoutAaguid,
}

impl ConfigurationError {
    /// The message of an error without a value to tell.
    const fn sentence(&self) -> Option<&'static str> {
        Some(match self {
            Self::NameEmpty => "the relying party has no name that can be seen: its rp id will do",
            Self::NoOrigin => "no origin is accepted, so no response could be",
            Self::NoAlgorithm => "no algorithm is offered",
            Self::TrustWithoutAttestation => {
                "a trusted attestation is demanded, and the attestation conveyance is none"
            }
            Self::NoAnchors => "a trusted attestation is demanded, and there are no trust anchors to lead to",
            Self::AnchorsWithoutAttestationPolicy => {
                "there are trust anchors, and no trusted attestation is demanded"
            }
            Self::ModelPolicyWithoutAttestationPolicy => {
                "there is a policy for models, and no trusted attestation is demanded"
            }
            Self::NoModel => "models are accepted from a list, and the list is empty",
            Self::ZeroAaguidListed => {
                "the zero aaguid is listed as a model, and stands for one that is not said"
            }
            Self::NoFormat => "formats are accepted from a list, and the list is empty",
            Self::FormatNoneListed => "a trusted attestation is demanded, and the format none is accepted",
            Self::FormatCompoundListed => {
                "the format compound is accepted from a list, which is for the formats of its parts"
            }
            Self::ModelsOfFormatWithoutAaguid => {
                "models are listed, and fido-u2f, which signs none, is the only format accepted"
            }
            _ => return None,
        })
    }
}

impl ConfigurationError {
    /// The message of an error about an RP ID or an origin.
    fn write_address(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RpId(id) => write!(f, "{id:?} is not an rp id: {}", RpIdAdvice(id)),
            Self::RpIdIsPublicSuffix(id) if id.contains('.') => {
                write!(f, "the rp id {id:?} is a public suffix, below which anybody may register a name")
            }
            Self::RpIdIsPublicSuffix(id) => write!(
                f,
                "the rp id {id:?} is a single label, which only localhost may be; write a full name such as {id}.example.org"
            ),
            Self::Origin(origin) => {
                write!(f, "{origin:?} is not a web origin as browsers write it: {}", OriginAdvice(origin))
            }
            Self::OriginOutsideRpId { origin, rp_id, public_suffix } => {
                write!(f, "the origin {origin:?} can't use the rp id {rp_id:?}: ")?;
                match public_suffix {
                    Some(suffix) => {
                        write!(f, "{suffix} is a public suffix, below which anybody may register a name")
                    }
                    None => f.write_str("its host is neither that nor below it"),
                }
            }
            Self::SubdomainsOfPublicSuffix(origin) => {
                write!(f, "the host of {origin:?} is a public suffix, so no page below it can use the rp id")
            }
            Self::ExtensionOrigin(origin) => write!(
                f,
                "{origin:?} is not an extension's origin: chrome-extension:// and 32 letters a to p, or moz-extension:// and 64"
            ),
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
            _ => f.write_str("a configuration that can't work"),
        }
    }
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sentence) = self.sentence() {
            return f.write_str(sentence);
        }
        match self {
            Self::AlgorithmUnsupported(algorithm) => {
                write!(f, "the algorithm {} is offered, and no verifier has it", algorithm.name())
            }
            Self::OfferedAlgorithmNotAccepted(algorithm) => {
                write!(f, "the algorithm {algorithm} is offered, and not accepted of stored credentials")
            }
            Self::UnknownKeyword { member, value } => {
                write!(f, "{value:?} is no keyword for {member} that clients know, so they would ignore it")
            }
            Self::CredentialIdBytes(most) => {
                write!(f, "credential ids of at most {most} bytes, 1 to {CREDENTIAL_ID_BYTES_MAX} expected")
            }
            Self::Purpose(purpose) => {
                write!(f, "the purpose {purpose:?} is not 1 to 64 lower-case letters, digits and hyphens")
            }
            Self::AppId(appid) => write!(f, "the appid {appid:?} is not an https url of the rp id's site"),
            Self::Extensions(clash) => f.write_str(clash),
            Self::Timeout(seconds) => {
                write!(f, "a timeout of {seconds} seconds, 1 to {TIMEOUT_SECONDS_MAX} expected")
            }
            Self::ModelAcceptedAndRejected(aaguid) => {
                write!(f, "the model {aaguid} is on the list of those accepted and on that of those refused")
            }
            Self::FormatUnsupported(format) => {
                write!(f, "the format {format:?} is accepted, and is not among those that can be verified")
            }
            _ => self.write_address(f),
        }
    }
}

impl core::error::Error for ConfigurationError {}
