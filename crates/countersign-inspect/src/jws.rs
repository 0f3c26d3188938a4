//! JSON Web Signatures in their compact form: [RFC 7515, section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1), as
//! `SafetyNet` and FIDO metadata use them.

use countersign::attestation::Certificate;

use crate::{
    certificate::{self, demands},
    decoding,
    explanation::{Decoded, Field, Note},
    json::{self, Json},
    metadata,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    signature,
    source::{rfc, webauthn},
    span::Span,
};

const SOURCE: &str = rfc!("7515", "section-7.1");

static HEADER: Table = Table {
    source: rfc!("7515", "section-4"),
    members: &[
        Member::required("alg", Shape::Text, &[]),
        Member::optional("typ", Shape::Text),
        Member::optional("kid", Shape::Text),
        Member::optional("x5u", Shape::Text),
        Member::optional("x5c", Shape::Other(chain)),
    ],
    others: Others::Plain,
    code: None,
};

static SAFETY_NET: Table = Table {
    source: webauthn!("sctn-android-safetynet-attestation"),
    members: &[
        Member::required("nonce", Shape::Other(nonce), &[231]),
        Member::required("timestampMs", Shape::Number, &[233]),
        Member::optional("apkPackageName", Shape::Text),
        Member::optional("apkDigestSha256", Shape::Any),
        Member::optional("apkCertificateDigestSha256", Shape::Any),
        Member::required("ctsProfileMatch", Shape::Boolean, &[232]),
        Member::optional("basicIntegrity", Shape::Boolean),
        Member::optional("evaluationType", Shape::Text),
    ],
    others: Others::Plain,
    code: Some(countersign::types::Code::AttestationStatementMalformed),
};

/// The nonce, which is base64 with padding here.
fn nonce(_: &Context<'_>, json: &Json<'_>) -> Field {
    let Some(decoded) = json.text().and_then(decoding::base64_text) else {
        return json.field("nonce").with_note(Note::deviation("not base64").with_rules(&[231]));
    };
    let length = decoded.bytes.len();
    let mut field = Field::bytes("nonce", Span::new(&decoded.bytes)).at(json.span.range());
    field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length });
    field.with_note(Note::info("SHA-256 of authenticator data and the hash of client data"))
}

/// Explains a signature in its compact form that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut field = Field::new("JWS").at(span.range()).with_source(SOURCE);
    let mut rest = span;
    for (index, name) in ["header", "payload", "signature"].into_iter().enumerate() {
        let length = rest.bytes().iter().position(|byte| *byte == b'.').unwrap_or(rest.len());
        let part = rest.first(length);
        field.fields.push(self::part(ctx, name, part));
        rest = rest.skip(length);
        if index < 2 && rest.is_empty() {
            let text = format!("the dot after the {name} is missing");
            return field.with_note(Note::fault(span.end(), text).with_rules(&[225, 340]));
        }
        rest = rest.skip(1);
    }
    field
}

fn part(ctx: &Context<'_>, name: &'static str, span: Span<'_>) -> Field {
    let field = Field::new(name).at(span.range());
    let decoded = core::str::from_utf8(span.bytes()).ok().and_then(decoding::base64_text);
    let Some(decoded) = decoded else {
        return field.with_note(Note::fault(span.start(), "not base64url").with_rules(&[225, 340]));
    };
    let bytes = Span::new(&decoded.bytes);
    let explained = match name {
        "signature" => signature::explain(ctx, bytes),
        "header" => json_part(ctx, bytes, &HEADER),
        _ => payload(ctx, bytes),
    };
    let mut field = explained.named(name).at(span.range()).with_notes(decoded.notes);
    field.decoded = Some(Decoded { encodings: vec![decoded.encoding], length: decoded.bytes.len() });
    field
}

fn json_part(ctx: &Context<'_>, span: Span<'_>, table: &Table) -> Field {
    let walked = json::walk(span);
    let fault = walked.fault.map(|fault| Note::fault(fault.at, fault.text));
    object::explain(ctx, "", &walked.json, table).with_notes(fault)
}

/// The payload: of a metadata BLOB, of a response of `SafetyNet`, or any other.
fn payload(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = json::walk(span);
    let fault = walked.fault.map(|fault| Note::fault(fault.at, fault.text));
    let json = &walked.json;
    let explained = if metadata::looks_like_payload(json) {
        metadata::payload(ctx, json)
    } else if json.member("ctsProfileMatch").is_some() || json.member("apkPackageName").is_some() {
        object::explain(ctx, "", json, &SAFETY_NET)
    } else {
        json::generic(ctx, String::new(), json, 0).with_source(json::SOURCE)
    };
    explained.with_notes(fault)
}

/// Whether the payload of a signature in its compact form is that of a metadata BLOB.
pub(crate) fn is_metadata(text: &str) -> bool {
    let payload = text.split('.').nth(1).unwrap_or_default();
    // The legal header comes first in BLOBs, so the start of the payload is enough.
    let start = payload.get(..payload.len().min(65_536)).unwrap_or_default();
    decoding::base64_text(start)
        .is_some_and(|decoded| metadata::looks_like_payload(&json::walk(Span::new(&decoded.bytes)).json))
}

/// The certificates of `x5c`, which are base64 with padding here.
fn chain(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let mut field = json.field("x5c");
    for (index, element) in json.elements().iter().enumerate() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further certificates are not shown"));
        }
        let name = format!("x5c[{index}]");
        let Some(decoded) = element.text().and_then(decoding::base64_text) else {
            field.fields.push(
                element.field(name).with_note(Note::deviation("no certificate in base64").with_rules(&[344])),
            );
            continue;
        };
        let mut part =
            certificate::explain(ctx, Span::new(&decoded.bytes)).named(name).at(element.span.range());
        part.decoded = Some(Decoded { encodings: vec![decoded.encoding], length: decoded.bytes.len() });
        if index == 0
            && let Ok(certificate) = Certificate::from_der(&decoded.bytes)
            && certificate
                .alternative_dns_names()
                .and_then(Result::ok)
                .is_some_and(|names| names.contains(&"attest.android.com"))
        {
            part.notes.extend(demands::of_format("android-safetynet", &certificate));
        }
        field.fields.push(part);
    }
    field
}
