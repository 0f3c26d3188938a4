//! The model of an explanation: a tree of named fields, and how the input was read.

use core::fmt;
use std::{borrow::Cow, ops::Range};

use countersign::types::{Code, hex::Hex};
use serde::{Serialize, Serializer};

use crate::{
    encoding::Encoding,
    kind::Kind,
    limits::{HEX_MAX, VALUE_MAX},
    span::Span,
    words::count,
};

/// What an input is, and what is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// What the input was recognised as.
    pub kind: Kind,
    /// The encodings that were removed to read it, the outermost first.
    pub encodings: Vec<Encoding>,
    /// The number of bytes that remained, in which the offsets of [`field`](Self::field) count.
    pub length: usize,
    /// What else the input may be, the most likely first.
    pub also: Vec<Kind>,
    /// The first place at which the input breaks its format. Nothing after it in the same part is explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The number of notes of the kind [`NoteKind::Deviation`].
    pub deviations: usize,
    /// The whole input, with its parts below it.
    pub field: Field,
}

/// A place at which a part of the input breaks its format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fault {
    /// The names of the fields from the outermost one to the one that breaks off.
    pub path: Vec<String>,
    /// The offset of the offending byte, in the bytes that the offsets of that field count in.
    pub at: usize,
    /// What is wrong there.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} breaks off at byte {}: {}", self.path.join(" > "), self.at, self.text)
    }
}

/// A part of the input, by its name in its specification.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// The name, such as `rpIdHash`. A member that no specification names has the name that the input gives it.
    pub name: Cow<'static, str>,
    /// Where the field is: the offset of its first byte, and that after its last. Values that are computed have no place.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "range")]
    pub range: Option<Range<usize>>,
    /// The bytes in hexadecimal digits, of a field without parts. Longer ones are cut, which `range` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// The value, in words that a person reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The address of the section that defines the field, unless it is that of the field around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// How the parts were decoded from the field's text. The offsets of the parts count in the decoded bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<Decoded>,
    /// Whether the specification does not name the field.
    #[serde(skip_serializing_if = "is_false")]
    pub unknown: bool,
    /// What is to be said about the field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The parts, in their order in the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// How a field's parts were decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// The encodings that were removed, the outermost first.
    pub encodings: Vec<Encoding>,
    /// The number of bytes that remained.
    pub length: usize,
}

/// A remark about a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// What the remark means.
    pub kind: NoteKind,
    /// The remark.
    pub text: String,
    /// The code of the error that the libraries return for it, if any.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "code")]
    pub code: Option<Code>,
    /// The numbers of the rules in `docs/RULES.md` that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<u16>,
    /// The offset of the offending byte: of every fault, and of deviations that a single byte begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
}

/// What a remark means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoteKind {
    /// Something to know.
    Info,
    /// A requirement that is met.
    Met,
    /// A deviation from a requirement. Libraries reject it, or report it.
    Deviation,
    /// The input breaks its format, so that what follows can't be read.
    Fault,
}

impl NoteKind {
    /// The word for the kind, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Met => "met",
            Self::Deviation => "deviation",
            Self::Fault => "fault",
        }
    }
}

impl Note {
    fn new(kind: NoteKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), code: None, rules: Vec::new(), at: None }
    }

    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self::new(NoteKind::Info, text)
    }

    pub(crate) fn deviation(text: impl Into<String>) -> Self {
        Self::new(NoteKind::Deviation, text)
    }

    pub(crate) fn fault(at: usize, text: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::new(NoteKind::Fault, text) }
    }

    /// A requirement, and whether it is met.
    pub(crate) fn requirement(is_met: bool, text: impl Into<String>) -> Self {
        if is_met {
            Self::new(NoteKind::Met, text)
        } else {
            Self::deviation(format!("required, and not met: {}", text.into()))
        }
    }

    pub(crate) fn with_code(self, code: Code) -> Self {
        Self { code: Some(code), ..self }
    }

    pub(crate) fn with_rules(self, rules: &[u16]) -> Self {
        Self { rules: rules.to_vec(), ..self }
    }
}

impl Field {
    /// A field without a place.
    pub(crate) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(crate) fn at(self, range: Range<usize>) -> Self {
        Self { range: Some(range), ..self }
    }

    pub(crate) fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    pub(crate) fn with_value(self, value: impl Into<String>) -> Self {
        let value = shortened(value.into(), VALUE_MAX);
        Self { value: Some(value), ..self }
    }

    /// Adds the bytes, cut to [`HEX_MAX`].
    pub(crate) fn with_hex(self, span: Span<'_>) -> Self {
        Self { hex: Some(Hex(span.first(HEX_MAX).bytes()).to_string()), ..self }
    }

    /// A field of so many bytes, with their place and number.
    pub(crate) fn bytes(name: impl Into<Cow<'static, str>>, span: Span<'_>) -> Self {
        Self::new(name).at(span.range()).with_hex(span).with_value(count(span.len(), "byte"))
    }

    pub(crate) fn with_source(self, source: &'static str) -> Self {
        Self { source: Some(source), ..self }
    }

    pub(crate) fn with_note(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }

    pub(crate) fn with_notes(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }

    pub(crate) fn with_field(mut self, field: Self) -> Self {
        self.fields.push(field);
        self
    }

    pub(crate) fn with_fields(mut self, fields: impl IntoIterator<Item = Self>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// The first fault, in the order in which the tree is read.
    pub(crate) fn first_fault(&self) -> Option<Fault> {
        let mut faults = self.notes.iter().filter(|note| note.kind == NoteKind::Fault);
        if let Some((at, text)) = faults.find_map(|note| Some((note.at?, &note.text))) {
            return Some(Fault { path: vec![self.name.to_string()], at, text: text.clone() });
        }
        let mut fault = self.fields.iter().find_map(Self::first_fault)?;
        fault.path.insert(0, self.name.to_string());
        Some(fault)
    }

    /// Turns the faults here and below to deviations, for a part on which nothing depends.
    pub(crate) fn faults_to_deviations(&mut self) {
        for note in self.notes.iter_mut().filter(|note| note.kind == NoteKind::Fault) {
            note.kind = NoteKind::Deviation;
        }
        self.fields.iter_mut().for_each(Self::faults_to_deviations);
    }

    /// The number of notes of a kind here and below.
    pub fn count(&self, kind: NoteKind) -> usize {
        let own = self.notes.iter().filter(|note| note.kind == kind).count();
        self.fields.iter().fold(own, |sum, field| sum.saturating_add(field.count(kind)))
    }
}

/// At most so many characters, the last of them three dots if there were more.
fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::ref_option, reason = "the form that serde calls")]
fn range<S: Serializer>(range: &Option<Range<usize>>, serializer: S) -> Result<S::Ok, S::Error> {
    range.as_ref().map(|range| [range.start, range.end]).serialize(serializer)
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn code<S: Serializer>(code: &Option<Code>, serializer: S) -> Result<S::Ok, S::Error> {
    code.map(Code::as_str).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_says_where_it_is() {
        let broken = Field::new("b").with_note(Note::info("x")).with_note(Note::fault(7, "too short"));
        let whole = Field::new("a").with_fields([Field::new("before"), broken]);
        let fault = whole.first_fault().unwrap();
        assert_eq!(fault.to_string(), "a > b breaks off at byte 7: too short");
        assert_eq!(whole.count(NoteKind::Fault), 1);
        assert_eq!(Field::new("a").with_note(Note::deviation("x")).first_fault(), None);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shortened("aéi".into(), 3), "aéi");
        assert_eq!(shortened("aéi".into(), 2), "aé…");
    }
}
