//! Third-party payment
//! ([CTAP 2.2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-thirdPartyPayment-extension)):
//! the authenticator's side of `payment`.

use super::{authenticator::AuthenticatorExtensionOutputs, error::ExtensionError};

const THIRD_PARTY_PAYMENT: &str = "thirdPartyPayment";

impl AuthenticatorExtensionOutputs<'_> {
    /// Whether the credential may be used in payments that are started by another party than the relying party; `None`
    /// if the authenticator does not say.
    pub fn third_party_payment(&self) -> Result<Option<bool>, ExtensionError> {
        self.boolean(THIRD_PARTY_PAYMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};

    #[test]
    fn rule_316_the_output_is_a_boolean() {
        let map = one(THIRD_PARTY_PAYMENT, &[0xf5]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        assert_eq!(outputs.third_party_payment(), Ok(Some(true)));
        let map = one(THIRD_PARTY_PAYMENT, &[0x01]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        let error = ExtensionError::WrongType { output: THIRD_PARTY_PAYMENT, expected: "a boolean" };
        assert_eq!(outputs.third_party_payment(), Err(error));
    }
}
