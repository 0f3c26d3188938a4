//! The pseudo-random function extension ([section 10.1.4](https://www.w3.org/TR/webauthn-3/#prf-extension)).

use alloc::{collections::BTreeMap, string::String};

use serde_json::{Map, Value};

use super::error::{ExtensionError, ExtensionInputError};
use super::value::{self, Malformed};
use super::{inputs::ClientExtensionInputs, outputs::ClientExtensionOutputs, secret::SecretBytes};
use crate::{base64url, identifiers::CredentialId};

const PRF: &str = "prf";

/// Bytes of each result: [section 10.1.4](https://www.w3.org/TR/webauthn-3/#prf-extension).
const RESULT_LENGTH: usize = 32;

/// Values at which to evaluate the function, `AuthenticationExtensionsPRFValues` as input: one or two, of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrfValues {
    /// The first value.
    pub first: SecretBytes,
    /// The second value, by which a key derived from the first result can be replaced in one ceremony.
    pub second: Option<SecretBytes>,
}

impl PrfValues {
    /// Creates an input with one value.
    pub fn new(first: SecretBytes) -> Self {
        Self { first, second: None }
    }

    /// Adds a second value.
    pub fn with_second(mut self, second: SecretBytes) -> Self {
        self.second = Some(second);
        self
    }

    fn to_json(&self) -> Value {
        let mut members = Map::from_iter([("first".into(), encoded(&self.first))]);
        if let Some(second) = &self.second {
            members.insert("second".into(), encoded(second));
        }
        members.into()
    }

    fn read(value: Option<&Value>) -> Result<Option<Self>, Malformed> {
        let Some(members) = value::object(value, "prf.eval")? else { return Ok(None) };
        let first = value::bytes(members.get("first"), "prf.eval.first")?;
        let first = SecretBytes::new(value::required(first, "prf.eval.first")?);
        let second = value::bytes(members.get("second"), "prf.eval.second")?.map(SecretBytes::new);
        Ok(Some(Self { first, second }))
    }
}

fn encoded(bytes: &SecretBytes) -> Value {
    base64url::encode(bytes.expose()).into()
}

/// The input of `prf`, `AuthenticationExtensionsPRFInputs`: the values at which to evaluate the function.
///
/// ```
/// use countersign_types::extensions::{ClientExtensionInputs, PrfInput, PrfValues, SecretBytes};
/// let salt = SecretBytes::new(*b"example.org: key of the vault, 1");
/// let inputs = ClientExtensionInputs::new().with_prf(&PrfInput::new().with_eval(PrfValues::new(salt)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PrfInput {
    /// The values for any credential.
    pub eval: Option<PrfValues>,
    /// The values for each allowed credential at authentication, instead of `eval`.
    pub eval_by_credential: BTreeMap<CredentialId, PrfValues>,
}

impl PrfInput {
    /// Creates an input without a value: add one with [`with_eval`](Self::with_eval).
    ///
    /// Without a value, the input is the empty object, which at registration requests only whether the new credential
    /// has such a function. Send `eval` there too: Firefox on Windows fails `create()` for the empty form, and
    /// `enabled` answers that question either way.
    pub fn new() -> Self {
        Self::default()
    }

    /// Evaluates the function at these values for any credential.
    pub fn with_eval(mut self, values: PrfValues) -> Self {
        self.eval = Some(values);
        self
    }

    /// Evaluates the function at these values if this credential is used.
    pub fn with_eval_for(mut self, credential: CredentialId, values: PrfValues) -> Self {
        self.eval_by_credential.insert(credential, values);
        self
    }
}

/// The results of the function, `results` of `AuthenticationExtensionsPRFOutputs`: a claim of the client, not signed.
///
/// They are often keys that the server should never see: the page can remove them before it sends the response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrfResults {
    /// The result at the first value: 32 bytes.
    pub first: SecretBytes,
    /// The result at the second value, if there was one: 32 bytes.
    pub second: Option<SecretBytes>,
}

impl ClientExtensionInputs {
    /// Requests the credential's pseudo-random function, evaluated at the values of `input`. A client always verifies
    /// the user for it.
    pub fn with_prf(self, input: &PrfInput) -> Self {
        let mut members = Map::new();
        if let Some(values) = &input.eval {
            members.insert("eval".into(), values.to_json());
        }
        if !input.eval_by_credential.is_empty() {
            let by_credential = input.eval_by_credential.iter();
            let by_credential: Map<String, Value> = by_credential
                .map(|(credential, values)| (base64url::encode(credential), values.to_json()))
                .collect();
            members.insert("evalByCredential".into(), by_credential.into());
        }
        self.with(PRF, members)
    }

    /// The input of [`with_prf`](Self::with_prf).
    pub fn prf(&self) -> Result<Option<PrfInput>, ExtensionInputError> {
        let Some(members) = value::object(self.get(PRF), PRF)? else { return Ok(None) };
        let eval = PrfValues::read(members.get("eval"))?;
        let mut eval_by_credential = BTreeMap::new();
        let by_credential = value::object(members.get("evalByCredential"), "prf.evalByCredential")?;
        for (name, values) in by_credential.into_iter().flatten() {
            let id = base64url::decode(name).ok().and_then(CredentialId::new);
            let id = id.map_or_else(
                || value::wrong("prf.evalByCredential", "by credential IDs in base64url without padding"),
                Ok,
            )?;
            let values = value::required(PrfValues::read(Some(values))?, "prf.evalByCredential")?;
            eval_by_credential.insert(id, values);
        }
        Ok(Some(PrfInput { eval, eval_by_credential }))
    }
}

