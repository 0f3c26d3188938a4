//! The search for a path: depth first, anchors before other certificates, within a budget.

use countersign_cose::{KeyError, Scheme, Verifiers};
use countersign_types::Timestamp;

use super::{
    Obstacle, PathError, PathLimits, Profile, TrustedPath, factory,
    rules::{self, Kind},
};
use crate::{Certificate, TrustAnchor, revocation::Check};

/// One search. The certificates that it goes through live as long as `'a`.
pub(super) struct Search<'a> {
    others: &'a [Certificate],
    anchors: &'a [TrustAnchor],
    profile: Profile,
    /// The kind of chain that the search is at.
    chains: Chains,
    revocation: Check<'a>,
    now: Timestamp,
    verifiers: &'a Verifiers,
    limits: PathLimits,
    signature_checks_left: usize,
    /// Why a path that leads to an anchor is not taken.
    refused: Option<PathError>,
    farthest: Option<(usize, Obstacle)>,
    /// The scheme of a signature that nothing can check, the least of several.
    verifier_missing: Option<Scheme>,
}

/// The kinds of chains; a search looks for regular ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chains {
    /// Chains by the rules for every path.
    Regular,
    /// Factory chains of Android devices.
    Factory,
}

impl<'a> Search<'a> {
    pub(super) const fn new(
        others: &'a [Certificate],
        anchors: &'a [TrustAnchor],
        profile: Profile,
        revocation: Check<'a>,
        now: Timestamp,
        verifiers: &'a Verifiers,
        limits: PathLimits,
    ) -> Self {
        Self {
            others,
            anchors,
            profile,
            chains: Chains::Regular,
            revocation,
            now,
            verifiers,
            limits,
            signature_checks_left: limits.signature_checks,
            refused: None,
            farthest: None,
            verifier_missing: None,
        }
    }

    pub(super) fn run(mut self, leaf: &'a Certificate) -> Result<TrustedPath, PathError> {
        let mut path = vec![leaf];
        if self.anchors.iter().any(|anchor| anchor.certificate() == leaf) {
            return self.complete(&path);
        }
        self.profile.check_leaf(leaf).map_err(PathError::Untrusted)?;
        rules::check_extensions(leaf).map_err(PathError::Untrusted)?;
        if let Some(found) = self.extend(&mut path)? {
            return Ok(found);
        }
        if self.profile == Profile::AndroidKey {
            self.chains = Chains::Factory;
            if let Some(found) = self.extend(&mut path)? {
                return Ok(found);
            }
        }
        let farthest = self.farthest.map_or(Obstacle::IssuerUnknown, |(_, obstacle)| obstacle);
        let unknown = self.verifier_missing.map(PathError::VerifierMissing);
        Err(self.refused.or(unknown).unwrap_or(PathError::Untrusted(farthest)))
    }

