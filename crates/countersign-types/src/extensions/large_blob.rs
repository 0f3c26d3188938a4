//! The large blob storage extension
//! ([section 10.1.5](https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension)).

use alloc::borrow::ToOwned;

use super::error::{ExtensionError, ExtensionInputError};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, secret::SecretBytes, value};
use crate::{base64url, enumerations::open_enumeration};

const LARGE_BLOB: &str = "largeBlob";

open_enumeration! {
    /// Whether a registration requires or prefers an authenticator that stores large blobs, `LargeBlobSupport`.
    LargeBlobSupport {
        /// The authenticator must store large blobs.
        Required = "required",
        /// Another authenticator is accepted too.
        Preferred = "preferred",
    }
}

/// The input of `largeBlob`, `AuthenticationExtensionsLargeBlobInputs`: one request at a time, as specified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LargeBlobInput {
    /// At registration: an authenticator that stores large blobs, preferred if JSON does not say.
    Support(LargeBlobSupport),
    /// At authentication: read the blob of the credential.
    Read,
    /// At authentication with exactly one allowed credential: write this blob.
    Write(SecretBytes),
}

/// The output of `largeBlob`, `AuthenticationExtensionsLargeBlobOutputs`: a claim of the client, not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LargeBlobOutput {
    /// At registration: whether the new credential can have a blob.
    pub supported: Option<bool>,
    /// At authentication: the credential's blob, if it was requested and read.
    pub blob: Option<SecretBytes>,
    /// At authentication: whether the blob was written.
    pub written: Option<bool>,
}

impl ClientExtensionInputs {
    /// Requests a credential that can have a blob, or reads or writes its blob.
    pub fn with_large_blob(self, input: &LargeBlobInput) -> Self {
        let (name, value) = match input {
            LargeBlobInput::Support(support) => ("support", serde_json::Value::from(support.as_str())),
            LargeBlobInput::Read => ("read", true.into()),
            LargeBlobInput::Write(blob) => ("write", base64url::encode(blob.expose()).into()),
        };
        self.with(LARGE_BLOB, serde_json::Map::from_iter([(name.to_owned(), value)]))
    }

    /// The input of [`with_large_blob`](Self::with_large_blob). More than one request at a time is an error.
    pub fn large_blob(&self) -> Result<Option<LargeBlobInput>, ExtensionInputError> {
        let Some(members) = value::object(self.get(LARGE_BLOB), LARGE_BLOB)? else { return Ok(None) };
        let support = value::text(members.get("support"), "largeBlob.support")?;
        let read = value::boolean(members.get("read"), "largeBlob.read")?;
        let write = value::bytes(members.get("write"), "largeBlob.write")?;
        let input = match (support, read, write) {
            (None, None, None) => LargeBlobInput::Support(LargeBlobSupport::Preferred),
            (Some(support), None, None) => LargeBlobInput::Support(support.into()),
            (None, Some(true), None) => LargeBlobInput::Read,
            (None, None, Some(blob)) => LargeBlobInput::Write(SecretBytes::new(blob)),
            _ => value::wrong(LARGE_BLOB, "one of `support`, `read: true` and `write` alone")?,
        };
        Ok(Some(input))
    }
}

impl ClientExtensionOutputs {
    /// The client's output; `None` if it did not process the extension.
    pub fn large_blob(&self) -> Result<Option<LargeBlobOutput>, ExtensionError> {
        let Some(members) = value::object(self.get(LARGE_BLOB), LARGE_BLOB)? else { return Ok(None) };
        Ok(Some(LargeBlobOutput {
            supported: value::boolean(members.get("supported"), "largeBlob.supported")?,
            blob: value::bytes(members.get("blob"), "largeBlob.blob")?.map(SecretBytes::new),
            written: value::boolean(members.get("written"), "largeBlob.written")?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn output(text: &str) -> Result<Option<LargeBlobOutput>, ExtensionError> {
        serde_json::from_str::<ClientExtensionOutputs>(text).unwrap().large_blob()
    }

    #[test]
    fn an_input_survives_a_round_trip() {
        for (input, text) in [
            (LargeBlobInput::Support(LargeBlobSupport::Required), r#"{"largeBlob":{"support":"required"}}"#),
            (LargeBlobInput::Read, r#"{"largeBlob":{"read":true}}"#),
            (LargeBlobInput::Write(SecretBytes::new([1, 2])), r#"{"largeBlob":{"write":"AQI"}}"#),
        ] {
            let inputs = ClientExtensionInputs::new().with_large_blob(&input);
            assert_eq!(serde_json::to_string(&inputs).unwrap(), text);
            assert_eq!(inputs.large_blob(), Ok(Some(input)));
        }
        let inputs: ClientExtensionInputs = serde_json::from_str(r#"{"largeBlob":{}}"#).unwrap();
        let preferred = LargeBlobInput::Support(LargeBlobSupport::Preferred);
        assert_eq!(inputs.large_blob(), Ok(Some(preferred)));
    }

    #[test]
    fn rule_329_two_things_at_a_time_are_an_error() {
        for text in [
            r#"{"largeBlob":{"read":true,"write":"AQI"}}"#,
            r#"{"largeBlob":{"read":false,"write":"AQI"}}"#,
            r#"{"largeBlob":{"support":"required","read":true}}"#,
        ] {
            let inputs: ClientExtensionInputs = serde_json::from_str(text).unwrap();
            let error = ExtensionInputError::WrongType {
                input: "largeBlob",
                expected: "one of `support`, `read: true` and `write` alone",
            };
            assert_eq!(inputs.large_blob(), Err(error), "{text}");
        }
    }

    #[test]
    fn the_blob_is_base64url_and_is_not_shown() {
        let read = output(r#"{"largeBlob":{"blob":"aGVsbG8"}}"#).unwrap().unwrap();
        assert_eq!(read.blob.as_ref().map(SecretBytes::expose), Some(&b"hello"[..]));
        assert!(!format!("{read:?}").contains("hello") && !format!("{read:?}").contains("104"));
        assert_eq!(output(r#"{"largeBlob":{"written":true}}"#).unwrap().unwrap().written, Some(true));
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        for (text, name) in [
            (r#"{"largeBlob":true}"#, "largeBlob"),
            (r#"{"largeBlob":{"supported":"true"}}"#, "largeBlob.supported"),
            (r#"{"largeBlob":{"blob":[1,2]}}"#, "largeBlob.blob"),
            (r#"{"largeBlob":{"blob":"AQI="}}"#, "largeBlob.blob"),
            (r#"{"largeBlob":{"written":1}}"#, "largeBlob.written"),
        ] {
            let error = output(text).unwrap_err();
            assert!(matches!(error, ExtensionError::WrongType { output, .. } if output == name), "{text}");
        }
    }
}
