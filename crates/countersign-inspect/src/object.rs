//! JSON objects, explained by tables of their members.

use std::borrow::Cow;

use countersign::types::Code;

use crate::{
    decoding::{self, DecodedText},
    encoding::Encoding,
    explanation::{Decoded, Field, Note},
    json::{self, Json, Value},
    options::Context,
    span::Span,
    words::normalised,
};

/// A member that a specification names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// The rules that a missing member breaks; `None` if it is optional.
    pub(crate) required: Option<&'static [u16]>,
    /// What the member means, if its name does not say it.
    pub(crate) meaning: &'static str,
}

/// The type of a member's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Boolean,
    Number,
    /// One of the values of an enumeration, others being ignored by clients.
    Choice(&'static [&'static str]),
    /// Bytes as text, and what they are.
    Bytes(fn(&Context<'_>, Span<'_>) -> Field),
    Object(&'static Table),
    List(&'static Shape),
    /// A value that a function explains; the name is the member's.
    Other(fn(&Context<'_>, &Json<'_>) -> Field),
    /// Any value.
    Any,
}

/// The members of an object.
#[derive(Debug)]
pub(crate) struct Table {
    /// The section that defines them.
    pub(crate) source: &'static str,
    pub(crate) members: &'static [Member],
    /// What a member that is not in the table is.
    pub(crate) others: Others,
    /// The code of an object that breaks the table.
    pub(crate) code: Option<Code>,
}

/// What members are that a table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// Unknown to the specification.
    Unknown,
    /// Part of a format that has more members than the table.
    Plain,
}

impl Member {
    pub(crate) const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: None, meaning: "" }
    }

    pub(crate) const fn required(name: &'static str, shape: Shape, rules: &'static [u16]) -> Self {
        Self { name, shape, required: Some(rules), meaning: "" }
    }

    pub(crate) const fn means(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }
}

/// Explains an object.
pub(crate) fn explain(
    ctx: &Context<'_>,
    name: impl Into<Cow<'static, str>>,
    json: &Json<'_>,
    table: &Table,
) -> Field {
    let mut field = json.field(name).with_source(table.source);
    if !json.is_object() {
        return field.with_note(wrong_type(json, "an object", table.code));
    }
    let mut seen: Vec<&str> = Vec::new();
    for member in json.members() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further members are not shown"));
        }
        let known = table.members.iter().find(|known| known.name == member.name);
        let known = known.or_else(|| {
            let wanted = normalised(&member.name);
            table.members.iter().find(|known| normalised(known.name) == wanted)
        });
        let Some(known) = known else {
            let mut other = json::generic(ctx, member.shown_name(), &member.value, 0);
            other.unknown = table.others == Others::Unknown;
            field.fields.push(other);
            continue;
        };
        let mut part = shaped(ctx, known.name, &member.value, &known.shape, table.code);
        if known.name != member.name {
            part.notes.push(Note::deviation(format!("the member is named {:?} here", member.name)));
        }
        if seen.contains(&known.name) {
            part.notes.push(with_code(Note::deviation("the member occurs twice"), table.code));
        } else {
            seen.push(known.name);
        }
        if !known.meaning.is_empty() {
            part.notes.push(Note::info(known.meaning));
        }
        field.fields.push(part);
    }
    for known in table.members {
        if let Some(rules) = known.required
            && !seen.contains(&known.name)
        {
            let note = Note::deviation(format!("the member {} is missing", known.name)).with_rules(rules);
            field.notes.push(with_code(note, table.code));
        }
    }
    field
}

fn with_code(note: Note, code: Option<Code>) -> Note {
    match code {
        Some(code) => note.with_code(code),
        None => note,
    }
}

fn wrong_type(json: &Json<'_>, expected: &str, code: Option<Code>) -> Note {
    with_code(Note::deviation(format!("{} where {expected} is expected", json.type_name())), code)
}

