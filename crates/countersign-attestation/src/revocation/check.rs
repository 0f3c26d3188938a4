//! The check of a path's certificates against the lists
//! ([RFC 5280, section 6.3.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3)).

use countersign_cose::{Scheme, Verifiers};
use countersign_types::Timestamp;

use super::{
    Missing, Outdated, Revocation, android::AttestationStatusList, list::CertificateRevocationList,
    reason::RevocationReason,
};
use crate::{
    certificate::{Certificate, extensions::KeyUsage},
    path::error::{PathError, UntrustedError},
};

/// The lists that apply to one path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check<'a> {
    revocation: &'a Revocation,
    android: Option<&'a AttestationStatusList>,
}

/// The status of a certificate by the lists of its issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Good,
    Revoked(RevocationReason),
    Unknown(Gap),
}

/// Why the status of a certificate is unknown. The greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Missing,
    Outdated {
        next_update: Timestamp,
    },
    Invalid,
    /// A list can't be verified at all.
    VerifierMissing(Scheme),
}

impl<'a> Check<'a> {
    pub(crate) const fn all(revocation: &'a Revocation) -> Self {
        Self { revocation, android: revocation.android.as_ref() }
    }

    /// The lists that apply to attestations of this format: Android's status list without exceptions only for its own.
    pub(crate) fn for_format(revocation: &'a Revocation, format: &str) -> Self {
        let android = revocation.android.as_ref().filter(|_| format == "android-key");
        Self { revocation, android }
    }

    /// Checks a path that passed all other checks, the attestation certificate first and the anchor last.
    ///
    /// An anchor's issuer is not in the path, so no list is required for the anchor, but a list that names it counts. `spend`
    /// is called once for each issuer with lists, however many: the budget limits the work that a sender can cause, the
    /// caller chooses the lists, and each list is verified once with an issuer's key.
    pub(crate) fn path(
        &self,
        path: &[&Certificate],
        now: Timestamp,
        verifiers: &Verifiers,
        mut spend: impl FnMut() -> Result<(), PathError>,
    ) -> Result<(), PathError> {
        for (position, certificate) in path.iter().enumerate() {
            if let Some(reason) = self.android_reason(certificate) {
                return Err(PathError::Revoked { position, reason });
            }
        }
        if self.revocation.lists.is_empty() && self.revocation.missing == Missing::Accept {
            return Ok(());
        }
        for (position, (certificate, issuer)) in path.iter().zip(path.iter().skip(1)).enumerate() {
            if self.lists_of_issuer(certificate).next().is_some() {
                spend()?;
            }
            match self.status(certificate, issuer, now, verifiers) {
                Status::Good => {}
                Status::Revoked(reason) => return Err(PathError::Revoked { position, reason }),
                Status::Unknown(gap) => self.tolerate(gap)?,
            }
        }
        self.last(path, verifiers, spend)
    }

    /// Checks the last certificate of a path, the anchor. Only lists that name it matter.
    ///
    /// Such a list is verified with the anchor's own key if the anchor is self-issued. The key of another issuer is not in
    /// the path, so the status is unknown then.
    fn last(
        &self,
        path: &[&Certificate],
        verifiers: &Verifiers,
        mut spend: impl FnMut() -> Result<(), PathError>,
    ) -> Result<(), PathError> {
        let Some((anchor, below)) = path.split_last() else { return Ok(()) };
        let mut naming = self.lists_of_issuer(anchor).filter_map(|list| Some((list, list.reason(anchor)?)));
        let Some(first) = naming.next() else { return Ok(()) };
        let mut gap = Gap::Invalid;
        if anchor.is_self_issued() {
            spend()?;
            for (list, reason) in core::iter::once(first).chain(naming) {
                if list.is_signed_with_key_of(anchor, verifiers) {
                    return Err(PathError::Revoked { position: below.len(), reason });
                }
                if let Some(scheme) = list.missing_verifier(anchor, verifiers) {
                    gap = gap.max(Gap::VerifierMissing(scheme));
                }
            }
        }
        self.tolerate(gap)
    }

    /// The status of the certificate by its issuer's lists.
    ///
    /// A list that names the certificate counts whatever its scope and time: no issuer gives a serial number twice, and
    /// revocation is final. It also counts if the issuer's certificate on this path lacks `cRLSign`, because the sender
    /// chooses among an issuer's certificates. If the signature of such a list does not verify, the issuer may have
    /// signed it with another key (section 6.3.3, steps f and g, looks for that key's certificate). The status is then
    /// unknown, and no other list makes it good.
    fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: Timestamp,
        verifiers: &Verifiers,
    ) -> Status {
        let may_sign_lists = issuer.key_usage().is_none_or(KeyUsage::crl_sign);
        let mut gap = Gap::Missing;
        let (mut is_good, mut is_disputed) = (false, false);
        for list in self.lists_of_issuer(certificate) {
            let reason = list.reason(certificate);
            if reason.is_none() && !list.scope().covers(certificate) {
                continue;
            }
            let is_genuine = list.is_signed_with_key_of(issuer, verifiers);
            if !is_genuine && let Some(scheme) = list.missing_verifier(issuer, verifiers) {
                gap = gap.max(Gap::VerifierMissing(scheme));
            }
            match reason {
                Some(reason) if is_genuine => return Status::Revoked(reason),
                Some(_) => is_disputed = true,
                None if !is_genuine || !may_sign_lists => gap = gap.max(Gap::Invalid),
                None if list.is_current_at(now) || self.revocation.outdated == Outdated::Accept => {
                    is_good = true;
                }
                None => gap = gap.max(Gap::Outdated { next_update: list.next_update() }),
            }
        }
        match (is_disputed, is_good) {
            (true, _) => Status::Unknown(gap.max(Gap::Invalid)),
            (false, true) => Status::Good,
            (false, false) => Status::Unknown(gap),
        }
    }

    /// The reason on Android's status list. A listed key can issue certificates for statements of any format, so the list
    /// applies to all; but for other formats only by serial numbers that no other issuer uses.
    fn android_reason(&self, certificate: &Certificate) -> Option<RevocationReason> {
        match self.android {
            Some(list) => list.reason(certificate),
            None => self.revocation.android.as_ref()?.unmistakable_reason(certificate),
        }
    }

    fn lists_of_issuer(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &'a CertificateRevocationList> {
        self.revocation.lists.iter().filter(move |list| list.issuer() == certificate.issuer())
    }

    fn tolerate(&self, gap: Gap) -> Result<(), PathError> {
        Err(PathError::Untrusted(match gap {
            Gap::Missing if self.revocation.missing == Missing::Accept || self.android.is_some() => {
                return Ok(());
            }
            Gap::Missing => UntrustedError::RevocationListMissing,
            Gap::Outdated { next_update } => UntrustedError::RevocationListOutdated { next_update },
            Gap::Invalid => UntrustedError::RevocationListInvalid,
            Gap::VerifierMissing(scheme) => return Err(PathError::VerifierMissing(scheme)),
        }))
    }
}
