//! What a ceremony asked of extensions, as its state remembers it
//! ([section 9.3](https://www.w3.org/TR/webauthn-3/#sctn-extension-request-parameters)).

use countersign_types::extensions::ClientExtensionInputs;
use serde::{Deserialize, Serialize};

/// The part of the extension inputs that the response is judged by. It holds no secret: not the inputs of `prf`, nor
/// what is to be written with `largeBlob` or `credBlob`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestedExtensions {
    names: Vec<String>,
}

impl RequestedExtensions {
    /// What `inputs` ask for.
    pub fn new(inputs: &ClientExtensionInputs) -> Self {
        Self { names: inputs.names().map(str::to_owned).collect() }
    }

    /// The identifiers of the extensions that were asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether this extension was asked for.
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|asked| asked == name)
    }

    /// Whether no extension was asked for.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_survives_its_serialised_form() {
        let inputs = ClientExtensionInputs::new().with_cred_props();
        let requested = RequestedExtensions::new(&inputs);
        assert!(requested.contains("credProps") && !requested.contains("credprops"));
        let text = serde_json::to_string(&requested).unwrap();
        assert_eq!(serde_json::from_str::<RequestedExtensions>(&text).unwrap(), requested);
        assert!(RequestedExtensions::default().is_empty());
    }
}
