//! `SubjectPublicKeyInfo`: [RFC 5280, section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7).

use countersign::cose::PublicKey;
use countersign::types::Code;

use super::judged;
use crate::{
    der::{self, BIT_STRING, INTEGER, SEQUENCE},
    explanation::{Field, Note},
    options::Context,
    source::rfc,
    span::Span,
    words::count,
};

const SOURCE: &str = rfc!("5280", "section-4.1.2.7");

/// Explains a key that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let field = Field::new("SubjectPublicKeyInfo").at(span.range()).with_source(SOURCE);
    let outer = match der::element(span) {
        Ok(outer) => outer,
        Err(fault) => {
            return field.with_note(Note::fault(fault.at, fault.text).with_code(Code::PublicKeyMalformed));
        }
    };
    let mut field = outer.field("SubjectPublicKeyInfo").with_source(SOURCE);
    let mut parts = outer.elements();
    while let Some(part) = parts.next() {
        match part {
            Ok(part) if part.is_universal(SEQUENCE) => field.fields.push(algorithm(ctx, "algorithm", &part)),
            Ok(part) if part.is_universal(BIT_STRING) => field.fields.push(bits(ctx, &part)),
            Ok(part) => field.fields.push(der::generic(ctx, &part, 0)),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    let after = span.skip(outer.whole.len());
    if !after.is_empty() {
        let text = format!("{} follow the key", count(after.len(), "byte"));
        return field.with_note(Note::fault(after.start(), text).with_code(Code::PublicKeyMalformed));
    }
    if field.first_fault().is_some() {
        return field;
    }
    judged(field, PublicKey::from_spki(span.bytes()))
}

/// Explains an `AlgorithmIdentifier` ([section 4.1.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2)).
pub(crate) fn algorithm(ctx: &Context<'_>, name: &'static str, element: &der::Element<'_>) -> Field {
    let mut field = element.field(name).with_source(rfc!("5280", "section-4.1.1.2"));
    let mut parts = element.elements();
    let mut names = ["algorithm", "parameters"].into_iter();
    while let Some(part) = parts.next() {
        let name = names.next().unwrap_or("further element");
        match part {
            Ok(part) => field.fields.push(der::generic(ctx, &part, 0).named(name)),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    if let Some(value) = field.fields.first().and_then(|algorithm| algorithm.value.clone()) {
        field.value = Some(value);
    }
    field
}

/// The key itself: an RSA key is DER again, others are points.
fn bits(ctx: &Context<'_>, element: &der::Element<'_>) -> Field {
    let field = element.field("subjectPublicKey");
    // The first byte counts the unused bits of the last.
    let key = element.contents.skip(1);
    let rsa = der::element(key).ok().filter(|key| key.is_universal(SEQUENCE) && !key.cut);
    let Some(rsa) = rsa.filter(|rsa| rsa.whole.len() == key.len()) else {
        return match key.bytes().first() {
            Some(4) if key.len() & 1 == 1 => {
                field.with_value(format!("{}, an uncompressed point", count(key.len(), "byte")))
            }
            _ => field.with_value(count(key.len(), "byte")),
        };
    };
    let mut field = Field { hex: None, ..field }.with_source(rfc!("8017", "appendix-A.1.1"));
    let mut parts = rsa.elements();
    for name in ["modulus", "publicExponent"] {
        if let Some(part) = parts.universal(INTEGER) {
            field.fields.push(part.field(name));
        }
    }
    while let Some(Ok(part)) = parts.next() {
        field.fields.push(der::generic(ctx, &part, 0));
    }
    field
}
