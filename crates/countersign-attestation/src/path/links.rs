//! The links of trusted paths, remembered: the certificates of a batch and of its issuers come with each registration.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_cose::{PreparedKey, Scheme, Verifiers, hash::sha256};

use super::recent::Recent;
use crate::certificate::Certificate;

/// Remembers which certificates verified with which issuer's key, over all paths that are searched with it.
///
/// An attestation certificate of a batch comes with thousands of registrations, and each time the signatures from it to
/// the anchor are the same. A search for a path that has these links verifies a signature between two certificates only
/// if it is unknown; and of an unknown certificate below a known issuer, the issuer's key is not parsed again. Use one
/// value for all searches: [`CachingAnchors`](crate::CachingAnchors) joins it with a source of anchors.
///
/// No verdict depends on what is remembered. Names, extensions, path length, validity, revocation, anchors and limits
/// are judged anew each time, and a signature that is remembered takes as much of
/// [`PathLimits`](crate::PathLimits) as another. Only signatures that verify are remembered, and only those of a path to
/// an anchor, so that a sender can't fill it with certificates of their own. A link is known by SHA-256 over the issuer's
/// `SubjectPublicKeyInfo` and the whole certificate, and it counts for the same table of verifiers only
/// ([`Verifiers::is_same_table`]): share one table by clones.
///
/// The links are bounded in number, and so are the parsed keys of issuers, to [`KEYS_MAX`](Self::KEYS_MAX); the one whose
/// last use in a trusted path is the longest ago goes first. A link takes the same space whatever the size of its
/// certificates. A key takes what [`Verifiers`] says of prepared keys.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_attestation::{AnchorList, CachingAnchors, VerifiedLinks};
///
/// let anchors = Arc::new(AnchorList::new([]));
/// let anchors = CachingAnchors::new(anchors, Arc::new(VerifiedLinks::default()));
/// # let _ = anchors;
/// ```
pub struct VerifiedLinks(Mutex<Remembered>);

struct Remembered {
    links: Recent<LinkId, Verifiers>,
    keys: Recent<KeyId, (Verifiers, Arc<dyn PreparedKey>)>,
}

impl VerifiedLinks {
    /// The default number of links.
    pub const CAPACITY_DEFAULT: usize = 1024;
    /// The upper bound of the number of links.
    pub const CAPACITY_MAX: usize = 65_536;
    /// The most parsed keys of issuers.
    pub const KEYS_MAX: usize = 64;

    /// Remembers up to `capacity` links, at most [`CAPACITY_MAX`](Self::CAPACITY_MAX). With 0 nothing is remembered.
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity.min(Self::CAPACITY_MAX);
        let keys = Recent::new(capacity.min(Self::KEYS_MAX));
        Self(Mutex::new(Remembered { links: Recent::new(capacity), keys }))
    }

    /// Whether the certificate of this link verified with the issuer's key.
    pub(super) fn contains(&self, link: &LinkId, verifiers: &Verifiers) -> bool {
        self.lock().links.get(link).is_some_and(|table| table.is_same_table(verifiers))
    }

    /// The issuer's key as these verifiers parsed it.
    pub(super) fn key(&self, key: &KeyId, verifiers: &Verifiers) -> Option<Arc<dyn PreparedKey>> {
        let remembered = self.lock();
        let (table, prepared) = remembered.keys.get(key)?;
        table.is_same_table(verifiers).then(|| Arc::clone(prepared))
    }

    /// Remembers the links of a path to an anchor, all of which these verifiers verified.
    pub(super) fn remember(&self, path: impl IntoIterator<Item = Link>, verifiers: &Verifiers) {
        let mut remembered = self.lock();
        for Link { id, key } in path {
            remembered.links.put(id, verifiers.clone());
            if let Some((key, prepared)) = key {
                remembered.keys.put(key, (verifiers.clone(), prepared));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for VerifiedLinks {
    /// Remembers up to [`CAPACITY_DEFAULT`](Self::CAPACITY_DEFAULT) links.
    fn default() -> Self {
        Self::with_capacity(Self::CAPACITY_DEFAULT)
    }
}

impl fmt::Debug for VerifiedLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedLinks").finish_non_exhaustive()
    }
}

/// A certificate and an issuer's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LinkId([u8; 32]);

impl LinkId {
    pub(super) fn of(certificate: &Certificate, issuer: &Certificate) -> Self {
        let key = issuer.subject_public_key_info();
        Self(sha256(&[&key.len().to_be_bytes(), key, certificate.as_der()]))
    }
}

/// An issuer's key and what it verifies.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct KeyId([u8; 32], Scheme);

impl KeyId {
    pub(super) fn of(issuer: &Certificate, scheme: Scheme) -> Self {
        Self(sha256(&[issuer.subject_public_key_info()]), scheme)
    }
}

/// A link that verified, and the issuer's key if it was used for that.
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) key: Option<(KeyId, Arc<dyn PreparedKey>)>,
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_capacity_has_an_upper_bound() {
        let capacities = |links: &VerifiedLinks| {
            let remembered = links.lock();
            (remembered.links.capacity, remembered.keys.capacity)
        };
        assert_eq!(capacities(&VerifiedLinks::default()), (1024, 64));
        assert_eq!(capacities(&VerifiedLinks::with_capacity(65_536)), (65_536, 64));
        assert_eq!(capacities(&VerifiedLinks::with_capacity(65_537)), (65_536, 64));
        assert_eq!(capacities(&VerifiedLinks::with_capacity(3)), (3, 3));
    }

    #[test]
    fn the_links_are_of_use_after_a_panic_elsewhere() {
        let links = VerifiedLinks::default();
        thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _held = links.lock();
                panic!("while the lock is held");
            });
            holder.join().unwrap_err();
        });
        let (id, verifiers) = (LinkId([1; 32]), Verifiers::none());
        links.remember([Link { id, key: None }], &verifiers);
        assert!(links.contains(&id, &verifiers));
    }

    #[test]
    fn debug_shows_no_contents() {
        assert_eq!(format!("{:?}", VerifiedLinks::default()), "VerifiedLinks { .. }");
    }
}
