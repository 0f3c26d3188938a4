//! CBOR in the canonical form of CTAP2
//! ([section "Message Encoding"](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#message-encoding)),
//! and CBOR that breaks its rules.

/// A CBOR item to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cbor {
    /// An integer of either sign.
    Integer(i64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text string.
    Text(String),
    /// An array.
    Array(Vec<Cbor>),
    /// A map, written in the order of its entries; [`Cbor::map`] sorts them.
    Map(Vec<(Cbor, Cbor)>),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// Bytes that are written as they are, for invalid or non-canonical CBOR.
    Encoded(Vec<u8>),
}

impl Cbor {
    /// A map in canonical order: shorter keys first, then bytewise.
    pub fn map<K: Into<Cbor>, const N: usize>(entries: [(K, Cbor); N]) -> Self {
        let mut map = Self::Map(entries.map(|(key, value)| (key.into(), value)).into());
        map.sort();
        map
    }

    /// Sorts the entries of a map into canonical order.
    pub fn sort(&mut self) {
        if let Self::Map(entries) = self {
            entries.sort_by_cached_key(|(key, _)| {
                let key = key.to_vec();
                (key.len(), key)
            });
        }
    }

    /// The value of an entry of a map.
    pub fn get(&self, key: impl Into<Cbor>) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        let key = key.into();
        entries.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// Sets an entry of a map, in place if the key exists.
    pub fn set(&mut self, key: impl Into<Cbor>, value: impl Into<Cbor>) {
        let Self::Map(entries) = self else { return };
        let (key, value) = (key.into(), value.into());
        if let Some((_, old)) = entries.iter_mut().find(|(other, _)| *other == key) {
            *old = value;
        } else {
            entries.push((key, value));
            self.sort();
        }
    }

    /// Removes an entry of a map.
    pub fn remove(&mut self, key: impl Into<Cbor>) {
        let key = key.into();
        if let Self::Map(entries) = self {
            entries.retain(|(other, _)| *other != key);
        }
    }

    /// The bytes of a byte string, for changes.
    pub fn bytes_mut(&mut self) -> Option<&mut Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value of an entry of a map, for changes.
    pub fn get_mut(&mut self, key: impl Into<Cbor>) -> Option<&mut Self> {
        let Self::Map(entries) = self else { return None };
        let key = key.into();
        entries.iter_mut().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// Encodes the item.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, to: &mut Vec<u8>) {
        let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        match self {
            Self::Integer(value) => match u64::try_from(*value) {
                Ok(value) => head(0, value, to),
                // -1 - value, which no negative number overflows.
                Err(_) => head(1, u64::try_from(!*value).unwrap_or_default(), to),
            },
            Self::Bytes(bytes) => {
                head(2, length(bytes.len()), to);
                to.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(3, length(text.len()), to);
                to.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(4, length(items.len()), to);
                for item in items {
                    item.write(to);
                }
            }
            Self::Map(entries) => {
                head(5, length(entries.len()), to);
                for (key, value) in entries {
                    key.write(to);
                    value.write(to);
                }
            }
            Self::Boolean(false) => to.push(0xf4),
            Self::Boolean(true) => to.push(0xf5),
            Self::Null => to.push(0xf6),
            Self::Encoded(bytes) => to.extend_from_slice(bytes),
        }
    }
}

/// Writes the head of an item, as short as possible.
fn head(major_type: u8, argument: u64, to: &mut Vec<u8>) {
    let major_type = major_type << 5;
    let bytes = argument.to_be_bytes();
    let (additional, length) = match argument {
        0..=23 => {
            to.push(major_type | bytes.last().copied().unwrap_or_default());
            return;
        }
        24..=0xff => (24, 1_usize),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    to.push(major_type | additional);
    to.extend(bytes.iter().skip(bytes.len().saturating_sub(length)));
}

impl From<i64> for Cbor {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Cbor {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cbor {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Cbor {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<Cbor>> for Cbor {
    fn from(items: Vec<Cbor>) -> Self {
        Self::Array(items)
    }
}

impl From<bool> for Cbor {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_as_short_as_possible() {
        for (item, expected) in [
            (Cbor::from(0), &[0x00][..]),
            (Cbor::from(23), &[0x17]),
            (Cbor::from(24), &[0x18, 24]),
            (Cbor::from(-1), &[0x20]),
            (Cbor::from(-257), &[0x39, 0x01, 0x00]),
            (Cbor::from(i64::MIN), &[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (Cbor::from(0x1_0000), &[0x1a, 0, 1, 0, 0]),
            (Cbor::from("a"), &[0x61, b'a']),
            (Cbor::from(vec![7_u8]), &[0x41, 7]),
            (Cbor::from(vec![Cbor::Null, true.into(), false.into()]), &[0x83, 0xf6, 0xf5, 0xf4]),
        ] {
            assert_eq!(item.to_vec(), expected, "{item:?}");
        }
    }

    #[test]
    fn maps_have_shorter_keys_first() {
        let map = Cbor::map([("authData", Cbor::Null), ("fmt", Cbor::Null), ("attStmt", Cbor::Null)]);
        let Cbor::Map(entries) = &map else { panic!("a map") };
        let keys: Vec<_> = entries.iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(keys, ["fmt", "attStmt", "authData"].map(Cbor::from));
        let key = Cbor::map([(-3, Cbor::Null), (-1, Cbor::Null), (3, Cbor::Null), (1, Cbor::Null)]);
        assert_eq!(key.to_vec(), [0xa4, 0x01, 0xf6, 0x03, 0xf6, 0x20, 0xf6, 0x22, 0xf6]);
    }

    #[test]
    fn entries_are_set_in_place_and_removed() {
        let mut map = Cbor::map([("a", Cbor::from(1)), ("c", Cbor::from(2))]);
        map.set("b", 3);
        map.set("c", 4);
        map.remove("a");
        assert_eq!(map.to_vec(), [0xa2, 0x61, b'b', 3, 0x61, b'c', 4]);
        assert_eq!(map.get("b"), Some(&Cbor::from(3)));
    }
}
