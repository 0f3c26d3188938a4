//! The minimum PIN length
//! ([CTAP 2.2 section 12.4](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-minpinlength-extension)).

use super::error::{ExtensionError, ExtensionInputError};
use super::{authenticator::AuthenticatorExtensionOutputs, inputs::ClientExtensionInputs, value};

const MIN_PIN_LENGTH: &str = "minPinLength";

impl ClientExtensionInputs {
    /// Requests, at registration, the shortest PIN that the authenticator accepts. It answers only relying parties on a
    /// list of its owner.
    pub fn with_min_pin_length(self) -> Self {
        self.with(MIN_PIN_LENGTH, true)
    }

    /// Whether [`with_min_pin_length`](Self::with_min_pin_length) was called.
    pub fn min_pin_length(&self) -> Result<Option<bool>, ExtensionInputError> {
        Ok(value::boolean(self.get(MIN_PIN_LENGTH), MIN_PIN_LENGTH)?)
    }
}

impl AuthenticatorExtensionOutputs<'_> {
    /// The shortest PIN that the authenticator accepts, in Unicode code points; `None` if it does not say.
    pub fn min_pin_length(&self) -> Result<Option<u32>, ExtensionError> {
        self.read(MIN_PIN_LENGTH, "an unsigned integer of 32 bits", |item| {
            u32::try_from(crate::cbor::as_unsigned(item)?).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};

    fn output(value: &[u8]) -> Result<Option<u32>, ExtensionError> {
        let map = one(MIN_PIN_LENGTH, value);
        AuthenticatorExtensionOutputs::parse(&map).unwrap().min_pin_length()
    }

    #[test]
    fn input_and_output_have_their_types() {
        assert_eq!(ClientExtensionInputs::new().with_min_pin_length().min_pin_length(), Ok(Some(true)));
        assert_eq!(ClientExtensionInputs::new().min_pin_length(), Ok(None));
        assert_eq!(output(&[0x06]), Ok(Some(6)));
    }

    #[test]
    fn rule_320_an_output_that_is_not_an_unsigned_integer_is_invalid() {
        for value in [&[0x20][..], &[0x61, b'6'], &[0xf5], &[0xf9, 0x46, 0x00]] {
            let error = ExtensionError::WrongType {
                output: MIN_PIN_LENGTH,
                expected: "an unsigned integer of 32 bits",
            };
            assert_eq!(output(value), Err(error), "{value:x?}");
        }
    }
}
