//! Revoked certificates ([RFC 5280, section 6.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.3)): the lists that
//! the caller fetched, and the decision on certificates whose status they do not settle.
//!
//! Nothing is fetched here. To have certificates checked, fetch the issuers' lists from the addresses in the certificates,
//! keep them up to date, and pass them with the trust anchors.

pub(crate) mod android;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod reason;
mod scope;
mod verdicts;

pub use android::{AttestationStatusList, StatusListError};
pub use list::{CertificateRevocationList, RevocationListError};
pub use reason::RevocationReason;

/// The revoked certificates that are known, and what must be known about a certificate.
///
/// A certificate that is on a list of its issuer is rejected, whatever the list's age and scope, and whatever the key usage
/// of the issuer's certificate; also if the list's signature does not verify with the issuer's key, because the status is
/// unknown then. For a certificate that is on no list (lists of another scope do not count):
///
/// | lists of the issuer | by default | option |
/// | --- | --- | --- |
/// | one is current and verifies with the issuer's key | accept | |
/// | none | accept | [`with_required_lists`](Self::with_required_lists) |
/// | all are outdated or from the future | reject | [`with_dangerous_outdated_lists`](Self::with_dangerous_outdated_lists) |
/// | none verifies with the issuer's key, or the key may not sign lists | reject | |
///
/// ```
/// use countersign_attestation::{AnchorList, CertificateRevocationList, Revocation, revocation::RevocationListError};
///
/// # fn anchors(der: &[u8]) -> Result<AnchorList, RevocationListError> {
/// let list = CertificateRevocationList::from_der(der)?;
/// let revocation = Revocation::none().with_list(list).with_required_lists();
/// let anchors = AnchorList::new([]).with_revocation(revocation);
/// # Ok(anchors) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Revocation {
    pub(super) lists: Vec<CertificateRevocationList>,
    android: Option<AttestationStatusList>,
    missing: Missing,
    outdated: Outdated,
}

/// The decision on a certificate whose issuer has no list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Missing {
    #[default]
    Accept,
    Reject,
}

/// The decision on a certificate whose issuer has outdated lists only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Outdated {
    #[default]
    Reject,
    Accept,
}

impl Revocation {
    /// Creates a value that knows no lists and requires none.
    pub const fn none() -> Self {
        Self { lists: Vec::new(), android: None, missing: Missing::Accept, outdated: Outdated::Reject }
    }

    /// Adds a list. An issuer may have several; each list that verifies counts.
    pub fn with_list(mut self, list: CertificateRevocationList) -> Self {
        self.lists.push(list);
        self
    }

    /// Sets the status list of Android's attestation keys, replacing an earlier one.
    ///
    /// It applies to `android-key` attestations. A listed key can make statements of any format below Google's roots, so the
    /// list applies to other formats too, except its serial numbers of less than 7 bytes: it does not name the issuer, and
    /// other issuers have used such numbers as well.
    pub fn with_android_status(mut self, list: AttestationStatusList) -> Self {
        self.android = Some(list);
        self
    }

    /// Requires a list by the issuer of each certificate below the anchor. For `android-key` attestations the status list
    /// serves for all issuers.
    pub const fn with_required_lists(mut self) -> Self {
        self.missing = Missing::Reject;
        self
    }

    /// Accepts lists past their next update or from the future as current. Dangerous: certificates revoked since then are
    /// accepted.
    pub const fn with_dangerous_outdated_lists(mut self) -> Self {
        self.outdated = Outdated::Accept;
        self
    }
}

#[cfg(test)]
mod tests;
