//! Credential blobs
//! ([CTAP 2.2 section 12.2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credBlob-extension)).

use super::error::{ExtensionError, ExtensionInputError};
use super::{
    authenticator::AuthenticatorExtensionOutputs, inputs::ClientExtensionInputs,
    outputs::ClientExtensionOutputs, secret::SecretBytes, value,
};

const CRED_BLOB: &str = "credBlob";
const GET_CRED_BLOB: &str = "getCredBlob";

impl ClientExtensionInputs {
    /// Requests, at registration, that these bytes are stored with a discoverable credential. Authenticators with this
    /// extension accept at least 32 bytes.
    pub fn with_cred_blob(self, blob: &SecretBytes) -> Self {
        self.with(CRED_BLOB, crate::base64url::encode(blob.expose()))
    }

    /// The bytes of [`with_cred_blob`](Self::with_cred_blob).
    pub fn cred_blob(&self) -> Result<Option<SecretBytes>, ExtensionInputError> {
        Ok(value::bytes(self.get(CRED_BLOB), CRED_BLOB)?.map(SecretBytes::new))
    }

    /// Requests, at authentication, the bytes that are stored with the credential.
    pub fn with_get_cred_blob(self) -> Self {
        self.with(GET_CRED_BLOB, true)
    }

    /// Whether [`with_get_cred_blob`](Self::with_get_cred_blob) was called.
    pub fn get_cred_blob(&self) -> Result<Option<bool>, ExtensionInputError> {
        Ok(value::boolean(self.get(GET_CRED_BLOB), GET_CRED_BLOB)?)
    }
}

impl ClientExtensionOutputs {
    /// At registration: whether the bytes were stored; `None` if the client does not say.
    pub fn cred_blob(&self) -> Result<Option<bool>, ExtensionError> {
        Ok(value::boolean(self.get(CRED_BLOB), CRED_BLOB)?)
    }

    /// At authentication: the stored bytes; `None` if the client has no output.
    pub fn get_cred_blob(&self) -> Result<Option<SecretBytes>, ExtensionError> {
        Ok(value::bytes(self.get(GET_CRED_BLOB), GET_CRED_BLOB)?.map(SecretBytes::new))
    }
}

impl AuthenticatorExtensionOutputs<'_> {
    /// At registration: whether the bytes were stored; `None` if the authenticator does not say.
    pub fn cred_blob_stored(&self) -> Result<Option<bool>, ExtensionError> {
        self.boolean(CRED_BLOB)
    }

    /// At authentication: the stored bytes, empty if there are none; `None` if the authenticator has no output.
    pub fn cred_blob(&self) -> Result<Option<SecretBytes>, ExtensionError> {
        Ok(self.bytes(CRED_BLOB)?.map(SecretBytes::new))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::authenticator::tests::one, *};
    use alloc::format;

    #[test]
    fn inputs_survive_a_round_trip() {
        let blob = SecretBytes::new([1, 2]);
        let inputs = ClientExtensionInputs::new().with_cred_blob(&blob).with_get_cred_blob();
        assert_eq!(serde_json::to_string(&inputs).unwrap(), r#"{"credBlob":"AQI","getCredBlob":true}"#);
        assert_eq!((inputs.cred_blob(), inputs.get_cred_blob()), (Ok(Some(blob)), Ok(Some(true))));
        assert_eq!(ClientExtensionInputs::new().get_cred_blob(), Ok(None));
    }

    #[test]
    fn the_outputs_have_their_types_and_the_blob_is_not_shown() {
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"credBlob":true,"getCredBlob":"YmxvYmRhdGE"}"#).unwrap();
        assert_eq!(outputs.cred_blob(), Ok(Some(true)));
        assert_eq!(outputs.get_cred_blob(), Ok(Some(SecretBytes::new(*b"blobdata"))));
        assert!(!format!("{outputs:?}").contains("YmxvYmRhdGE"));
        let map = one(CRED_BLOB, &[0x42, 0x01, 0x02]);
        let outputs = AuthenticatorExtensionOutputs::parse(&map).unwrap();
        assert_eq!(outputs.cred_blob(), Ok(Some(SecretBytes::new([1, 2]))));
        let error = ExtensionError::WrongType { output: CRED_BLOB, expected: "a boolean" };
        assert_eq!(outputs.cred_blob_stored(), Err(error));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        let outputs: ClientExtensionOutputs =
            serde_json::from_str(r#"{"credBlob":"AQI","getCredBlob":true}"#).unwrap();
        outputs.cred_blob().unwrap_err();
        outputs.get_cred_blob().unwrap_err();
        let map = one(CRED_BLOB, &[0xf5]);
        AuthenticatorExtensionOutputs::parse(&map).unwrap().cred_blob().unwrap_err();
    }
}
