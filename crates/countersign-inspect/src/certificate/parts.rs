//! Names and times: [RFC 5280, sections 4.1.2.4](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4) and
//! [4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5).

use crate::{
    der::{self, Element, GENERALIZED_TIME, OBJECT_IDENTIFIER, SET, UTC_TIME},
    explanation::{Field, Note},
    glossary,
    options::Context,
    source::rfc,
};

/// A distinguished name ([section 4.1.2.4](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4)).
pub(crate) fn distinguished_name(ctx: &Context<'_>, name: &'static str, element: &Element<'_>) -> Field {
    let mut field = element.field(name).with_source(rfc!("5280", "section-4.1.2.4"));
    let mut words = Vec::new();
    let mut sets = element.elements();
    while let Some(Ok(set)) = sets.next() {
        if !set.is_universal(SET) {
            field.fields.push(der::generic(ctx, &set, 0));
            continue;
        }
        let mut attributes = set.elements();
        while let Some(Ok(attribute)) = attributes.next() {
            if !ctx.has_room() {
                return field.with_note(Note::info("further attributes are not shown"));
            }
            field.fields.push(self::attribute(&attribute, &mut words));
        }
    }
    field.with_value(if words.is_empty() { "empty".to_owned() } else { words.join(", ") })
}

fn attribute(attribute: &Element<'_>, words: &mut Vec<String>) -> Field {
    let mut parts = attribute.elements();
    let identifier = parts.universal(OBJECT_IDENTIFIER).and_then(|identifier| identifier.oid());
    let name = identifier.map_or("AttributeTypeAndValue".to_owned(), |identifier| {
        let identifier = identifier.to_string();
        glossary::oid_name(&identifier).map_or(identifier, str::to_owned)
    });
    let field = attribute.field(name.clone());
    let Some(Ok(value)) = parts.next() else { return field };
    let text = value.text().map_or_else(|| value.words(), str::to_owned);
    let short = match name.as_str() {
        "commonName" => "CN",
        "countryName" => "C",
        "organizationName" => "O",
        "organizationalUnitName" => "OU",
        "localityName" => "L",
        "stateOrProvinceName" => "ST",
        other => other,
    };
    words.push(format!("{short}={text}"));
    field.with_value(format!("{text:?}, {}", value.type_name()))
}

/// A time in the form of RFC 3339, or as it is written if it is not as RFC 5280 wants it.
pub(crate) fn time(element: &Element<'_>) -> String {
    let text = String::from_utf8_lossy(element.contents.bytes()).into_owned();
    let digits = match element.number {
        UTC_TIME => {
            let is_this_century = text.get(..2).is_some_and(|year| year < "50");
            format!("{}{text}", if is_this_century { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.clone(),
        _ => return text,
    };
    let part = |from: usize, to: usize| digits.get(from..to);
    let is_whole = digits.len() == 15
        && digits.ends_with('Z')
        && digits.bytes().take(14).all(|byte| byte.is_ascii_digit());
    match (is_whole, part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14)) {
        (true, Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) => {
            format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    #[test]
    fn an_attribute_without_a_type_has_a_name() {
        let name = |bytes: &[u8]| attribute(&der::element(Span::new(bytes)).unwrap(), &mut Vec::new()).name;
        assert_eq!(name(&[0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 0x41]), "commonName");
        assert_eq!(name(&[0x30, 0x03, 0x0c, 0x01, 0x41]), "AttributeTypeAndValue");
        assert_eq!(name(&[0x30, 0x05, 0x06, 0x00, 0x0c, 0x01, 0x41]), "AttributeTypeAndValue");
    }
}
