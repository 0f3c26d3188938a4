//! Reads what stands at a member's place, whatever it is, so that a wrong type is a finding about that member rather
//! than a deserializer's error, which would quote the value
//! ([section 5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).

use alloc::{borrow::Cow, string::String};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use serde_json::Value;

use super::{MemberFault, ResponseError};

/// What stands at a member's place.
pub(crate) enum Slot<T> {
    Absent,
    Null,
    Present(Result<T, MemberFault>),
}

impl<T> Slot<T> {
    /// Reads the value that the map is at; a second time makes a duplicate of the slot.
    pub(crate) fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error>
    where
        T: Shape<'de>,
    {
        let value = map.next_value()?;
        *self = if matches!(self, Self::Absent) { value } else { Self::Present(Err(MemberFault::Duplicate)) };
        Ok(())
    }

    /// The value, `None` where it is absent or `null`.
    pub(crate) fn optional(self, member: &'static str) -> Result<Option<T>, ResponseError> {
        match self {
            Self::Absent | Self::Null => Ok(None),
            Self::Present(value) => {
                value.map(Some).map_err(|fault| ResponseError::Malformed { member, fault })
            }
        }
    }

    /// The value.
    pub(crate) fn required(self, member: &'static str) -> Result<T, ResponseError> {
        self.optional(member)?.ok_or(ResponseError::Malformed { member, fault: MemberFault::Missing })
    }
}

/// A type of JSON value: it overrides the one way in which it is written.
pub(crate) trait Shape<'de>: Sized {
    fn from_text(_text: Cow<'de, str>) -> Result<Self, MemberFault> {
        Err(MemberFault::WrongType)
    }

    fn from_boolean(_boolean: bool) -> Result<Self, MemberFault> {
        Err(MemberFault::WrongType)
    }

    fn from_integer(_integer: i64) -> Result<Self, MemberFault> {
        Err(MemberFault::WrongType)
    }

    fn from_array<A: SeqAccess<'de>>(array: A) -> Result<Result<Self, MemberFault>, A::Error> {
        IgnoredAny.visit_seq(array)?;
        Ok(Err(MemberFault::WrongType))
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        IgnoredAny.visit_map(object)?;
        Ok(Err(MemberFault::WrongType))
    }
}

/// A text, borrowed from the input unless there is an escape in it.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> Shape<'de> for Text<'de> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, MemberFault> {
        Ok(Self(text))
    }
}

impl<'de> Shape<'de> for i64 {
    fn from_integer(integer: i64) -> Result<Self, MemberFault> {
        Ok(integer)
    }

    /// `serde_json`'s form of a number, where someone has it keep the digits.
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberFault>, A::Error> {
        let number = Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(number.as_i64().ok_or(MemberFault::WrongType))
    }
}

impl Shape<'_> for bool {
    fn from_boolean(boolean: bool) -> Result<Self, MemberFault> {
        Ok(boolean)
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Slot<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData))
    }
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for Any<T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Slot<T>, E> {
        Ok(Slot::Present(T::from_boolean(boolean)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Slot<T>, E> {
        Ok(Slot::Present(T::from_integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Slot<T>, E> {
        Ok(Slot::Present(i64::try_from(number).map_err(|_| MemberFault::WrongType).and_then(T::from_integer)))
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Slot<T>, E> {
        Ok(Slot::Present(Err(MemberFault::WrongType)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Slot<T>, E> {
        Ok(Slot::Present(T::from_text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Slot<T>, E> {
        Ok(Slot::Present(T::from_text(Cow::Owned(text.into()))))
    }

    fn visit_string<E>(self, text: String) -> Result<Slot<T>, E> {
        Ok(Slot::Present(T::from_text(Cow::Owned(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Slot<T>, A::Error> {
        T::from_array(array).map(Slot::Present)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Slot<T>, A::Error> {
        T::from_object(object).map(Slot::Present)
    }
}

/// A member's name, borrowed like [`Text`].
pub(crate) struct Name<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Slot::<Text<'de>>::deserialize(deserializer)? {
            Slot::Present(Ok(Text(name))) => Ok(Self(name)),
            _ => Err(de::Error::custom("a member name that is not text")),
        }
    }
}

/// Reads an object: each named member into its slot, all others past.
macro_rules! read_members {
    ($object:ident, $into:ident, { $($name:literal => $slot:ident,)+ }) => {
        while let Some($crate::response::slot::Name(name)) = $object.next_key()? {
            match &*name {
                $($name => $into.$slot.read(&mut $object)?,)+
                _ => {
                    $object.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
    };
}
pub(super) use read_members;
