//! The extensions of certificates: [RFC 5280, section 4.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.2), and those of
//! attestation.

use crate::{
    android, binary,
    certificate::parts::distinguished_name,
    der::{self, BIT_STRING, BOOLEAN, Element, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE},
    explanation::{Field, Note},
    glossary,
    options::Context,
    source::{rfc, webauthn},
    span::Span,
    words::count,
};

/// The list in its explicit tag.
pub(super) fn list(ctx: &Context<'_>, tagged: &Element<'_>) -> Field {
    let mut field = tagged.field("extensions").with_source(rfc!("5280", "section-4.2"));
    let Ok(list) = der::element(tagged.contents) else { return field };
    let mut parts = list.elements();
    let mut number: usize = 0;
    while let Some(part) = parts.next() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further extensions are not shown"));
        }
        match part {
            Ok(part) => field.fields.push(extension(ctx, &part)),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
        number = number.saturating_add(1);
    }
    field.with_value(count(number, "extension"))
}

/// An extension: identifier, whether it is critical, and a value in DER.
pub(crate) fn extension(ctx: &Context<'_>, element: &Element<'_>) -> Field {
    let mut parts = element.elements();
    let identifier = parts.universal(OBJECT_IDENTIFIER).and_then(|identifier| identifier.oid());
    let Some(identifier) = identifier else { return der::generic(ctx, element, 0) };
    let word = identifier.to_string();
    let critical = parts.universal(BOOLEAN).is_some_and(|critical| critical.contents.bytes() != [0]);
    let mut field = Field::new(glossary::oid_name(&word).map_or_else(|| word.clone(), str::to_owned))
        .at(element.whole.range());
    field.unknown = glossary::oid_name(&word).is_none();
    let term = glossary::OIDS.iter().find(|term| term.word == word);
    if let Some(term) = term {
        field = field.with_source(term.source);
    }
    let Some(value) = parts.universal(OCTET_STRING) else {
        let at = parts.rest.start();
        return field
            .with_value(word)
            .with_note(Note::fault(at, "the value of the extension is missing or cut"));
    };
    let (words, parts) = self::value(ctx, &word, value.contents);
    let critical_words = if critical { "critical" } else { "not critical" };
    field = field.with_value(format!("{critical_words}: {words}")).with_fields(parts);
    if field.fields.is_empty() {
        field = field.with_hex(value.contents);
    }
    field
}

/// The value of an extension, in words and in parts.
fn value(ctx: &Context<'_>, identifier: &str, span: Span<'_>) -> (String, Vec<Field>) {
    let Ok(element) = der::element(span) else {
        return (text_or_length(span), Vec::new());
    };
    match identifier {
        "2.5.29.19" => (basic_constraints(&element), Vec::new()),
        "2.5.29.15" => (key_usage(&element), Vec::new()),
        "2.5.29.37" => (purposes(&element), Vec::new()),
        "2.5.29.17" => (String::from("names"), alternative_names(ctx, &element)),
        "1.3.6.1.4.1.45724.1.1.4" if element.is_universal(OCTET_STRING) => {
            let aaguid = binary::aaguid(ctx, element.contents);
            (aaguid.value.clone().unwrap_or_default(), vec![aaguid])
        }
        "1.3.6.1.4.1.45724.1.1.5" => (format!("version {}", element.words()), Vec::new()),
        "1.3.6.1.4.1.45724.2.1.1" => (transports(&element), Vec::new()),
        "1.3.6.1.4.1.11129.2.1.17" => {
            let description = android::explain(ctx, span);
            (description.value.clone().unwrap_or_default(), vec![description])
        }
        "1.2.840.113635.100.8.2" => match element.elements().tagged(1).map(|tagged| tagged.elements()) {
            Some(mut inner) => match inner.universal(OCTET_STRING) {
                Some(nonce) => {
                    let nonce = Field::bytes("nonce", nonce.contents)
                        .with_source(webauthn!("sctn-apple-anonymous-attestation"));
                    ("SHA-256 of authenticator data and the hash of client data".to_owned(), vec![nonce])
                }
                None => ("malformed".to_owned(), Vec::new()),
            },
            None => ("malformed".to_owned(), Vec::new()),
        },
        _ if element.whole.len() == span.len() => {
            let generic = der::generic(ctx, &element, 0);
            // Some vendors' extensions are no DER.
            match generic.first_fault() {
                Some(_) => (text_or_length(span), Vec::new()),
                None => (generic.value.clone().unwrap_or_default(), vec![generic]),
            }
        }
        _ => (text_or_length(span), Vec::new()),
    }
}

/// The text of bytes that are readable, or their number.
fn text_or_length(span: Span<'_>) -> String {
    match core::str::from_utf8(span.bytes()) {
        Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') => format!("{text:?}"),
        _ => count(span.len(), "byte"),
    }
}

fn basic_constraints(element: &Element<'_>) -> String {
    let mut parts = element.elements();
    let ca = parts.universal(BOOLEAN).is_some_and(|ca| ca.contents.bytes() != [0]);
    let length = parts.universal(INTEGER).and_then(|length| length.small());
    match (ca, length) {
        (false, _) => "no certificate authority".to_owned(),
        (true, None) => "a certificate authority".to_owned(),
        (true, Some(length)) => format!("a certificate authority, at most {length} below it"),
    }
}

/// The names of the bits that are set, of a BIT STRING.
fn bits(element: &Element<'_>, names: &[&str]) -> String {
    if !element.is_universal(BIT_STRING) {
        return "malformed".to_owned();
    }
    let octets = element.contents.skip(1);
    let is_set = |index: usize| {
        let octet = octets.bytes().get(index.checked_div(8).unwrap_or_default()).copied().unwrap_or_default();
        octet & 0x80_u8.checked_shr(u32::try_from(index & 7).unwrap_or_default()).unwrap_or_default() != 0
    };
    let set: Vec<_> =
        names.iter().enumerate().filter(|(index, _)| is_set(*index)).map(|(_, name)| *name).collect();
    if set.is_empty() { "nothing".to_owned() } else { set.join(", ") }
}

fn key_usage(element: &Element<'_>) -> String {
    bits(
        element,
        &[
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ],
    )
}

fn transports(element: &Element<'_>) -> String {
    bits(element, &["bluetoothRadio", "bluetoothLowEnergyRadio", "uSB", "nFC", "uSBInternal"])
}

fn purposes(element: &Element<'_>) -> String {
    let mut purposes = Vec::new();
    let mut parts = element.elements();
    while let Some(Ok(part)) = parts.next() {
        purposes.push(part.words());
    }
    purposes.join(", ")
}

/// The names in a subject alternative name extension.
fn alternative_names(ctx: &Context<'_>, element: &Element<'_>) -> Vec<Field> {
    let mut names = Vec::new();
    let mut parts = element.elements();
    while let Some(Ok(part)) = parts.next() {
        if !ctx.has_room() {
            break;
        }
        let text = || String::from_utf8_lossy(part.contents.bytes()).into_owned();
        names.push(match (part.class, part.number) {
            (2, 1) => part.field("rfc822Name").with_value(text()),
            (2, 2) => part.field("dNSName").with_value(text()),
            (2, 4) => match der::element(part.contents) {
                Ok(inner) if inner.is_universal(SEQUENCE) => distinguished_name(ctx, "directoryName", &inner),
                _ => part.field("directoryName"),
            },
            (2, 6) => part.field("uniformResourceIdentifier").with_value(text()),
            (2, 7) => part.field("iPAddress"),
            _ => der::generic(ctx, &part, 0).named("otherName"),
        });
    }
    names
}
