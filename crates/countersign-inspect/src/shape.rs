//! The kinds of JSON objects, by their members.

use crate::{
    ceremony::Ceremony, json::Json, kind::Kind, limits::DEPTH_MAX, metadata, record, response, status_list,
};

/// The most members of an object that is taken for a page's envelope around a response or options.
const ENVELOPE_MAX: usize = 24;

/// The kind of an object, if its members are those of one.
pub(crate) fn of(json: &Json<'_>) -> Option<Kind> {
    if !json.is_object() {
        return None;
    }
    let has = |name| json.member(name).is_some();
    if json.member("log").is_some_and(|log| log.member("entries").is_some()) {
        return Some(Kind::Har);
    }
    let stored = || record::looks_like_stored(json).then_some(Kind::StoredCredential);
    if record::looks_like_record(json) {
        return Some(Kind::CredentialRecord);
    }
    if record::looks_like_state(json) {
        return Some(Kind::State);
    }
    if let Some(kind) = stored() {
        return Some(kind);
    }
    match response::ceremony(json) {
        Some(Ceremony::Registration) => return Some(Kind::RegistrationResponse),
        Some(Ceremony::Authentication) => return Some(Kind::AuthenticationResponse),
        None => {}
    }
    if has("challenge") && has("type") && has("origin") {
        Some(Kind::ClientData)
    } else if has("challenge") && (has("rp") || has("pubKeyCredParams") || has("user")) {
        Some(Kind::CreationOptions)
    } else if has("challenge") && (has("rpId") || has("allowCredentials") || has("userVerification")) {
        Some(Kind::RequestOptions)
    } else if has("kty") {
        Some(Kind::Jwk)
    } else if metadata::looks_like_payload(json) {
        Some(Kind::MetadataPayload)
    } else if has("statusReports") {
        Some(Kind::MetadataEntry)
    } else if has("attestationRootCertificates") && has("description") {
        Some(Kind::MetadataStatement)
    } else if status_list::looks_like(json) {
        Some(Kind::AndroidStatusList)
    } else if is_envelope(json) {
        Some(Kind::Envelope)
    } else {
        None
    }
}

/// Whether an object has a response or options as a member.
fn is_envelope(json: &Json<'_>) -> bool {
    json.members().len() <= ENVELOPE_MAX && json.members().iter().any(|member| is_of_ceremony(&member.value))
}

/// Whether a value is a response or options.
pub(crate) fn is_of_ceremony(json: &Json<'_>) -> bool {
    let has = |name| json.member(name).is_some();
    let is_options =
        has("challenge") && !has("origin") && (has("rp") || has("rpId") || has("allowCredentials"));
    is_options || response::ceremony(json).is_some()
}

/// Whether a value, or any below it, is of a kind.
pub(crate) fn holds_any(json: &Json<'_>) -> bool {
    fn within(json: &Json<'_>, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let deeper = depth.saturating_add(1);
        of(json).is_some()
            || json.members().iter().any(|member| within(&member.value, deeper))
            || json.elements().iter().any(|element| within(element, deeper))
    }
    within(json, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, span::Span};

    fn kind(text: &str) -> Option<Kind> {
        of(&json::walk(Span::new(text.as_bytes())).json)
    }

    #[test]
    fn objects_are_recognised_by_their_members() {
        for (text, expected) in [
            (r#"{"id":"AQ","response":{"attestationObject":"AQ"}}"#, Kind::RegistrationResponse),
            (
                r#"{"id":"AQ","response":{"authenticatorData":"AQ","signature":"AQ"}}"#,
                Kind::AuthenticationResponse,
            ),
            (r#"{"client_data_json":"AQ","attestation_object":"AQ"}"#, Kind::RegistrationResponse),
            (
                r#"{"ceremony":"AQ","response":{"id":"AQ","response":{"attestationObject":"AQ"}}}"#,
                Kind::Envelope,
            ),
            (r#"{"publicKey":{"challenge":"AQ","rp":{}}}"#, Kind::Envelope),
            (r#"{"challenge":"AQ","rp":{}}"#, Kind::CreationOptions),
            (r#"{"challenge":"AQ","rpId":"a"}"#, Kind::RequestOptions),
            (r#"{"type":"webauthn.get","challenge":"AQ","origin":"a"}"#, Kind::ClientData),
            (r#"{"kty":"EC"}"#, Kind::Jwk),
            (r#"{"no":1,"entries":[]}"#, Kind::MetadataPayload),
            (r#"{"aaguid":"","statusReports":[]}"#, Kind::MetadataEntry),
            (r#"{"description":"","attestationRootCertificates":[]}"#, Kind::MetadataStatement),
            (r#"{"entries":{"1":{"status":"REVOKED"}}}"#, Kind::AndroidStatusList),
            (r#"{"log":{"entries":[]}}"#, Kind::Har),
            (r#"{"version":2,"static":{},"dynamic":{}}"#, Kind::CredentialRecord),
            (r#"{"ceremony":"registration","challenge":"AQ","rp_id":"a"}"#, Kind::State),
            (r#"{"id":"AQ","publicKey":"AQ","counter":0}"#, Kind::StoredCredential),
            (r#"{"cred":{"cred_id":"AQ","cred":{},"counter":0}}"#, Kind::StoredCredential),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
        for text in ["{}", "[]", r#"{"a":1}"#, r#"{"challenge":"AQ"}"#] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn a_document_holds_kinds_at_any_depth() {
        let holds = |text: &str| holds_any(&json::walk(Span::new(text.as_bytes())).json);
        assert!(holds(r#"{"cases":[{"x":{"y":{"kty":"EC"}}}]}"#));
        assert!(!holds(r#"{"cases":[{"x":{"y":{"z":"EC"}}}]}"#));
    }
}
