//! What the lists say of the certificates of a path
//! ([RFC 5280, section 6.3.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3)).

use countersign_cose::Verifiers;
use countersign_types::Timestamp;

use super::{
    AttestationStatusList, CertificateRevocationList, Missing, Outdated, Revocation, RevocationReason,
};
use crate::{
    Certificate, PathError,
    certificate::KeyUsage,
    path::{Obstacle, verify_signature},
};

/// What is known of revoked certificates, as far as it counts for one path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check<'a> {
    revocation: &'a Revocation,
    android: Option<&'a AttestationStatusList>,
}

/// Why nothing is known of a certificate; the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Missing,
    Outdated { next_update: Timestamp },
    Invalid,
}

impl<'a> Check<'a> {
    pub(crate) const fn all(revocation: &'a Revocation) -> Self {
        Self { revocation, android: revocation.android.as_ref() }
    }

    /// As far as it counts for attestations of this format: Android's status list whole for its own.
    pub(crate) fn for_format(revocation: &'a Revocation, format: &str) -> Self {
        let android = revocation.android.as_ref().filter(|_| format == "android-key");
        Self { revocation, android }
    }

    /// Judges a path of which everything else is known to hold, the attestation certificate first and the anchor last.
    ///
    /// An anchor's issuer is not in the path, so that no list is asked for it. `spend` is called before each signature
    /// check.
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
        if self.revocation.lists.is_empty() && self.revocation.missing == Missing::Accepted {
            return Ok(());
        }
        for (position, (certificate, issuer)) in path.iter().zip(path.iter().skip(1)).enumerate() {
            let mut gap = Gap::Missing;
            let mut is_known = false;
            for list in self.lists_of_issuer(certificate) {
                let (reason, is_for_it) = (list.reason(certificate), list.scope().covers(certificate));
                if reason.is_none() && !is_for_it {
                    continue;
                }
                spend()?;
                if !is_signed_by(list, issuer, verifiers) {
                    gap = if is_for_it { gap.max(Gap::Invalid) } else { gap };
                    continue;
                }
                // A list of another time or scope says nothing of those that it does not name. One that it names is
                // this one, for no issuer gives a serial number twice, and stays revoked.
                if let Some(reason) = reason {
                    return Err(PathError::Revoked { position, reason });
                }
                if list.is_current_at(now) || self.revocation.outdated == Outdated::Accepted {
                    is_known = true;
                } else {
                    gap = gap.max(Gap::Outdated { next_update: list.next_update() });
                }
            }
            if !is_known {
                self.tolerate(gap)?;
            }
        }
        Ok(())
    }

    /// Who holds a listed key issues certificates for statements of any format, so that the list counts for each; where
    /// it is not known to be about certificates such as these, by numbers that can be nobody else's.
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
            Gap::Missing if self.revocation.missing == Missing::Accepted || self.android.is_some() => {
                return Ok(());
            }
            Gap::Missing => Obstacle::RevocationListMissing,
            Gap::Outdated { next_update } => Obstacle::RevocationListOutdated { next_update },
            Gap::Invalid => Obstacle::RevocationListInvalid,
        }))
    }
}

/// Whether the list is the issuer's: its key made the signature, and is one for lists.
fn is_signed_by(list: &CertificateRevocationList, issuer: &Certificate, verifiers: &Verifiers) -> bool {
    issuer.key_usage().is_none_or(KeyUsage::crl_sign)
        && verify_signature(
            list.signed_data(),
            list.signature_algorithm(),
            list.signature(),
            issuer,
            verifiers,
        )
        .is_ok()
}
