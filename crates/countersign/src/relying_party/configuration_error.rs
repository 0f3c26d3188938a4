//! Why a relying party can't be built.

use core::fmt;

use countersign_cose::Algorithm;
use countersign_types::Aaguid;

use crate::relying_party::origin::advice::{OriginAdvice, RpIdAdvice};
use crate::relying_party::policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS_MAX};
use crate::relying_party::related_origins::budget::CLIENT_LABELS;

/// A configuration that can't work, found before the first ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The RP ID is not a domain in lower-case ASCII.
    RpId(String),
    /// The RP ID is a public suffix, below which anyone may register a name, or a single label.
    RpIdIsPublicSuffix(String),
    /// The name is empty or invisible. Some clients reject such a relying party after asking the user; the RP ID is a safe
    /// name ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)).
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
    /// The related origins have more distinct labels than clients support.
    TooManyRelatedLabels {
        /// The first origin that clients may reject.
        origin: String,
        /// The number of labels.
        labels: usize,
    },
    /// The pages below a public suffix can't use it as an RP ID.
    SubdomainsOfPublicSuffix(String),
    /// An app origin is neither Android's nor Apple's.
    AppOrigin(String),
    /// An origin is not that of a browser extension.
    ExtensionOrigin(String),
    /// No algorithm is offered.
    NoAlgorithm,
    /// An algorithm is offered that none of the verifiers can verify.
    AlgorithmUnsupported(Algorithm),
    /// An algorithm is offered to new credentials, but not accepted of stored ones.
    OfferedAlgorithmNotAccepted(Algorithm),
    /// A requirement uses a keyword that clients don't know and would ignore.
    UnknownKeyword {
        /// The setting.
        member: &'static str,
        /// The keyword.
        value: String,
    },
    /// The limit of credential IDs in bytes is 0, or more than any may have.
    CredentialIdBytes(u16),
    /// The AppID is not an `https` URL of the RP ID's site, so that no browser lets the relying party use it.
    AppId(String),
    /// Two requirements on extensions conflict: the sentence says which.
    Extensions(&'static str),
    /// The timeout in seconds is 0, or more than options can express.
    Timeout(u32),
    /// A trusted attestation is required, but attestation conveyance `none` asks clients to withhold it.
    TrustWithoutAttestation,
    /// A trusted attestation is required, but there are no trust anchors.
    NoAnchors,
    /// There are trust anchors, but no trusted attestation is required.
    AnchorsWithoutAttestationPolicy,
    /// There is a policy on authenticator models, but no trusted attestation is required.
    ModelPolicyWithoutAttestationPolicy,
    /// The list of accepted models is empty.
    NoModel,
    /// An authenticator model is both accepted and rejected.
    ModelAcceptedAndRejected(Aaguid),
    /// The zero AAGUID is listed, which identifies no model.
    ZeroAaguidListed,
    /// The list of accepted formats is empty.
    NoFormat,
    /// A trusted attestation is required, but the format `none` is listed.
    FormatNoneListed,
    /// The format `compound` is listed, which is checked by the formats of its parts.
    FormatCompoundListed,
    /// A listed format is not supported.
    FormatUnsupported(String),
    /// Models are listed, but the only accepted format signs no AAGUID.
    ModelsOfFormatWithoutAaguid,
}

impl ConfigurationError {
    /// The message of an error without values.
    const fn sentence(&self) -> Option<&'static str> {
        Some(match self {
            Self::NameEmpty => "the relying party has no visible name; its rp id is a good one",
            Self::NoOrigin => "no origin is accepted, so no response could be",
            Self::NoAlgorithm => "no algorithm is offered",
            Self::TrustWithoutAttestation => {
                "a trusted attestation is required, and the attestation conveyance is none"
            }
            Self::NoAnchors => "a trusted attestation is required, and there are no trust anchors to lead to",
            Self::AnchorsWithoutAttestationPolicy => {
                "there are trust anchors, and no trusted attestation is required"
            }
            Self::ModelPolicyWithoutAttestationPolicy => {
                "there is a policy on authenticator models, and no trusted attestation is required"
            }
            Self::NoModel => "models are accepted from a list, and the list is empty",
            Self::ZeroAaguidListed => "the zero aaguid is listed as a model, and identifies no model",
            Self::NoFormat => "formats are accepted from a list, and the list is empty",
            Self::FormatNoneListed => "a trusted attestation is required, and the format none is accepted",
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
                write!(f, "the rp id {id:?} is a public suffix, below which anyone may register a name")
            }
            Self::RpIdIsPublicSuffix(id) => write!(
                f,
                "the rp id {id:?} is a single label, only localhost may be one; write a full name such as {id}.example.org"
            ),
            Self::Origin(origin) => {
                write!(f, "{origin:?} is not a web origin as browsers write it: {}", OriginAdvice(origin))
            }
            Self::OriginOutsideRpId { origin, rp_id, public_suffix } => {
                write!(f, "the origin {origin:?} can't use the rp id {rp_id:?}: ")?;
                match public_suffix {
                    Some(suffix) => {
                        write!(f, "{suffix} is a public suffix, below which anyone may register a name")
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
                "related origins with {labels} distinct labels, clients support {CLIENT_LABELS}: {origin:?} is beyond"
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
                write!(
                    f,
                    "{value:?} is no keyword for {member} that clients support, so they would ignore it"
                )
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
                write!(f, "the model {aaguid} is both accepted and rejected")
            }
            Self::FormatUnsupported(format) => {
                write!(f, "the format {format:?} is accepted, and is not among those that can be verified")
            }
            _ => self.write_address(f),
        }
    }
}

impl core::error::Error for ConfigurationError {}
