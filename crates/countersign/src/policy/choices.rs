//! Small choices, one type each.

use std::sync::Arc;

use countersign_attestation::TrustAnchors;
use serde::{Deserialize, Serialize};

/// Whether ceremonies may run in a frame that is not same-origin with its ancestors
/// ([section 5.8.1, `crossOrigin`](https://www.w3.org/TR/webauthn-3/#dom-collectedclientdata-crossorigin)).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CrossOrigin {
    /// They may not: a page that frames the relying party's is refused.
    #[default]
    Refused,
    /// They may, below these top-level pages.
    Accepted {
        /// The origins that `topOrigin` may name, where it is present.
        top_origins: TopOrigins,
    },
}

/// Which top-level pages may frame a ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TopOrigins {
    /// Any web page.
    Any,
    /// Those with exactly one of these serialised origins; an empty list accepts none.
    Listed(Vec<String>),
}

/// What to do where the signature counter did not increase although one was in use
/// ([section 6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignCountPolicy {
    /// The authentication fails.
    #[default]
    Reject,
    /// The authentication succeeds, says so in its outcome, and leaves the stored counter as it was.
    Report,
    /// The authentication succeeds, and nothing is said of it. The record still keeps the greatest counter, so that
    /// another policy can start from there.
    Ignore,
}

/// What is demanded of a new credential's attestation, beyond that its statement verifies: the short form of an
/// [`AttestedPolicy`](super::AttestedPolicy) without further demands, and its trust anchors.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum AttestationTrust {
    /// Nothing: whoever made the statement is not looked at. An AAGUID is then a claim.
    #[default]
    Unassessed,
    /// A trust path to one of these anchors. No attestation and self attestation are refused.
    Required(Arc<dyn TrustAnchors>),
}
