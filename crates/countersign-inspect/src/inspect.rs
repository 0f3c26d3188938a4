//! From an input to its explanation.

use crate::{
    binary,
    decoding::{self, DecodedText},
    encoding::Encoding,
    explanation::{Explanation, Field, Note, NoteKind},
    har, json,
    kind::Kind,
    limits::{BINARY_MAX, ENCODINGS_MAX, INPUT_MAX},
    log,
    options::{Context, Options},
    origin,
    parts::Parts,
    recognise,
    source::{rfc, webauthn},
    span::Span,
    values,
    words::count,
};

/// The most blocks of PEM that are explained.
const PEM_BLOCKS_MAX: usize = 64;

/// Explains an input: what it is, through which encodings, and what is in it.
///
/// Any input has an explanation. If it breaks its format, the explanation goes up to the fault and says where it is.
///
/// ```
/// use countersign_inspect::{Kind, Options, inspect};
/// let explanation = inspect(b"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YQ", &Options::new());
/// assert_eq!(explanation.kind, Kind::AttestationObject);
/// assert_eq!(explanation.field.fields[0].name, "fmt");
/// // It is cut: `authData` has no value.
/// assert_eq!(explanation.fault.unwrap().at, 28);
/// ```
pub fn inspect(input: &[u8], options: &Options<'_>) -> Explanation {
    let ctx = Context::of(options);
    let outcome = if input.len() > INPUT_MAX {
        too_long(input.len())
    } else {
        match options.kind {
            Some(kind) => forced(&ctx, kind, input),
            None => recognised(&ctx, input, Vec::new()),
        }
    };
    outcome.explanation()
}

/// What was read, before it is summarised.
struct Outcome {
    kind: Kind,
    encodings: Vec<Encoding>,
    length: usize,
    also: Vec<Kind>,
    field: Field,
}

impl Outcome {
    fn of(kind: Kind, encodings: Vec<Encoding>, length: usize, field: Field) -> Self {
        Self { kind, encodings, length, also: Vec::new(), field }
    }

    fn explanation(self) -> Explanation {
        let Self { kind, encodings, length, also, field } = self;
        Explanation {
            kind,
            encodings,
            length,
            also,
            fault: field.first_fault(),
            deviations: field.count(NoteKind::Deviation),
            field,
        }
    }
}

fn too_long(length: usize) -> Outcome {
    let note = Note::fault(INPUT_MAX, format!("{length} bytes, at most {INPUT_MAX} are explained"));
    let field = Field::new("input").with_source(webauthn!("sctn-dependencies")).with_note(note);
    Outcome::of(Kind::Bytes, Vec::new(), length, field)
}

/// Explains an input as the kind that it looks like.
fn recognised(ctx: &Context<'_>, input: &[u8], encodings: Vec<Encoding>) -> Outcome {
    let Some(text) = as_text(input) else { return of_bytes(ctx, input, encodings) };
    let trimmed = text.trim();
    let is_deep = encodings.len() >= ENCODINGS_MAX;
    let with = |encoding| {
        let mut encodings = encodings.clone();
        encodings.push(encoding);
        encodings
    };
    if trimmed.starts_with(['{', '[']) {
        return of_json(ctx, input, encodings);
    }
    if !is_deep && trimmed.starts_with('"') {
        let walked = json::walk(Span::new(trimmed.as_bytes()));
        if let Some(inner) = walked.json.text() {
            return recognised(ctx, inner.as_bytes(), with(Encoding::JsonString));
        }
    }
    if trimmed.contains("-----BEGIN ") {
        return of_pem(ctx, trimmed, with(Encoding::Pem));
    }
    if let Some(kind) = origin::kind(trimmed) {
        return of_name(ctx, kind, input, encodings);
    }
    if recognise::is_jws(trimmed) {
        return of_jws(ctx, trimmed, encodings);
    }
    if let Some(field) = binary::aaguid_text(ctx, trimmed) {
        return Outcome::of(Kind::Aaguid, encodings, 16, field.with_source(webauthn!("aaguid")));
    }
    if !is_deep && let Some(plain) = decoding::percent(trimmed).filter(|plain| plain != trimmed) {
        return recognised(ctx, plain.as_bytes(), with(Encoding::Percent));
    }
    if !is_deep
        && !trimmed.is_empty()
        && let Some(decoded) = recognise::decoded_word(trimmed)
    {
        return of_decoded(ctx, decoded, &encodings);
    }
    of_lines(ctx, input, encodings)
}

/// The text of an input that is one. JSON is text even if a part of it is not UTF-8: the explanation goes up to it.
fn as_text(input: &[u8]) -> Option<String> {
    match core::str::from_utf8(input) {
        Ok(text) if is_readable(text) || recognise::is_json(input) => {
            Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
        }
        Err(_) if recognise::is_json(input) => Some(String::from_utf8_lossy(input).into_owned()),
        _ => None,
    }
}

