//! FIDO metadata: the payload of a [BLOB](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-ps-20250521.html), its
//! entries, and [statements](https://fidoalliance.org/specs/mds/fido-metadata-statement-v3.1-ps-20250521.html).

use countersign::types::Code;

use crate::{
    binary, certificate, decoding,
    explanation::{Decoded, Field, Note},
    json::Json,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    source::{METADATA_SERVICE, METADATA_STATEMENT},
    span::Span,
    words::count,
};

static CERTIFICATE: Shape = Shape::Other(root);

static STATEMENT: Table = Table {
    source: METADATA_STATEMENT,
    members: &[
        Member::optional("legalHeader", Shape::Text),
        Member::optional("aaid", Shape::Text).means("the identifier of a UAF model"),
        Member::optional("aaguid", Shape::Other(aaguid)),
        Member::optional("attestationCertificateKeyIdentifiers", Shape::List(&Shape::Text))
            .means("the identifiers of a U2F model"),
        Member::required("description", Shape::Text, &[]),
        Member::optional("friendlyNames", Shape::Any),
        Member::required("authenticatorVersion", Shape::Number, &[]),
        Member::required("protocolFamily", Shape::Choice(&["uaf", "u2f", "fido2"]), &[]),
        Member::optional("schema", Shape::Number),
        Member::required("upv", Shape::List(&Shape::Any), &[]),
        Member::required("authenticationAlgorithms", Shape::List(&Shape::Text), &[]),
        Member::required("publicKeyAlgAndEncodings", Shape::List(&Shape::Text), &[]),
        Member::required("attestationTypes", Shape::List(&Shape::Text), &[]),
        Member::required("userVerificationDetails", Shape::Any, &[]),
        Member::optional("keyProtection", Shape::List(&Shape::Text)),
        Member::optional("isKeyRestricted", Shape::Boolean),
        Member::optional("isFreshUserVerificationRequired", Shape::Boolean),
        Member::optional("matcherProtection", Shape::List(&Shape::Text)),
        Member::optional("cryptoStrength", Shape::Number),
        Member::optional("attachmentHint", Shape::List(&Shape::Text)),
        Member::optional("tcDisplay", Shape::List(&Shape::Text)),
        Member::optional("tcDisplayContentType", Shape::Text),
        Member::optional("tcDisplayPNGCharacteristics", Shape::Any),
        Member::required("attestationRootCertificates", Shape::List(&CERTIFICATE), &[]),
        Member::optional("ecdaaTrustAnchors", Shape::Any),
        Member::optional("icon", Shape::Other(icon)),
        Member::optional("iconDark", Shape::Other(icon)),
        Member::optional("providerLogoLight", Shape::Other(icon)),
        Member::optional("providerLogoDark", Shape::Other(icon)),
        Member::optional("supportedExtensions", Shape::Any),
        Member::optional("authenticatorGetInfo", Shape::Any),
        Member::optional("cxpConfigURL", Shape::Text),
        Member::optional("keyScope", Shape::Text),
        Member::optional("multiDeviceCredentialSupport", Shape::Text),
    ],
    others: Others::Plain,
    code: None,
};

static REPORT: Table = Table {
    source: METADATA_SERVICE,
    members: &[
        Member::required("status", Shape::Text, &[]),
        Member::optional("effectiveDate", Shape::Text),
        Member::optional("sunsetDate", Shape::Text),
        Member::optional("authenticatorVersion", Shape::Number),
        Member::optional("batchCertificate", Shape::Other(root)),
        Member::optional("certificate", Shape::Other(root)),
        Member::optional("url", Shape::Text),
        Member::optional("certificationDescriptor", Shape::Text),
        Member::optional("certificateNumber", Shape::Text),
        Member::optional("certificationPolicyVersion", Shape::Text),
        Member::optional("certificationProfiles", Shape::List(&Shape::Text)),
        Member::optional("certificationRequirementsVersion", Shape::Text),
        Member::optional("fipsRevision", Shape::Number),
        Member::optional("fipsPhysicalSecurityLevel", Shape::Number),
    ],
    others: Others::Plain,
    code: None,
};

static REPORTS: Shape = Shape::Object(&REPORT);

static ENTRY: Table = Table {
    source: METADATA_SERVICE,
    members: &[
        Member::optional("aaid", Shape::Text),
        Member::optional("aaguid", Shape::Other(aaguid)),
        Member::optional("attestationCertificateKeyIdentifiers", Shape::List(&Shape::Text)),
        Member::optional("metadataStatement", Shape::Object(&STATEMENT)),
        Member::optional("biometricStatusReports", Shape::Any),
        Member::required("statusReports", Shape::List(&REPORTS), &[]),
        Member::required("timeOfLastStatusChange", Shape::Text, &[]),
        Member::optional("rogueListURL", Shape::Text),
        Member::optional("rogueListHash", Shape::Text),
    ],
    others: Others::Plain,
    code: None,
};

static PAYLOAD: Table = Table {
    source: METADATA_SERVICE,
    members: &[
        Member::optional("legalHeader", Shape::Text),
        Member::required("no", Shape::Number, &[348]),
        Member::required("nextUpdate", Shape::Text, &[350]),
        Member::required("entries", Shape::Other(entries), &[]),
    ],
    others: Others::Plain,
    code: Some(Code::MetadataMalformed),
};

