//! A builder of certificate revocation lists, good and bad ones, over the authenticator's.

use core::ops::{Deref, DerefMut};

use countersign_authenticator::{RevocationListDraft, certificate::Extension};

use super::certificates::{Key, extension, utc_time};
use crate::{
    oid::Oid,
    revocation::list::{CertificateRevocationList, error::RevocationListError},
};

/// A list that has yet to be signed: change one thing, then sign.
#[derive(Clone)]
pub(crate) struct ListBuilder(RevocationListDraft);

impl Deref for ListBuilder {
    type Target = RevocationListDraft;

    fn deref(&self) -> &RevocationListDraft {
        &self.0
    }
}

impl DerefMut for ListBuilder {
    fn deref_mut(&mut self) -> &mut RevocationListDraft {
        &mut self.0
    }
}

impl ListBuilder {
    /// An empty list by a CA with this CN, current at `NOW`.
    pub(crate) fn new(issuer: &str) -> Self {
        Self(RevocationListDraft::new(issuer))
    }

    /// Names a serial number.
    pub(crate) fn naming(self, serial_number: &[u8]) -> Self {
        Self(self.0.with_revoked(serial_number))
    }

    pub(crate) fn naming_with(self, serial_number: &[u8], extensions: Vec<Extension>) -> Self {
        Self(self.0.with_revoked_entry(serial_number, extensions))
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that a test names a constant in place")]
    pub(crate) fn with_extension(mut self, identifier: Oid<'static>, critical: bool, value: &[u8]) -> Self {
        self.extensions.push(extension(&identifier, critical, value));
        self
    }

    /// Sets this and the next update, in `UTCTime` without seconds and zone.
    pub(crate) fn valid(self, updates: &[&str]) -> Self {
        Self(self.0.with_updates(updates.iter().map(|time| utc_time(time))))
    }

    pub(crate) fn der(&self, key: &Key) -> Vec<u8> {
        self.sign(key)
    }

    pub(crate) fn signed_by(&self, key: &Key) -> CertificateRevocationList {
        self.try_signed_by(key).unwrap()
    }

    pub(crate) fn try_signed_by(&self, key: &Key) -> Result<CertificateRevocationList, RevocationListError> {
        CertificateRevocationList::from_der(&self.der(key))
    }
}