fn shaped(
    ctx: &Context<'_>,
    name: &'static str,
    json: &Json<'_>,
    shape: &Shape,
    code: Option<Code>,
) -> Field {
    if matches!(json.value, Value::Null | Value::Missing) {
        return json.field(name);
    }
    match shape {
        Shape::Text => plain(json, name, json.text().is_some(), "a string", code),
        Shape::Boolean => plain(json, name, json.boolean().is_some(), "a Boolean", code),
        Shape::Number => plain(json, name, matches!(json.value, Value::Number(_)), "a number", code),
        Shape::Choice(values) => {
            let field = plain(json, name, json.text().is_some(), "a string", code);
            match json.text() {
                Some(text) if !values.contains(&text) => {
                    field.with_note(Note::deviation(format!("the specification has {}", values.join(", "))))
                }
                _ => field,
            }
        }
        Shape::Bytes(meaning) => binary(ctx, name, json, *meaning, code),
        Shape::Object(table) => explain(ctx, name, json, table),
        Shape::List(element) => {
            let mut field = plain(json, name, matches!(json.value, Value::Array(_)), "an array", code);
            for part in json.elements() {
                if !ctx.has_room() {
                    return field.with_note(Note::info("further elements are not shown"));
                }
                field.fields.push(shaped(ctx, name, part, element, code));
            }
            for (index, part) in field.fields.iter_mut().enumerate() {
                part.name = format!("{name}[{index}]").into();
            }
            field
        }
        Shape::Other(function) => {
            let field = function(ctx, json).named(name);
            if field.range.is_some() { field } else { field.at(json.span.range()) }
        }
        Shape::Any => json::generic(ctx, name.to_owned(), json, 0),
    }
}

fn plain(json: &Json<'_>, name: &'static str, fits: bool, expected: &str, code: Option<Code>) -> Field {
    let field = json.field(name);
    if fits { field } else { field.with_note(wrong_type(json, expected, code)) }
}

/// Explains bytes in JSON.
pub(crate) fn binary(
    ctx: &Context<'_>,
    name: impl Into<Cow<'static, str>>,
    json: &Json<'_>,
    meaning: fn(&Context<'_>, Span<'_>) -> Field,
    code: Option<Code>,
) -> Field {
    let Some(decoded) = bytes(json) else {
        let text = match &json.value {
            Value::Object(members) if members.is_empty() => {
                "an empty object: JSON.stringify makes it of an ArrayBuffer, and the bytes are lost"
            }
            Value::Text(_) => "neither base64url nor hexadecimal digits",
            _ => "no bytes: a string of base64url is expected",
        };
        return json.field(name).with_note(of_encoding(Note::deviation(text).with_rules(&[13]), code, code));
    };
    let length = decoded.bytes.len();
    let mut field = meaning(ctx, Span::new(&decoded.bytes)).named(name).at(json.span.range());
    field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length });
    field.with_notes(decoded.notes.into_iter().map(|note| of_encoding(note, code, None)))
}

/// A remark on the encoding of bytes. The rules are those of responses; elsewhere, what is read of it decides.
fn of_encoding(note: Note, code: Option<Code>, elsewhere: Option<Code>) -> Note {
    match code {
        Some(Code::ResponseMalformed) => Note { code, ..note },
        _ => Note { code: elsewhere, rules: Vec::new(), ..note },
    }
}

/// The bytes of a value: of text in an encoding, of an array of numbers, or of an object with a number for each index.
pub(crate) fn bytes(json: &Json<'_>) -> Option<DecodedText> {
    match &json.value {
        Value::Text(text) => text_bytes(text),
        Value::Array(elements) => numbers(elements.iter()),
        Value::Object(members) if !members.is_empty() => {
            if let Some(data) = json.member("data") {
                return numbers(data.elements().iter());
            }
            let indexed =
                members.iter().enumerate().all(|(index, member)| member.name == index.to_string().as_str());
            if indexed { numbers(members.iter().map(|member| &member.value)) } else { None }
        }
        _ => None,
    }
}

