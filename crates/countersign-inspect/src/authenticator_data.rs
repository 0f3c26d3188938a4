//! Authenticator data: [section 6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data).

use countersign::types::{
    AuthenticatorData, Code, Flags,
    authenticator_data::{AUTHENTICATOR_DATA_MAX, AuthenticatorDataError},
};

use crate::{
    binary::{self, Layout},
    cbor,
    ceremony::Ceremony,
    explanation::{Field, Note},
    extensions, key,
    options::Context,
    source::webauthn,
    span::Span,
    strict,
    words::count,
};

const SOURCE: &str = webauthn!("sctn-authenticator-data");
const FLAGS: &str = webauthn!("authdata-flags");
const ATTESTED: &str = webauthn!("sctn-attested-credential-data");

/// Explains authenticator data of an unknown ceremony.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, None)
}

/// Explains authenticator data of a registration.
pub(crate) fn of_registration(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, Some(Ceremony::Registration))
}

/// Explains authenticator data of an authentication.
pub(crate) fn of_authentication(ctx: &Context<'_>, span: Span<'_>) -> Field {
    explain_in(ctx, span, Some(Ceremony::Authentication))
}

fn explain_in(ctx: &Context<'_>, span: Span<'_>, ceremony: Option<Ceremony>) -> Field {
    let mut layout = Layout::new(span);
    if let Some(hash) = layout.take("rpIdHash", 32)
        && let Some(rp_id) = ctx.rp_id_of(hash.bytes())
    {
        layout.last(|field| field.with_value(format!("SHA-256 of {rp_id:?}")));
    }
    let bits = layout.number("flags", 1).and_then(|bits| u8::try_from(bits).ok());
    let flags = Flags::from_bits(bits.unwrap_or_default());
    if bits.is_some() {
        layout.last(|field| explain_flags(field, flags, ceremony));
    }
    if layout.number("signCount", 4) == Some(0) {
        layout.last(|field| field.with_note(Note::info("0: the authenticator does not count, or not yet")));
    }
    if flags.attested_credential_data() && !layout.is_broken {
        let (field, rest) = attested(ctx, layout.rest);
        layout.push(field, rest);
    }
    if flags.extensions() && !layout.is_broken {
        let (field, rest) = extensions::authenticator_outputs(ctx, layout.rest);
        layout.push(field, rest);
    }
    let mut field = Field::new("authenticatorData")
        .at(span.range())
        .with_value(count(span.len(), "byte"))
        .with_source(SOURCE);
    if !layout.is_broken && !layout.rest.is_empty() {
        let rest = layout.rest;
        let note = Note::fault(
            rest.start(),
            format!("{} follow what the flags announce", count(rest.len(), "byte")),
        );
        let rules: &[u16] = if flags.extensions() { &[78] } else { &[76] };
        layout.fields.push(
            Field::bytes("trailing bytes", rest)
                .with_note(note.with_code(Code::AuthenticatorDataMalformed).with_rules(rules)),
        );
    }
    field.fields = layout.fields;
    let note = match AuthenticatorData::parse(span.bytes()) {
        Ok(_) => Note::info("the strict parser accepts it"),
        Err(error) => strict::rejected(&error, error.code(), place(&error, &field, span)),
    };
    field.with_note(note)
}

/// The offset of what the strict parser rejects.
fn place(error: &AuthenticatorDataError, field: &Field, span: Span<'_>) -> usize {
    let start_of = |name| start_of(field, name).unwrap_or(span.start());
    let in_cbor = strict::offset_in_cbor(error).unwrap_or_default();
    match error {
        AuthenticatorDataError::CredentialIdEmpty | AuthenticatorDataError::CredentialIdTooLong { .. } => {
            start_of("credentialIdLength")
        }
        AuthenticatorDataError::PublicKey(_) => start_of("credentialPublicKey").saturating_add(in_cbor),
        AuthenticatorDataError::Extensions(_) | AuthenticatorDataError::ExtensionsNotMap => {
            start_of("extensions").saturating_add(in_cbor)
        }
        AuthenticatorDataError::TrailingData { length } => span.end().saturating_sub(*length),
        AuthenticatorDataError::TooLong { .. } => span.start().saturating_add(AUTHENTICATOR_DATA_MAX),
        _ => span.end(),
    }
}

