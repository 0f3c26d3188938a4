//! Attestation statements: [section 8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats).

use countersign::attestation::Certificate;
use countersign::types::Code;

use crate::{
    cbor::{self, Item},
    certificate::{self, demands},
    explanation::{Field, Note},
    glossary::Registry,
    jws,
    options::Context,
    source::{self, webauthn},
    span::Span,
    tpm,
    words::count,
};

const CODE: Code = Code::AttestationStatementMalformed;

/// The section of a format.
fn section(format: &str) -> Option<&'static str> {
    Some(match format {
        "packed" => webauthn!("sctn-packed-attestation"),
        "tpm" => webauthn!("sctn-tpm-attestation"),
        "android-key" => webauthn!("sctn-android-key-attestation"),
        "android-safetynet" => webauthn!("sctn-android-safetynet-attestation"),
        "fido-u2f" => webauthn!("sctn-fido-u2f-attestation"),
        "none" => webauthn!("sctn-none-attestation"),
        "apple" => webauthn!("sctn-apple-anonymous-attestation"),
        "compound" => webauthn!("sctn-compound-attestation"),
        "apple-appattest" => source::APP_ATTEST,
        _ => return None,
    })
}

/// The members of a format's statement, and the rules that a missing one breaks.
fn members(format: &str) -> &'static [(&'static str, &'static [u16])] {
    match format {
        "packed" => &[("alg", &[140]), ("sig", &[141])],
        "tpm" => &[
            ("ver", &[164]),
            ("alg", &[165]),
            ("x5c", &[167]),
            ("sig", &[166]),
            ("certInfo", &[166]),
            ("pubArea", &[166]),
        ],
        "android-key" => &[("alg", &[201]), ("sig", &[201]), ("x5c", &[201])],
        "android-safetynet" => &[("ver", &[223]), ("response", &[224])],
        "fido-u2f" => &[("x5c", &[235]), ("sig", &[240])],
        "apple" => &[("x5c", &[245])],
        "apple-appattest" => &[("x5c", &[260]), ("receipt", &[260])],
        _ => &[],
    }
}

/// Explains `attStmt` of a format.
pub(crate) fn explain(ctx: &Context<'_>, format: &str, item: &Item<'_>) -> Field {
    let mut field = item.field("attStmt");
    field.hex = None;
    let Some(source) = section(format) else {
        let note = Note::info(format!("the format {format:?} is not supported: the statement is not judged"));
        return cbor::generic(ctx, "attStmt".to_owned(), item)
            .with_note(note.with_code(Code::AttestationFormatUnsupported).with_rules(&[131, 132]));
    };
    field = field.with_source(source);
    if format == "compound" {
        return compound(ctx, field, item);
    }
    if !item.is_map() {
        let note = Note::deviation(format!("{} where a map is expected", item.type_name()));
        return field.with_note(note.with_code(Code::AttestationObjectMalformed).with_rules(&[128]));
    }
    for (key, value) in item.members() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further members are not shown"));
        }
        field.fields.push(member(ctx, format, key, value));
    }
    for (name, rules) in members(format) {
        if item.member(name).is_none() {
            field.notes.push(
                Note::deviation(format!("the member {name} is missing")).with_code(CODE).with_rules(rules),
            );
        }
    }
    if format == "none" && !item.members().is_empty() {
        let note = Note::deviation("the statement of none is an empty map");
        field.notes.push(note.with_code(CODE).with_rules(&[244]));
    }
    if format == "packed" && item.member("x5c").is_none() {
        field
            .notes
            .push(Note::info("self attestation: the credential's own key signed, which proves no model"));
    }
    if format == "android-safetynet" {
        field.notes.push(Note::info("the format is deprecated").with_rules(&[234]));
    }
    field
}

fn member(ctx: &Context<'_>, format: &str, key: &Item<'_>, value: &Item<'_>) -> Field {
    let name = cbor::key_name(key);
    let is_known =
        members(format).iter().any(|(known, _)| *known == name) || (format == "packed" && name == "x5c");
    let wrong = |expected: &str| {
        let note = Note::deviation(format!("{} where {expected} is expected", value.type_name()));
        value.field(name.clone()).with_note(note.with_code(CODE).with_rules(&[139]))
    };
    if !is_known {
        let mut field = cbor::generic(ctx, name.clone(), value);
        field.unknown = true;
        return if name == "ecdaaKeyId" {
            let note = Note::deviation("removed from the format").with_code(CODE).with_rules(&[142, 168]);
            field.with_note(note)
        } else {
            field.with_note(Note::info("not a member of the format's statements").with_rules(&[143]))
        };
    }
    match name.as_str() {
        "alg" => match value.as_integer() {
            Some(number) => {
                let registered =
                    i64::try_from(number).ok().and_then(|number| Registry::Algorithms.name(number));
                value.field(name).with_value(format!("{number} ({})", registered.unwrap_or("not known")))
            }
            None => wrong("an integer"),
        },
        "x5c" => chain(ctx, format, value),
        "ver" if value.as_text().is_none() => wrong("a text string"),
        "ver" => value.field(name),
        "certInfo" | "pubArea" | "response" | "sig" | "receipt" => match value.as_bytes() {
            Some(bytes) => binary(ctx, name, value, bytes),
            None => wrong("a byte string"),
        },
        _ => cbor::generic(ctx, name, value),
    }
}

