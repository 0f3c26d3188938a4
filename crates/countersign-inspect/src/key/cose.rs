//! `COSE_Key`: [RFC 9052, section 7](https://www.rfc-editor.org/rfc/rfc9052#section-7).

use countersign::cose::PublicKey;
use countersign::types::Code;

use super::{judged, registered};
use crate::{
    cbor::{self, Item, Value},
    explanation::{Field, Note},
    glossary::Registry,
    options::Context,
    source::rfc,
    span::Span,
    words::count,
};

const SOURCE: &str = rfc!("9052", "section-7");

/// Explains a key that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = cbor::walk(span);
    let mut field = Field::new("COSE_Key").at(span.range()).with_source(SOURCE);
    let Some(item) = &walked.item else { return broken(field, walked.fault) };
    field = field.with_value(item.words()).with_notes(item.notes());
    let key_type = item.labelled(1).and_then(Item::as_integer);
    for (label, value) in item.members() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further parameters are not shown"));
        }
        field.fields.push(parameter(ctx, key_type, label, value));
    }
    if let Some(fault) = walked.fault {
        return broken(field, Some(fault));
    }
    if !walked.rest.is_empty() {
        let text = format!("{} follow the key", count(walked.rest.len(), "byte"));
        let note = Note::fault(walked.rest.start(), text).with_code(Code::PublicKeyMalformed);
        return field.with_note(note.with_rules(&[85]));
    }
    judged(field, PublicKey::from_cose(span.bytes()))
}

fn broken(field: Field, fault: Option<cbor::Fault>) -> Field {
    match fault {
        Some(fault) => {
            let note = Note::fault(fault.at, fault.text).with_code(Code::PublicKeyMalformed);
            field.with_note(note.with_rules(&[84]))
        }
        None => field,
    }
}

fn parameter(ctx: &Context<'_>, key_type: Option<i128>, label: &Item<'_>, value: &Item<'_>) -> Field {
    let Some(number) = label.as_integer() else {
        let mut field = cbor::generic(ctx, cbor::key_name(label), value);
        field.unknown = true;
        return field;
    };
    let name = name(key_type, number);
    let mut field = cbor::generic(ctx, name.map_or_else(|| number.to_string(), str::to_owned), value);
    field.unknown = name.is_none();
    let registry = match name {
        Some("kty") => Some(Registry::KeyTypes),
        Some("alg") => Some(Registry::Algorithms),
        Some("crv") => Some(Registry::Curves),
        _ => None,
    };
    if let (Some(registry), Some(value)) = (registry, value.as_integer()) {
        field = field.with_value(registered(value, registry));
    }
    match (name, &value.value) {
        (Some("y"), Value::Simple(20 | 21)) => {
            let note = Note::deviation("a compressed point").with_code(Code::PublicKeyMalformed);
            field.with_note(note.with_rules(&[102]))
        }
        (Some("d" | "p" | "q" | "dP" | "dQ" | "qInv" | "priv"), _) => {
            field.hex = None;
            field.fields.clear();
            let note = Note::deviation("a parameter of a private key: its value is not shown");
            field.with_note(note.with_code(Code::PublicKeyMalformed).with_rules(&[112]))
        }
        (Some("kid" | "key_ops" | "Base IV"), _) => {
            field.with_note(Note::info("not needed for verification").with_rules(&[113]))
        }
        _ => field,
    }
}

/// The name of a parameter: those below 0 depend on the key type
/// ([RFC 9053, section 7](https://www.rfc-editor.org/rfc/rfc9053#section-7),
/// [RFC 8230, section 4](https://www.rfc-editor.org/rfc/rfc8230#section-4),
/// [RFC 9964, section 4](https://www.rfc-editor.org/rfc/rfc9964#section-4)).
const fn name(key_type: Option<i128>, label: i128) -> Option<&'static str> {
    Some(match (key_type, label) {
        (_, 1) => "kty",
        (_, 2) => "kid",
        (_, 3) => "alg",
        (_, 4) => "key_ops",
        (_, 5) => "Base IV",
        (Some(1 | 2), -1) => "crv",
        (Some(1 | 2), -2) => "x",
        (Some(2), -3) => "y",
        (Some(1 | 2), -4) | (Some(3), -3) => "d",
        (Some(3), -1) => "n",
        (Some(3), -2) => "e",
        (Some(3), -4) => "p",
        (Some(3), -5) => "q",
        (Some(3), -6) => "dP",
        (Some(3), -7) => "dQ",
        (Some(3), -8) => "qInv",
        (Some(7), -1) => "pub",
        (Some(7), -2) => "priv",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use countersign::types::hex;

    /// RFC 9052's examples are private keys; this is the public part of a key of the specification's test vectors.
    const KEY: &str = "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820\
                       930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";

    fn explained(text: &str) -> Field {
        explain(&Context::of(&Options::new()), Span::new(&hex::decode(text).unwrap()))
    }

    #[test]
    fn parameters_have_their_names_and_values() {
        let field = explained(KEY);
        let names: Vec<_> = field.fields.iter().map(|field| &*field.name).collect();
        assert_eq!(names, ["kty", "alg", "crv", "x", "y", "JWK Thumbprint (SHA-256)"]);
        assert_eq!(field.fields[1].value.as_deref(), Some("-7 (ES256)"));
        assert_eq!(field.fields[3].range, Some(8..42));
        assert_eq!(field.value.as_deref(), Some("ES256 (-7), a point on P-256"));
        assert_eq!(field.notes, []);
    }

    #[test]
    fn a_key_that_is_rejected_says_why() {
        let other_curve = KEY.replacen("2001", "2002", 1);
        assert_eq!(explained(&other_curve).notes[0].code, Some(Code::PublicKeyMalformed));
        let cut = explained(&KEY[..60]);
        assert_eq!(cut.first_fault().unwrap().at, 8);
        assert_eq!(explained(&format!("{KEY}00")).first_fault().unwrap().at, 77);
    }

    #[test]
    fn a_private_parameter_is_not_shown() {
        let field = explained("a2010223420102");
        assert_eq!(field.fields[1].name, "d");
        assert_eq!(field.fields[1].hex, None);
        assert_eq!(field.fields[1].notes[0].rules, [112]);
    }
}
