//! Which models of authenticators are accepted
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), closing text): asked only after
//! the attestation led to a trust anchor, for before that a model is a claim.

use core::fmt;
use std::collections::BTreeSet;

use countersign_types::{Aaguid, AlgorithmIdentifier, Code, Timestamp};

use crate::{
    attestation::Attestation,
    trust::{AttestedAaguid, Trust},
};

/// Decides on an authenticator's model after its attestation led to a trust anchor: by its AAGUID, its status in the
/// metadata, or what its statement tells besides.
///
/// ```
/// use countersign_attestation::{Details, ModelPolicy, ModelQuery, ModelRejectedError, format::tpm::TpmManufacturer};
///
/// /// Of TPMs, those of one maker.
/// #[derive(Debug)]
/// struct OneMaker(TpmManufacturer);
///
/// impl ModelPolicy for OneMaker {
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
    /// Whether an authenticator of this model is accepted; where it is not, why.
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError>;

    /// In what an authenticator that is accepted differs from what is known of its model. The relying party reports it
    /// as a deviation, or rejects it if its policy says so; it asks only if one of these matters to it.
    fn remarks(&self, model: &ModelQuery<'_>) -> Vec<ModelRemark> {
        let _ = model;
        Vec::new()
    }
}

/// In what an authenticator differs from what is known of its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelRemark {
    /// Its credential has an algorithm that the model's statement does not list.
    UnlistedAlgorithm,
    /// It verified its user, and the model's statement lists no way to.
    UnlistedUserVerification,
}

/// What is known of an authenticator's model.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ModelQuery<'a> {
    /// The attestation, as its format's verification procedure left it.
    pub attestation: &'a Attestation,
    /// Who vouches for it.
    pub trust: &'a Trust,
    /// The AAGUID, if a trust anchor vouches for it: see [`Trust::attested_aaguid`].
    pub attested_aaguid: Option<AttestedAaguid>,
    /// The algorithm of the credential's key, where the caller says it.
    pub algorithm: Option<AlgorithmIdentifier>,
    /// Whether the authenticator said that it verified the user, where the caller says it.
    pub user_verified: Option<bool>,
    /// The time at which the model is judged.
    pub now: Timestamp,
}

impl<'a> ModelQuery<'a> {
    /// Of an attestation, and the trust that was found for it.
    pub const fn new(attestation: &'a Attestation, trust: &'a Trust, now: Timestamp) -> Self {
        let attested_aaguid = trust.attested_aaguid();
        Self { attestation, trust, attested_aaguid, algorithm: None, user_verified: None, now }
    }

    /// The same, with the algorithm of the credential's key.
    pub const fn with_algorithm(mut self, algorithm: AlgorithmIdentifier) -> Self {
        self.algorithm = Some(algorithm);
        self
    }
}

/// A model that is not accepted. Code `authenticator-not-accepted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRejectedError {
    reason: Box<str>,
}

impl ModelRejectedError {
    /// For this reason, which becomes part of the error's message: lower-case, one line, no secrets.
    pub fn new(reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into() }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The stable word for it.
    pub const fn code(&self) -> Code {
        Code::AuthenticatorNotAccepted
    }
}

impl fmt::Display for ModelRejectedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the authenticator's model is not accepted: {}", self.reason)
    }
}

impl core::error::Error for ModelRejectedError {}

/// Models by AAGUID: only some, or all but some.
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
    /// These models and no others; an empty list accepts none. An authenticator whose AAGUID nobody vouches for is of
    /// no model, and refused.
    pub fn only(aaguids: impl IntoIterator<Item = Aaguid>) -> Self {
        Self { aaguids: aaguids.into_iter().collect(), listed: Listed::Accepted }
    }

    /// All models but these. An authenticator whose AAGUID nobody vouches for can't be told from them, and is refused
    /// too, unless the list is empty.
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

    fn refused(policy: &dyn ModelPolicy, attestation: &Attestation, reason: &str) {
        let error = judge(policy, attestation).unwrap_err();
        assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
        assert_eq!(error.reason(), reason);
        assert_eq!(error.to_string(), format!("the authenticator's model is not accepted: {reason}"));
    }

    #[test]
    fn rule_137_a_model_that_is_not_listed_is_refused() {
        judge(&ModelList::only([OTHER, MODEL]), &attestation()).unwrap();
        let refused = |list| refused(&list, &attestation(), "aaguid 01010101-0101-0101-0101-010101010101");
        refused(ModelList::only([OTHER]));
        refused(ModelList::only([]));
    }

    #[test]
    fn rule_137_a_model_that_is_listed_as_refused_is() {
        judge(&ModelList::all_but([OTHER]), &attestation()).unwrap();
        judge(&ModelList::all_but([]), &attestation()).unwrap();
        let list = ModelList::all_but([OTHER, MODEL]);
        refused(&list, &attestation(), "aaguid 01010101-0101-0101-0101-010101010101");
    }

    #[test]
    fn rule_137_an_aaguid_that_nobody_signed_is_in_no_list() {
        let unsigned = attestation().without_authenticator_data_coverage();
        refused(&ModelList::only([MODEL]), &unsigned, "its aaguid is not attested");
        refused(&ModelList::all_but([OTHER]), &unsigned, "its aaguid is not attested");
        judge(&ModelList::all_but([]), &unsigned).unwrap();
    }

    #[test]
    fn a_query_has_what_the_caller_knows() {
        let attestation = attestation();
        let (anchors, limits) = (AnchorList::new([root().0]), PathLimits::default());
        let trust =
            attestation.assess_trust(MODEL, &anchors, NOW, &Verifiers::rust_crypto(), &limits).unwrap();
        let query = ModelQuery::new(&attestation, &trust, NOW).with_algorithm(AlgorithmIdentifier(-7));
        assert_eq!(query.attested_aaguid.map(AttestedAaguid::get), Some(MODEL));
        assert_eq!((query.algorithm, query.now), (Some(AlgorithmIdentifier(-7)), NOW));
    }
}
