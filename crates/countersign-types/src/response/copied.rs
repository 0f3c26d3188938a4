//! The members of a registration that repeat parts of the attestation object
//! ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)): whatever they hold, nothing fails.

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::slot::{Slot, Text};
use crate::{Base64Url, base64url};

/// A client's copy of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Copied<T> {
    Absent,
    /// It is there, and not of its type, or there twice.
    Unreadable,
    Read(T),
}

impl Copied<Base64Url> {
    pub(super) fn bytes(slot: Slot<Text<'_>>) -> Self {
        Self::read(slot, |Text(text)| base64url::decode(text.as_ref()).ok().map(Base64Url::from))
    }
}

impl<T> Copied<T> {
    /// A member that occurs twice can't be read: which of the two would it be?
    pub(super) fn read<S>(slot: Slot<S>, read: impl FnOnce(S) -> Option<T>) -> Self {
        match slot {
            Slot::Absent | Slot::Null => Self::Absent,
            Slot::Present(Ok(value)) => read(value).map_or(Self::Unreadable, Self::Read),
            Slot::Present(Err(_)) => Self::Unreadable,
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Unreadable => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub(super) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }
}

/// What can't be read is an empty object, which can't be read either.
impl<T: Serialize> Serialize for Copied<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Unreadable => serializer.serialize_map(Some(0))?.end(),
            Self::Read(value) => value.serialize(serializer),
        }
    }
}