/// Where the first part of this name begins, at any depth.
fn start_of(field: &Field, name: &str) -> Option<usize> {
    field.fields.iter().find_map(|part| {
        let own = part.range.as_ref().filter(|_| part.name == name).map(|range| range.start);
        own.or_else(|| start_of(part, name))
    })
}

/// The bits of the flags, each by its name, with what they mean together.
fn explain_flags(field: Field, flags: Flags, ceremony: Option<Ceremony>) -> Field {
    let range = field.range.clone().unwrap_or_default();
    let bits = [
        ("UP", "user present", flags.user_present()),
        ("UV", "user verified", flags.user_verified()),
        ("BE", "backup eligible", flags.backup_eligible()),
        ("BS", "backup state", flags.backup_state()),
        ("AT", "attested credential data included", flags.attested_credential_data()),
        ("ED", "extension data included", flags.extensions()),
    ];
    let bits = bits.map(|(name, meaning, is_set)| {
        let value = format!("{} ({meaning})", if is_set { "set" } else { "clear" });
        Field::new(name).at(range.clone()).with_value(value)
    });
    let value = format!(
        "{:#04x}: {}",
        flags.bits(),
        if flags.bits() == 0 { "none".to_owned() } else { flags.to_string() }
    );
    field.with_value(value).with_source(FLAGS).with_fields(bits).with_notes(flag_notes(flags, ceremony))
}

fn flag_notes(flags: Flags, ceremony: Option<Ceremony>) -> Vec<Note> {
    let is = |wanted| ceremony == Some(wanted);
    let mut notes = Vec::new();
    let mut deviates = |applies: bool, text: &str, code: Code, rules: &[u16]| {
        if applies {
            notes.push(Note::deviation(text).with_code(code).with_rules(rules));
        }
    };
    deviates(
        !flags.user_present() && is(Ceremony::Authentication),
        "UP is clear: no user was present",
        Code::UserNotPresent,
        &[56],
    );
    deviates(
        !flags.user_present() && is(Ceremony::Registration),
        "UP is clear, which conditional registrations only may have",
        Code::UserNotPresent,
        &[57],
    );
    deviates(flags.user_verified() && !flags.user_present(), "UV without UP", Code::UserNotPresent, &[60]);
    deviates(
        flags.backup_state() && !flags.backup_eligible(),
        "BS without BE: what can't be backed up is said to be",
        Code::BackupStateInvalid,
        if is(Ceremony::Authentication) { &[62] } else { &[61] },
    );
    deviates(
        !flags.attested_credential_data() && is(Ceremony::Registration),
        "AT is clear: a registration has attested credential data",
        Code::AttestedCredentialDataMissing,
        &[68],
    );
    deviates(
        flags.attested_credential_data() && is(Ceremony::Authentication),
        "AT is set in an assertion (attested-credential-data-in-assertion)",
        Code::AuthenticatorDataMalformed,
        &[69],
    );
    deviates(
        flags.reserved(),
        "a reserved bit is set (reserved-flags)",
        Code::AuthenticatorDataMalformed,
        &[79],
    );
    if !flags.user_verified() {
        notes
            .push(Note::info("UV is clear: who required user verification rejects it").with_rules(&[58, 59]));
    }
    notes
}

/// Explains attested credential data that is the whole input.
pub(crate) fn attested_only(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let (field, rest) = attested(ctx, span);
    if rest.is_empty() || field.first_fault().is_some() {
        return field;
    }
    let text = format!("{} follow the public key", count(rest.len(), "byte"));
    field.with_note(
        Note::fault(rest.start(), text).with_code(Code::AuthenticatorDataMalformed).with_rules(&[78]),
    )
}

