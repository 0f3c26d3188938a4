//! Policies for authenticator models
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), closing text): applied only
//! after the attestation led to a trust anchor, because a model is a claim before.

use core::fmt;
use std::collections::BTreeSet;

use countersign_types::{Aaguid, AlgorithmIdentifier, Code, Timestamp};

use crate::{
    attestation::Attestation,
    trust::{AttestedAaguid, Trust},
};

/// Decides on an authenticator model after its attestation led to a trust anchor: by its AAGUID, its status in the
/// metadata, or the details of its statement.
///
/// ```
/// use countersign_attestation::{Details, ModelPolicy, ModelQuery, ModelRejectedError, format::tpm::TpmManufacturer};
///
/// /// Accepts TPMs of one vendor only.
/// #[derive(Debug)]
/// struct OneVendor(TpmManufacturer);
///
/// impl ModelPolicy for OneVendor {
///     fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
///         match model.attestation.details() {
///             Details::Tpm(tpm) if tpm.manufacturer != self.0 => {
///                 Err(ModelRejectedError::new(format!("the tpm's manufacturer is {}", tpm.manufacturer)))
///             }
///             _ => Ok(()),
///         }
///     }
/// }
/// ```
pub trait ModelPolicy: fmt::Debug + Send + Sync {
    /// Accepts an authenticator of this model, or rejects it with a reason.
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError>;

    /// The differences between an accepted authenticator and the known properties of its model. The relying party reports
    /// them as deviations, or rejects them by its policy, and calls this only if one of them matters.
    fn remarks(&self, model: &ModelQuery<'_>) -> Vec<ModelRemark> {
        let _ = model;
        Vec::new()
    }
}

/// A difference between an authenticator and the known properties of its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelRemark {
    /// The credential has an algorithm that the model's statement does not list.
    UnlistedAlgorithm,
    /// The authenticator verified its user, and the model's statement lists no method for it.
    UnlistedUserVerification,
}

/// The evidence on an authenticator model.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ModelQuery<'a> {
    /// The attestation.
    pub attestation: &'a Attestation,
    /// The trust in the attestation.
    pub trust: &'a Trust,
    /// The AAGUID, if a trust anchor vouches for it: see [`Trust::attested_aaguid`].
    pub attested_aaguid: Option<AttestedAaguid>,
    /// The algorithm of the credential's key, if the caller provides it.
    pub algorithm: Option<AlgorithmIdentifier>,
    /// Whether the authenticator claims to have verified the user, if the caller provides it.
    pub user_verified: Option<bool>,
    /// The time of the decision.
    pub now: Timestamp,
}

impl<'a> ModelQuery<'a> {
    /// Creates a query on an attestation and its trust.
    pub const fn new(attestation: &'a Attestation, trust: &'a Trust, now: Timestamp) -> Self {
        let attested_aaguid = trust.attested_aaguid();
        Self { attestation, trust, attested_aaguid, algorithm: None, user_verified: None, now }
    }

    /// Sets the algorithm of the credential's key.
    pub const fn with_algorithm(mut self, algorithm: AlgorithmIdentifier) -> Self {
        self.algorithm = Some(algorithm);
        self
    }
}

/// Why a policy rejects an authenticator model. Code `authenticator-not-accepted`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the authenticator's model is not accepted: {reason}")]
pub struct ModelRejectedError {
    reason: Box<str>,
}

impl ModelRejectedError {
    /// Creates an error with this reason, which becomes part of the message: lower-case, one line, no secrets.
    pub fn new(reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into() }
    }

    /// The reason of the rejection.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        Code::AuthenticatorNotAccepted
    }
}

/// A list of authenticator models, by AAGUID: the only accepted ones, or the rejected ones.
///
/// ```
/// # use countersign_attestation::ModelList;
/// # use countersign_types::Aaguid;
/// # let (ours, broken) = (Aaguid::from_bytes([1; 16]), Aaguid::from_bytes([2; 16]));
/// let only_ours = ModelList::only([ours]);
/// let not_those = ModelList::all_but([broken]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelList {
    aaguids: BTreeSet<Aaguid>,
    listed: Listed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Accepted,
    Refused,
}

