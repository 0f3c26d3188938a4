//! The parts of a document: the responses, options and other kinds in it, with the ceremonies that they belong to.

use countersign::types::Code;

use crate::{
    explanation::{Decoded, Field, Note},
    json::{self, Json},
    kind::Kind,
    limits::DEPTH_MAX,
    object,
    options::Context,
    recognise, response, shape,
    source::webauthn,
    span::Span,
    values,
    words::count,
};

/// The most parts of a document. A HAR file of a long session has some hundred.
pub(crate) const PARTS_MAX: usize = 1_000;

/// A part of a document.
#[derive(Debug)]
pub(crate) struct Part {
    /// Where the part is, in words.
    pub(crate) place: String,
    pub(crate) kind: Kind,
    pub(crate) field: Field,
    /// The challenge of options, or of a response's client data.
    pub(crate) challenge: Option<Vec<u8>>,
    /// The JSON of options or of a response, as it is in the document.
    pub(crate) json: Vec<u8>,
}

/// The options and the response of a ceremony, of which one may be missing.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) options: Option<Part>,
    pub(crate) response: Option<Part>,
    /// The note about the challenges.
    note: Note,
}

/// The parts that were found so far.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    parts: Vec<Part>,
    is_full: bool,
}

impl Parts {
    pub(crate) fn add(&mut self, part: Part) {
        if self.parts.len() < PARTS_MAX {
            self.parts.push(part);
        } else {
            self.is_full = true;
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.parts.len()
    }

    /// Finds the parts of a JSON value, at any depth. `place` says where the value is.
    pub(crate) fn find(&mut self, ctx: &Context<'_>, place: &str, json: &Json<'_>) {
        self.find_below(ctx, place, "", json, 0);
    }

    fn find_below(&mut self, ctx: &Context<'_>, place: &str, path: &str, json: &Json<'_>, depth: usize) {
        if depth > DEPTH_MAX || self.is_full {
            return;
        }
        let deeper = depth.saturating_add(1);
        match shape::of(json) {
            // The members of an envelope are parts of their own, so that each finds its ceremony.
            Some(Kind::Envelope | Kind::Har) | None => {}
            Some(kind) => {
                self.add_json(ctx, place, path, kind, json);
                return;
            }
        }
        for member in json.members() {
            self.find_below(ctx, place, &format!("{path}.{}", member.name), &member.value, deeper);
        }
        for (index, element) in json.elements().iter().enumerate() {
            self.find_below(ctx, place, &format!("{path}[{index}]"), element, deeper);
        }
        if let Some(text) = json.text().filter(|text| text.len() > 16) {
            self.find_in_text(ctx, place, path, text, deeper);
        }
    }

    fn add_json(&mut self, ctx: &Context<'_>, place: &str, path: &str, kind: Kind, json: &Json<'_>) {
        let challenge = match kind {
            Kind::CreationOptions | Kind::RequestOptions => {
                json.member("challenge").and_then(object::bytes).map(|decoded| decoded.bytes)
            }
            Kind::RegistrationResponse | Kind::AuthenticationResponse => response::challenge(json),
            _ => None,
        };
        let field = values::of_json(ctx, kind, json);
        let json = match kind {
            Kind::CreationOptions
            | Kind::RequestOptions
            | Kind::RegistrationResponse
            | Kind::AuthenticationResponse => json.span.bytes().to_vec(),
            _ => Vec::new(),
        };
        self.add(Part { place: located(place, path), kind, field, challenge, json });
    }

    /// Finds parts in the text of a member: JSON as a string, or bytes that are surely of a kind.
    fn find_in_text(&mut self, ctx: &Context<'_>, place: &str, path: &str, text: &str, depth: usize) {
        let trimmed = text.trim_start();
        if trimmed.starts_with('{') || trimmed.starts_with('[') {
            let walked = json::walk(Span::new(text.as_bytes()));
            if walked.fault.is_none() {
                self.find_below(ctx, place, &format!("{path} (as a string)"), &walked.json, depth);
            }
            return;
        }
        if text.len() < 48 {
            return;
        }
        let Some(decoded) = object::text_bytes(text) else { return };
        let span = Span::new(&decoded.bytes);
        let Some(kind) = recognise::certain(span) else { return };
        let mut field = values::of_bytes(ctx, kind, span);
        field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length: decoded.bytes.len() });
        self.add(Part::of_bytes(located(place, path), kind, field));
    }

    /// The ceremonies, each with its options and its response, and then the parts that belong to none.
    pub(crate) fn into_fields(self) -> (Vec<Field>, Vec<Note>) {
        let mut notes = Vec::new();
        if self.is_full {
            notes.push(Note::info(format!("the first {PARTS_MAX} parts are explained")));
        }
        let (ceremonies, others) = self.into_ceremonies();
        notes.insert(0, Note::info(count(ceremonies.len(), "ceremony").replace("ceremonys", "ceremonies")));
        let ceremonies = ceremonies.into_iter().enumerate();
        let mut fields: Vec<_> =
            ceremonies.map(|(index, pair)| pair.into_field(index.saturating_add(1))).collect();
        fields.extend(others.into_iter().map(placed));
        (fields, notes)
    }

    /// The ceremonies in the order of their responses, then those without one, and the parts that belong to none.
    pub(crate) fn into_ceremonies(self) -> (Vec<Pair>, Vec<Part>) {
        let mut options: Vec<Part> = Vec::new();
        let mut ceremonies = Vec::new();
        let mut others = Vec::new();
        for part in self.parts {
            match part.kind {
                Kind::CreationOptions | Kind::RequestOptions => options.push(part),
                Kind::RegistrationResponse | Kind::AuthenticationResponse => {
                    ceremonies.push(Pair::of(part, &mut options));
                }
                _ => others.push(part),
            }
        }
        ceremonies.extend(options.into_iter().map(Pair::unanswered));
        (ceremonies, others)
    }
}

