//! The HMAC secret extension
//! ([CTAP 2.2 section 12.7](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-hmac-secret-extension)):
//! the authenticator's side of `prf`, and the inputs and outputs by which some clients give direct access to it.

use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::authenticator::AuthenticatorExtensionOutputs;
use super::error::{ExtensionError, ExtensionInputError};
use super::inputs::ClientExtensionInputs;
use super::outputs::ClientExtensionOutputs;
use super::secret::SecretBytes;
use super::value::{self, Malformed};
use crate::base64url;

const HMAC_SECRET: &str = "hmac-secret";
const CREATE: &str = "hmacCreateSecret";
const GET: &str = "hmacGetSecret";

/// Bytes of a salt, and of each result.
const LENGTH: usize = 32;

/// `HMACGetSecretInput`: one or two salts of 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HmacSalts {
    /// The first salt.
    pub first: [u8; LENGTH],
    /// The second salt, by which a key derived from the first result can be replaced in one ceremony.
    pub second: Option<[u8; LENGTH]>,
}

impl HmacSalts {
    /// Creates an input with one salt.
    pub const fn new(first: [u8; LENGTH]) -> Self {
        Self { first, second: None }
    }

    /// Adds a second salt.
    pub const fn with_second(mut self, second: [u8; LENGTH]) -> Self {
        self.second = Some(second);
        self
    }
}

impl core::fmt::Debug for HmacSalts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.second.is_some() { "HmacSalts(2)" } else { "HmacSalts(1)" })
    }
}

/// The results, `HMACGetSecretOutput`, decrypted by the client: a claim of the client, not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HmacResults {
    /// The result of the first salt: 32 bytes.
    pub first: SecretBytes,
    /// The result of the second salt, if there was one: 32 bytes.
    pub second: Option<SecretBytes>,
}

impl ClientExtensionInputs {
    /// Requests, at registration, a credential with an HMAC secret. Browsers support `prf` instead.
    pub fn with_hmac_create_secret(self) -> Self {
        self.with(CREATE, true)
    }

    /// Whether [`with_hmac_create_secret`](Self::with_hmac_create_secret) was called.
    pub fn hmac_create_secret(&self) -> Result<Option<bool>, ExtensionInputError> {
        Ok(value::boolean(self.get(CREATE), CREATE)?)
    }

    /// Requests, at authentication, the HMAC of these salts. Browsers support `prf` instead.
    pub fn with_hmac_get_secret(self, salts: HmacSalts) -> Self {
        let mut members = Map::from_iter([("salt1".into(), Value::from(base64url::encode(salts.first)))]);
        if let Some(second) = salts.second {
            members.insert("salt2".into(), base64url::encode(second).into());
        }
        self.with(GET, members)
    }

    /// The input of [`with_hmac_get_secret`](Self::with_hmac_get_secret).
    pub fn hmac_get_secret(&self) -> Result<Option<HmacSalts>, ExtensionInputError> {
        let Some(members) = value::object(self.get(GET), GET)? else { return Ok(None) };
        let first =
            value::required(salt(members.get("salt1"), "hmacGetSecret.salt1")?, "hmacGetSecret.salt1")?;
        Ok(Some(HmacSalts { first, second: salt(members.get("salt2"), "hmacGetSecret.salt2")? }))
    }
}

fn salt(value: Option<&Value>, name: &'static str) -> Result<Option<[u8; LENGTH]>, Malformed> {
    let Some(salt) = value::bytes(value, name)? else { return Ok(None) };
    salt.try_into().map(Some).or_else(|_: Vec<u8>| value::wrong(name, "32 bytes in base64url"))
}

impl ClientExtensionOutputs {
    /// At registration: whether the credential has an HMAC secret; `None` if the client does not say.
    pub fn hmac_create_secret(&self) -> Result<Option<bool>, ExtensionError> {
        Ok(value::boolean(self.get(CREATE), CREATE)?)
    }

    /// At authentication: the results; `None` if the client has no output.
    pub fn hmac_get_secret(&self) -> Result<Option<HmacResults>, ExtensionError> {
        let Some(members) = value::object(self.get(GET), GET)? else { return Ok(None) };
        let result =
            |member, name| value::sized_bytes(members.get(member), LENGTH, name, "32 bytes in base64url");
        let first = result("output1", "hmacGetSecret.output1")?;
        let first = SecretBytes::new(value::required(first, "hmacGetSecret.output1")?);
        let second = result("output2", "hmacGetSecret.output2")?.map(SecretBytes::new);
        Ok(Some(HmacResults { first, second }))
    }

    /// Whether the member of [`hmac_get_secret`](Self::hmac_get_secret) has any value other than `null`.
    pub fn has_hmac_results(&self) -> bool {
        self.contains(GET)
    }
}