fn binary(ctx: &Context<'_>, name: String, item: &Item<'_>, bytes: Span<'_>) -> Field {
    let range = item.span.range();
    let field = match name.as_str() {
        "certInfo" => tpm::attest(ctx, bytes),
        "pubArea" => tpm::public_area(ctx, bytes),
        "response" => jws::explain(ctx, bytes),
        _ => Field::bytes("", bytes),
    };
    let field = field.named(name).at(range).with_notes(item.notes());
    if bytes.is_empty() {
        return field.with_note(Note::deviation("empty").with_code(CODE).with_rules(&[141, 166]));
    }
    field
}

/// The certificates of `x5c`.
fn chain(ctx: &Context<'_>, format: &str, item: &Item<'_>) -> Field {
    let mut field = item.field("x5c");
    if !matches!(item.value, cbor::Value::Array(_)) {
        let note = Note::deviation(format!("{} where an array is expected", item.type_name()));
        return field.with_note(note.with_code(CODE).with_rules(&[139]));
    }
    if item.elements().is_empty() {
        field.notes.push(Note::deviation("no certificate").with_code(CODE).with_rules(&[144]));
    }
    for (index, element) in item.elements().iter().enumerate() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further certificates are not shown"));
        }
        let name = format!("x5c[{index}]");
        let Some(der) = element.as_bytes() else {
            let note = Note::deviation(format!("{} where a byte string is expected", element.type_name()));
            field.fields.push(element.field(name).with_note(note.with_code(CODE).with_rules(&[145])));
            continue;
        };
        let mut part = certificate::explain(ctx, der).named(name);
        if index == 0
            && let Ok(certificate) = Certificate::from_der(der.bytes())
        {
            part.notes.extend(demands::of_format(format, &certificate));
        }
        field.fields.push(part);
    }
    let length = item.elements().len();
    field.with_value(count(length, "certificate"))
}

/// The parts of a compound statement.
fn compound(ctx: &Context<'_>, mut field: Field, item: &Item<'_>) -> Field {
    let malformed = |text: String, rule| Note::deviation(text).with_code(CODE).with_rules(&[rule]);
    if !matches!(item.value, cbor::Value::Array(_)) {
        let text = format!("{} where an array is expected", item.type_name());
        return field.with_note(malformed(text, 251));
    }
    for (index, element) in item.elements().iter().enumerate() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further parts are not shown"));
        }
        let mut part = element.field(format!("attStmt[{index}]"));
        let format = element.member("fmt").and_then(Item::as_text);
        match (format, element.member("attStmt")) {
            (Some(format), Some(statement)) => {
                part.fields.push(Field::new("fmt").with_value(format!("{format:?}")));
                if format == "compound" {
                    part.notes.push(malformed("compound within compound".to_owned(), 254));
                } else {
                    part.fields.push(explain(ctx, format, statement));
                }
            }
            _ => part.notes.push(malformed("a map with fmt and attStmt is expected".to_owned(), 253)),
        }
        field.fields.push(part);
    }
    if item.elements().len() < 2 {
        field.notes.push(malformed("at least two parts are expected".to_owned(), 252));
    }
    field
}

/// Explains a statement that is all of a span, by the format that its members have.
pub(crate) fn alone(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = cbor::walk(span);
    let Some(item) = &walked.item else {
        let fault = walked.fault.map(|fault| Note::fault(fault.at, fault.text));
        return Field::new("attStmt")
            .at(span.range())
            .with_source(webauthn!("sctn-attestation-formats"))
            .with_notes(fault);
    };
    let format = format_of(item);
    let mut field = explain(ctx, format, item);
    field.notes.push(Note::info(format!("read as a statement of {format}, by its members")));
    if let Some(fault) = walked.fault {
        field.notes.push(Note::fault(fault.at, fault.text).with_code(CODE));
    }
    field
}

/// The format that has such members.
pub(crate) fn format_of(item: &Item<'_>) -> &'static str {
    let has = |name: &str| item.member(name).is_some();
    if !item.elements().is_empty() {
        "compound"
    } else if has("certInfo") || has("pubArea") {
        "tpm"
    } else if has("response") {
        "android-safetynet"
    } else if has("receipt") {
        "apple-appattest"
    } else if has("alg") {
        "packed"
    } else if has("sig") {
        "fido-u2f"
    } else if has("x5c") {
        "apple"
    } else {
        "none"
    }
}
