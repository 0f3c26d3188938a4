//! Authenticator extension outputs
//! ([section 5.10](https://www.w3.org/TR/webauthn-3/#iface-authentication-extensions-authenticator-outputs)): the CBOR
//! map in authenticator data.

use core::fmt;

use super::error::ExtensionError;
use crate::authenticator_data::error::AuthenticatorDataError;
use crate::cbor::{self, CborError, Key, MAX_DEPTH};

/// The authenticator's extension outputs. They are part of authenticator data, so they are signed.
///
/// Every output is kept, supported here or not; the accessor of an extension checks the type of its output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuthenticatorExtensionOutputs<'a> {
    map: &'a [u8],
}

impl<'a> AuthenticatorExtensionOutputs<'a> {
    /// Parses all of `bytes`: one CBOR map with text keys, as strict as [`cbor::check`]. The error's code is
    /// `authenticator-data-malformed`.
    ///
    /// ```
    /// use countersign_types::extensions::AuthenticatorExtensionOutputs;
    /// let outputs = AuthenticatorExtensionOutputs::parse(b"\xa1\x6bcredProtect\x02")?;
    /// assert_eq!(outputs.names().collect::<Vec<_>>(), ["credProtect"]);
    /// # Ok::<(), countersign_types::authenticator_data::AuthenticatorDataError>(())
    /// ```
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        use AuthenticatorDataError as Error;
        cbor::check(bytes, MAX_DEPTH).map_err(|error| match error {
            CborError::TrailingData { at } => Error::TrailingData { length: bytes.len().saturating_sub(at) },
            other => Error::Extensions(other),
        })?;
        let mut members = cbor::map_members(bytes).ok_or(Error::ExtensionsNotMap)?;
        if members.any(|(key, _)| !matches!(key, Key::Text(_))) {
            return Err(Error::ExtensionsNotMap);
        }
        Ok(Self { map: bytes })
    }

    /// Wraps a map that [`parse`](Self::parse) or the parser of authenticator data has checked already.
    pub(crate) fn of_checked(map: &'a [u8]) -> Self {
        Self { map }
    }

    /// The identifiers of the extensions that have an output.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members().map(|(name, _)| name)
    }

    /// Whether no extension has an output.
    pub fn is_empty(&self) -> bool {
        self.members().next().is_none()
    }

    /// The CBOR of this extension's output, supported here or not.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.members().find_map(|(other, value)| (other == name).then_some(value))
    }

    /// The CBOR of the whole map, as it was received.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.map
    }

    fn members(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        cbor::map_members(self.map).into_iter().flatten().filter_map(|(key, value)| match key {
            Key::Text(name) => Some((name, value)),
            _ => None,
        })
    }

    pub(super) fn boolean(&self, name: &'static str) -> Result<Option<bool>, ExtensionError> {
        self.read(name, "a boolean", cbor::as_boolean)
    }

    pub(super) fn bytes(&self, name: &'static str) -> Result<Option<&'a [u8]>, ExtensionError> {
        self.read(name, "a byte string", cbor::as_bytes)
    }

    /// The value that `reader` reads from an output, if there is one.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        reader: impl FnOnce(&'a [u8]) -> Option<T>,
    ) -> Result<Option<T>, ExtensionError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        reader(value).map(Some).ok_or(ExtensionError::WrongType { output: name, expected })
    }
}

/// No outputs.
impl Default for AuthenticatorExtensionOutputs<'_> {
    fn default() -> Self {
        /// A map without members.
        const NONE: &[u8] = &[0xa0];
        Self { map: NONE }
    }
}

/// Prints only the names: an output may be a secret, such as that of `credBlob`.
impl fmt::Debug for AuthenticatorExtensionOutputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticatorExtensionOutputs")?;
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::code::Code;
    use alloc::{format, vec::Vec};

    /// A map of one output.
    pub(in crate::extensions) fn one(name: &str, value: &[u8]) -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap();
        assert!(length < 24);
        [&[0xa1, 0x60 | length], name.as_bytes(), value].concat()
    }

    #[test]
    fn unknown_outputs_are_kept() {
        let map = one("future", &[0x82, 0x01, 0x02]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        assert_eq!(outputs.get("future"), Some(&[0x82, 0x01, 0x02][..]));
        assert_eq!(outputs.get("Future"), None);
        assert_eq!(outputs.as_bytes(), map);
        assert!(!outputs.is_empty());
        assert!(AuthenticatorExtensionOutputs::parse(&[0xa0]).unwrap().is_empty());
        assert_eq!(format!("{outputs:?}"), r#"AuthenticatorExtensionOutputs{"future"}"#);
    }

    #[test]
    fn rule_339_trailing_bytes_are_rejected() {
        let mut map = one("uvm", &[0x80]);
        AuthenticatorExtensionOutputs::parse(&map).unwrap();
        map.push(0x00);
        let error = AuthenticatorExtensionOutputs::parse(&map).unwrap_err();
        assert_eq!(error, AuthenticatorDataError::TrailingData { length: 1 });
        assert_eq!(error.code(), Code::AuthenticatorDataMalformed);
    }

    #[test]
    fn only_a_map_with_text_keys_is_read() {
        for bytes in [&[0x80][..], &[0xa1, 0x01, 0x02], &[0xf6]] {
            let error = AuthenticatorExtensionOutputs::parse(bytes).unwrap_err();
            assert_eq!(error, AuthenticatorDataError::ExtensionsNotMap);
        }
        let error = AuthenticatorExtensionOutputs::parse(&[0xbf, 0xff]).unwrap_err();
        assert_eq!(error, AuthenticatorDataError::Extensions(CborError::IndefiniteLength { at: 0 }));
    }
}