impl<'a> AuthenticatorExtensionOutputs<'a> {
    /// At registration: whether the credential has an HMAC secret; `None` if the authenticator does not say.
    pub fn hmac_secret_created(&self) -> Result<Option<bool>, ExtensionError> {
        self.boolean(HMAC_SECRET)
    }

    /// At authentication: the results, encrypted between client and authenticator, so of no use to a relying party;
    /// `None` if there are none.
    pub fn hmac_secret_results(&self) -> Result<Option<&'a [u8]>, ExtensionError> {
        encrypted_results(self, HMAC_SECRET)
    }
}

/// One or two results of 32 bytes in AES-256-CBC without padding. PIN/UV auth protocol one has no initialisation vector,
/// protocol two puts one of 16 bytes in front
/// ([CTAP 2.2 sections 6.5.6 and 6.5.7](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#pinProto1)).
pub(super) fn encrypted_results<'a>(
    outputs: &AuthenticatorExtensionOutputs<'a>,
    name: &'static str,
) -> Result<Option<&'a [u8]>, ExtensionError> {
    match outputs.bytes(name)? {
        Some(bytes) if !matches!(bytes.len(), 32 | 48 | 64 | 80) => {
            Err(ExtensionError::WrongType { output: name, expected: "32, 48, 64 or 80 bytes" })
        }
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};
    use alloc::format;

    #[test]
    fn an_input_survives_a_round_trip() {
        let salts = HmacSalts::new([1; 32]).with_second([2; 32]);
        let inputs = ClientExtensionInputs::new().with_hmac_get_secret(salts).with_hmac_create_secret();
        assert_eq!(inputs.hmac_get_secret(), Ok(Some(salts)));
        assert_eq!(inputs.hmac_create_secret(), Ok(Some(true)));
        assert_eq!(ClientExtensionInputs::new().hmac_create_secret(), Ok(None));
        assert_eq!(format!("{salts:?}"), "HmacSalts(2)");
        let inputs: ClientExtensionInputs =
            serde_json::from_str(r#"{"hmacGetSecret":{"salt1":"AQI"}}"#).unwrap();
        let error = ExtensionInputError::WrongType {
            input: "hmacGetSecret.salt1",
            expected: "32 bytes in base64url",
        };
        assert_eq!(inputs.hmac_get_secret(), Err(error));
    }

    #[test]
    fn the_output_of_the_client_at_registration_is_a_boolean_or_absent() {
        let created =
            |text: &str| serde_json::from_str::<ClientExtensionOutputs>(text).unwrap().hmac_create_secret();
        assert_eq!(created(r#"{"hmacCreateSecret":true}"#), Ok(Some(true)));
        assert_eq!(created(r#"{"hmacCreateSecret":false}"#), Ok(Some(false)));
        assert_eq!(created("{}"), Ok(None));
        let error = ExtensionError::WrongType { output: "hmacCreateSecret", expected: "a boolean" };
        assert_eq!(created(r#"{"hmacCreateSecret":1}"#), Err(error));
    }

    #[test]
    fn results_of_the_client_are_not_shown() {
        let text = format!(r#"{{"hmacGetSecret":{{"output1":"{}"}}}}"#, base64url::encode([7; 32]));
        let outputs: ClientExtensionOutputs = serde_json::from_str(&text).unwrap();
        let results = outputs.hmac_get_secret().unwrap().unwrap();
        assert_eq!(results.first.expose(), [7; 32]);
        assert!(format!("{results:?}").contains("SecretBytes(32 bytes)"));
        let text = text.replace("output1", "output2");
        let outputs: ClientExtensionOutputs = serde_json::from_str(&text).unwrap();
        outputs.hmac_get_secret().unwrap_err();
    }

    #[test]
    fn rule_326_the_output_of_the_authenticator_at_registration_is_a_boolean() {
        let map = one(HMAC_SECRET, &[0xf5]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        assert_eq!(outputs.hmac_secret_created(), Ok(Some(true)));
        for value in [&[0x01][..], &[0xf6], &[0x41, 0x01]] {
            let map = one(HMAC_SECRET, value);
            let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
            let error = ExtensionError::WrongType { output: HMAC_SECRET, expected: "a boolean" };
            assert_eq!(outputs.hmac_secret_created(), Err(error));
        }
    }

    #[test]
    fn rule_326_at_authentication_it_is_one_or_two_encrypted_results() {
        for length in [32_u8, 48, 64, 80] {
            let map = one(HMAC_SECRET, &[&[0x58, length], &[0xcc; 80][..length.into()]].concat());
            let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
            assert_eq!(outputs.hmac_secret_results().unwrap().map(<[u8]>::len), Some(length.into()));
        }
        for value in [&[0xf5][..], &[0x41, 0x01], &[&[0x58, 47], &[0; 47][..]].concat()] {
            let map = one(HMAC_SECRET, value);
            let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
            outputs.hmac_secret_results().unwrap_err();
        }
    }
}
