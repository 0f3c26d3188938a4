//! Attestation objects: [section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object).

use countersign::types::{
    AttestationObject, Code,
    attestation_object::{ATTESTATION_OBJECT_MAX, AttestationObjectError},
};

use crate::{
    authenticator_data,
    cbor::{self, Item},
    explanation::{Field, Note},
    options::Context,
    source::webauthn,
    span::Span,
    statement, strict,
    words::count,
};

const CODE: Code = Code::AttestationObjectMalformed;

/// Explains an attestation object that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = cbor::walk(span);
    let mut field = Field::new("attestationObject")
        .at(span.range())
        .with_source(webauthn!("sctn-generating-an-attestation-object"));
    let deviation = |text: String, rule: u16| Note::deviation(text).with_code(CODE).with_rules(&[rule]);
    if let Some(item) = &walked.item {
        field.notes.extend(item.notes());
        if !item.is_map() {
            let text = format!("{} where a map is expected", item.type_name());
            field.notes.push(deviation(text, 126));
        }
        let format = item.member("fmt").and_then(Item::as_text).unwrap_or_default();
        field = field.with_value(if format.is_empty() {
            count(span.len(), "byte")
        } else {
            format!("{}, format {format:?}", count(span.len(), "byte"))
        });
        for (key, value) in item.members() {
            field.fields.push(member(ctx, format, key, value));
        }
        for name in ["fmt", "attStmt", "authData"] {
            if item.is_map() && item.member(name).is_none() && walked.fault.is_none() {
                field.notes.push(deviation(format!("the member {name} is missing"), 127));
            }
        }
    }
    match walked.fault {
        // A string that is cut breaks off within its structure, which says more.
        Some(fault) if field.first_fault().is_none() => {
            field.notes.push(Note::fault(fault.at, fault.text).with_code(CODE).with_rules(&[84]));
        }
        None if !walked.rest.is_empty() => {
            let text = format!("{} follow the object", count(walked.rest.len(), "byte"));
            field.notes.push(Note::fault(walked.rest.start(), text).with_code(CODE).with_rules(&[130]));
        }
        _ => {}
    }
    match AttestationObject::parse(span.bytes()) {
        Ok(_) => field.with_note(Note::info("the strict parser accepts it")),
        Err(error) => {
            let at = span.start().saturating_add(place(&error, &field, span));
            field.with_note(strict::rejected(&error, error.code(), at))
        }
    }
}

/// The offset of what the strict parser rejects, from the start of the object.
fn place(error: &AttestationObjectError, field: &Field, span: Span<'_>) -> usize {
    match error {
        AttestationObjectError::WrongType(name) => {
            let member = field.fields.iter().find(|member| member.name == *name);
            let range = member.and_then(|member| member.range.clone());
            range.map_or(0, |range| range.start.saturating_sub(span.start()))
        }
        AttestationObjectError::Missing(_) => span.len(),
        AttestationObjectError::TooLong { .. } => ATTESTATION_OBJECT_MAX,
        other => strict::offset_in_cbor(other).unwrap_or_default(),
    }
}

fn member(ctx: &Context<'_>, format: &str, key: &Item<'_>, value: &Item<'_>) -> Field {
    let wrong = |expected: &str| {
        let note = Note::deviation(format!("{} where {expected} is expected", value.type_name()));
        note.with_code(CODE).with_rules(&[128])
    };
    match key.as_text() {
        Some("fmt") => {
            let field = value.field("fmt").with_source(webauthn!("sctn-attestation-formats"));
            if value.as_text().is_some() { field } else { field.with_note(wrong("a text string")) }
        }
        Some("attStmt") => statement::explain(ctx, format, value),
        Some("authData") => match value.as_bytes() {
            Some(bytes) => {
                authenticator_data::of_registration(ctx, bytes).named("authData").with_notes(value.notes())
            }
            None => value.field("authData").with_note(wrong("a byte string")),
        },
        _ => {
            let mut field = cbor::generic(ctx, cbor::key_name(key), value);
            field.unknown = true;
            let text = "not a member of attestation objects (unknown-attestation-object-member)";
            field.with_note(Note::deviation(text).with_rules(&[129]))
        }
    }
}

/// Explains an assertion of App Attest: a map of a signature and authenticator data.
pub(crate) fn app_attest_assertion(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = cbor::walk(span);
    let mut field = Field::new("assertion").at(span.range()).with_source(crate::source::APP_ATTEST);
    if let Some(item) = &walked.item {
        field = field.with_value(item.words()).with_notes(item.notes());
        for (key, value) in item.members() {
            let name = cbor::key_name(key);
            field.fields.push(match (name.as_str(), value.as_bytes()) {
                ("signature", Some(bytes)) => crate::signature::explain(ctx, bytes).named("signature"),
                ("authenticatorData", Some(bytes)) => authenticator_data::explain(ctx, bytes),
                _ => cbor::generic(ctx, name, value),
            });
        }
    }
    let fault = walked.fault.map(|fault| Note::fault(fault.at, fault.text));
    field.with_notes(fault)
}