/// Explains a statement.
pub(crate) fn statement(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    object::explain(ctx, "MetadataStatement", json, &STATEMENT)
}

/// Explains an entry.
pub(crate) fn entry(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = object::explain(ctx, "MetadataBLOBPayloadEntry", json, &ENTRY);
    let has = |name| json.member(name).is_some();
    let field = if has("aaid") || has("aaguid") || has("attestationCertificateKeyIdentifiers") {
        field
    } else {
        field.with_note(Note::deviation("the entry has no identifier of a model").with_rules(&[354]))
    };
    let named = json
        .member("metadataStatement")
        .and_then(|statement| statement.member("aaguid"))
        .and_then(Json::text);
    match (json.member("aaguid").and_then(Json::text), named) {
        (Some(own), Some(named)) if !own.eq_ignore_ascii_case(named) => {
            field.with_note(Note::deviation("the statement is of another AAGUID").with_rules(&[355]))
        }
        _ => field,
    }
}

/// Explains the payload of a BLOB, with a line for each entry.
pub(crate) fn payload(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    object::explain(ctx, "MetadataBLOBPayload", json, &PAYLOAD)
}

/// Whether an object is the payload of a BLOB.
pub(crate) fn looks_like_payload(json: &Json<'_>) -> bool {
    let has = |name| json.member(name).is_some();
    has("no") && (has("nextUpdate") || has("entries"))
}

/// The entries of a payload: the model and the last status of each.
fn entries(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let mut field =
        json.field("entries").with_value(count(json.elements().len(), "entry").replace("entrys", "entries"));
    for (index, entry) in json.elements().iter().enumerate() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further entries are not shown"));
        }
        let statement = entry.member("metadataStatement");
        let text = |json: Option<&Json<'_>>, name| {
            json.and_then(|json| json.member(name)).and_then(Json::text).map(str::to_owned)
        };
        let key = text(Some(entry), "aaguid").or_else(|| text(Some(entry), "aaid")).or_else(|| {
            let identifiers = entry.member("attestationCertificateKeyIdentifiers")?;
            identifiers.elements().first().and_then(Json::text).map(str::to_owned)
        });
        let reports = entry.member("statusReports").map(Json::elements).unwrap_or_default();
        let last = text(reports.last(), "status").unwrap_or_else(|| "no status".to_owned());
        let name = text(statement, "description").unwrap_or_else(|| "no description".to_owned());
        let key = key.unwrap_or_else(|| "no identifier".to_owned());
        field.fields.push(
            Field::new(format!("entries[{index}]"))
                .at(entry.span.range())
                .with_value(format!("{key}: {name}, {last}")),
        );
    }
    field
}

fn aaguid(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = json.text().and_then(|text| binary::aaguid_text(ctx, text));
    match field {
        Some(field) => field.at(json.span.range()),
        None => json.field("aaguid").with_note(Note::deviation("not an AAGUID").with_rules(&[356])),
    }
}

/// A certificate in base64 with padding.
fn root(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let Some(decoded) = json.text().and_then(decoding::base64_text) else {
        return json
            .field("certificate")
            .with_note(Note::deviation("no certificate in base64").with_rules(&[344]));
    };
    let mut field = certificate::explain(ctx, Span::new(&decoded.bytes)).at(json.span.range());
    field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length: decoded.bytes.len() });
    field
}

/// An icon, of which only the type and the length are shown.
fn icon(_: &Context<'_>, json: &Json<'_>) -> Field {
    let text = json.text().unwrap_or_default();
    let kind = text.split([';', ',']).next().unwrap_or_default();
    let kind: String = kind.chars().take(40).collect();
    json.field("icon").with_value(format!("{kind}, {}", count(text.len(), "character")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, options::Options};

    fn of(explain: fn(&Context<'_>, &Json<'_>) -> Field, text: &str) -> Field {
        explain(&Context::of(&Options::new()), &json::walk(Span::new(text.as_bytes())).json)
    }

    #[test]
    fn a_payload_has_a_line_for_each_entry() {
        let text = r#"{"no":3,"nextUpdate":"2026-01-01","entries":[{"aaguid":"fcb1bcb4-f370-078c-6993-bc24d0ae3fbe",
            "metadataStatement":{"description":"A key"},"statusReports":[{"status":"FIDO_CERTIFIED"}]}]}"#;
        let field = of(payload, text);
        let entries = &field.fields[2];
        assert_eq!(entries.value.as_deref(), Some("1 entry"));
        assert_eq!(
            entries.fields[0].value.as_deref(),
            Some("fcb1bcb4-f370-078c-6993-bc24d0ae3fbe: A key, FIDO_CERTIFIED")
        );
        assert_eq!(of(payload, r#"{"entries":[]}"#).notes.len(), 2);
    }

    #[test]
    fn an_entry_of_another_model_is_noted() {
        let text = r#"{"aaguid":"fcb1bcb4-f370-078c-6993-bc24d0ae3fbe","statusReports":[],"timeOfLastStatusChange":"2026-01-01",
            "metadataStatement":{"aaguid":"00000000-0000-0000-0000-000000000001"}}"#;
        assert!(of(entry, text).notes.iter().any(|note| note.rules == [355]));
        assert!(of(entry, "{}").notes.iter().any(|note| note.rules == [354]));
    }
}
