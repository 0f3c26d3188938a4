//! Parsing of words: the names of variants, as serde writes them.

use serde::Deserialize;
use serde::de::{IntoDeserializer as _, value::Error};

/// The variant of this name. The caller has checked the name against the words of the setting, so that an error means that
/// the two differ.
pub(crate) fn word<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, String> {
    T::deserialize(text.into_deserializer()).map_err(|error: Error| error.to_string())
}
