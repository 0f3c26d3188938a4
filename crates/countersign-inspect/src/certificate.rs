//! X.509 certificates: [RFC 5280, section 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1).

use countersign::attestation::Certificate;
use countersign::types::Code;

use self::parts::{distinguished_name, time};
use crate::{
    der::{self, Element, INTEGER, SEQUENCE},
    explanation::{Field, Note},
    key,
    options::Context,
    source::rfc,
    span::Span,
    words::{count, with_causes},
};

pub(crate) mod demands;
pub(crate) mod extensions;
pub(crate) mod parts;

const SOURCE: &str = rfc!("5280", "section-4.1");

/// Explains a certificate that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut field = Field::new("Certificate").at(span.range()).with_source(SOURCE);
    let outer = match der::element(span) {
        Ok(outer) => outer,
        Err(fault) => return field.with_note(Note::fault(fault.at, fault.text).with_rules(&[273])),
    };
    let mut parts = outer.elements();
    if let Some(part) = parts.next() {
        field.fields.push(match part {
            Ok(tbs) => signed_part(ctx, &tbs),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        });
    }
    if let Some(part) = parts.next() {
        field.fields.push(match part {
            Ok(part) => key::spki::algorithm(ctx, "signatureAlgorithm", &part),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        });
    }
    if let Some(part) = parts.next() {
        field.fields.push(match part {
            Ok(part) => part.field("signatureValue"),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        });
    }
    if outer.cut && field.first_fault().is_none() {
        field.notes.push(Note::fault(span.end(), "the certificate goes beyond the end"));
    }
    let after = span.skip(outer.whole.len());
    if !after.is_empty() {
        let text = format!("{} follow the certificate", count(after.len(), "byte"));
        let note = Note::fault(after.start(), text).with_code(Code::AttestationCertificateInvalid);
        field.notes.push(note.with_rules(&[146]));
    }
    match Certificate::from_der(span.bytes()) {
        Ok(certificate) => judged(ctx, field, &certificate),
        Err(error) => {
            let text = format!("the strict parser rejects it: {}", with_causes(&error));
            field.with_note(Note::deviation(text).with_code(error.code()).with_rules(&[273]))
        }
    }
}

/// Adds what a certificate that the strict parser accepts says about itself.
fn judged(ctx: &Context<'_>, field: Field, certificate: &Certificate) -> Field {
    let mut field = field.with_value(summary(certificate));
    if let Some(now) = ctx.now {
        let (from, to) = (certificate.not_before(), certificate.not_after());
        field.notes.push(if certificate.is_valid_at(now) {
            Note::info(format!("valid at {now}"))
        } else {
            // Batches of authenticators outlive their certificates, and some certificates live for days: what counts is the
            // time of the registration.
            Note::info(format!("not valid at {now}: valid from {from} to {to}"))
                .with_code(Code::AttestationCertificateExpired)
                .with_rules(&[161, 271])
        });
    }
    if certificate.is_self_issued() {
        field.notes.push(Note::info("issuer and subject are the same: a root, or self-signed"));
    }
    field
}

/// The subject and the issuer in a line.
fn summary(certificate: &Certificate) -> String {
    let name = |name: countersign::attestation::certificate::Name<'_>| {
        let last = name.attributes().filter_map(|attribute| attribute.text().map(str::to_owned)).last();
        let common = name
            .attributes()
            .find(|attribute| *attribute.attribute_type() == countersign::attestation::oid::COMMON_NAME)
            .and_then(|attribute| attribute.text().map(str::to_owned));
        common.or(last).unwrap_or_else(|| "no name".to_owned())
    };
    format!("{:?}, issued by {:?}", name(certificate.subject()), name(certificate.issuer()))
}

/// Explains an element under a name.
type Explain = fn(&Context<'_>, &'static str, &Element<'_>) -> Field;

/// `TBSCertificate`: what the issuer signed.
fn signed_part(ctx: &Context<'_>, tbs: &Element<'_>) -> Field {
    let mut field = tbs.field("tbsCertificate");
    let mut parts = tbs.elements();
    if let Some(version) = parts.tagged(0) {
        let number = version.elements().universal(INTEGER).and_then(|number| number.small());
        let value =
            number.map_or_else(|| "malformed".to_owned(), |number| format!("v{}", number.saturating_add(1)));
        field.fields.push(version.field("version").with_value(value));
    } else {
        field.fields.push(Field::new("version").with_value("v1, by default"));
    }
    if let Some(serial) = parts.universal(INTEGER) {
        field.fields.push(serial.field("serialNumber").with_value(der::number(serial.contents)));
    }
    let names: [(&str, Explain); 4] = [
        ("signature", key::spki::algorithm),
        ("issuer", distinguished_name),
        ("validity", validity),
        ("subject", distinguished_name),
    ];
    for (name, explain) in names {
        match parts.next() {
            Some(Ok(part)) => field.fields.push(explain(ctx, name, &part)),
            Some(Err(fault)) => return field.with_note(Note::fault(fault.at, fault.text)),
            None => return field.with_note(Note::fault(parts.rest.start(), format!("{name} is missing"))),
        }
    }
    match parts.next() {
        Some(Ok(part)) if !part.cut => {
            field.fields.push(key::spki::explain(ctx, part.whole).named("subjectPublicKeyInfo"));
        }
        Some(Ok(part)) => field.fields.push(part.field("subjectPublicKeyInfo")),
        Some(Err(fault)) => return field.with_note(Note::fault(fault.at, fault.text)),
        None => return field.with_note(Note::fault(parts.rest.start(), "subjectPublicKeyInfo is missing")),
    }
    while let Some(part) = parts.next() {
        match part {
            Ok(part) if part.class == 2 && part.number == 3 => {
                field.fields.push(extensions::list(ctx, &part));
            }
            Ok(part) => {
                let name = match (part.class, part.number) {
                    (2, 1) => "issuerUniqueID",
                    (2, 2) => "subjectUniqueID",
                    _ => "further element",
                };
                field.fields.push(part.field(name));
            }
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    field
}

/// The period of validity ([section 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
fn validity(_: &Context<'_>, name: &'static str, element: &Element<'_>) -> Field {
    let mut field = element.field(name).with_source(rfc!("5280", "section-4.1.2.5"));
    let mut parts = element.elements();
    let mut times = Vec::new();
    for name in ["notBefore", "notAfter"] {
        match parts.next() {
            Some(Ok(part)) => {
                let time = time(&part);
                times.push(time.clone());
                field.fields.push(part.field(name).with_value(time));
            }
            Some(Err(fault)) => return field.with_note(Note::fault(fault.at, fault.text)),
            None => return field.with_note(Note::fault(parts.rest.start(), format!("{name} is missing"))),
        }
    }
    field.with_value(times.join(" to "))
}

/// Whether bytes begin as a certificate does: a sequence whose first member is a sequence with a version or a number.
pub(crate) fn looks_like(span: Span<'_>) -> bool {
    let sequence = |span| der::element(span).ok().filter(|element| element.is_universal(SEQUENCE));
    let Some(tbs) = sequence(span).and_then(|outer| sequence(outer.contents)) else { return false };
    let mut parts = tbs.elements();
    let has_version = parts.tagged(0).is_some();
    let Some(serial) = parts.universal(INTEGER) else { return has_version };
    // The request for a certificate and a revocation list have a version there, which is one small number.
    parts.universal(SEQUENCE).is_some() && (has_version || serial.contents.len() > 1)
}

#[cfg(test)]
mod tests;