/// Explains what a text encodes, with the remarks on the encoding.
fn of_decoded(ctx: &Context<'_>, decoded: DecodedText, encodings: &[Encoding]) -> Outcome {
    let encodings = [encodings, &[decoded.encoding]].concat();
    let is_text = recognise::is_json(&decoded.bytes)
        || core::str::from_utf8(&decoded.bytes).is_ok_and(|text| text.len() >= 16 && is_readable(text));
    let mut outcome = if is_text {
        recognised(ctx, &decoded.bytes, encodings)
    } else {
        of_bytes(ctx, &decoded.bytes, encodings)
    };
    // Outside of JSON, padding and the other alphabet are no deviations.
    let cut = decoded.notes.into_iter().filter(|note| note.text.ends_with("was cut"));
    outcome.field.notes.extend(cut);
    outcome
}

fn is_readable(text: &str) -> bool {
    text.chars().all(|character| !character.is_control() || character.is_ascii_whitespace())
}

fn of_bytes(ctx: &Context<'_>, bytes: &[u8], encodings: Vec<Encoding>) -> Outcome {
    if bytes.len() > BINARY_MAX {
        // Revocation lists only are so long.
        let (kind, _) = recognise::best(Span::new(bytes));
        if kind != Kind::Crl {
            let note = Note::fault(BINARY_MAX, format!("at most {BINARY_MAX} bytes are explained"));
            let field = Field::new("bytes").with_source(webauthn!("sctn-dependencies")).with_note(note);
            return Outcome::of(Kind::Bytes, encodings, bytes.len(), field);
        }
    }
    let (kind, also) = recognise::best(Span::new(bytes));
    let field = values::of_bytes(ctx, kind, Span::new(bytes));
    Outcome { also, ..Outcome::of(kind, encodings, bytes.len(), field) }
}

fn of_json(ctx: &Context<'_>, input: &[u8], encodings: Vec<Encoding>) -> Outcome {
    let bytes = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let walked = json::walk(Span::new(bytes));
    let follows = walked.rest.bytes().iter().any(|byte| !byte.is_ascii_whitespace());
    if !recognise::begins_json(&walked) || (walked.fault.is_none() && follows) {
        return of_lines(ctx, input, encodings);
    }
    let kind = recognise::of_json(&walked.json);
    // The explainer of client data reads the bytes itself, with what comes before and after the object.
    let field = match kind {
        Kind::ClientData => {
            return Outcome::of(
                kind,
                encodings,
                input.len(),
                crate::client_data::explain(ctx, Span::new(input)),
            );
        }
        Kind::Har => har::explain(ctx, &walked.json),
        Kind::JsonDocument => document(ctx, &walked.json),
        _ => values::of_json(ctx, kind, &walked.json),
    };
    let fault = walked.fault.map(|fault| Note::fault(fault.at, fault.text).with_rules(&[1]));
    Outcome::of(kind, encodings, bytes.len(), field.with_notes(fault))
}

/// Explains the parts of any JSON.
fn document(ctx: &Context<'_>, json: &json::Json<'_>) -> Field {
    let mut parts = Parts::default();
    parts.find(ctx, "", json);
    let found = parts.len();
    let (fields, notes) = parts.into_fields();
    json.field("document")
        .with_source(json::SOURCE)
        .with_value(format!("{} found", count(found, "part")))
        .with_fields(fields)
        .with_notes(notes)
}

fn of_lines(ctx: &Context<'_>, input: &[u8], encodings: Vec<Encoding>) -> Outcome {
    let span = Span::new(input);
    let field = log::explain(ctx, span);
    if field.fields.is_empty() {
        let shown = String::from_utf8_lossy(input);
        let field = Field::new("text")
            .at(span.range())
            .with_value(format!("{shown:?}"))
            .with_source(webauthn!("sctn-dependencies"))
            .with_note(Note::info("nothing of Web Authentication was recognised"));
        return Outcome::of(Kind::Text, encodings, input.len(), field);
    }
    Outcome::of(Kind::Log, encodings, input.len(), field)
}

/// Explains an origin or an RP ID.
fn of_name(ctx: &Context<'_>, kind: Kind, input: &[u8], encodings: Vec<Encoding>) -> Outcome {
    let span = Span::new(input);
    let field =
        if kind == Kind::Origin { origin::explain(ctx, span) } else { origin::explain_rp_id(ctx, span) };
    Outcome::of(kind, encodings, input.len(), field)
}

fn of_jws(ctx: &Context<'_>, text: &str, encodings: Vec<Encoding>) -> Outcome {
    let kind = if crate::jws::is_metadata(text) { Kind::MetadataBlob } else { Kind::Jws };
    let field = values::of_jws(ctx, Span::new(text.as_bytes()));
    Outcome::of(kind, encodings, text.len(), field)
}

