//! Steps 23 and 24 of [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential): the trust
//! in an attestation.

use core::slice;
use std::sync::Arc;

use countersign_cose::Verifiers;
use countersign_types::{Aaguid, Timestamp};

use crate::{
    anchors::{SoftwareModels, TrustAnchors, UnnamedModels},
    attestation::{AaguidSource, Attestation, Compound, Part},
    certificate::Certificate,
    format::compound::configuration::Quorum,
    path::{
        error::{PathError, UntrustedError},
        limits::PathLimits,
        profile::Profile,
        search::{self, Candidates},
        trusted::TrustedPath,
    },
    revocation::check::Check,
};

/// The trust in an attestation: its paths to trust anchors, and the attested model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trust {
    paths: Vec<TrustedPath>,
    covers_authenticator_data: bool,
    model: TrustedModel,
}

/// The model, as far as it is attested.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TrustedModel {
    /// Unknown: the AAGUID is a claim.
    Unknown,
    Attested(AttestedAaguid),
    /// One of these models. Which one is only the authenticator's claim.
    OneOf(Arc<[Aaguid]>),
}

impl Trust {
    /// The paths to trust anchors: one, or for a compound attestation one for each trusted part, in order. Never empty.
    pub fn paths(&self) -> &[TrustedPath] {
        &self.paths
    }

    /// Whether a trusted signature covers the authenticator data as a whole, and with it the AAGUID: see
    /// [`Attestation::covers_authenticator_data`].
    pub const fn covers_authenticator_data(&self) -> bool {
        self.covers_authenticator_data
    }

    /// The authenticator's model, if the trust anchor vouches for it. `None` for formats such as `fido-u2f`, which do not
    /// sign it, and for formats whose AAGUID software writes, unless the anchor is that of the model: see
    /// [`AaguidSource`].
    pub const fn attested_aaguid(&self) -> Option<AttestedAaguid> {
        match self.model {
            TrustedModel::Attested(aaguid) => Some(aaguid),
            TrustedModel::Unknown | TrustedModel::OneOf(_) => None,
        }
    }

    /// The possible models of the authenticator, as far as the trust anchor vouches for them: one if it is attested; several
    /// if its certificate does not name it and they are [judged together](UnnamedModels::JudgeTogether); none if it is
    /// unknown. All of them must be acceptable.
    pub fn possible_models(&self) -> &[Aaguid] {
        match &self.model {
            TrustedModel::Unknown => &[],
            TrustedModel::Attested(AttestedAaguid(aaguid)) => slice::from_ref(aaguid),
            TrustedModel::OneOf(models) => models,
        }
    }
}

/// An AAGUID for which a trust anchor vouches, in contrast to an [`Aaguid`], which is a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttestedAaguid(Aaguid);

impl AttestedAaguid {
    /// The AAGUID.
    pub const fn get(self) -> Aaguid {
        self.0
    }
}

impl Attestation {
    /// Looks for a path to one of the anchors that `source` has for this attestation. A compound attestation needs as many
    /// paths as its [`CompoundConfiguration`](crate::format::compound::CompoundConfiguration) requires, each to an anchor
    /// for the part's own format.
    ///
    /// No attestation and self attestation are never trusted. `aaguid` is that of the authenticator data. `limits` apply to
    /// all parts together.
    pub fn assess_trust(
        &self,
        aaguid: Aaguid,
        source: &dyn TrustAnchors,
        now: Timestamp,
        verifiers: &Verifiers,
        limits: &PathLimits,
    ) -> Result<Trust, PathError> {
        if let Some(compound) = self.as_compound() {
            return assess_parts(
                compound,
                |part, limits| part.assess_trust(aaguid, source, now, verifiers, limits),
                limits,
            );
        }
        let path = self.validate_trust_path(aaguid, source, now, verifiers, limits)?;
        let model = self.trusted_model(aaguid, &path)?;
        let covers_authenticator_data = self.covers_authenticator_data();
        Ok(Trust { paths: vec![path], covers_authenticator_data, model })
    }

    /// Looks for a path to one of the anchors that `source` has for this attestation, through the trust path's
    /// certificates and the source's intermediates.
    pub(crate) fn validate_trust_path(
        &self,
        aaguid: Aaguid,
        source: &dyn TrustAnchors,
        now: Timestamp,
        verifiers: &Verifiers,
        limits: &PathLimits,
    ) -> Result<TrustedPath, PathError> {
        let query = self.anchor_query(aaguid);
        let (anchors, intermediates) = (source.anchors(&query), source.intermediates(&query));
        let revocation = source.revocation(&query);
        let candidates =
            Candidates { sent: self.trust_path(), intermediates: &intermediates, anchors: &anchors };
        let revocation = Check::for_format(&revocation, self.format());
        let (profile, known) = (Profile::of_format(self.format()), source.verified_links());
        search::run(candidates, profile, revocation, now, verifiers, known, *limits)
    }

