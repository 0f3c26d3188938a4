//! The explainer of each kind.

use crate::{
    android, attestation_object, authenticator_data, binary, cbor,
    ceremony::Ceremony,
    ceremony_options, certificate, client_data, crl, der,
    explanation::{Field, Note},
    json::{self, Json},
    jws, key,
    kind::Kind,
    metadata,
    options::Context,
    record, response, shape, signature,
    source::{rfc, webauthn},
    span::Span,
    statement, status_list, token, tpm,
    words::count,
};

/// Explains bytes as a kind that is not text.
pub(crate) fn of_bytes(ctx: &Context<'_>, kind: Kind, span: Span<'_>) -> Field {
    match kind {
        Kind::AuthenticatorData => authenticator_data::explain(ctx, span),
        Kind::AttestedCredentialData => authenticator_data::attested_only(ctx, span),
        Kind::AttestationObject => attestation_object::explain(ctx, span),
        Kind::AttestationStatement => statement::alone(ctx, span),
        Kind::AppAttestAssertion => attestation_object::app_attest_assertion(ctx, span),
        Kind::CoseKey => key::cose::explain(ctx, span),
        Kind::Spki => key::spki::explain(ctx, span),
        Kind::U2fKey => point(span),
        Kind::EcdsaSignature => signature::explain(ctx, span),
        Kind::Certificate => certificate::explain(ctx, span),
        Kind::CertificateChain => chain(ctx, span),
        Kind::Crl => crl::explain(ctx, span),
        Kind::TpmPublicArea => tpm::public_area(ctx, span),
        Kind::TpmAttest => tpm::attest(ctx, span),
        Kind::AndroidKeyDescription => android::explain(ctx, span),
        Kind::SealedToken => token::explain(ctx, span),
        Kind::Aaguid => binary::aaguid(ctx, span).with_source(webauthn!("aaguid")),
        Kind::Cbor => any_cbor(ctx, span),
        Kind::Der => any_der(ctx, span),
        _ => binary::plain(ctx, span).with_source(webauthn!("sctn-dependencies")),
    }
}

/// Explains JSON as a kind.
pub(crate) fn of_json(ctx: &Context<'_>, kind: Kind, json: &Json<'_>) -> Field {
    match kind {
        Kind::CreationOptions => ceremony_options::creation(ctx, json),
        Kind::RequestOptions => ceremony_options::request(ctx, json),
        Kind::RegistrationResponse => response::explain(ctx, json, Ceremony::Registration),
        Kind::AuthenticationResponse => response::explain(ctx, json, Ceremony::Authentication),
        Kind::Envelope => envelope(ctx, json),
        Kind::ClientData => client_data::explain(ctx, json.span),
        Kind::Jwk => key::jwk::explain(ctx, json),
        Kind::MetadataPayload => metadata::payload(ctx, json),
        Kind::MetadataEntry => metadata::entry(ctx, json),
        Kind::MetadataStatement => metadata::statement(ctx, json),
        Kind::AndroidStatusList => status_list::explain(ctx, json),
        Kind::CredentialRecord => record::explain(ctx, json),
        Kind::State => record::state(ctx, json),
        Kind::StoredCredential => record::stored(ctx, json),
        _ => json::generic(ctx, "JSON".to_owned(), json, 0).with_source(json::SOURCE),
    }
}

/// Explains text as a JSON Web Signature.
pub(crate) fn of_jws(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let note = if jws::is_metadata(core::str::from_utf8(span.bytes()).unwrap_or_default()) {
        "its signature is not verified here: `countersign metadata verify` does that"
    } else {
        "its signature is not verified here"
    };
    jws::explain(ctx, span).with_note(Note::info(note))
}

/// A page's object around a response or options.
fn envelope(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let mut field = json.field("envelope").with_source(webauthn!("sctn-rp-operations"));
    let mut holds = "options";
    for member in json.members() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further members are not shown"));
        }
        let kind = shape::of(&member.value).filter(|kind| *kind != Kind::Envelope);
        field.fields.push(match kind {
            Some(kind) => {
                if response::ceremony(&member.value).is_some() {
                    holds = "a response";
                }
                let part = of_json(ctx, kind, &member.value);
                part.named(member.shown_name()).with_note(Note::info(kind.title()))
            }
            None => json::generic(ctx, member.shown_name(), &member.value, 0),
        });
    }
    field.with_note(Note::info(format!("the page's own object around {holds}")))
}

/// The certificates that follow each other.
fn chain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut field = Field::new("certificates").at(span.range()).with_source(rfc!("5280", "section-4.1"));
    let mut elements = der::Elements::new(span);
    while let Some(element) = elements.next() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further certificates are not shown"));
        }
        match element {
            Ok(element) => {
                let name = format!("certificate {}", field.fields.len());
                field.fields.push(certificate::explain(ctx, element.whole).named(name));
            }
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    let number = field.fields.len();
    field.with_value(count(number, "certificate"))
}

/// A public key of U2F: 4, and two coordinates on P-256.
fn point(span: Span<'_>) -> Field {
    let mut layout = binary::Layout::new(span);
    layout.number("form", 1);
    layout.last(|field| field.with_value("4, an uncompressed point"));
    layout.take("x", 32);
    layout.take("y", 32);
    let mut field = Field::new("public key").at(span.range()).with_source(rfc!("5480", "section-2.2"));
    field.fields = layout.fields;
    field
}

fn any_cbor(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let walked = cbor::walk(span);
    let field = match &walked.item {
        Some(item) => cbor::generic(ctx, "CBOR".to_owned(), item),
        None => Field::new("CBOR").at(span.range()),
    };
    let field = field.with_source(cbor::SOURCE);
    match walked.fault {
        Some(fault) => field.with_note(Note::fault(fault.at, fault.text)),
        None if !walked.rest.is_empty() => {
            let text = format!("{} follow the item", count(walked.rest.len(), "byte"));
            field.with_note(Note::fault(walked.rest.start(), text).with_rules(&[85]))
        }
        None => field,
    }
}

fn any_der(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let field = match der::element(span) {
        Ok(element) => {
            let field = der::generic(ctx, &element, 0);
            let after = span.skip(element.whole.len());
            if after.is_empty() {
                field
            } else {
                let text = format!("{} follow the element", count(after.len(), "byte"));
                field.with_note(Note::fault(after.start(), text))
            }
        }
        Err(fault) => Field::new("DER").at(span.range()).with_note(Note::fault(fault.at, fault.text)),
    };
    field.with_source(der::SOURCE)
}
