//! Bytes that have no parts, and layouts of fields that have fixed lengths.

use countersign::types::{
    Aaguid, Code,
    identifiers::{CREDENTIAL_ID_MAX, USER_HANDLE_MAX},
};
use countersign_metadata::model_name;

use crate::{
    decoding,
    explanation::{Field, Note},
    options::Context,
    span::Span,
    words::count,
};

/// Reads the fields of a structure one after the other.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) rest: Span<'a>,
    pub(crate) fields: Vec<Field>,
    /// Whether the input ended before a field.
    pub(crate) is_broken: bool,
}

impl<'a> Layout<'a> {
    pub(crate) const fn new(span: Span<'a>) -> Self {
        Self { rest: span, fields: Vec::new(), is_broken: false }
    }

    /// Reads a field of so many bytes. If there are fewer, the field has those that are there, and a fault.
    pub(crate) fn take(&mut self, name: &'static str, length: usize) -> Option<Span<'a>> {
        if self.is_broken {
            return None;
        }
        if let Some((taken, rest)) = self.rest.split(length) {
            self.rest = rest;
            self.fields.push(Field::bytes(name, taken));
            return Some(taken);
        }
        let there = self.rest;
        let text = format!("{name} has {}, and {} remain", count(length, "byte"), there.len());
        self.rest = there.skip(there.len());
        self.is_broken = true;
        self.fields.push(Field::bytes(name, there).with_note(Note::fault(there.start(), text)));
        None
    }

    /// Reads a number of so many bytes, big-endian, and shows it in decimal.
    pub(crate) fn number(&mut self, name: &'static str, length: usize) -> Option<u64> {
        let number = self.take(name, length)?.number();
        self.last(|field| field.with_value(number.to_string()));
        Some(number)
    }

    /// Changes the last field.
    pub(crate) fn last(&mut self, change: impl FnOnce(Field) -> Field) {
        if let Some(field) = self.fields.pop() {
            self.fields.push(change(field));
        }
    }

    /// Adds a field that was explained elsewhere, and goes on after it.
    pub(crate) fn push(&mut self, field: Field, rest: Span<'a>) {
        self.is_broken |= field.first_fault().is_some();
        self.fields.push(field);
        self.rest = rest;
    }
}

/// Any bytes.
pub(crate) fn plain(_: &Context<'_>, span: Span<'_>) -> Field {
    Field::bytes("bytes", span)
}

/// A challenge.
pub(crate) fn challenge(_: &Context<'_>, span: Span<'_>) -> Field {
    let field = Field::bytes("challenge", span);
    if span.len() < 16 {
        return field.with_note(
            Note::deviation("fewer than the 16 bytes that a challenge should have").with_rules(&[374]),
        );
    }
    // A challenge that is text of base64url was encoded twice: random bytes are not.
    let text = core::str::from_utf8(span.bytes()).ok().filter(|text| text.len() >= 20);
    match text.and_then(decoding::base64_text) {
        Some(inner) if inner.notes.is_empty() => field.with_note(Note::info(format!(
            "the bytes are base64url again, of {}: the challenge may have been encoded twice",
            count(inner.bytes.len(), "byte")
        ))),
        _ => field,
    }
}

/// A credential ID.
pub(crate) fn credential_id(_: &Context<'_>, span: Span<'_>) -> Field {
    let field = Field::bytes("id", span);
    match span.len() {
        0 => field.with_note(Note::deviation("a credential ID has at least one byte").with_rules(&[2, 72])),
        length if length > CREDENTIAL_ID_MAX => field.with_note(
            Note::deviation(format!("a credential ID has at most {CREDENTIAL_ID_MAX} bytes"))
                .with_code(Code::CredentialIdTooLong)
                .with_rules(&[73]),
        ),
        _ => field,
    }
}

/// A user handle, which is shown as text if it is readable.
pub(crate) fn user_handle(_: &Context<'_>, span: Span<'_>) -> Field {
    let mut field = Field::bytes("id", span);
    if let Some(text) = core::str::from_utf8(span.bytes()).ok().filter(|text| !text.is_empty())
        && text.chars().all(|character| !character.is_control())
    {
        field = field.with_value(format!("{}, the text {text:?}", count(span.len(), "byte")));
        if text.contains('@') {
            field = field.with_note(
                Note::deviation("a user handle should not be an e-mail address").with_rules(&[376]),
            );
        }
    }
    match span.len() {
        0 => field.with_note(Note::deviation("empty (user-handle-empty)").with_rules(&[12])),
        length if length > USER_HANDLE_MAX => field
            .with_note(Note::deviation(format!("more than {USER_HANDLE_MAX} bytes")).with_rules(&[12, 375])),
        _ => field,
    }
}

/// An AAGUID, with the name of the model.
pub(crate) fn aaguid(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let Ok(bytes) = <[u8; 16]>::try_from(span.bytes()) else {
        return Field::bytes("aaguid", span)
            .with_note(Note::fault(span.start(), format!("an AAGUID has 16 bytes, not {}", span.len())));
    };
    let aaguid = Aaguid::from_bytes(bytes);
    let field = Field::bytes("aaguid", span);
    if aaguid.is_zero() {
        return field.with_value(format!("{aaguid} (zero: the model is not given)"));
    }
    let (name, notes) = model(ctx, aaguid);
    let value = name.map_or_else(|| aaguid.to_string(), |name| format!("{aaguid} ({name})"));
    field.with_value(value).with_notes(notes)
}

/// The name of a model, and what the metadata says of it.
pub(crate) fn model(ctx: &Context<'_>, aaguid: Aaguid) -> (Option<String>, Vec<Note>) {
    let mut notes = Vec::new();
    let listed = || model_name(aaguid).map(|name| name.name);
    let Some(blob) = ctx.metadata else {
        return (listed(), notes);
    };
    let Some(entry) = blob.entry(aaguid) else {
        notes.push(Note::info(format!("the model is not in metadata BLOB {}", blob.number())));
        return (listed(), notes);
    };
    let name = entry.statement().map(|statement| statement.description.decode().into_owned());
    if let Some(now) = ctx.now
        && let Some(report) = entry.current_report(now)
    {
        let since = report.effective_date.map(|date| format!(" since {date}")).unwrap_or_default();
        let text = format!("metadata BLOB {}: {}{since}", blob.number(), report.status);
        let is_bad = report.status.is_compromise() || report.status == countersign_metadata::Status::Revoked;
        notes.push(if is_bad {
            Note::deviation(text).with_code(Code::AuthenticatorNotAccepted).with_rules(&[358])
        } else {
            Note::info(text)
        });
    }
    (name.or_else(listed), notes)
}

/// An AAGUID as text, with hyphens.
pub(crate) fn aaguid_text(ctx: &Context<'_>, text: &str) -> Option<Field> {
    let aaguid: Aaguid = text.trim().parse().ok()?;
    Some(self::aaguid(ctx, Span::new(aaguid.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn in_context(explain: fn(&Context<'_>, Span<'_>) -> Field, bytes: &[u8]) -> Field {
        explain(&Context::of(&Options::new()), Span::new(bytes))
    }

    #[test]
    fn a_layout_says_which_field_breaks_off() {
        let mut layout = Layout::new(Span::new(&[0, 1, 2, 3]));
        assert_eq!(layout.number("first", 2), Some(1));
        assert_eq!(layout.number("second", 4), None);
        assert_eq!(layout.number("third", 1), None);
        let [first, second] = &layout.fields[..] else { panic!() };
        assert_eq!((first.value.as_deref(), first.range.clone()), (Some("1"), Some(0..2)));
        assert_eq!(
            second.first_fault().unwrap().to_string(),
            "second breaks off at byte 2: second has 4 bytes, and 2 remain"
        );
    }

    #[test]
    fn a_challenge_that_is_base64url_again_is_noted() {
        let twice = in_context(challenge, b"AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA");
        assert!(twice.notes[0].text.contains("encoded twice"));
        assert_eq!(in_context(challenge, &[200; 32]).notes, []);
        assert_eq!(in_context(challenge, &[1; 15]).notes[0].rules, [374]);
    }

    #[test]
    fn lengths_of_identifiers_are_checked() {
        assert_eq!(in_context(credential_id, &[1; 1023]).notes, []);
        assert_eq!(in_context(credential_id, &[1; 1024]).notes[0].code, Some(Code::CredentialIdTooLong));
        assert_eq!(in_context(credential_id, &[]).notes.len(), 1);
        assert_eq!(in_context(user_handle, &[1; 65]).notes.len(), 1);
        assert_eq!(in_context(user_handle, b"jo").value.as_deref(), Some("2 bytes, the text \"jo\""));
        assert_eq!(in_context(user_handle, b"a@b.test").notes[0].rules, [376]);
    }

    #[test]
    fn an_aaguid_has_the_name_of_its_model() {
        let apple =
            aaguid_text(&Context::of(&Options::new()), "fbfc3007-154e-4ecc-8c0b-6e020557d7bd").unwrap();
        assert!(apple.value.unwrap().contains("Apple Passwords"));
        assert!(in_context(aaguid, &[0; 16]).value.unwrap().contains("not given"));
        assert_eq!(in_context(aaguid, &[0; 15]).first_fault().unwrap().at, 0);
    }
}
