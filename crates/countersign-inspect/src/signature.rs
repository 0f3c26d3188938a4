//! Signatures: [section 6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types).

use countersign::types::Code;

use crate::{
    der::{self, INTEGER, SEQUENCE},
    explanation::{Field, Note},
    options::Context,
    source::webauthn,
    span::Span,
    words::count,
};

/// Explains a signature: the two numbers of ECDSA, or what its length says.
pub(crate) fn explain(_: &Context<'_>, span: Span<'_>) -> Field {
    let field = Field::bytes("signature", span).with_source(webauthn!("sctn-signature-attestation-types"));
    if span.is_empty() {
        return field
            .with_note(Note::deviation("empty").with_code(Code::ResponseMalformed).with_rules(&[11]));
    }
    if !looks_like(span) {
        return field.with_value(match span.len() {
            64 => "64 bytes: Ed25519, or ECDSA as r and s without DER".to_owned(),
            114 => "114 bytes: Ed448".to_owned(),
            2420 | 3309 | 4627 => format!("{}: ML-DSA", count(span.len(), "byte")),
            256 | 384 | 512 => format!("{}: RSA", count(span.len(), "byte")),
            length => count(length, "byte"),
        });
    }
    let invalid = |note: Note, rule| note.with_code(Code::SignatureInvalid).with_rules(&[rule]);
    let Ok(outer) = der::element(span) else { return field };
    let mut field =
        Field { hex: None, ..field }.with_value(format!("{}: ECDSA, in DER", count(span.len(), "byte")));
    let mut parts = outer.elements();
    for name in ["r", "s"] {
        match parts.next() {
            Some(Ok(part)) if part.is_universal(INTEGER) => {
                let number =
                    part.field(name).with_hex(part.contents).with_value(count(part.contents.len(), "byte"));
                field.fields.push(match part.contents.bytes() {
                    [0, 0..=0x7f, ..] => number.with_note(invalid(
                        Note::deviation("superfluous leading zeros (padded-signature)"),
                        116,
                    )),
                    [0x80..=0xff, ..] => number.with_note(invalid(Note::deviation("a negative number"), 117)),
                    _ => number,
                });
            }
            Some(Ok(part)) => field.fields.push(
                part.field(part.type_name())
                    .with_note(invalid(Note::deviation("an INTEGER is expected"), 114)),
            ),
            Some(Err(fault)) => return field.with_note(invalid(Note::fault(fault.at, fault.text), 115)),
            None => {
                let note = Note::fault(parts.rest.start(), format!("{name} is missing"));
                return field.with_note(invalid(note, 114));
            }
        }
    }
    if outer.cut && field.first_fault().is_none() {
        field.notes.push(invalid(Note::fault(span.end(), "the signature goes beyond the end"), 115));
    }
    let after = span.skip(outer.whole.len());
    if !after.is_empty() || !parts.rest.is_empty() {
        let at = if parts.rest.is_empty() { after.start() } else { parts.rest.start() };
        field.notes.push(invalid(Note::fault(at, "bytes follow the signature"), 115));
    }
    field
}

/// Whether bytes begin as an ECDSA signature does: a sequence that begins with an integer.
pub(crate) fn looks_like(span: Span<'_>) -> bool {
    span.len() < 256
        && der::element(span).is_ok_and(|outer| {
            outer.is_universal(SEQUENCE)
                && der::element(outer.contents).is_ok_and(|first| {
                    first.is_universal(INTEGER) && (16..=67).contains(&first.contents.len())
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn signature() -> Vec<u8> {
        [&[0x30, 0x44, 0x02, 0x20][..], &[1; 32], &[0x02, 0x20], &[2; 32]].concat()
    }

    fn explained(bytes: &[u8]) -> Field {
        explain(&Context::of(&Options::new()), Span::new(bytes))
    }

    #[test]
    fn the_numbers_of_ecdsa_have_their_places() {
        let field = explained(&signature());
        assert_eq!((&*field.fields[1].name, field.fields[1].range.clone()), ("s", Some(36..70)));
        assert_eq!(field.notes, []);
        assert_eq!(
            explained(&[7; 64]).value.as_deref(),
            Some("64 bytes: Ed25519, or ECDSA as r and s without DER")
        );
        assert_eq!(explained(&[]).notes[0].rules, [11]);
    }

    #[test]
    fn what_a_verifier_rejects_is_noted() {
        let mut padded = signature();
        padded[4] = 0;
        assert_eq!(explained(&padded).fields[0].notes[0].rules, [116]);
        padded[4] = 0x80;
        assert_eq!(explained(&padded).fields[0].notes[0].rules, [117]);
        let longer = [&signature()[..], &[0]].concat();
        assert_eq!(explained(&longer).first_fault().unwrap().at, 70);
        assert_eq!(explained(&signature()[..50]).first_fault().unwrap().path, ["signature", "s"]);
    }
}
