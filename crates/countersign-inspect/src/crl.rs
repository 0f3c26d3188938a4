//! Certificate revocation lists: [RFC 5280, section 5.1](https://www.rfc-editor.org/rfc/rfc5280#section-5.1).

use countersign::attestation::CertificateRevocationList;

use crate::{
    certificate::{
        extensions::extension,
        parts::{distinguished_name, time},
    },
    der::{self, Element, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME},
    explanation::{Field, Note},
    key,
    options::Context,
    source::rfc,
    span::Span,
    words::with_causes,
};

const SOURCE: &str = rfc!("5280", "section-5.1");

/// The most revoked certificates that are listed; lists may have a hundred thousand.
const LISTED_MAX: usize = 1_000;

/// Explains a list that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut field = Field::new("CertificateList").at(span.range()).with_source(SOURCE);
    let outer = match der::element(span) {
        Ok(outer) => outer,
        Err(fault) => return field.with_note(Note::fault(fault.at, fault.text).with_rules(&[273])),
    };
    let mut parts = outer.elements();
    for name in ["tbsCertList", "signatureAlgorithm", "signatureValue"] {
        match parts.next() {
            Some(Ok(part)) => field.fields.push(match name {
                "tbsCertList" => signed_part(ctx, &part),
                "signatureAlgorithm" => key::spki::algorithm(ctx, name, &part),
                _ => part.field(name),
            }),
            Some(Err(fault)) => return field.with_note(Note::fault(fault.at, fault.text)),
            None => {
                let note = Note::fault(parts.rest.start(), format!("{name} is missing"));
                return field.with_note(note.with_rules(&[273]));
            }
        }
    }
    let after = span.skip(outer.whole.len());
    if !after.is_empty() {
        field.notes.push(Note::fault(after.start(), "bytes follow the list").with_rules(&[273]));
    }
    match CertificateRevocationList::from_der(span.bytes()) {
        Ok(list) => {
            if let Some(now) = ctx.now {
                let current = list.is_current_at(now);
                let text = format!("{} at {now}", if current { "current" } else { "out of date" });
                let note = if current { Note::info(text) } else { Note::deviation(text).with_rules(&[275]) };
                field.notes.push(note);
            }
            field
        }
        Err(error) => {
            let text = format!("the strict parser rejects it: {}", with_causes(&error));
            field.with_note(Note::deviation(text))
        }
    }
}

fn signed_part(ctx: &Context<'_>, tbs: &Element<'_>) -> Field {
    let mut field = tbs.field("tbsCertList");
    let mut parts = tbs.elements();
    if let Some(version) = parts.universal(INTEGER) {
        let number = version.small().map_or(0, |number| number.saturating_add(1));
        field.fields.push(version.field("version").with_value(format!("v{number}")));
    }
    if let Some(part) = parts.universal(SEQUENCE) {
        field.fields.push(key::spki::algorithm(ctx, "signature", &part));
    }
    if let Some(part) = parts.universal(SEQUENCE) {
        field.fields.push(distinguished_name(ctx, "issuer", &part));
    }
    let mut times = ["thisUpdate", "nextUpdate"].into_iter();
    while let Some(part) = parts.next() {
        match part {
            Ok(part) if matches!((part.class, part.number), (0, UTC_TIME | GENERALIZED_TIME)) => {
                let name = times.next().unwrap_or("further time");
                field.fields.push(part.field(name).with_value(time(&part)));
            }
            Ok(part) if part.is_universal(SEQUENCE) => field.fields.push(revoked(ctx, &part)),
            Ok(part) if part.class == 2 && part.number == 0 => {
                let mut list = part.field("crlExtensions");
                let mut inner = part.elements();
                if let Some(Ok(sequence)) = inner.next() {
                    let mut extensions = sequence.elements();
                    while let Some(Ok(element)) = extensions.next() {
                        list.fields.push(extension(ctx, &element));
                    }
                }
                field.fields.push(list);
            }
            Ok(part) => field.fields.push(der::generic(ctx, &part, 0)),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    field
}

fn revoked(ctx: &Context<'_>, list: &Element<'_>) -> Field {
    let mut field = list.field("revokedCertificates");
    let mut entries = list.elements();
    let mut number: usize = 0;
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        };
        number = number.saturating_add(1);
        if number > LISTED_MAX || !ctx.has_room() {
            continue;
        }
        let mut parts = entry.elements();
        let serial = parts.universal(INTEGER).map(|serial| der::number(serial.contents)).unwrap_or_default();
        let date = match parts.next() {
            Some(Ok(date)) => time(&date),
            _ => "no date".to_owned(),
        };
        let mut part = Field::new("userCertificate")
            .at(entry.whole.range())
            .with_value(format!("{serial}, revoked {date}"));
        while let Some(Ok(extensions)) = parts.next() {
            let mut list = extensions.elements();
            while let Some(Ok(element)) = list.next() {
                part.fields.push(extension(ctx, &element));
            }
        }
        field.fields.push(part);
    }
    if number > LISTED_MAX {
        field.notes.push(Note::info(format!("the first {LISTED_MAX} are shown")));
    }
    field.with_value(crate::words::count(number, "revoked certificate"))
}