fn of_pem(ctx: &Context<'_>, text: &str, encodings: Vec<Encoding>) -> Outcome {
    let blocks = recognise::pem_blocks(text, PEM_BLOCKS_MAX);
    let mut fields = Vec::new();
    let mut kinds = Vec::new();
    let mut length: usize = 0;
    for block in &blocks {
        if block.label.contains("PRIVATE KEY") {
            let note = Note::deviation(
                "a private key: it is not shown. Treat it as compromised if you did not mean to show it",
            );
            fields.push(Field::new(block.label.clone()).with_note(note));
            kinds.push(Kind::Bytes);
            continue;
        }
        let span = Span::new(&block.bytes.bytes);
        let (kind, _) = recognise::best(span);
        length = length.saturating_add(span.len());
        kinds.push(kind);
        fields.push(values::of_bytes(ctx, kind, span));
    }
    let (Some(kind), true) = (kinds.first().copied(), fields.len() == 1) else {
        let kind = if fields.is_empty() { Kind::Text } else { Kind::CertificateChain };
        for (index, field) in fields.iter_mut().enumerate() {
            field.name = format!("block {index}").into();
        }
        let field = Field::new("PEM")
            .with_source(rfc!("7468", "section-2"))
            .with_value(count(fields.len(), "block"))
            .with_fields(fields);
        return Outcome::of(kind, encodings, length, field);
    };
    let field = fields.pop().unwrap_or_default();
    let field = if field.source.is_none() { field.with_source(rfc!("7468", "section-2")) } else { field };
    Outcome::of(kind, encodings, length, field)
}

/// Explains an input as a kind that the caller names, through the encodings that it has.
fn forced(ctx: &Context<'_>, kind: Kind, input: &[u8]) -> Outcome {
    let text = core::str::from_utf8(input).ok().map(str::trim);
    if kind.is_text() {
        let decoded = text
            .filter(|text| !text.starts_with(['{', '[']) && !recognise::is_jws(text))
            .and_then(recognise::decoded)
            .filter(|decoded| {
                core::str::from_utf8(&decoded.bytes).is_ok() || recognise::is_json(&decoded.bytes)
            });
        return match decoded {
            Some(decoded) => forced_text(ctx, kind, &decoded.bytes, vec![decoded.encoding]),
            None => forced_text(ctx, kind, input, Vec::new()),
        };
    }
    if let Some(text) = text {
        if let Some(field) = (kind == Kind::Aaguid).then(|| binary::aaguid_text(ctx, text)).flatten() {
            return Outcome::of(kind, Vec::new(), 16, field.with_source(webauthn!("aaguid")));
        }
        let block = recognise::pem_blocks(text, 1).into_iter().next().map(|block| block.bytes);
        if let Some(decoded) = block.or_else(|| recognise::decoded(text)) {
            let field = values::of_bytes(ctx, kind, Span::new(&decoded.bytes));
            return Outcome::of(kind, vec![decoded.encoding], decoded.bytes.len(), field);
        }
    }
    let field = values::of_bytes(ctx, kind, Span::new(input));
    Outcome::of(kind, Vec::new(), input.len(), field)
}

fn forced_text(ctx: &Context<'_>, kind: Kind, input: &[u8], encodings: Vec<Encoding>) -> Outcome {
    let span = Span::new(input);
    let length = input.len();
    let walked = json::walk(span);
    let field = match kind {
        Kind::Jws | Kind::MetadataBlob => values::of_jws(ctx, Span::new(input.trim_ascii())),
        Kind::Log => log::explain(ctx, span),
        Kind::Text => Field::new("text")
            .at(span.range())
            .with_value(String::from_utf8_lossy(input))
            .with_source(json::SOURCE),
        Kind::ClientData => crate::client_data::explain(ctx, span),
        Kind::Origin | Kind::RpId => return of_name(ctx, kind, input, encodings),
        Kind::Har => har::explain(ctx, &walked.json),
        Kind::JsonDocument => document(ctx, &walked.json),
        _ => values::of_json(ctx, kind, &walked.json),
    };
    let reads_itself =
        matches!(kind, Kind::Jws | Kind::MetadataBlob | Kind::Log | Kind::Text | Kind::ClientData);
    let follows = || walked.rest.bytes().iter().position(|byte| !byte.is_ascii_whitespace());
    let fault = match walked.fault {
        _ if reads_itself => None,
        Some(fault) => Some((fault.at, fault.text)),
        None => follows().map(|blank| (walked.rest.skip(blank).start(), "text follows the value")),
    };
    let fault = fault.map(|(at, text)| Note::fault(at, text).with_rules(&[1]));
    Outcome::of(kind, encodings, length, field.with_notes(fault))
}
