//! Token binding in client data, of
//! [Level 1, section 5.8.1](https://www.w3.org/TR/2019/REC-webauthn-1-20190304/#sec-client-data).
//!
//! Level 3 reserves the member and defines nothing, so `countersign` ignores it. FIDO's tests still demand that a malformed
//! one is rejected.

use serde::Deserialize;
use serde_json::Value;

/// The values of `status`; the last is of drafts of Level 1, and FIDO's tests list it.
const STATUSES: [&str; 3] = ["present", "supported", "not-supported"];

/// The member `tokenBinding` is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenBindingError {
    /// It is not an object.
    #[error("tokenBinding is not an object")]
    NotObject,
    /// Its `status` is missing or unknown.
    #[error("the status of tokenBinding is none of {}", STATUSES.join(", "))]
    Status,
}

/// Client data, for its token binding only.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    #[serde(default)]
    token_binding: Option<Value>,
}

/// Checks the token binding of client data, if there is any. Client data that can't be parsed is left to the ceremony.
pub(crate) fn check(client_data: &[u8]) -> Result<(), TokenBindingError> {
    let Ok(Members { token_binding: Some(value) }) = serde_json::from_slice(client_data) else {
        return Ok(());
    };
    let Value::Object(members) = value else { return Err(TokenBindingError::NotObject) };
    let status = members.get("status").and_then(Value::as_str);
    if status.is_some_and(|status| STATUSES.contains(&status)) {
        Ok(())
    } else {
        Err(TokenBindingError::Status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_binding_is_an_object_with_a_known_status() {
        for (client_data, outcome) in [
            (r#"{"type":"webauthn.get"}"#, Ok(())),
            (r#"{"tokenBinding":null}"#, Ok(())),
            (r#"{"tokenBinding":{"status":"supported"}}"#, Ok(())),
            (r#"{"tokenBinding":{"status":"present","id":"AA"}}"#, Ok(())),
            (r#"{"tokenBinding":{"status":"not-supported"}}"#, Ok(())),
            (r#"{"tokenBinding":"supported"}"#, Err(TokenBindingError::NotObject)),
            (r#"{"tokenBinding":{}}"#, Err(TokenBindingError::Status)),
            (r#"{"tokenBinding":{"status":1}}"#, Err(TokenBindingError::Status)),
            (r#"{"tokenBinding":{"status":"perhaps"}}"#, Err(TokenBindingError::Status)),
            ("no client data", Ok(())),
        ] {
            assert_eq!(check(client_data.as_bytes()), outcome, "{client_data}");
        }
    }
}
