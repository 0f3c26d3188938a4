//! The members of a registration that repeat parts of the attestation object
//! ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)): whatever they hold, nothing fails.

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    MemberFault, ResponseError,
    slot::{Slot, Text},
};
use crate::{Base64Url, base64url};

/// A client's copy of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Copied<T> {
    Absent,
    /// It is there, and not of its type.
    Unreadable,
    Read(T),
}

impl Copied<Base64Url> {
    pub(super) fn bytes(slot: Slot<Text<'_>>, member: &'static str) -> Result<Self, ResponseError> {
        Self::read(slot, member, |Text(text)| base64url::decode(text.as_ref()).ok().map(Base64Url::from))
    }
}

impl<T> Copied<T> {
    /// Fails where the member occurs twice: which of the two would it be?
    pub(super) fn read<S>(
        slot: Slot<S>,
        member: &'static str,
        read: impl FnOnce(S) -> Option<T>,
    ) -> Result<Self, ResponseError> {
        match slot {
            Slot::Absent | Slot::Null => Ok(Self::Absent),
            Slot::Present(Ok(value)) => Ok(read(value).map_or(Self::Unreadable, Self::Read)),
            Slot::Present(Err(fault @ MemberFault::Duplicate)) => {
                Err(ResponseError::Malformed { member, fault })
            }
            Slot::Present(Err(_)) => Ok(Self::Unreadable),
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
