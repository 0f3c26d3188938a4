//! The search for a path: depth first, anchors before other certificates, within a budget.

use countersign_cose::{KeyError, Scheme, Verifiers};
use countersign_types::Timestamp;

use super::{
    error::{PathError, UntrustedError},
    factory,
    limits::PathLimits,
    links::{Link, VerifiedLinks},
    profile::Profile,
    rules::{self, Kind},
    trusted::TrustedPath,
};
use crate::{anchors::TrustAnchor, certificate::Certificate, revocation::check::Check};

/// The certificates that a path may consist of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidates<'a> {
    /// The sender's certificates, the attestation certificate first.
    pub(crate) sent: &'a [Certificate],
    /// The intermediates that the caller knows.
    pub(crate) intermediates: &'a [Certificate],
    pub(crate) anchors: &'a [TrustAnchor],
}

/// Looks for a path from the first of the sender's certificates to an anchor. Links that are `known` are not verified
/// again, and those of a trusted path are known from then on.
pub(crate) fn run(
    candidates: Candidates<'_>,
    profile: Profile,
    revocation: Check<'_>,
    now: Timestamp,
    verifiers: &Verifiers,
    known: Option<&VerifiedLinks>,
    limits: PathLimits,
) -> Result<TrustedPath, PathError> {
    let leaf = candidates.sent.first().ok_or(PathError::Untrusted(UntrustedError::NoCertificate))?;
    if candidates.anchors.is_empty() {
        return Err(PathError::Untrusted(UntrustedError::NoAnchor));
    }
    let search = Search {
        candidates,
        profile,
        chains: Chains::Regular,
        revocation,
        now,
        verifiers,
        known,
        links: Vec::new(),
        limits,
        signature_checks_left: limits.signature_checks,
        rejected: None,
        farthest: None,
        verifier_missing: None,
    };
    search.run(leaf)
}

struct Search<'a> {
    candidates: Candidates<'a>,
    profile: Profile,
    /// The kind of chain that is currently searched for.
    chains: Chains,
    revocation: Check<'a>,
    now: Timestamp,
    verifiers: &'a Verifiers,
    known: Option<&'a VerifiedLinks>,
    /// The links of the current path, in its order; none if no links are to be remembered.
    links: Vec<Link>,
    limits: PathLimits,
    signature_checks_left: usize,
    /// Why a path that leads to an anchor is rejected.
    rejected: Option<PathError>,
    farthest: Option<(usize, UntrustedError)>,
    /// The scheme of a signature that has no verifier; of several, the least.
    verifier_missing: Option<Scheme>,
}

/// The kinds of chains. A search looks for regular ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chains {
    /// Chains by the rules for every path.
    Regular,
    /// Factory chains of Android devices.
    Factory,
}

