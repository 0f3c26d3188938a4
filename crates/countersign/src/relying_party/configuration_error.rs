//! Why a relying party can't be built.

use countersign_cose::Algorithm;
use countersign_types::Aaguid;

use crate::relying_party::origin::advice::{OriginAdvice, RpIdAdvice};
use crate::relying_party::policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS_MAX};
use crate::relying_party::related_origins::budget::CLIENT_LABELS;

/// A configuration that can't work, found before the first ceremony.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// The RP ID is not a domain in lower-case ASCII.
    #[error("{0:?} is not an rp id: {advice}", advice = RpIdAdvice(.0))]
    RpId(String),
    /// The RP ID is a public suffix, below which anyone may register a name, or a single label.
    #[error("the rp id {0:?} is {what}", what = bare_rp_id(.0))]
    RpIdIsPublicSuffix(String),
    /// The name is empty or invisible. Some clients reject such a relying party after asking the user; the RP ID is a safe
    /// name ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)).
    #[error("the relying party has no visible name; its rp id is a good one")]
    NameEmpty,
    /// The purpose is not 1 to 64 lower-case letters, digits and hyphens.
    #[error("the purpose {0:?} is not 1 to 64 lower-case letters, digits and hyphens")]
    Purpose(String),
    /// No origin is accepted.
    #[error("no origin is accepted, so no response could be")]
    NoOrigin,
    /// An origin is not the serialisation of a web origin in a secure context.
    #[error("{0:?} is not a web origin as browsers write it: {advice}", advice = OriginAdvice(.0))]
    Origin(String),
    /// An origin's host is neither the RP ID nor below it, or there is a public suffix between the two.
    #[error("the origin {origin:?} can't use the rp id {rp_id:?}: {}", outside(.public_suffix.as_deref()))]
    OriginOutsideRpId {
        /// The origin.
        origin: String,
        /// The RP ID.
        rp_id: String,
        /// The public suffix between the two, if there is one.
        public_suffix: Option<String>,
    },
    /// A related origin's host is a public suffix, which clients skip.
    #[error("the related origin {0:?} has a public suffix for a host, which clients skip")]
    RelatedOriginWithoutLabel(String),
    /// The related origins have more distinct labels than clients support.
    #[error(
        "related origins with {labels} distinct labels, clients support {CLIENT_LABELS}: {origin:?} is beyond"
    )]
    TooManyRelatedLabels {
        /// The first origin that clients may reject.
        origin: String,
        /// The number of labels.
        labels: usize,
    },
    /// The pages below a public suffix can't use it as an RP ID.
    #[error("the host of {0:?} is a public suffix, so no page below it can use the rp id")]
    SubdomainsOfPublicSuffix(String),
    /// An app origin is neither Android's nor Apple's.
    #[error("{0:?} is not an app origin: android:apk-key-hash:… or ios:bundle-id:…")]
    AppOrigin(String),
    /// An origin is not that of a browser extension.
    #[error(
        "{0:?} is not an extension's origin: chrome-extension:// and 32 letters a to p, or moz-extension:// and 64"
    )]
    ExtensionOrigin(String),
    /// No algorithm is offered.
    #[error("no algorithm is offered")]
    NoAlgorithm,
    /// An algorithm is offered that none of the verifiers can verify.
    #[error("the algorithm {} is offered, and no verifier has it", .0.name())]
    AlgorithmUnsupported(Algorithm),
    /// An algorithm is offered to new credentials, but not accepted of stored ones.
    #[error("the algorithm {0} is offered, and not accepted of stored credentials")]
    OfferedAlgorithmNotAccepted(Algorithm),
    /// A requirement uses a keyword that clients don't know and would ignore.
    #[error("{value:?} is no keyword for {member} that clients support, so they would ignore it")]
    UnknownKeyword {
        /// The setting.
        member: &'static str,
        /// The keyword.
        value: String,
    },
    /// The limit of credential IDs in bytes is 0, or more than any may have.
    #[error("credential ids of at most {0} bytes, 1 to {CREDENTIAL_ID_BYTES_MAX} expected")]
    CredentialIdBytes(u16),
    /// The AppID is not an `https` URL of the RP ID's site, so that no browser lets the relying party use it.
    #[error("the appid {0:?} is not an https url of the rp id's site")]
    AppId(String),
    /// Two requirements on extensions conflict: the sentence says which.
    #[error("{0}")]
    Extensions(&'static str),
    /// The timeout in seconds is 0, or more than options can express.
    #[error("a timeout of {0} seconds, 1 to {TIMEOUT_SECONDS_MAX} expected")]
    Timeout(u32),
    /// A trusted attestation is required, but attestation conveyance `none` asks clients to withhold it.
    #[error("a trusted attestation is required, and the attestation conveyance is none")]
    TrustWithoutAttestation,
    /// A trusted attestation is required, but there are no trust anchors.
    #[error("a trusted attestation is required, and there are no trust anchors to lead to")]
    NoAnchors,
    /// There are trust anchors, but no trusted attestation is required.
    #[error("there are trust anchors, and no trusted attestation is required")]
    AnchorsWithoutAttestationPolicy,
    /// There is a policy on authenticator models, but no trusted attestation is required.
    #[error("there is a policy on authenticator models, and no trusted attestation is required")]
    ModelPolicyWithoutAttestationPolicy,
    /// The list of accepted models is empty.
    #[error("models are accepted from a list, and the list is empty")]
    NoModel,
    /// An authenticator model is both accepted and rejected.
    #[error("the model {0} is both accepted and rejected")]
    ModelAcceptedAndRejected(Aaguid),
    /// The zero AAGUID is listed, which identifies no model.
    #[error("the zero aaguid is listed as a model, and identifies no model")]
    ZeroAaguidListed,
    /// The list of accepted formats is empty.
    #[error("formats are accepted from a list, and the list is empty")]
    NoFormat,
    /// A trusted attestation is required, but the format `none` is listed.
    #[error("a trusted attestation is required, and the format none is accepted")]
    FormatNoneListed,
    /// The format `compound` is listed, which is checked by the formats of its parts.
    #[error("the format compound is accepted from a list, which is for the formats of its parts")]
    FormatCompoundListed,
    /// A listed format is not supported.
    #[error("the format {0:?} is accepted, and is not among those that can be verified")]
    FormatUnsupported(String),
    /// Models are listed, but the only accepted format signs no AAGUID.
    #[error("models are listed, and fido-u2f, which signs none, is the only format accepted")]
    ModelsOfFormatWithoutAaguid,
}

/// What is wrong with an RP ID that is a public suffix.
fn bare_rp_id(id: &str) -> String {
    if id.contains('.') {
        return "a public suffix, below which anyone may register a name".to_owned();
    }
    format!("a single label, only localhost may be one; write a full name such as {id}.example.org")
}

/// Why an origin is outside an RP ID.
fn outside(public_suffix: Option<&str>) -> String {
    public_suffix.map_or_else(
        || "its host is neither that nor below it".to_owned(),
        |suffix| format!("{suffix} is a public suffix, below which anyone may register a name"),
    )
}
