//! Revoked certificates ([RFC 5280, section 6.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.3)): the lists that
//! the caller fetched, and what becomes of a path that they say too little of.
//!
//! Nothing is fetched here. A caller that wants certificates checked gets the issuers' lists by the addresses in their
//! certificates, keeps them fresh, and hands them in with the trust anchors.

pub(crate) mod android;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod reason;
mod scope;
mod verdicts;

pub use android::{AttestationStatusList, StatusListError};
pub use list::{CertificateRevocationList, RevocationListError};
pub use reason::RevocationReason;

/// What is known of revoked certificates, and what is demanded to be known.
///
/// A certificate that a list of its issuer names is refused, whatever the list's age and scope, and whatever the issuer's
/// certificate says its key is for; also if the list's signature does not verify with the issuer's key, for the status is
/// unknown then. Of one that no list names, where lists of another scope count for none:
///
/// | the issuer has | by default | stricter or laxer |
/// | --- | --- | --- |
/// | a list that is current, and verifies with the issuer's key | accepted | |
/// | no list here | accepted | [`with_required_lists`](Self::with_required_lists) |
/// | lists here, all of another time | refused | [`with_dangerous_outdated_lists`](Self::with_dangerous_outdated_lists) |
/// | lists here, of which none verifies with the issuer's key, or whose key may not sign lists | refused | |
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

/// What becomes of a certificate whose issuer has no list here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Missing {
    #[default]
    Accepted,
    Refused,
}

/// What becomes of a certificate of whose issuer there are outdated lists only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Outdated {
    #[default]
    Refused,
    Accepted,
}

impl Revocation {
    /// Nothing is known, and nothing demanded.
    pub const fn none() -> Self {
        Self { lists: Vec::new(), android: None, missing: Missing::Accepted, outdated: Outdated::Refused }
    }

    /// These and one more list. An issuer may have several; each that verifies counts.
    pub fn with_list(mut self, list: CertificateRevocationList) -> Self {
        self.lists.push(list);
        self
    }

    /// With the status list of Android's attestation keys, in the place of an earlier one. It counts for `android-key`
    /// attestations. Who holds a listed key can make statements of any format below Google's roots, so that for others
    /// it counts too, but not its serial numbers of less than 7 bytes: it does not say whose they are, and other issuers
    /// have them as well.
    pub fn with_android_status(mut self, list: AttestationStatusList) -> Self {
        self.android = Some(list);
        self
    }

    /// The same, but every certificate below the anchor needs a list by its issuer, or the path is refused. For
    /// `android-key` attestations the status list is one for all.
    pub const fn with_required_lists(mut self) -> Self {
        self.missing = Missing::Refused;
        self
    }

    /// The same, but a list that is past its next update, or of the future, counts as if it were current. Certificates
    /// that were revoked since are accepted then.
    pub const fn with_dangerous_outdated_lists(mut self) -> Self {
        self.outdated = Outdated::Accepted;
        self
    }
}

#[cfg(test)]
mod tests;