/// The bytes of a text. Digits after `\x` are hexadecimal; other texts are base64url if they can be, with or without what
/// strict decoders reject.
pub(crate) fn text_bytes(text: &str) -> Option<DecodedText> {
    if text.starts_with("\\x") || text.starts_with("0x") {
        return decoding::hexadecimal(text);
    }
    // Hexadecimal digits are base64url too, but so many characters of it are hardly ever such digits only.
    let is_hex = text.len() >= 40 && text.len() & 1 == 0 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex {
        let note = Note::deviation("hexadecimal digits, not base64url").with_rules(&[13]);
        return decoding::hexadecimal(text).map(|bytes| DecodedText { notes: vec![note], ..bytes });
    }
    decoding::base64_text(text).or_else(|| decoding::hexadecimal(text))
}

fn numbers<'j>(elements: impl Iterator<Item = &'j Json<'j>>) -> Option<DecodedText> {
    let bytes: Option<Vec<u8>> =
        elements.map(|element| element.number().and_then(|number| u8::try_from(number).ok())).collect();
    let note = Note::deviation("numbers in place of base64url").with_rules(&[13]);
    Some(DecodedText { bytes: bytes?, encoding: Encoding::Numbers, notes: vec![note] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    static TABLE: Table = Table {
        source: "here",
        members: &[
            Member::required("rawId", Shape::Bytes(|_, span| Field::bytes("", span)), &[3]),
            Member::optional("type", Shape::Choice(&["public-key"])),
            Member::optional("hints", Shape::List(&Shape::Text)),
        ],
        others: Others::Unknown,
        code: Some(Code::ResponseMalformed),
    };

    fn explained(text: &str) -> Field {
        let ctx = Context::of(&Options::new());
        explain(&ctx, "x", &json::walk(Span::new(text.as_bytes())).json, &TABLE)
    }

    #[test]
    fn members_are_explained_by_their_table() {
        let field = explained(r#"{"rawId":"AQI","type":"key","hints":["a",1],"new":{"b":1}}"#);
        assert_eq!(field.fields[0].hex.as_deref(), Some("0102"));
        assert_eq!(field.fields[0].range, Some(9..14));
        assert_eq!(field.fields[0].decoded.as_ref().unwrap().length, 2);
        assert_eq!(field.fields[1].notes[0].text, "the specification has public-key");
        assert_eq!(field.fields[2].fields[1].name, "hints[1]");
        assert_eq!(field.fields[2].fields[1].notes[0].text, "a number where a string is expected");
        assert!(field.fields[3].unknown && field.notes.is_empty());
    }

    #[test]
    fn missing_renamed_and_repeated_members_are_deviations() {
        let field = explained(r#"{"raw_id":"AQI","rawId":"AQI"}"#);
        assert_eq!(field.fields[0].notes[0].text, "the member is named \"raw_id\" here");
        assert_eq!(field.fields[1].notes[0].text, "the member occurs twice");
        let field = explained("{}");
        assert_eq!(
            (field.notes[0].text.as_str(), &*field.notes[0].rules),
            ("the member rawId is missing", &[3][..])
        );
    }

    #[test]
    fn bytes_are_read_in_every_form_that_pages_send() {
        for text in
            ["[1,2]", r#"{"0":1,"1":2}"#, r#"{"type":"Buffer","data":[1,2]}"#, r#""\\x0102""#, r#""AQI=""#]
        {
            let field = explained(&format!(r#"{{"rawId":{text}}}"#));
            assert_eq!(field.fields[0].hex.as_deref(), Some("0102"), "{text}");
        }
        let lost = explained(r#"{"rawId":{}}"#);
        assert!(lost.fields[0].notes[0].text.contains("JSON.stringify"));
        assert_eq!(explained(r#"{"rawId":[300]}"#).fields[0].hex, None);
    }
}
