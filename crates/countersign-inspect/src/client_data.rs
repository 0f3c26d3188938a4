//! Client data: [section 5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data).

use countersign::types::{ClientData, Code, client_data::ClientDataError};

use crate::{
    binary,
    ceremony::Ceremony,
    explanation::{Field, Note},
    json::{self, Json},
    object::{self, Member, Others, Shape, Table},
    options::Context,
    origin,
    source::webauthn,
    span::Span,
};

static CLIENT_DATA: Table = Table {
    source: webauthn!("dictionary-client-data"),
    members: &[
        Member::required("type", Shape::Text, &[25]),
        Member::required("challenge", Shape::Bytes(binary::challenge), &[30]),
        Member::required("origin", Shape::Other(of_page_or_app), &[34]),
        Member::optional("crossOrigin", Shape::Boolean),
        Member::optional("topOrigin", Shape::Other(of_page_or_app)),
        Member::optional("tokenBinding", Shape::Any).means("reserved since Level 2, and ignored"),
        Member::optional("hashAlgorithm", Shape::Any).means("of drafts of Level 1, and ignored"),
        Member::optional("clientExtensions", Shape::Any).means("of drafts of Level 1, and ignored"),
        Member::optional("authenticatorExtensions", Shape::Any).means("of drafts of Level 1, and ignored"),
        Member::optional("androidPackageName", Shape::Text)
            .means("of the app, which some Android clients add"),
        Member::optional("payment", Shape::Any).means("what Secure Payment Confirmation adds"),
    ],
    others: Others::Unknown,
    code: Some(Code::ClientDataMalformed),
};

/// Explains client data of an unknown ceremony.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, None)
}

/// Explains client data of a registration.
pub(crate) fn of_registration(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, Some(Ceremony::Registration))
}

/// Explains client data of an authentication.
pub(crate) fn of_authentication(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, Some(Ceremony::Authentication))
}

fn explain_in(ctx: &Context<'_>, span: Span<'_>, ceremony: Option<Ceremony>) -> Field {
    let text = if span.bytes().starts_with(b"\xef\xbb\xbf") { span.skip(3) } else { span };
    let walked = json::walk(text);
    let mut field = object::explain(ctx, "clientDataJSON", &walked.json, &CLIENT_DATA).at(span.range());
    if text != span {
        field.notes.push(Note::deviation("a byte order mark comes first (byte-order-mark)"));
    }
    field.notes.extend(kind(&walked.json, ceremony));
    field.notes.extend(frames(&walked.json));
    if let Some(fault) = walked.fault {
        field
            .notes
            .push(Note::fault(fault.at, fault.text).with_code(Code::ClientDataMalformed).with_rules(&[23]));
    } else if let Some(blank) = walked.rest.bytes().iter().position(|byte| !byte.is_ascii_whitespace()) {
        let note = Note::fault(walked.rest.skip(blank).start(), "text follows the object");
        field.notes.push(note.with_code(Code::ClientDataMalformed).with_rules(&[23]));
    } else if let Err(error) = ClientData::parse(span.bytes()) {
        let note = Note::deviation(format!("the strict parser rejects it: {error}")).with_code(error.code());
        let at = if let ClientDataError::NotUtf8 { at } = error { Some(at) } else { None };
        field.notes.push(match at {
            Some(at) => Note::fault(at, "not UTF-8").with_code(error.code()).with_rules(&[22]),
            None => note,
        });
    }
    field
}

/// Remarks on `type`.
fn kind(json: &Json<'_>, ceremony: Option<Ceremony>) -> Option<Note> {
    let text = json.member("type")?.text()?;
    let (expected, rule) = match (ceremony, text) {
        (Some(Ceremony::Registration), "webauthn.create")
        | (Some(Ceremony::Authentication), "webauthn.get")
        | (None, "webauthn.create" | "webauthn.get" | "payment.get") => return None,
        (Some(Ceremony::Registration), _) => ("webauthn.create", 26),
        (Some(Ceremony::Authentication), "payment.get") => {
            return Some(Note::info("a payment: plain sign-ins reject this type").with_rules(&[28]));
        }
        (Some(Ceremony::Authentication), _) => ("webauthn.get", 27),
        (None, _) => ("webauthn.create or webauthn.get", 26),
    };
    let note = Note::deviation(format!("type is {text:?}, {expected} expected"));
    Some(note.with_code(Code::ClientDataTypeMismatch).with_rules(&[rule]))
}