impl Part {
    /// Bytes of a kind, which belong to no ceremony.
    pub(crate) const fn of_bytes(place: String, kind: Kind, field: Field) -> Self {
        Self { place, kind, field, challenge: None, json: Vec::new() }
    }
}

impl Pair {
    /// A response, and the options with its challenge.
    fn of(response: Part, options: &mut Vec<Part>) -> Self {
        let wanted = match response.kind {
            Kind::RegistrationResponse => Kind::CreationOptions,
            _ => Kind::RequestOptions,
        };
        let same = options
            .iter()
            .position(|part| part.challenge.is_some() && part.challenge == response.challenge)
            .map(|index| options.swap_remove(index));
        let note = match (&same, options.iter().find(|part| part.kind == wanted)) {
            (Some(part), _) if part.kind == wanted => {
                Note::info("the challenge in client data is that of the options")
            }
            (Some(_), _) => {
                Note::deviation("the challenge is that of options for the other ceremony").with_rules(&[285])
            }
            (None, Some(part)) => {
                let text =
                    format!("the challenge in client data is not that of the options at {}", part.place);
                Note::deviation(text).with_code(Code::ChallengeMismatch).with_rules(&[31])
            }
            (None, None) => {
                Note::info("the options are not in the input, so the challenge can't be compared")
            }
        };
        Self { options: same, response: Some(response), note }
    }

    /// Options without a response.
    fn unanswered(options: Part) -> Self {
        let note = Note::info(
            "there is no response with this challenge: the ceremony was not finished, or its end is elsewhere",
        );
        Self { options: Some(options), response: None, note }
    }

    /// Whether the ceremony is a registration, by its response if there is one.
    fn is_registration(&self) -> bool {
        match (&self.response, &self.options) {
            (Some(response), _) => response.kind == Kind::RegistrationResponse,
            (None, options) => options.as_ref().is_some_and(|part| part.kind == Kind::CreationOptions),
        }
    }

    fn into_field(self, number: usize) -> Field {
        let kind = if self.is_registration() { "registration" } else { "authentication" };
        let rest = if self.response.is_none() { ", options only" } else { "" };
        Field::new(format!("ceremony {number}"))
            .with_value(format!("{kind}{rest}"))
            .with_source(webauthn!("sctn-rp-operations"))
            .with_note(self.note)
            .with_fields(self.options.into_iter().chain(self.response).map(placed))
    }
}

fn placed(part: Part) -> Field {
    let note = Note::info(format!("at {}", part.place));
    let mut field = part.field;
    field.notes.insert(0, note);
    field
}

fn located(place: &str, path: &str) -> String {
    let path = path.trim_start_matches('.');
    match (place.is_empty(), path.is_empty()) {
        (true, true) => "the top".to_owned(),
        (true, false) => path.to_owned(),
        (false, true) => place.to_owned(),
        (false, false) => format!("{place}, {path}"),
    }
}
