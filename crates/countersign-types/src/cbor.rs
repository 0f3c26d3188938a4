//! A strict walker over CBOR ([RFC 8949](https://www.rfc-editor.org/rfc/rfc8949)), for the encoding that
//! [section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data) and the
//! [CTAP2 canonical form](https://fidoalliance.org/specs/fido-v2.2-rd-20230321/fido-client-to-authenticator-protocol-v2.2-rd-20230321.html#ctap2-canonical-cbor-encoding-form)
//! ask of authenticators.
//!
//! It runs before any decoder sees the bytes, and rejects indefinite lengths, tags, duplicate keys, reserved heads,
//! text that is not UTF-8, lengths beyond the input, nesting beyond a limit, and trailing bytes. Integers and lengths
//! that are longer than needed, and keys out of order, are accepted and reported as [`Deviations`]: they do not change
//! the meaning of the bytes, and some authenticators write them.

use alloc::vec::Vec;
use core::str;

/// The deepest nesting of arrays and maps in any part of a response: 6 levels.
///
/// CTAP2 lets messages nest 4 levels; a compound attestation (section 8.9) adds one. One more is spare, for what an
/// extension may output.
pub const MAX_DEPTH: usize = 6;

/// Deviations from the canonical form, which are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Deviations {
    /// An integer or a length takes more bytes than it needs.
    pub non_minimal: bool,
    /// A map's keys are not in canonical order.
    pub unsorted_keys: bool,
}

/// Bytes are not one strict CBOR item. `at` is the offset of the offending byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// The input ends within an item, or a length goes beyond it.
    #[error("not strict cbor: an item goes beyond the end, at byte {at}")]
    Truncated {
        /// The offset of the item that does not fit.
        at: usize,
    },
    /// Bytes follow the item.
    #[error("not strict cbor: bytes follow the item, at byte {at}")]
    TrailingData {
        /// The offset of the first of them.
        at: usize,
    },
    /// An item has an indefinite length, or there is a break that would end one.
    #[error("not strict cbor: an indefinite length, at byte {at}")]
    IndefiniteLength {
        /// The offset of the item.
        at: usize,
    },
    /// There is a tag.
    #[error("not strict cbor: a tag, at byte {at}")]
    Tag {
        /// The offset of the tag.
        at: usize,
    },
    /// A head has additional information 28 to 30, or is a two-byte simple value below 32.
    #[error("not strict cbor: a reserved head, at byte {at}")]
    ReservedHead {
        /// The offset of the head.
        at: usize,
    },
    /// A text string is not UTF-8.
    #[error("not strict cbor: text that is not utf-8, at byte {at}")]
    NotUtf8 {
        /// The offset of the text string.
        at: usize,
    },
    /// A map key occurs twice.
    #[error("not strict cbor: a map with a key twice, at byte {at}")]
    DuplicateKey {
        /// The offset of the map.
        at: usize,
    },
    /// A map key is itself an array or a map.
    #[error("not strict cbor: a map key that is an array or a map, at byte {at}")]
    NestedKey {
        /// The offset of the key.
        at: usize,
    },
    /// Arrays and maps nest deeper than the limit.
    #[error("not strict cbor: arrays and maps nested too deep, at byte {at}")]
    TooDeep {
        /// The offset of the array or map that is too deep.
        at: usize,
    },
}

/// Checks that `input` is exactly one strict item of at most `max_depth` levels of arrays and maps.
///
/// ```
/// use countersign_types::cbor::{CborError, MAX_DEPTH, check};
/// assert!(check(&[0xa1, 0x61, b'a', 0x01], MAX_DEPTH).is_ok());
/// assert_eq!(check(&[0x01, 0x02], MAX_DEPTH), Err(CborError::TrailingData { at: 1 }));
/// ```
pub fn check(input: &[u8], max_depth: usize) -> Result<Deviations, CborError> {
    let first = first_item(input, max_depth)?;
    if first.rest.is_empty() {
        Ok(first.deviations)
    } else {
        Err(CborError::TrailingData { at: first.bytes.len() })
    }
}

/// The first item of an input, and the rest.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FirstItem<'a> {
    /// The bytes of the item, checked.
    pub bytes: &'a [u8],
    /// The bytes after the item, not checked.
    pub rest: &'a [u8],
    /// The deviations within the item, which are accepted.
    pub deviations: Deviations,
}

/// Checks the first item of `input` and splits it from the rest.
pub fn first_item(input: &[u8], max_depth: usize) -> Result<FirstItem<'_>, CborError> {
    let mut walker = Walker::new(input);
    walker.item(max_depth)?;
    match input.split_at_checked(walker.position) {
        Some((bytes, rest)) => Ok(FirstItem { bytes, rest, deviations: walker.deviations }),
        None => Err(CborError::Truncated { at: 0 }),
    }
}

