//! Members of extension inputs and outputs as JSON
//! ([section 5.7](https://www.w3.org/TR/webauthn-3/#sctn-extensions-inputs-outputs)): `null` means that one is absent,
//! and bytes are base64url.

use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use crate::base64url;

/// A value is not of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The extension's identifier, with the member's name if it is one: `credProps.rk`.
    pub(super) name: &'static str,
    /// The expected type or value.
    pub(super) expected: &'static str,
}

pub(super) fn wrong<T>(name: &'static str, expected: &'static str) -> Result<T, Malformed> {
    Err(Malformed { name, expected })
}

pub(super) fn boolean(value: Option<&Value>, name: &'static str) -> Result<Option<bool>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(boolean)) => Ok(Some(*boolean)),
        Some(_) => wrong(name, "a boolean"),
    }
}

pub(super) fn text<'a>(value: Option<&'a Value>, name: &'static str) -> Result<Option<&'a str>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => wrong(name, "text"),
    }
}

pub(super) fn bytes(value: Option<&Value>, name: &'static str) -> Result<Option<Vec<u8>>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            base64url::decode(text).map(Some).or_else(|_| wrong(name, "base64url without padding"))
        }
        Some(_) => wrong(name, "base64url text"),
    }
}

/// Reads bytes of a fixed length.
pub(super) fn sized_bytes(
    value: Option<&Value>,
    length: usize,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<Vec<u8>>, Malformed> {
    match bytes(value, name)? {
        Some(bytes) if bytes.len() != length => wrong(name, expected),
        other => Ok(other),
    }
}

pub(super) fn object<'a>(
    value: Option<&'a Value>,
    name: &'static str,
) -> Result<Option<&'a Map<String, Value>>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => wrong(name, "an object"),
    }
}

/// Returns the value, which is required.
pub(super) fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Malformed> {
    value.ok_or(Malformed { name, expected: "present" })
}
