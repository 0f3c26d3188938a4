//! Lines of text, such as those of a log: every object of JSON in them, and every word that encodes bytes of a kind.

use crate::{
    decoding,
    explanation::{Decoded, Field},
    json,
    kind::Kind,
    options::Context,
    parts::{Part, Parts},
    recognise,
    span::Span,
    values,
    words::count,
};

/// The fewest characters of a word that is decoded. Shorter ones are of many kinds by chance.
const WORD_MIN: usize = 40;

/// What defines a line.
const SOURCE: &str = "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap03.html#tag_03_185";

/// Explains the parts of a text.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut parts = Parts::default();
    let mut rest = span;
    let mut line: usize = 1;
    while let Some(first) = rest.bytes().first() {
        let start = rest;
        rest = match first {
            b'{' | b'[' => object(ctx, &mut parts, line, rest),
            byte if is_of_word(*byte) => word(ctx, &mut parts, line, rest),
            _ => rest.skip(1),
        };
        let breaks = start.up_to(&rest).bytes().split(|byte| *byte == b'\n').count().saturating_sub(1);
        line = line.saturating_add(breaks);
    }
    let lines = line;
    let found = parts.len();
    let (fields, notes) = parts.into_fields();
    Field::new("text")
        .at(span.range())
        .with_source(SOURCE)
        .with_value(format!("{}, {} found", count(lines, "line"), count(found, "part")))
        .with_fields(fields)
        .with_notes(notes)
}

/// Reads JSON at the start of a span, and returns what follows. What was read before a fault is explained too.
fn object<'a>(ctx: &Context<'_>, parts: &mut Parts, line: usize, span: Span<'a>) -> Span<'a> {
    let place = format!("line {line}");
    if span.bytes().starts_with(b"{\\\"") {
        let length = span.bytes().iter().position(|byte| *byte == b'\n').unwrap_or(span.len());
        let escaped = span.first(length);
        // The text of a string of JSON, without its quotes.
        let quoted = [b"\"", escaped.bytes(), b"\""].concat();
        let walked = json::walk(Span::new(&quoted));
        if let Some(text) = walked.json.text() {
            parts.find(ctx, &format!("{place} (as a string)"), &json::walk(Span::new(text.as_bytes())).json);
        }
        return span.skip(length);
    }
    let walked = json::walk(span);
    parts.find(ctx, &place, &walked.json);
    let consumed = walked.rest.start().saturating_sub(span.start());
    span.skip(consumed.max(1))
}

/// Reads a word at the start of a span, and returns what follows.
fn word<'a>(ctx: &Context<'_>, parts: &mut Parts, line: usize, span: Span<'a>) -> Span<'a> {
    let length = span.bytes().iter().position(|byte| !is_of_word(*byte)).unwrap_or(span.len());
    let word = span.first(length);
    let rest = span.skip(length);
    let Ok(text) = core::str::from_utf8(word.bytes()) else { return rest };
    // The name of a value comes before it: `body=%7B%22id%22…`.
    let value =
        text.rsplit_once('=').filter(|(_, value)| value.len() >= WORD_MIN).map_or(text, |(_, value)| value);
    if value.len() < WORD_MIN {
        return rest;
    }
    let place = format!("line {line}");
    if let Some(plain) = decoding::percent(value) {
        if recognise::is_json(plain.as_bytes()) {
            parts.find(
                ctx,
                &format!("{place} (percent signs)"),
                &json::walk(Span::new(plain.as_bytes())).json,
            );
        }
        return rest;
    }
    if recognise::is_jws(value) {
        let field = values::of_jws(ctx, Span::new(value.as_bytes()));
        parts.add(Part::of_bytes(place, Kind::Jws, field));
        return rest;
    }
    let Some(decoded) = recognise::decoded(value) else { return rest };
    let bytes = Span::new(&decoded.bytes);
    if recognise::is_json(&decoded.bytes) {
        parts.find(ctx, &format!("{place} ({})", decoded.encoding), &json::walk(bytes).json);
    } else if let Some(kind) = recognise::certain(bytes) {
        let mut field = values::of_bytes(ctx, kind, bytes);
        field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length: decoded.bytes.len() });
        parts.add(Part::of_bytes(place, kind, field));
    }
    rest
}

/// Whether a character is one of base64, of hexadecimal digits with their prefixes, or of an address.
const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'%' | b'.' | b'\\')
}