    /// Tries each issuer of the path's last certificate. It leaves `path` as it was, unless it is found to be trusted.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> Result<Option<TrustedPath>, PathError> {
        for (kind, issuer) in self.issuers(path) {
            match self.check_link(kind, issuer, path) {
                Ok(()) => {}
                Err(PathError::Untrusted(obstacle)) => {
                    self.note(path.len(), obstacle);
                    continue;
                }
                Err(error) => return Err(error),
            }
            path.push(issuer);
            if kind == Kind::Anchor {
                match self.complete(path) {
                    Ok(found) => return Ok(Some(found)),
                    Err(error @ PathError::BudgetExceeded(_)) => return Err(error),
                    Err(error) => self.refuse(error),
                }
            } else if let Some(found) = self.extend(path)? {
                return Ok(Some(found));
            }
            path.pop();
        }
        Ok(None)
    }

    /// The certificates with the name of the last one's issuer, in an order that does not depend on theirs.
    ///
    /// One whose name and key are in the path already is left out: what leads on through the second of two leads on
    /// without the first as well, and no certificate vouches for another of its own name and key.
    fn issuers(&mut self, path: &[&'a Certificate]) -> Vec<(Kind, &'a Certificate)> {
        let Some(last) = path.last() else { return Vec::new() };
        let is_new = |issuer: &Certificate| {
            !path.iter().any(|certificate| {
                certificate.subject() == issuer.subject()
                    && certificate.subject_public_key_info() == issuer.subject_public_key_info()
            })
        };
        let anchors = self.anchors.iter().map(|anchor| (Kind::Anchor, anchor.certificate()));
        let others = self.others.iter().map(|other| (Kind::Intermediate, other));
        let is_admitted = |kind, issuer| match self.chains {
            Chains::Regular => true,
            Chains::Factory => factory::admits(path.len(), kind, issuer),
        };
        let mut issuers: Vec<_> = anchors
            .chain(others)
            .filter(|(_, issuer)| issuer.subject() == last.issuer() && is_new(issuer))
            .filter(|(kind, issuer)| is_admitted(*kind, issuer))
            .collect();
        issuers.sort_unstable_by(|(kind, issuer), (other_kind, other)| {
            kind.cmp(other_kind).then_with(|| issuer.as_der().cmp(other.as_der()))
        });
        issuers.dedup();
        if issuers.is_empty() && self.chains == Chains::Regular {
            self.note(path.len(), Obstacle::IssuerUnknown);
        }
        issuers
    }

    /// Whether `issuer` may stand next in `path`; what costs least is checked first.
    fn check_link(
        &mut self,
        kind: Kind,
        issuer: &'a Certificate,
        path: &[&'a Certificate],
    ) -> Result<(), PathError> {
        let last = path.last().ok_or(PathError::Untrusted(Obstacle::NoCertificate))?;
        if path.len() >= self.limits.certificates {
            return Err(PathError::Untrusted(Obstacle::TooLong(self.limits.certificates)));
        }
        match self.chains {
            Chains::Regular => rules::check_issuer(issuer, kind, path),
            Chains::Factory => factory::check_issuer(issuer, kind, path),
        }
        .map_err(PathError::Untrusted)?;
        spend(&mut self.signature_checks_left, self.limits)?;
        rules::check_signature(last, issuer, self.verifiers).map_err(PathError::Untrusted)
    }

    /// The path that ends at an anchor, if all its certificates are valid now and none is revoked.
    fn complete(&mut self, path: &[&'a Certificate]) -> Result<TrustedPath, PathError> {
        for (position, certificate) in path.iter().enumerate() {
            let is_valid = match self.chains {
                Chains::Regular => certificate.is_valid_at(self.now),
                Chains::Factory => factory::is_valid_at(position, certificate, self.now),
            };
            if !is_valid {
                return Err(PathError::Expired {
                    position,
                    not_before: certificate.not_before(),
                    not_after: certificate.not_after(),
                    now: self.now,
                });
            }
        }
        let (left, limits) = (&mut self.signature_checks_left, self.limits);
        self.revocation.path(path, self.now, self.verifiers, || spend(left, limits))?;
        let certificates: Vec<_> = path.iter().map(|certificate| (*certificate).clone()).collect();
        let anchor = path.last().ok_or(PathError::Untrusted(Obstacle::NoCertificate))?;
        let given = self.anchors.iter().filter(|given| given.certificate() == *anchor);
        let plain = TrustAnchor::from_certificate((*anchor).clone());
        let anchor = given.cloned().reduce(|merged, other| merged.merged(&other)).unwrap_or(plain);
        Ok(TrustedPath { certificates, anchor })
    }

    /// Notes why a path that leads to an anchor is not taken. What weighs most is told in the end, whichever path came
    /// first.
    fn refuse(&mut self, error: PathError) {
        let weight = |error: &PathError| match error {
            PathError::Revoked { .. } => 2,
            PathError::Expired { .. } => 1,
            _ => 0,
        };
        if self.refused.as_ref().is_none_or(|refused| weight(&error) > weight(refused)) {
            self.refused = Some(error);
        }
    }

    fn note(&mut self, length: usize, obstacle: Obstacle) {
        if let Obstacle::Key(KeyError::VerifierMissing(scheme)) = obstacle {
            self.verifier_missing = Some(self.verifier_missing.map_or(scheme, |least| least.min(scheme)));
        }
        if self.farthest.as_ref().is_none_or(|(farthest, _)| length > *farthest) {
            self.farthest = Some((length, obstacle));
        }
    }
}

/// Takes one signature check from those that are left.
fn spend(left: &mut usize, limits: PathLimits) -> Result<(), PathError> {
    *left = left.checked_sub(1).ok_or(PathError::BudgetExceeded(limits.signature_checks))?;
    Ok(())
}
