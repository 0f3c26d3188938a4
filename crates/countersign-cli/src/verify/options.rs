//! The options of a ceremony, in the forms in which servers send them.

use countersign::types::{CreationOptions, RequestOptions};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ceremony::Mediation;

/// The options of a ceremony.
#[derive(Debug, Clone)]
pub(crate) enum Options {
    Creation(Box<CreationOptions>, Mediation),
    Request(RequestOptions),
}

/// Members that only creation options have.
const OF_CREATION: [&str; 3] = ["pubKeyCredParams", "user", "rp"];

/// The most members or items of an object or list in options: no options that a browser accepts have as many.
const ITEMS_MAX: usize = 1024;

impl Options {
    /// Reads `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`, alone, as the member
    /// `publicKey` of the argument of `create()` or `get()`, or as the member `options` of a server's answer. The error is
    /// a sentence.
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value: Value = countersign::types::json::unique_names(&mut deserializer, ITEMS_MAX)
            .map_err(|error| error.to_string())?;
        deserializer.end().map_err(|error| error.to_string())?;
        let value = value.get("options").filter(|options| options.is_object()).unwrap_or(&value);
        let mediation = match value.get("mediation").and_then(Value::as_str) {
            Some("conditional") => Mediation::Conditional,
            _ => Mediation::Modal,
        };
        let options = value.get("publicKey").unwrap_or(value);
        if OF_CREATION.iter().any(|name| options.get(name).is_some()) {
            return Ok(Self::Creation(Box::new(read(options)?), mediation));
        }
        Ok(Self::Request(read(options)?))
    }

    /// The RP ID that the options name.
    pub(crate) fn rp_id(&self) -> Option<&str> {
        match self {
            Self::Creation(options, _) => options.rp.id.as_deref(),
            Self::Request(options) => options.rp_id.as_deref(),
        }
    }
}

fn read<T: DeserializeOwned>(options: &Value) -> Result<T, String> {
    T::deserialize(options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATION: &str = r#"{"rp":{"id":"example.org","name":"x"},"user":{"id":"AQ","name":"a","displayName":""},
        "challenge":"AAAAAAAAAAAAAAAAAAAAAA","pubKeyCredParams":[]}"#;
    const REQUEST: &str = r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rpId":"example.org"}"#;

    #[test]
    fn options_may_be_the_argument_of_the_browsers_call() {
        for (text, is_creation) in [(CREATION, true), (REQUEST, false)] {
            let wrapped = format!(r#"{{"publicKey":{text},"mediation":"conditional"}}"#);
            let answered = format!(r#"{{"ceremony":"x","options":{text}}}"#);
            for text in [text, &wrapped, &answered] {
                let options = Options::from_json(text).unwrap();
                assert_eq!(matches!(options, Options::Creation(..)), is_creation);
                assert_eq!(options.rp_id(), Some("example.org"));
            }
            if let Options::Creation(_, mediation) = Options::from_json(&wrapped).unwrap() {
                assert_eq!(mediation, Mediation::Conditional);
            }
        }
    }

    #[test]
    fn what_is_not_options_is_an_error() {
        for text in
            ["", "[]", "{}", r#"{"rp":{}}"#, &format!("{REQUEST}x"), r#"{"challenge":"AA","challenge":"AA"}"#]
        {
            Options::from_json(text).unwrap_err();
        }
    }
}