/// Remarks on `crossOrigin` and `topOrigin`.
fn frames(json: &Json<'_>) -> Option<Note> {
    let top = json.member("topOrigin").and_then(Json::text);
    match (json.member("crossOrigin").and_then(Json::boolean), top) {
        (Some(true), None) => Some(
            Note::info("made in a frame of another site, which topOrigin does not name (top-origin-missing)")
                .with_code(Code::CrossOriginNotAllowed)
                .with_rules(&[45, 49]),
        ),
        (Some(true), Some(top)) => Some(
            Note::info(format!("made in a frame below {top}"))
                .with_code(Code::CrossOriginNotAllowed)
                .with_rules(&[45, 48]),
        ),
        (_, Some(_)) => Some(
            Note::deviation("topOrigin without crossOrigin")
                .with_code(Code::CrossOriginNotAllowed)
                .with_rules(&[47]),
        ),
        (None, None) if json.is_object() => {
            Some(Note::info("no crossOrigin, as clients of Level 1 write it (cross-origin-missing)"))
        }
        _ => None,
    }
}

/// An origin: of a page, an extension or an app.
fn of_page_or_app(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = json.field("origin");
    let Some(text) = json.text() else {
        return field.with_note(
            Note::deviation(format!("{} where a string is expected", json.type_name()))
                .with_code(Code::ClientDataMalformed)
                .with_rules(&[34]),
        );
    };
    ctx.suggest_origin(text);
    field.with_notes(origin::remark(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn notes(text: &str) -> Vec<String> {
        let ctx = Context::of(&Options::new());
        let field = of_authentication(&ctx, Span::new(text.as_bytes()));
        let own = field.notes.iter().chain(field.fields.iter().flat_map(|field| &field.notes));
        own.map(|note| note.text.clone()).collect()
    }

    const START: &str = r#"{"type":"webauthn.get","challenge":"AMMPt4UxxGTStncdq417YA""#;

    #[test]
    fn client_data_as_browsers_write_it_has_no_remarks() {
        assert_eq!(
            notes(&format!(r#"{START},"origin":"https://example.org","crossOrigin":false}}"#)),
            [""; 0]
        );
    }

    #[test]
    fn what_a_relying_party_rejects_is_noted() {
        let of = |rest: &str| notes(&format!("{START},{rest}"));
        assert!(of(r#""origin":"http://example.org","crossOrigin":false}"#)[0].contains("localhost only"));
        assert!(of(r#""origin":"https://example.org/","crossOrigin":false}"#)[0].contains("no path"));
        assert!(of(r#""origin":"https://a.test","crossOrigin":true}"#)[0].contains("frame"));
        assert!(
            of(r#""origin":"https://a.test","topOrigin":"https://b.test"}"#)[0]
                .contains("without crossOrigin")
        );
        assert!(of(r#""origin":"https://a.test"}"#)[0].contains("Level 1"));
        let other = notes(
            r#"{"type":"webauthn.create","challenge":"AMMPt4UxxGTStncdq417YA","origin":"https://a.test"}"#,
        );
        assert!(other[0].contains("webauthn.get expected"));
    }

    #[test]
    fn a_break_has_its_place() {
        let ctx = Context::of(&Options::new());
        let of = |bytes: &[u8]| explain(&ctx, Span::new(bytes)).first_fault().map(|fault| fault.at);
        assert_eq!(of(br#"{"type":"webauthn.get","#), Some(23));
        assert_eq!(of(br#"{"type":"webauthn.get"} {}"#), Some(24));
        assert_eq!(of(b"\xef\xbb\xbf{\"type\":\"\xff\"}"), Some(11));
    }
}