/// The members of `item`, a map that [`check`] or [`first_item`] accepted; `None` if it is not a map.
pub fn map_members(item: &[u8]) -> Option<MapMembers<'_>> {
    let mut walker = Walker::new(item);
    let head = walker.head().ok()?;
    (head.major == Major::Map).then_some(MapMembers { walker, left: head.argument })
}

/// The elements of `item`, an array that [`check`] or [`first_item`] accepted; `None` if it is not an array.
///
/// ```
/// use countersign_types::cbor::array_elements;
/// let elements = array_elements(&[0x82, 0x01, 0x61, b'a']).map(Iterator::collect::<Vec<_>>);
/// assert_eq!(elements, Some(vec![&[0x01][..], &[0x61, b'a']]));
/// ```
pub fn array_elements(item: &[u8]) -> Option<ArrayElements<'_>> {
    let mut walker = Walker::new(item);
    let head = walker.head().ok()?;
    (head.major == Major::Array).then_some(ArrayElements { walker, left: head.argument })
}

/// The text of `item`; `None` if it is not a text string.
pub fn as_text(item: &[u8]) -> Option<&str> {
    if let Key::Text(text) = Walker::new(item).key().ok()? { Some(text) } else { None }
}

/// The bytes of `item`; `None` if it is not a byte string.
pub fn as_bytes(item: &[u8]) -> Option<&[u8]> {
    if let Key::Bytes(bytes) = Walker::new(item).key().ok()? { Some(bytes) } else { None }
}

/// The number of `item`; `None` if it is not a non-negative integer.
pub fn as_unsigned(item: &[u8]) -> Option<u64> {
    if let Key::Unsigned(number) = Walker::new(item).key().ok()? { Some(number) } else { None }
}

/// The Boolean value of `item`; `None` if it is not one.
pub fn as_boolean(item: &[u8]) -> Option<bool> {
    match item {
        [0xf4] => Some(false),
        [0xf5] => Some(true),
        _ => None,
    }
}

/// Whether `item` is a map.
pub fn is_map(item: &[u8]) -> bool {
    item.first().is_some_and(|byte| byte >> 5 == 5)
}

/// Whether `item` is an array.
pub fn is_array(item: &[u8]) -> bool {
    item.first().is_some_and(|byte| byte >> 5 == 4)
}

/// A map key. Keys order as the canonical form orders their encodings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Key<'a> {
    /// A non-negative integer.
    Unsigned(u64),
    /// The negative integer `-1 - n`.
    Negative(u64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text string.
    Text(&'a str),
    /// A simple value or a float: its head byte and its argument.
    Other(u8, u64),
}

impl Key<'_> {
    /// The position in the canonical form: by major type, then by length, then bytewise.
    fn rank(&self) -> (u8, u64, &[u8]) {
        match self {
            Self::Unsigned(value) => (0, *value, &[]),
            Self::Negative(value) => (1, *value, &[]),
            Self::Bytes(bytes) => (2, length_of(bytes), bytes),
            Self::Text(text) => (3, length_of(text.as_bytes()), text.as_bytes()),
            Self::Other(head, value) => (*head, *value, &[]),
        }
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Iterates over a checked map's members: each key with the bytes of its value.
#[derive(Debug, Clone)]
pub struct MapMembers<'a> {
    walker: Walker<'a>,
    left: u64,
}

impl<'a> Iterator for MapMembers<'a> {
    type Item = (Key<'a>, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = self.walker.key().ok()?;
        Some((key, self.walker.skip()?))
    }
}

/// Iterates over a checked array's elements: the bytes of each.
#[derive(Debug, Clone)]
pub struct ArrayElements<'a> {
    walker: Walker<'a>,
    left: u64,
}

impl<'a> Iterator for ArrayElements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        self.walker.skip()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Major {
    Unsigned,
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    at: usize,
    first_byte: u8,
    major: Major,
    argument: u64,
}

#[derive(Debug, Clone)]
struct Walker<'a> {
    input: &'a [u8],
    position: usize,
    deviations: Deviations,
}

impl<'a> Walker<'a> {
    fn new(input: &'a [u8]) -> Self {
        Self { input, position: 0, deviations: Deviations::default() }
    }

    fn item(&mut self, depth: usize) -> Result<(), CborError> {
        let head = self.head()?;
        match head.major {
            Major::Unsigned | Major::Negative | Major::Other => Ok(()),
            Major::Bytes => self.content(head).map(drop),
            Major::Text => self.text(head).map(drop),
            Major::Array => {
                let depth = depth.checked_sub(1).ok_or(CborError::TooDeep { at: head.at })?;
                self.fits(head, 1)?;
                (0..head.argument).try_for_each(|_| self.item(depth))
            }
            Major::Map => {
                let depth = depth.checked_sub(1).ok_or(CborError::TooDeep { at: head.at })?;
                self.fits(head, 2)?;
                self.map(head, depth)
            }
        }
    }

