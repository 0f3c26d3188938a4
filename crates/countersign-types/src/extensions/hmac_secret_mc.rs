//! The HMAC secret at registration
//! ([CTAP 2.2 section 12.8](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-hmac-secret-make-cred-extension)):
//! an extension only of authenticators, which clients use if `prf` has values to evaluate.

use super::authenticator::AuthenticatorExtensionOutputs;
use super::error::ExtensionError;

const HMAC_SECRET_MC: &str = "hmac-secret-mc";

impl<'a> AuthenticatorExtensionOutputs<'a> {
    /// At registration: the results, encrypted between client and authenticator, so of no use to a relying party;
    /// `None` if there are none.
    pub fn hmac_secret_mc(&self) -> Result<Option<&'a [u8]>, ExtensionError> {
        super::hmac_secret::encrypted_results(self, HMAC_SECRET_MC)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};

    #[test]
    fn rule_326_the_output_is_one_or_two_encrypted_results() {
        let map = one(HMAC_SECRET_MC, &[&[0x58, 48], &[0xcc; 48][..]].concat());
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        assert_eq!(outputs.hmac_secret_mc(), Ok(Some(&[0xcc; 48][..])));
        let map = one(HMAC_SECRET_MC, &[0xf5]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        let error = ExtensionError::WrongType { output: HMAC_SECRET_MC, expected: "a byte string" };
        assert_eq!(outputs.hmac_secret_mc(), Err(error));
    }
}