    /// The model that the anchor attests.
    ///
    /// [Section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements) requires that
    /// certificates name their models if a root is that of several. A certificate that is the anchor itself has no root and
    /// needs no extension; if several models share it, all of them are judged.
    fn trusted_model(&self, aaguid: Aaguid, path: &TrustedPath) -> Result<TrustedModel, PathError> {
        let anchor = path.anchor();
        let unnamed_models = if path.certificates().len() > 1 {
            anchor.unnamed_models()
        } else {
            UnnamedModels::JudgeTogether
        };
        let attested = Ok(TrustedModel::Attested(AttestedAaguid(aaguid)));
        if !self.covers_authenticator_data() {
            return Ok(TrustedModel::Unknown);
        }
        match (self.aaguid_source(), anchor.shared_models()) {
            (AaguidSource::Authenticator, _) | (AaguidSource::NotCertified, None) => attested,
            (AaguidSource::Software, Some(models))
                if models.contains(&aaguid) && anchor.software_models() == SoftwareModels::Attested =>
            {
                attested
            }
            (AaguidSource::NotCertified, Some(models)) => match (&**models, unnamed_models) {
                ([only], _) if *only == aaguid => attested,
                ([] | [_], _) => Ok(TrustedModel::Unknown),
                (_, UnnamedModels::JudgeTogether) => Ok(TrustedModel::OneOf(Arc::clone(models))),
                (several, UnnamedModels::Reject) => {
                    Err(PathError::Untrusted(UntrustedError::ModelNotCertified(several.len())))
                }
            },
            (AaguidSource::Software, _) => Ok(TrustedModel::Unknown),
        }
    }
}

fn assess_parts(
    compound: &Compound,
    assess: impl Fn(&Attestation, &PathLimits) -> Result<Trust, PathError>,
    limits: &PathLimits,
) -> Result<Trust, PathError> {
    let verified =
        |part: &'_ Part| part.result().is_ok_and(|attestation| attestation.attestation_type().is_certified());
    let certified = compound.parts.iter().filter(|part| verified(part)).count();
    let share = limits.signature_checks().checked_div(certified).unwrap_or(0);
    let limits = limits.with_signature_checks(share);
    let mut trusted = Vec::new();
    let mut first_error = None;
    for part in compound.parts.iter().filter(|part| verified(part)) {
        let Ok(attestation) = part.result() else { continue };
        match assess(attestation, &limits) {
            Ok(trust) => trusted.push((part.format(), trust)),
            Err(error) if compound.configuration.quorum() == Quorum::All => return Err(error),
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    let expected = compound.configuration.quorum().least();
    let got = distinct_keys(&trusted);
    if got < expected {
        let short = if certified == 0 {
            UntrustedError::NoCertificate
        } else {
            UntrustedError::TooFewParts { expected, got }
        };
        return Err(first_error.unwrap_or(PathError::Untrusted(short)));
    }
    for format in compound.configuration.required_formats() {
        if !trusted.iter().any(|(trusted, _)| trusted == format) {
            let missing = PathError::Untrusted(UntrustedError::PartMissing(format.clone()));
            return Err(first_error.unwrap_or(missing));
        }
    }
    let covers_authenticator_data = trusted.iter().any(|(_, trust)| trust.covers_authenticator_data);
    let models = || trusted.iter().map(|(_, trust)| &trust.model);
    let attested = models().find(|model| matches!(model, TrustedModel::Attested(_)));
    let possible = || models().find(|model| matches!(model, TrustedModel::OneOf(_)));
    let model = attested.or_else(possible).cloned().unwrap_or(TrustedModel::Unknown);
    let paths = trusted.into_iter().flat_map(|(_, trust)| trust.paths).collect();
    Ok(Trust { paths, covers_authenticator_data, model })
}

/// The number of distinct attestation keys. A repeated key is no further evidence.
fn distinct_keys(trusted: &[(&str, Trust)]) -> usize {
    let paths = trusted.iter().flat_map(|(_, trust)| &trust.paths);
    let mut keys: Vec<_> = paths
        .filter_map(|path| path.certificates().first())
        .map(Certificate::subject_public_key_info)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

#[cfg(test)]
mod tests;
