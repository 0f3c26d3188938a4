//! Web IDL dictionaries as structs
//! ([section 5.1.8](https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON)).

use core::{fmt, marker::PhantomData};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, de::value::MapAccessDeserializer};

/// Turns a struct into a dictionary: serialisable, and deserialised only from a JSON object.
///
/// serde's derive reads a struct from an array as well, so an inner struct reads the object. A member `= default` may be
/// absent or `null`, which both mean its default, and is not written then.
macro_rules! dictionary {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$member_meta:meta])+ $member:ident: $type:ty $(= $default:ident)?,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$member_meta])+
                $(#[serde(
                    $default,
                    deserialize_with = "crate::options::dictionary::null_is_default",
                    skip_serializing_if = "crate::options::dictionary::is_default"
                )])?
                pub $member: $type,
            )+
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(rename_all = "camelCase")]
                struct Members {
                    $(
                        $(#[$member_meta])+
                        $(#[serde(
                            $default,
                            deserialize_with = "crate::options::dictionary::null_is_default",
                            skip_serializing_if = "crate::options::dictionary::is_default"
                        )])?
                        $member: $type,
                    )+
                }

                let members: Members = $crate::options::dictionary::object(deserializer)?;
                Ok(Self { $($member: members.$member,)+ })
            }
        }
    };
}
pub(crate) use dictionary;

/// Reads `T` from an object.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(object))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// Reads a member for which `null` means absence.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Whether a member is left out.
pub(crate) fn is_default<T: Default + PartialEq>(member: &T) -> bool {
    *member == T::default()
}