    /// Skips a checked item and returns its bytes. It is not checked again, so that a map within a map is not sorted at
    /// each iteration over the outer one.
    fn skip(&mut self) -> Option<&'a [u8]> {
        let start = self.position;
        let mut left: u64 = 1;
        while let Some(others) = left.checked_sub(1) {
            let head = self.head().ok()?;
            let within = match head.major {
                Major::Bytes | Major::Text => {
                    self.content(head).ok()?;
                    0
                }
                Major::Array => head.argument,
                Major::Map => head.argument.checked_mul(2)?,
                Major::Unsigned | Major::Negative | Major::Other => 0,
            };
            left = others.checked_add(within)?;
        }
        self.input.get(start..self.position)
    }

    /// Rejects a count of items that can't fit into the rest of the input, before work is done for each of them.
    fn fits(&self, head: Head, bytes_each: u64) -> Result<(), CborError> {
        let left = length_of(self.input.get(self.position..).unwrap_or_default());
        match head.argument.checked_mul(bytes_each) {
            Some(least) if least <= left => Ok(()),
            _ => Err(CborError::Truncated { at: head.at }),
        }
    }

    fn map(&mut self, head: Head, depth: usize) -> Result<(), CborError> {
        let mut members = MapMembers { walker: self.clone(), left: head.argument };
        let mut previous: Option<Key<'a>> = None;
        let mut sorted = true;
        for _ in 0..head.argument {
            let key = self.key()?;
            if let Some(previous) = previous {
                sorted &= previous.rank() < key.rank();
            }
            previous = Some(key);
            self.item(depth)?;
        }
        if sorted {
            return Ok(());
        }
        // Only keys out of order can hide a duplicate; sorting them costs memory in proportion to the input. The values
        // are checked already, and are skipped.
        let mut keys: Vec<_> = core::iter::from_fn(|| members.next().map(|(key, _)| key)).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(CborError::DuplicateKey { at: head.at });
        }
        self.deviations.unsorted_keys = true;
        Ok(())
    }

    fn key(&mut self) -> Result<Key<'a>, CborError> {
        let head = self.head()?;
        Ok(match head.major {
            Major::Unsigned => Key::Unsigned(head.argument),
            Major::Negative => Key::Negative(head.argument),
            Major::Bytes => Key::Bytes(self.content(head)?),
            Major::Text => Key::Text(self.text(head)?),
            Major::Other => Key::Other(head.first_byte, head.argument),
            Major::Array | Major::Map => return Err(CborError::NestedKey { at: head.at }),
        })
    }

    fn text(&mut self, head: Head) -> Result<&'a str, CborError> {
        str::from_utf8(self.content(head)?).map_err(|_| CborError::NotUtf8 { at: head.at })
    }

    /// The content of a byte or text string.
    fn content(&mut self, head: Head) -> Result<&'a [u8], CborError> {
        let truncated = CborError::Truncated { at: head.at };
        let length = usize::try_from(head.argument).map_err(|_| truncated)?;
        self.take(length).ok_or(truncated)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.position.checked_add(length)?;
        let taken = self.input.get(self.position..end)?;
        self.position = end;
        Some(taken)
    }

    fn head(&mut self) -> Result<Head, CborError> {
        #[cfg(test)]
        tests::count_head();
        let at = self.position;
        let truncated = CborError::Truncated { at };
        let &[first_byte] = self.take(1).ok_or(truncated)? else { return Err(truncated) };
        let information = first_byte & 0x1f;
        let argument_bytes = match information {
            0..=23 => &[],
            24 => self.take(1).ok_or(truncated)?,
            25 => self.take(2).ok_or(truncated)?,
            26 => self.take(4).ok_or(truncated)?,
            27 => self.take(8).ok_or(truncated)?,
            28..=30 => return Err(CborError::ReservedHead { at }),
            _ => return Err(CborError::IndefiniteLength { at }),
        };
        let argument = match argument_bytes {
            [] => u64::from(information),
            bytes => bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)),
        };
        let major = match first_byte >> 5 {
            0 => Major::Unsigned,
            1 => Major::Negative,
            2 => Major::Bytes,
            3 => Major::Text,
            4 => Major::Array,
            5 => Major::Map,
            6 => return Err(CborError::Tag { at }),
            _ => Major::Other,
        };
        if major == Major::Other {
            if information == 24 && argument < 32 {
                return Err(CborError::ReservedHead { at });
            }
        } else if argument < least_argument(information) {
            self.deviations.non_minimal = true;
        }
        Ok(Head { at, first_byte, major, argument })
    }
}

/// The least argument that needs a head of this form.
fn least_argument(information: u8) -> u64 {
    match information {
        24 => 24,
        25 => 1 << 8,
        26 => 1 << 16,
        27 => 1 << 32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
