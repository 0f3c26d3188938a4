//! What an explanation may use.

use core::cell::{Cell, RefCell};

use countersign::cose::hash::sha256;
use countersign::relying_party::PublicSuffixes;
use countersign::types::Timestamp;
use countersign_metadata::Blob;

use crate::{kind::Kind, limits::FIELDS_MAX};

/// What an explanation may use besides the input.
///
/// ```
/// use countersign_inspect::{Kind, Options, inspect};
/// let options = Options::new().with_kind(Kind::CoseKey);
/// assert_eq!(inspect(b"a0", &options).kind, Kind::CoseKey);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    pub(crate) kind: Option<Kind>,
    pub(crate) metadata: Option<&'a Blob>,
    pub(crate) now: Option<Timestamp>,
    pub(crate) fields: Option<usize>,
    pub(crate) public_suffixes: Option<&'a dyn PublicSuffixes>,
}

impl<'a> Options<'a> {
    /// Creates options that recognise the kind of the input, without metadata and without a time.
    pub const fn new() -> Self {
        Self { kind: None, metadata: None, now: None, fields: None, public_suffixes: None }
    }

    /// Reads the input as this kind, whatever it looks like.
    pub const fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Looks authenticator models up in a metadata BLOB.
    pub const fn with_metadata(mut self, blob: &'a Blob) -> Self {
        self.metadata = Some(blob);
        self
    }

    /// Says of certificates and statuses whether they are valid at this time.
    pub const fn with_time(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Says of origins and RP IDs what their registrable domain is, by a list of public suffixes. Without one, every domain but the last label
    /// counts as registrable.
    pub const fn with_public_suffixes(mut self, list: &'a dyn PublicSuffixes) -> Self {
        self.public_suffixes = Some(list);
        self
    }

    /// Explains at most so many fields, and at most [`FIELDS_MAX`]: a server decides so what an explanation may cost. Fields whose number
    /// the input does not choose, such as those of a certificate's validity, are not counted.
    pub const fn with_fields_max(mut self, fields: usize) -> Self {
        self.fields = Some(fields);
        self
    }
}

/// The most RP IDs that hashes are compared with: the domains of the origins of a HAR file, and some to spare.
const RP_IDS_MAX: usize = 64;

/// The options, and how many fields the explanation may still have.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) metadata: Option<&'a Blob>,
    pub(crate) now: Option<Timestamp>,
    pub(crate) public_suffixes: Option<&'a dyn PublicSuffixes>,
    room: Cell<usize>,
    /// RP IDs that a hash may be of.
    rp_ids: RefCell<Vec<String>>,
}

impl<'a> Context<'a> {
    pub(crate) fn of(options: &Options<'a>) -> Self {
        let fields = options.fields.unwrap_or(FIELDS_MAX).min(FIELDS_MAX);
        Self {
            metadata: options.metadata,
            now: options.now,
            public_suffixes: options.public_suffixes,
            room: Cell::new(fields),
            rp_ids: RefCell::new(Vec::new()),
        }
    }

    /// Remembers an RP ID that the input names, or that an origin in it may belong to.
    pub(crate) fn suggest_rp_id(&self, rp_id: &str) {
        let mut known = self.rp_ids.borrow_mut();
        if known.len() < RP_IDS_MAX && !known.iter().any(|other| other == rp_id) {
            known.push(rp_id.to_owned());
        }
    }

    /// Remembers the host of an origin, and the domains above it.
    pub(crate) fn suggest_origin(&self, origin: &str) {
        let Some((_, rest)) = origin.split_once("://") else { return };
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        let mut domain = Some(host).filter(|host| !host.is_empty());
        while let Some(name) = domain {
            self.suggest_rp_id(name);
            domain = name.split_once('.').map(|(_, above)| above);
        }
    }

    /// The RP ID that has this hash, among those that the input suggests.
    pub(crate) fn rp_id_of(&self, hash: &[u8]) -> Option<String> {
        self.rp_id_with_prefix(hash).filter(|_| hash.len() == 32)
    }

    /// The RP ID whose hash begins so.
    pub(crate) fn rp_id_with_prefix(&self, hash: &[u8]) -> Option<String> {
        let known = self.rp_ids.borrow();
        let usual = ["localhost", "example.org", "example.com"].map(str::to_owned);
        known.iter().chain(&usual).find(|rp_id| sha256(&[rp_id.as_bytes()]).starts_with(hash)).cloned()
    }

    /// Whether there is room for one more field, which then is used.
    pub(crate) fn has_room(&self) -> bool {
        let left = self.room.get().checked_sub(1);
        self.room.set(left.unwrap_or_default());
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_named_by_the_domains_of_an_origin() {
        let ctx = Context::of(&Options::new());
        ctx.suggest_origin("https://login.shop.test:8443");
        assert_eq!(ctx.rp_id_of(&sha256(&[b"shop.test"])).as_deref(), Some("shop.test"));
        assert_eq!(ctx.rp_id_of(&sha256(&[b"localhost"])).as_deref(), Some("localhost"));
        assert_eq!(ctx.rp_id_of(&sha256(&[b"other.test"])), None);
    }

    #[test]
    fn the_room_for_fields_ends() {
        let ctx = Context::of(&Options::new());
        assert_eq!((0..FIELDS_MAX + 5).filter(|_| ctx.has_room()).count(), FIELDS_MAX);
        for (most, expected) in [(7, 7), (FIELDS_MAX + 1, FIELDS_MAX)] {
            let ctx = Context::of(&Options::new().with_fields_max(most));
            assert_eq!((0..FIELDS_MAX + 5).filter(|_| ctx.has_room()).count(), expected);
        }
    }
}