/// Attested credential data at the start of a span, and the rest.
fn attested<'a>(ctx: &Context<'_>, span: Span<'a>) -> (Field, Span<'a>) {
    let mut layout = Layout::new(span);
    let broken = |layout: Layout<'a>| {
        let mut field = Field::new("attestedCredentialData").at(span.range()).with_source(ATTESTED);
        field.fields = layout.fields;
        // The fault is at the field that breaks off; its rule is that of the structure.
        for part in &mut field.fields {
            for note in part.notes.iter_mut().filter(|note| note.at.is_some()) {
                *note = note.clone().with_code(Code::AuthenticatorDataMalformed).with_rules(&[70, 71]);
            }
        }
        (field, layout.rest)
    };
    let Some(aaguid) = layout.take("aaguid", 16) else { return broken(layout) };
    layout.last(|_| binary::aaguid(ctx, aaguid));
    let Some(length) = layout.number("credentialIdLength", 2) else { return broken(layout) };
    let Some(id) = layout.take("credentialId", usize::try_from(length).unwrap_or(usize::MAX)) else {
        return broken(layout);
    };
    layout.last(|_| binary::credential_id(ctx, id).named("credentialId"));
    let walked = cbor::walk(layout.rest);
    let encoded = if walked.fault.is_some() { layout.rest } else { layout.rest.up_to(&walked.rest) };
    let rest = walked.rest;
    layout.push(key::cose::explain(ctx, encoded).named("credentialPublicKey"), rest);
    let mut field =
        Field::new("attestedCredentialData").at(span.up_to(&layout.rest).range()).with_source(ATTESTED);
    field.fields = layout.fields;
    (field, layout.rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn explained(bytes: &[u8], ceremony: Option<Ceremony>) -> Field {
        explain_in(&Context::of(&Options::new()), Span::new(bytes), ceremony)
    }

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[7; 32][..], &[flags, 0, 0, 0, 1], rest].concat()
    }

    fn fault(bytes: &[u8]) -> (String, usize) {
        let fault = explained(bytes, None).first_fault().unwrap();
        (fault.path.last().unwrap().clone(), fault.at)
    }

    #[test]
    fn fields_have_their_places() {
        let field = explained(&data(0x05, &[]), None);
        let places: Vec<_> =
            field.fields.iter().map(|field| (&*field.name, field.range.clone().unwrap())).collect();
        assert_eq!(places, [("rpIdHash", 0..32), ("flags", 32..33), ("signCount", 33..37)]);
        assert_eq!(field.fields[1].value.as_deref(), Some("0x05: UP UV"));
        assert_eq!(field.first_fault(), None);
    }

    #[test]
    fn what_breaks_off_is_named() {
        assert_eq!(fault(&[7; 20]), ("rpIdHash".into(), 0));
        assert_eq!(fault(&data(1, &[])[..35]), ("signCount".into(), 33));
        assert_eq!(fault(&data(0x41, &[1; 10])), ("aaguid".into(), 37));
        assert_eq!(fault(&data(0x41, &[&[1; 16][..], &[0, 9, 1]].concat())), ("credentialId".into(), 55));
        assert_eq!(fault(&data(0x41, &[&[1; 16][..], &[0, 1, 1, 0xa1]].concat())).1, 57);
        assert_eq!(fault(&data(0x81, &[0xa1, 0x61])).1, 38);
        assert_eq!(fault(&data(0x01, &[0xa0])), ("trailing bytes".into(), 37));
    }

    #[test]
    fn flags_are_judged_by_their_ceremony() {
        let rules = |flags: u8, ceremony| {
            let notes = flag_notes(Flags::from_bits(flags), Some(ceremony));
            notes
                .iter()
                .filter(|note| note.code.is_some())
                .flat_map(|note| note.rules.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(rules(0x05, Ceremony::Authentication), [0_u16; 0]);
        assert_eq!(rules(0x45, Ceremony::Registration), [0_u16; 0]);
        assert_eq!(rules(0x04, Ceremony::Authentication), [56, 60]);
        assert_eq!(rules(0x40, Ceremony::Registration), [57]);
        assert_eq!(rules(0x15, Ceremony::Authentication), [62]);
        assert_eq!(rules(0x55, Ceremony::Registration), [61]);
        assert_eq!(rules(0x05, Ceremony::Registration), [68]);
        assert_eq!(rules(0x47, Ceremony::Authentication), [69, 79]);
    }
}
