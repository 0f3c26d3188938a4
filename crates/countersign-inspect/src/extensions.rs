//! Extensions: [section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions).

use countersign::types::{Code, extensions::Extension};

use crate::{
    cbor::{self, Item, Value},
    explanation::{Field, Note},
    options::Context,
    source::{self, webauthn},
    span::Span,
};

pub(crate) mod inputs;
pub(crate) mod outputs;

/// Explains the authenticator extension outputs at the start of a span, and returns the rest.
pub(crate) fn authenticator_outputs<'a>(ctx: &Context<'_>, span: Span<'a>) -> (Field, Span<'a>) {
    let walked = cbor::walk(span);
    let whole = if walked.fault.is_some() { span } else { span.up_to(&walked.rest) };
    let mut field = Field::new("extensions").at(whole.range()).with_source(webauthn!("authdata-extensions"));
    if let Some(item) = &walked.item {
        field = field.with_value(item.words()).with_notes(item.notes());
        if !item.is_map() {
            let note = Note::deviation(format!("{} where a map is expected", item.type_name()));
            field = field.with_note(note.with_code(Code::AuthenticatorDataMalformed).with_rules(&[77]));
        }
        for (key, value) in item.members() {
            let Some(name) = key.as_text() else {
                let note =
                    Note::deviation("a key that is no text").with_code(Code::AuthenticatorDataMalformed);
                let part = cbor::generic(ctx, cbor::key_name(key), value);
                field.fields.push(part.with_note(note.with_rules(&[77])));
                continue;
            };
            field.fields.push(output(ctx, name, value));
        }
    }
    if let Some(fault) = walked.fault {
        let note = Note::fault(fault.at, fault.text).with_code(Code::AuthenticatorDataMalformed);
        field = field.with_note(note.with_rules(&[75]));
    }
    (field, walked.rest)
}

/// One output of an authenticator.
fn output(ctx: &Context<'_>, name: &str, item: &Item<'_>) -> Field {
    let mut field = cbor::generic(ctx, name.to_owned(), item);
    let invalid =
        |text: &str, rule| Note::deviation(text).with_code(Code::ExtensionInvalid).with_rules(&[rule]);
    let is_boolean = matches!(item.value, Value::Simple(20 | 21));
    let note = match (Extension::of_name(name), item.as_integer()) {
        (Extension::CredProtect, Some(1)) => Note::info("userVerificationOptional"),
        (Extension::CredProtect, Some(2)) => Note::info("userVerificationOptionalWithCredentialIDList"),
        (Extension::CredProtect, Some(3)) => Note::info("userVerificationRequired"),
        (Extension::CredProtect, _) => invalid("1, 2 or 3 expected", 319),
        (Extension::MinPinLength, Some(0..)) => Note::info("the least number of code points of a PIN"),
        (Extension::MinPinLength, _) => invalid("a non-negative integer expected", 320),
        (Extension::HmacSecret, _) if is_boolean => {
            Note::info("whether the credential can be used with hmac-secret")
        }
        (Extension::HmacSecret | Extension::HmacSecretMc, _) => {
            match item.as_bytes().map(|bytes| bytes.len()) {
                Some(48 | 80) => {
                    Note::info("one or two outputs of the credential's function, encrypted for the client")
                }
                _ => invalid("a Boolean, or 48 or 80 bytes, expected", 326),
            }
        }
        (Extension::CredBlob, _) if is_boolean => Note::info("whether the blob was stored"),
        (Extension::CredBlob, _) if item.as_bytes().is_some() => Note::info("the stored blob"),
        (Extension::CredBlob, _) => invalid("a Boolean or bytes expected", 316),
        (Extension::ThirdPartyPayment, _) if is_boolean => {
            Note::info("whether the credential may be used for payments that another site starts")
        }
        (Extension::ThirdPartyPayment, _) => invalid("a Boolean expected", 316),
        (Extension::Uvm, _) => methods(item, &mut field),
        (Extension::Unknown(_), _) => {
            field.unknown = true;
            return field.with_note(Note::info("not an extension that the libraries support"));
        }
        _ => return field,
    };
    field.with_note(note).with_source(source::CTAP)
}

/// The entries of `uvm`: method, key protection and matcher protection, by the registry of FIDO's predefined values.
fn methods(item: &Item<'_>, field: &mut Field) -> Note {
    const METHODS: [(i128, &str); 10] = [
        (0x001, "presence"),
        (0x002, "fingerprint"),
        (0x004, "passcode"),
        (0x008, "voiceprint"),
        (0x010, "faceprint"),
        (0x020, "location"),
        (0x040, "eyeprint"),
        (0x080, "pattern"),
        (0x100, "handprint"),
        (0x200, "none"),
    ];
    for (entry, part) in item.elements().iter().zip(&mut field.fields) {
        let method = entry.elements().first().and_then(Item::as_integer);
        let names = METHODS.iter().filter(|(bit, _)| method.is_some_and(|method| method & bit != 0));
        let names: Vec<_> = names.map(|(_, name)| *name).collect();
        part.name = "entry".into();
        part.value = Some(if names.is_empty() { "unknown method".to_owned() } else { names.join(", ") });
        for (value, name) in part.fields.iter_mut().zip([
            "userVerificationMethod",
            "keyProtectionType",
            "matcherProtectionType",
        ]) {
            value.name = name.into();
        }
    }
    match item.elements().len() {
        1..=3 => Note::info("how the user was verified"),
        _ => Note::deviation("one to three entries expected")
            .with_code(Code::ExtensionInvalid)
            .with_rules(&[336]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn first(bytes: &[u8]) -> Field {
        let (field, _) = authenticator_outputs(&Context::of(&Options::new()), Span::new(bytes));
        field.fields.into_iter().next().unwrap()
    }

    #[test]
    fn outputs_are_in_words() {
        assert_eq!(first(b"\xa1\x6bcredProtect\x03").notes[0].text, "userVerificationRequired");
        assert_eq!(first(b"\xa1\x6bcredProtect\x04").notes[0].rules, [319]);
        assert_eq!(first(b"\xa1\x6bhmac-secret\xf5").notes[0].kind.as_str(), "info");
        assert_eq!(first(b"\xa1\x6bhmac-secret\x41\x00").notes[0].rules, [326]);
        assert_eq!(first(b"\xa1\x6cminPinLength\x04").notes[0].kind.as_str(), "info");
        assert_eq!(first(b"\xa1\x68credBlob\xf5").value.as_deref(), Some("true"));
        let uvm = first(b"\xa1\x63uvm\x81\x83\x02\x02\x02");
        assert_eq!(uvm.fields[0].value.as_deref(), Some("fingerprint"));
        assert_eq!(uvm.fields[0].fields[1].name, "keyProtectionType");
        assert!(first(b"\xa1\x63new\xf5").unknown);
    }

    #[test]
    fn what_is_no_map_of_texts_is_a_deviation() {
        let ctx = Context::of(&Options::new());
        let of = |bytes: &[u8]| authenticator_outputs(&ctx, Span::new(bytes)).0;
        assert_eq!(of(&[0x80]).notes[0].rules, [77]);
        assert_eq!(of(&[0xa1, 0x01, 0x02]).fields[0].notes[0].rules, [77]);
        assert_eq!(of(&[]).first_fault().unwrap().at, 0);
    }
}
