//! The user verification method extension
//! ([Level 2, section 10.3](https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension)); Level 3 has removed it, and
//! authenticators still support it.

use alloc::vec::Vec;

use serde_json::Value;

use super::authenticator::AuthenticatorExtensionOutputs;
use super::error::{ExtensionError, ExtensionInputError};
use super::inputs::ClientExtensionInputs;
use super::outputs::ClientExtensionOutputs;
use super::value;
use crate::cbor;

const UVM: &str = "uvm";

/// The most methods of one verification
/// ([Level 2, section 10.3](https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension)).
const ENTRIES_MAX: usize = 3;

const EXPECTED: &str = "1 to 3 entries of three numbers";

/// One way in which the user was verified, in the numbers of the
/// [FIDO Registry of Predefined Values](https://fidoalliance.org/specs/common-specs/fido-registry-v2.2-ps-20220523.html#user-verification-methods).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UvmEntry {
    /// `USER_VERIFY_…`: the method.
    pub user_verification_method: u32,
    /// `KEY_PROTECTION_…`: how the credential's private key is protected.
    pub key_protection: u16,
    /// `MATCHER_PROTECTION_…`: how the comparison with what the user presented is protected.
    pub matcher_protection: u16,
}

impl UvmEntry {
    fn from_numbers(mut numbers: impl Iterator<Item = Option<u64>>) -> Option<Self> {
        let mut next = || numbers.next().flatten();
        let entry = Self {
            user_verification_method: next()?.try_into().ok()?,
            key_protection: next()?.try_into().ok()?,
            matcher_protection: next()?.try_into().ok()?,
        };
        numbers.next().is_none().then_some(entry)
    }
}

fn entries(read: Option<Vec<UvmEntry>>) -> Option<Vec<UvmEntry>> {
    read.filter(|entries| (1..=ENTRIES_MAX).contains(&entries.len()))
}

impl ClientExtensionInputs {
    /// Requests how the user was verified.
    pub fn with_uvm(self) -> Self {
        self.with(UVM, true)
    }

    /// Whether [`with_uvm`](Self::with_uvm) was called.
    pub fn uvm(&self) -> Result<Option<bool>, ExtensionInputError> {
        Ok(value::boolean(self.get(UVM), UVM)?)
    }
}

impl ClientExtensionOutputs {
    /// How the user was verified, according to the client; `None` if it does not say. The authenticator's own output is
    /// signed.
    pub fn uvm(&self) -> Result<Option<Vec<UvmEntry>>, ExtensionError> {
        let Some(value) = self.get(UVM).filter(|value| !value.is_null()) else { return Ok(None) };
        let entry = |value: &Value| UvmEntry::from_numbers(value.as_array()?.iter().map(Value::as_u64));
        // One more than there may be is enough to see that there are too many.
        let read = value.as_array().and_then(|array| array.iter().take(4).map(entry).collect());
        entries(read).map(Some).ok_or(ExtensionError::WrongType { output: UVM, expected: EXPECTED })
    }
}

impl AuthenticatorExtensionOutputs<'_> {
    /// How the user was verified; `None` if the authenticator does not say.
    pub fn uvm(&self) -> Result<Option<Vec<UvmEntry>>, ExtensionError> {
        self.read(UVM, EXPECTED, |item| {
            let entry = |item| UvmEntry::from_numbers(cbor::array_elements(item)?.map(cbor::as_unsigned));
            entries(cbor::array_elements(item)?.take(4).map(entry).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};
    use alloc::vec;

    const ENTRY: UvmEntry =
        UvmEntry { user_verification_method: 2, key_protection: 4, matcher_protection: 2 };

    fn client(text: &str) -> Result<Option<Vec<UvmEntry>>, ExtensionError> {
        serde_json::from_str::<ClientExtensionOutputs>(text).unwrap().uvm()
    }

    fn authenticator(value: &[u8]) -> Result<Option<Vec<UvmEntry>>, ExtensionError> {
        let map = one(UVM, value);
        AuthenticatorExtensionOutputs::parse(&map).unwrap().uvm()
    }

    #[test]
    fn entries_are_three_numbers() {
        assert_eq!(client(r#"{"uvm":[[2,4,2]]}"#), Ok(Some(vec![ENTRY])));
        assert_eq!(client(r#"{"uvm":null}"#), Ok(None));
        assert_eq!(authenticator(&[0x81, 0x83, 2, 4, 2]), Ok(Some(vec![ENTRY])));
        assert_eq!(ClientExtensionInputs::new().with_uvm().uvm(), Ok(Some(true)));
        assert_eq!(ClientExtensionInputs::new().uvm(), Ok(None));
    }

    #[test]
    fn rule_336_other_than_1_to_3_triples_is_invalid() {
        client(r#"{"uvm":[[2,4,2],[2,4,2],[2,4,2]]}"#).unwrap();
        for text in [
            r#"{"uvm":[]}"#,
            r#"{"uvm":[[2,4,2],[2,4,2],[2,4,2],[2,4,2]]}"#,
            r#"{"uvm":[[2,4]]}"#,
            r#"{"uvm":[[2,4,2,1]]}"#,
            r#"{"uvm":[[2,4,"2"]]}"#,
            r#"{"uvm":[[2,4,-2]]}"#,
            r#"{"uvm":[[2,4,65536]]}"#,
            r#"{"uvm":true}"#,
        ] {
            let error = ExtensionError::WrongType { output: UVM, expected: EXPECTED };
            assert_eq!(client(text), Err(error), "{text}");
        }
        for value in
            [&[0x80][..], &[0x81, 0x82, 2, 4], &[0x81, 0x84, 2, 4, 2, 1], &[0x81, 0x83, 2, 4, 0x20], &[0xf5]]
        {
            authenticator(value).unwrap_err();
        }
        authenticator(&[0x84, 0x83, 2, 4, 2, 0x83, 2, 4, 2, 0x83, 2, 4, 2, 0x83, 2, 4, 2]).unwrap_err();
    }
}
