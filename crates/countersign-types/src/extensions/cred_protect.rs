//! Credential protection
//! ([CTAP 2.2 section 12.1](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credProtect-extension)).

use core::fmt;

use serde::{Deserialize, Serialize};

use super::error::{ExtensionError, ExtensionInputError};
use super::{authenticator::AuthenticatorExtensionOutputs, inputs::ClientExtensionInputs, value};

const CRED_PROTECT: &str = "credProtect";
const POLICY: &str = "credentialProtectionPolicy";
const ENFORCE: &str = "enforceCredentialProtectionPolicy";

/// A protection level: when a credential may be used without user verification. Later variants are stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the extension defines three levels, and refuses any other value"
)]
pub enum CredentialProtection {
    /// Always.
    UserVerificationOptional,
    /// If the relying party lists the credential's ID.
    #[serde(rename = "userVerificationOptionalWithCredentialIDList")]
    UserVerificationOptionalWithCredentialIdList,
    /// Never.
    UserVerificationRequired,
}

impl CredentialProtection {
    /// The text of the level in the client's input.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserVerificationOptional => "userVerificationOptional",
            Self::UserVerificationOptionalWithCredentialIdList => {
                "userVerificationOptionalWithCredentialIDList"
            }
            Self::UserVerificationRequired => "userVerificationRequired",
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// The level of the authenticator's number, 1 to 3.
    fn from_number(number: u64) -> Option<Self> {
        let position = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(position).copied()
    }

    const ALL: [Self; 3] = [
        Self::UserVerificationOptional,
        Self::UserVerificationOptionalWithCredentialIdList,
        Self::UserVerificationRequired,
    ];
}

impl fmt::Display for CredentialProtection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The result of a registration if the authenticator can't protect the credential as requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Enforcement {
    /// The client continues with a credential that is not protected.
    #[default]
    BestEffort,
    /// The client fails, and a response without the authenticator's confirmation is rejected.
    Enforced,
}

/// The input of `credProtect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredProtectInput {
    /// The requested level.
    pub policy: CredentialProtection,
    /// The result of the registration if the level is not available.
    pub enforcement: Enforcement,
}

impl ClientExtensionInputs {
    /// Requests, at registration, that the new credential is protected at this level or a stronger one.
    pub fn with_cred_protect(self, policy: CredentialProtection, enforcement: Enforcement) -> Self {
        self.with(POLICY, policy.as_str()).with(ENFORCE, enforcement == Enforcement::Enforced)
    }

    /// The input of [`with_cred_protect`](Self::with_cred_protect). Enforcement without a level is an error.
    pub fn cred_protect(&self) -> Result<Option<CredProtectInput>, ExtensionInputError> {
        let policy = value::text(self.get(POLICY), POLICY)?;
        let enforced = value::boolean(self.get(ENFORCE), ENFORCE)?;
        let Some(policy) = policy else {
            return match enforced {
                None => Ok(None),
                Some(_) => Ok(value::wrong(ENFORCE, "there without a `credentialProtectionPolicy`")?),
            };
        };
        let level = CredentialProtection::from_text(policy);
        let policy = level.map_or_else(|| value::wrong(POLICY, "one of its three levels"), Ok)?;
        let enforcement =
            if enforced == Some(true) { Enforcement::Enforced } else { Enforcement::BestEffort };
        Ok(Some(CredProtectInput { policy, enforcement }))
    }
}

impl AuthenticatorExtensionOutputs<'_> {
    /// The level at which the new credential is protected; `None` if the authenticator does not say. Clients may
    /// request a level by themselves, and authenticators may use a stronger level than requested.
    pub fn cred_protect(&self) -> Result<Option<CredentialProtection>, ExtensionError> {
        self.read(CRED_PROTECT, "1, 2 or 3", |item| {
            CredentialProtection::from_number(crate::cbor::as_unsigned(item)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};
    use alloc::string::ToString;

    fn output(value: &[u8]) -> Result<Option<CredentialProtection>, ExtensionError> {
        let map = one(CRED_PROTECT, value);
        AuthenticatorExtensionOutputs::parse(&map).unwrap().cred_protect()
    }

    #[test]
    fn the_input_is_two_members() {
        let level = CredentialProtection::UserVerificationOptionalWithCredentialIdList;
        let inputs = ClientExtensionInputs::new().with_cred_protect(level, Enforcement::Enforced);
        let text = serde_json::to_string(&inputs).unwrap();
        assert_eq!(
            text,
            r#"{"credentialProtectionPolicy":"userVerificationOptionalWithCredentialIDList","enforceCredentialProtectionPolicy":true}"#
        );
        let input = CredProtectInput { policy: level, enforcement: Enforcement::Enforced };
        assert_eq!(inputs.cred_protect(), Ok(Some(input)));
        assert_eq!(serde_json::to_value(level).unwrap(), level.to_string());
    }

    #[test]
    fn an_input_that_enforces_nothing_is_an_error() {
        for text in
            [r#"{"enforceCredentialProtectionPolicy":true}"#, r#"{"credentialProtectionPolicy":"strong"}"#]
        {
            let inputs: ClientExtensionInputs = serde_json::from_str(text).unwrap();
            inputs.cred_protect().unwrap_err();
        }
    }

    #[test]
    fn the_output_is_a_number() {
        assert_eq!(output(&[0x01]), Ok(Some(CredentialProtection::UserVerificationOptional)));
        assert_eq!(output(&[0x03]), Ok(Some(CredentialProtection::UserVerificationRequired)));
    }

    #[test]
    fn rule_319_a_number_outside_1_to_3_is_invalid() {
        for value in [&[0x00][..], &[0x04], &[0x20], &[0x18, 0xff], &[0xf5], &[0x61, b'2']] {
            let error = ExtensionError::WrongType { output: CRED_PROTECT, expected: "1, 2 or 3" };
            assert_eq!(output(value), Err(error), "{value:x?}");
        }
    }
}