impl<'a> Search<'a> {
    fn run(mut self, leaf: &'a Certificate) -> Result<TrustedPath, PathError> {
        let mut path = vec![leaf];
        if self.candidates.anchors.iter().any(|anchor| anchor.certificate() == leaf) {
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
        let farthest = self.farthest.map_or(UntrustedError::IssuerUnknown, |(_, error)| error);
        let unknown = self.verifier_missing.map(PathError::VerifierMissing);
        Err(self.rejected.or(unknown).unwrap_or(PathError::Untrusted(farthest)))
    }

    /// Tries each issuer of the path's last certificate. Restores `path`, unless it finds a trusted path.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> Result<Option<TrustedPath>, PathError> {
        for (kind, issuer) in self.issuers(path) {
            let link = match self.check_link(kind, issuer, path) {
                Ok(link) => link,
                Err(PathError::Untrusted(error)) => {
                    // A sender's certificate must not decide that a verifier is missing here.
                    if kind != Kind::Sent
                        && let UntrustedError::Key(KeyError::VerifierMissing(scheme)) = error
                    {
                        let least = self.verifier_missing.map_or(scheme, |least| least.min(scheme));
                        self.verifier_missing = Some(least);
                    }
                    self.note(path.len(), error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            path.push(issuer);
            self.links.extend(link);
            if kind == Kind::Anchor {
                match self.complete(path) {
                    Ok(found) => {
                        self.remember_links();
                        return Ok(Some(found));
                    }
                    Err(error @ PathError::BudgetExceeded(_)) => return Err(error),
                    Err(error) => self.reject(error),
                }
            } else if let Some(found) = self.extend(path)? {
                return Ok(Some(found));
            }
            path.pop();
            self.links.pop();
        }
        Ok(None)
    }

    /// The certificates with the name of the last one's issuer, in an order that does not depend on theirs.
    ///
    /// Certificates whose name and key are in the path already are left out: a path through the second of two works
    /// without the first as well, and no certificate vouches for another with its own name and key. A certificate that
    /// the sender and the caller have counts as the caller's.
    fn issuers(&mut self, path: &[&'a Certificate]) -> Vec<(Kind, &'a Certificate)> {
        let Some(last) = path.last() else { return Vec::new() };
        let is_new = |issuer: &Certificate| {
            !path.iter().any(|certificate| {
                certificate.subject() == issuer.subject()
                    && certificate.subject_public_key_info() == issuer.subject_public_key_info()
            })
        };
        let Candidates { sent, intermediates, anchors } = self.candidates;
        let anchors = anchors.iter().map(|anchor| (Kind::Anchor, anchor.certificate()));
        let intermediates = intermediates.iter().map(|other| (Kind::Intermediate, other));
        let sent = sent.iter().skip(1).map(|other| (Kind::Sent, other));
        let is_admitted = |kind, issuer| match self.chains {
            Chains::Regular => true,
            Chains::Factory => factory::admits(path.len(), kind, issuer),
        };
        let mut issuers: Vec<_> = anchors
            .chain(intermediates)
            .chain(sent)
            .filter(|(_, issuer)| issuer.subject() == last.issuer() && is_new(issuer))
            .filter(|(kind, issuer)| is_admitted(*kind, issuer))
            .collect();
        issuers.sort_unstable_by_key(|(kind, issuer)| (*kind != Kind::Anchor, issuer.as_der(), *kind));
        issuers.dedup_by(|(kind, issuer), (first, other)| {
            issuer == other && (kind == first || *first != Kind::Anchor)
        });
        if issuers.is_empty() && self.chains == Chains::Regular {
            self.note(path.len(), UntrustedError::IssuerUnknown);
        }
        issuers
    }

    /// Checks that `issuer` may come next in `path`; the cheapest checks come first.
    fn check_link(
        &mut self,
        kind: Kind,
        issuer: &'a Certificate,
        path: &[&'a Certificate],
    ) -> Result<Option<Link>, PathError> {
        let last = path.last().ok_or(PathError::Untrusted(UntrustedError::NoCertificate))?;
        if path.len() >= self.limits.certificates {
            return Err(PathError::Untrusted(UntrustedError::TooLong(self.limits.certificates)));
        }
        match self.chains {
            Chains::Regular => rules::check_issuer(issuer, kind, path),
            Chains::Factory => factory::check_issuer(issuer, kind, path),
        }
        .map_err(PathError::Untrusted)?;
        spend(&mut self.signature_checks_left, self.limits)?;
        rules::check_signature(last, issuer, self.verifiers, self.known).map_err(PathError::Untrusted)
    }

    /// Remembers the links of the current path, which is trusted.
    fn remember_links(&mut self) {
        if let Some(known) = self.known {
            known.remember(self.links.drain(..), self.verifiers);
        }
    }

    /// Checks that all certificates of a path to an anchor are valid now and none is revoked.
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
        let anchor = path.last().ok_or(PathError::Untrusted(UntrustedError::NoCertificate))?;
        let given = self.candidates.anchors.iter().filter(|given| given.certificate() == *anchor);
        let plain = TrustAnchor::from_certificate((*anchor).clone());
        let anchor = given.cloned().reduce(|merged, other| merged.merged(&other)).unwrap_or(plain);
        Ok(TrustedPath { certificates, anchor })
    }

    /// Notes why a path that leads to an anchor is rejected. The gravest reason is reported, in whatever order the paths
    /// are found.
    fn reject(&mut self, error: PathError) {
        let weight = |error: &PathError| match error {
            PathError::Revoked { .. } => 2,
            PathError::Expired { .. } => 1,
            _ => 0,
        };
        if self.rejected.as_ref().is_none_or(|rejected| weight(&error) > weight(rejected)) {
            self.rejected = Some(error);
        }
    }

    fn note(&mut self, length: usize, error: UntrustedError) {
        if self.farthest.as_ref().is_none_or(|(farthest, _)| length > *farthest) {
            self.farthest = Some((length, error));
        }
    }
}

/// Takes one signature check from those that are left.
fn spend(left: &mut usize, limits: PathLimits) -> Result<(), PathError> {
    *left = left.checked_sub(1).ok_or(PathError::BudgetExceeded(limits.signature_checks))?;
    Ok(())
}