/// Whether bytes begin as a list does: after the version and an algorithm, a name and a time follow.
pub(crate) fn looks_like(span: Span<'_>) -> bool {
    let sequence =
        |span| der::element(span).ok().filter(|element: &Element<'_>| element.is_universal(SEQUENCE));
    let Some(tbs) = sequence(span).and_then(|outer| sequence(outer.contents)) else { return false };
    let mut parts = tbs.elements();
    parts.universal(INTEGER);
    let has_names = parts.universal(SEQUENCE).is_some() && parts.universal(SEQUENCE).is_some();
    has_names && (parts.universal(UTC_TIME).is_some() || parts.universal(GENERALIZED_TIME).is_some())
}

#[cfg(test)]
mod tests {
    use countersign::types::Timestamp;
    use countersign_authenticator::{Algorithm, Generator, PrivateKey, RevocationListDraft};

    use super::*;
    use crate::explanation::NoteKind;
    use crate::options::Options;

    fn list() -> Vec<u8> {
        let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a seed", "a key")).unwrap();
        RevocationListDraft::new("root").with_revoked(&[7]).with_revoked(&[0x12, 0x34]).sign(&key)
    }

    /// 2026-01-01, when the list is current, and 2026-03-01, when it is not.
    const CURRENT: i64 = 1_767_225_600;
    const LATE: i64 = 1_772_323_200;

    fn explained(der: &[u8], now: i64) -> Field {
        let now = Timestamp::from_unix_seconds(now);
        explain(&Context::of(&Options::new().with_time(now)), Span::new(der))
    }

    #[test]
    fn a_list_has_its_issuer_its_times_and_its_entries() {
        let field = explained(&list(), CURRENT);
        let signed = &field.fields[0];
        let value = |name: &str| {
            let part = signed.fields.iter().find(|part| part.name == name);
            part.and_then(|part| part.value.as_deref()).unwrap_or_else(|| panic!("{name}: {signed:?}"))
        };
        assert_eq!(value("version"), "v2");
        assert!(value("issuer").contains("root"), "{}", value("issuer"));
        assert!(value("thisUpdate").starts_with("2025-12-25"), "{}", value("thisUpdate"));
        assert!(value("nextUpdate").starts_with("2026-02-01"), "{}", value("nextUpdate"));
        assert_eq!(value("revokedCertificates"), "2 revoked certificates");
        let entries = &signed.fields.iter().find(|part| part.name == "revokedCertificates").unwrap().fields;
        assert!(entries[0].value.as_deref().unwrap().starts_with("7, revoked "), "{entries:?}");
        assert_eq!((field.first_fault(), field.count(NoteKind::Deviation)), (None, 0));
    }

    #[test]
    fn a_list_that_is_out_of_date_or_breaks_off_says_so() {
        let late = explained(&list(), LATE);
        let said = late.notes.iter().find(|note| note.kind == NoteKind::Deviation).unwrap();
        assert!(said.text.starts_with("out of date") && said.rules == [275], "{said:?}");
        let der = list();
        let longer = [&der[..], &[0]].concat();
        assert_eq!(explained(&longer, CURRENT).first_fault().unwrap().at, der.len());
        let cut = explained(&der[..der.len() - 1], CURRENT);
        assert!(cut.first_fault().is_some_and(|fault| fault.at < der.len()), "{cut:?}");
    }
}