impl ClientExtensionOutputs {
    /// At registration: whether the new credential has such a function, according to the client; `None` if it does not
    /// say. Results are ignored.
    pub fn prf_enabled(&self) -> Result<Option<bool>, ExtensionError> {
        let members = value::object(self.get(PRF), PRF)?;
        Ok(value::boolean(members.and_then(|members| members.get("enabled")), "prf.enabled")?)
    }

    /// The results, if the function was evaluated; `None` if there are none.
    pub fn prf_results(&self) -> Result<Option<PrfResults>, ExtensionError> {
        let members = value::object(self.get(PRF), PRF)?;
        let results = value::object(members.and_then(|members| members.get("results")), "prf.results")?;
        Ok(results.map(PrfResults::read).transpose()?)
    }

    /// Whether the member for results has any value other than `null`: results, or the objects to which
    /// `JSON.stringify()` turns buffers.
    pub fn has_prf_results(&self) -> bool {
        let results = self.get(PRF).and_then(|prf| prf.get("results"));
        results.is_some_and(|results| !results.is_null())
    }
}

impl PrfResults {
    fn read(members: &Map<String, Value>) -> Result<Self, Malformed> {
        let result = |member, name| {
            value::sized_bytes(members.get(member), RESULT_LENGTH, name, "32 bytes in base64url")
        };
        let first = value::required(result("first", "prf.results.first")?, "prf.results.first")?;
        let second = result("second", "prf.results.second")?;
        Ok(Self { first: SecretBytes::new(first), second: second.map(SecretBytes::new) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    /// 32 zero bytes.
    const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn outputs(text: &str) -> ClientExtensionOutputs {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_input_survives_a_round_trip() {
        let values = PrfValues::new(SecretBytes::new([1])).with_second(SecretBytes::new([2]));
        let input = PrfInput::new()
            .with_eval(values.clone())
            .with_eval_for(CredentialId::new([0xff, 0xff]).unwrap(), values);
        let inputs = ClientExtensionInputs::new().with_prf(&input);
        assert_eq!(
            serde_json::to_string(&inputs).unwrap(),
            r#"{"prf":{"eval":{"first":"AQ","second":"Ag"},"evalByCredential":{"__8":{"first":"AQ","second":"Ag"}}}}"#
        );
        assert_eq!(inputs.prf(), Ok(Some(input)));
        let inputs = ClientExtensionInputs::new().with_prf(&PrfInput::new());
        assert_eq!(serde_json::to_string(&inputs).unwrap(), r#"{"prf":{}}"#);
    }

    #[test]
    fn rule_324_keys_of_eval_by_credential_are_credential_ids() {
        for key in ["", "AQ=", "é"] {
            let text = format!(r#"{{"prf":{{"evalByCredential":{{"{key}":{{"first":"AQ"}}}}}}}}"#);
            let inputs: ClientExtensionInputs = serde_json::from_str(&text).unwrap();
            let error = ExtensionInputError::WrongType {
                input: "prf.evalByCredential",
                expected: "by credential IDs in base64url without padding",
            };
            assert_eq!(inputs.prf(), Err(error), "{key}");
        }
    }

    #[test]
    fn results_have_32_bytes_and_are_not_shown() {
        let text = format!(r#"{{"prf":{{"enabled":true,"results":{{"first":"{ZEROS}"}}}}}}"#);
        let prf = outputs(&text);
        assert_eq!(prf.prf_enabled(), Ok(Some(true)));
        let results = prf.prf_results().unwrap();
        assert_eq!(results.as_ref().map(|results| results.first.expose()), Some(&[0; 32][..]));
        assert!(format!("{results:?}").contains("SecretBytes(32 bytes)"));
        assert_eq!(outputs(r#"{"prf":{}}"#).prf_enabled(), Ok(None));
        assert_eq!(outputs(r#"{"prf":{}}"#).prf_results(), Ok(None));
    }

    #[test]
    fn results_of_any_type_are_detected() {
        let with = |results: &str| outputs(&format!(r#"{{"prf":{{"enabled":true,"results":{results}}}}}"#));
        for results in ["{}", "[]", "0", "\"AA==\"", r#"{"first":{}}"#, r#"{"first":null}"#] {
            let outputs = with(results);
            assert!(outputs.has_prf_results(), "{results}");
            assert_eq!(outputs.prf_enabled(), Ok(Some(true)));
            outputs.prf_results().unwrap_err();
        }
        assert!(!with("null").has_prf_results());
        for text in ["{}", r#"{"prf":null}"#, r#"{"prf":{}}"#, r#"{"prf":["results"]}"#] {
            assert!(!outputs(text).has_prf_results(), "{text}");
        }
    }

    #[test]
    fn rule_316_an_output_of_another_type_is_invalid() {
        for (text, name) in [
            (r#"{"prf":true}"#, "prf"),
            (r#"{"prf":{"enabled":1}}"#, "prf.enabled"),
            (r#"{"prf":{"results":[]}}"#, "prf.results"),
            (r#"{"prf":{"results":{}}}"#, "prf.results.first"),
            (r#"{"prf":{"results":{"first":"AQI"}}}"#, "prf.results.first"),
        ] {
            let outputs = outputs(text);
            let error = outputs.prf_enabled().err().or(outputs.prf_results().err()).unwrap();
            assert!(matches!(error, ExtensionError::WrongType { output, .. } if output == name), "{text}");
        }
    }
}
