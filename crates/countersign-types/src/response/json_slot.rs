//! JSON members of any type, so that a wrong type is an error of that member rather than the deserializer's, which
//! would quote the value ([section 5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).

use alloc::{borrow::Cow, string::String};
use core::{fmt, marker::PhantomData};

use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de::value::MapAccessDeserializer};

use serde_json::Value;

use super::error::{MemberErrorKind, ResponseError};

/// The value of a JSON member: absent, `null`, or present.
#[derive(Default)]
pub(crate) enum JsonSlot<T> {
    #[default]
    Absent,
    Null,
    Present(Result<T, MemberErrorKind>),
}

impl<T> JsonSlot<T> {
    /// Reads the map's next value. A second value makes the slot a duplicate.
    pub(crate) fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error>
    where
        T: JsonShape<'de>,
    {
        let value = map.next_value()?;
        *self =
            if matches!(self, Self::Absent) { value } else { Self::Present(Err(MemberErrorKind::Duplicate)) };
        Ok(())
    }

    /// The value; `None` if it is absent or `null`.
    pub(crate) fn optional(self, member: &'static str) -> Result<Option<T>, ResponseError> {
        match self {
            Self::Absent | Self::Null => Ok(None),
            Self::Present(value) => value.map(Some).map_err(|kind| ResponseError::Malformed { member, kind }),
        }
    }

    /// The value, which must not be absent or `null`.
    pub(crate) fn required(self, member: &'static str) -> Result<T, ResponseError> {
        self.optional(member)?.ok_or(ResponseError::Malformed { member, kind: MemberErrorKind::Missing })
    }
}

/// A type of JSON value. Each implementation overrides the method of the one form that it has.
pub(crate) trait JsonShape<'de>: Sized {
    fn from_text(_text: Cow<'de, str>) -> Result<Self, MemberErrorKind> {
        Err(MemberErrorKind::WrongType)
    }

    fn from_boolean(_boolean: bool) -> Result<Self, MemberErrorKind> {
        Err(MemberErrorKind::WrongType)
    }

    fn from_integer(_integer: i64) -> Result<Self, MemberErrorKind> {
        Err(MemberErrorKind::WrongType)
    }

    fn from_array<A: SeqAccess<'de>>(array: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        IgnoredAny.visit_seq(array)?;
        Ok(Err(MemberErrorKind::WrongType))
    }

    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        IgnoredAny.visit_map(object)?;
        Ok(Err(MemberErrorKind::WrongType))
    }
}

/// A string, borrowed from the input unless it has escapes.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> JsonShape<'de> for Text<'de> {
    fn from_text(text: Cow<'de, str>) -> Result<Self, MemberErrorKind> {
        Ok(Self(text))
    }
}

impl<'de> JsonShape<'de> for i64 {
    fn from_integer(integer: i64) -> Result<Self, MemberErrorKind> {
        Ok(integer)
    }

    /// The form of a number in `serde_json` if a crate in the graph enables its feature `arbitrary_precision`.
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Result<Self, MemberErrorKind>, A::Error> {
        let number = Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(number.as_i64().ok_or(MemberErrorKind::WrongType))
    }
}

impl JsonShape<'_> for bool {
    fn from_boolean(boolean: bool) -> Result<Self, MemberErrorKind> {
        Ok(boolean)
    }
}

impl<'de, T: JsonShape<'de>> Deserialize<'de> for JsonSlot<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData))
    }
}

struct Any<T>(PhantomData<T>);

impl<'de, T: JsonShape<'de>> Visitor<'de> for Any<T> {
    type Value = JsonSlot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(T::from_boolean(boolean)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(T::from_integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(
            i64::try_from(number).map_err(|_| MemberErrorKind::WrongType).and_then(T::from_integer),
        ))
    }

    fn visit_f64<E>(self, _number: f64) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(Err(MemberErrorKind::WrongType)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(T::from_text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(T::from_text(Cow::Owned(text.into()))))
    }

    fn visit_string<E>(self, text: String) -> Result<JsonSlot<T>, E> {
        Ok(JsonSlot::Present(T::from_text(Cow::Owned(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<JsonSlot<T>, A::Error> {
        T::from_array(array).map(JsonSlot::Present)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<JsonSlot<T>, A::Error> {
        T::from_object(object).map(JsonSlot::Present)
    }
}

/// A member's name, borrowed like [`Text`].
pub(crate) struct MemberName<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match JsonSlot::<Text<'de>>::deserialize(deserializer)? {
            JsonSlot::Present(Ok(Text(name))) => Ok(Self(name)),
            _ => Err(de::Error::custom("a member name that is not text")),
        }
    }
}

/// Reads a JSON object: stores the named members in their slots and skips all others.
macro_rules! read_members {
    ($object:ident, $into:ident, { $($name:literal => $slot:ident,)+ }) => {
        while let Some($crate::response::json_slot::MemberName(name)) = $object.next_key()? {
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