impl ModelList {
    /// Accepts only these models; an empty list accepts none. An authenticator without an attested AAGUID is rejected.
    pub fn only(aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        Self { aaguids: aaguids.into_iter().collect(), listed: Listed::Accepted }
    }

    /// Rejects these models. An authenticator without an attested AAGUID could be one of them and is rejected too, unless
    /// the list is empty.
    pub fn all_but(aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        Self { aaguids: aaguids.into_iter().collect(), listed: Listed::Refused }
    }
}

impl ModelPolicy for ModelList {
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
        if self.listed == Listed::Refused && self.aaguids.is_empty() {
            return Ok(());
        }
        let possible = model.trust.possible_models();
        if possible.is_empty() {
            return Err(ModelRejectedError::new("its aaguid is not attested"));
        }
        let is_refused = |aaguid: &&Aaguid| match self.listed {
            Listed::Accepted => !self.aaguids.contains(*aaguid),
            Listed::Refused => self.aaguids.contains(*aaguid),
        };
        match possible.iter().find(is_refused) {
            Some(aaguid) => Err(ModelRejectedError::new(format!("aaguid {aaguid}"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_cose::Verifiers;

    use super::*;
    use crate::{
        anchors::AnchorList,
        attestation_type::AttestationType,
        path::limits::PathLimits,
        test_support::{
            NOW,
            certificates::{Builder, Key, root},
        },
    };

    const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
    const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

    fn attestation() -> Attestation {
        let leaf = Builder::attestation(&Key::p256(2)).signed_by("root", &root().1);
        Attestation::with_certificates("packed", AttestationType::Uncertain, vec![leaf])
    }

    fn judge(policy: &dyn ModelPolicy, attestation: &Attestation) -> Result<(), ModelRejectedError> {
        let (anchors, limits) = (AnchorList::new([root().0]), PathLimits::default());
        let trust =
            attestation.assess_trust(MODEL, &anchors, NOW, &Verifiers::rust_crypto(), &limits).unwrap();
        policy.judge(&ModelQuery::new(attestation, &trust, NOW))
    }

    fn rejected(policy: &dyn ModelPolicy, attestation: &Attestation, reason: &str) {
        let error = judge(policy, attestation).unwrap_err();
        assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
        assert_eq!(error.reason(), reason);
        assert_eq!(error.to_string(), format!("the authenticator's model is not accepted: {reason}"));
    }

    #[test]
    fn rule_137_a_model_that_is_not_listed_is_rejected() {
        judge(&ModelList::only([OTHER, MODEL]), &attestation()).unwrap();
        let rejected = |list| rejected(&list, &attestation(), "aaguid 01010101-0101-0101-0101-010101010101");
        rejected(ModelList::only([OTHER]));
        rejected(ModelList::only([]));
    }

    #[test]
    fn rule_137_a_model_on_the_deny_list_is_rejected() {
        judge(&ModelList::all_but([OTHER]), &attestation()).unwrap();
        judge(&ModelList::all_but([]), &attestation()).unwrap();
        let list = ModelList::all_but([OTHER, MODEL]);
        rejected(&list, &attestation(), "aaguid 01010101-0101-0101-0101-010101010101");
    }

    #[test]
    fn rule_137_an_unsigned_aaguid_is_on_no_list() {
        let unsigned = attestation().without_authenticator_data_coverage();
        rejected(&ModelList::only([MODEL]), &unsigned, "its aaguid is not attested");
        rejected(&ModelList::all_but([OTHER]), &unsigned, "its aaguid is not attested");
        judge(&ModelList::all_but([]), &unsigned).unwrap();
    }

    #[test]
    fn a_query_has_what_the_caller_provides() {
        let attestation = attestation();
        let (anchors, limits) = (AnchorList::new([root().0]), PathLimits::default());
        let trust =
            attestation.assess_trust(MODEL, &anchors, NOW, &Verifiers::rust_crypto(), &limits).unwrap();
        let query = ModelQuery::new(&attestation, &trust, NOW).with_algorithm(AlgorithmIdentifier(-7));
        assert_eq!(query.attested_aaguid.map(AttestedAaguid::get), Some(MODEL));
        assert_eq!((query.algorithm, query.now), (Some(AlgorithmIdentifier(-7)), NOW));
    }
}
