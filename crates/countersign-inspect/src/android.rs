//! Android's description of a key: the
//! [schema](https://source.android.com/docs/security/features/keystore/attestation#schema).

use countersign::types::Code;

use crate::{
    der::{self, BOOLEAN, ENUMERATED, Element, INTEGER, OCTET_STRING, SEQUENCE, SET},
    explanation::{Field, Note},
    options::Context,
    source,
    span::Span,
};

/// Explains a `KeyDescription` that is all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let field = Field::new("KeyDescription").at(span.range()).with_source(source::ANDROID_KEY);
    let malformed = |note: Note| note.with_code(Code::AttestationCertificateInvalid).with_rules(&[207]);
    let outer = match der::element(span) {
        Ok(outer) => outer,
        Err(fault) => return field.with_note(malformed(Note::fault(fault.at, fault.text))),
    };
    let mut field = outer.field("KeyDescription").with_source(source::ANDROID_KEY);
    let mut parts = outer.elements();
    let mut summary = Vec::new();
    for name in [
        "attestationVersion",
        "attestationSecurityLevel",
        "keyMintVersion",
        "keyMintSecurityLevel",
        "attestationChallenge",
        "uniqueId",
        "softwareEnforced",
        "hardwareEnforced",
    ] {
        let part = match parts.next() {
            Some(Ok(part)) => part,
            Some(Err(fault)) => return field.with_note(malformed(Note::fault(fault.at, fault.text))),
            None => {
                let note = Note::fault(parts.rest.start(), format!("{name} is missing"));
                return field.with_note(malformed(note));
            }
        };
        let explained = match name {
            "attestationSecurityLevel" | "keyMintSecurityLevel" => level(name, &part),
            "softwareEnforced" | "hardwareEnforced" => authorizations(ctx, name, &part),
            _ => part.field(name),
        };
        if name == "keyMintSecurityLevel" || name == "attestationVersion" {
            summary.extend(explained.value.clone());
        }
        field.fields.push(explained);
    }
    if let Some(Ok(part)) = parts.next() {
        field.notes.push(malformed(Note::fault(part.whole.start(), "an element follows hardwareEnforced")));
    }
    field.with_value(format!("version {}", summary.join(", ")))
}

fn level(name: &'static str, part: &Element<'_>) -> Field {
    let field = part.field(name);
    match part.small() {
        Some(0) => field
            .with_value("0 (Software)")
            .with_note(Note::info("the key is protected by Android only").with_rules(&[215, 216])),
        Some(1) => field.with_value("1 (TrustedEnvironment)"),
        Some(2) => field.with_value("2 (StrongBox)"),
        _ => field.with_note(Note::deviation("an unknown level").with_rules(&[216])),
    }
}

/// The tags of an `AuthorizationList`, by their numbers.
const TAGS: [(u64, &str); 46] = [
    (1, "purpose"),
    (2, "algorithm"),
    (3, "keySize"),
    (4, "blockMode"),
    (5, "digest"),
    (6, "padding"),
    (7, "callerNonce"),
    (8, "minMacLength"),
    (10, "ecCurve"),
    (200, "rsaPublicExponent"),
    (203, "mgfDigest"),
    (303, "rollbackResistance"),
    (305, "earlyBootOnly"),
    (400, "activeDateTime"),
    (401, "originationExpireDateTime"),
    (402, "usageExpireDateTime"),
    (405, "usageCountLimit"),
    (502, "userSecureId"),
    (503, "noAuthRequired"),
    (504, "userAuthType"),
    (505, "authTimeout"),
    (506, "allowWhileOnBody"),
    (507, "trustedUserPresenceRequired"),
    (508, "trustedConfirmationRequired"),
    (509, "unlockedDeviceRequired"),
    (600, "allApplications"),
    (601, "applicationId"),
    (701, "creationDateTime"),
    (702, "origin"),
    (703, "rollbackResistant"),
    (704, "rootOfTrust"),
    (705, "osVersion"),
    (706, "osPatchLevel"),
    (709, "attestationApplicationId"),
    (710, "attestationIdBrand"),
    (711, "attestationIdDevice"),
    (712, "attestationIdProduct"),
    (713, "attestationIdSerial"),
    (714, "attestationIdImei"),
    (715, "attestationIdMeid"),
    (716, "attestationIdManufacturer"),
    (717, "attestationIdModel"),
    (718, "vendorPatchLevel"),
    (719, "bootPatchLevel"),
    (720, "deviceUniqueAttestation"),
    (723, "attestationIdSecondImei"),
];

fn authorizations(ctx: &Context<'_>, name: &'static str, list: &Element<'_>) -> Field {
    let mut field = list.field(name);
    let mut parts = list.elements();
    while let Some(part) = parts.next() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further authorizations are not shown"));
        }
        match part {
            Ok(part) if part.class == 2 => field.fields.push(authorization(ctx, name, &part)),
            Ok(part) => field.fields.push(
                der::generic(ctx, &part, 0).with_note(
                    Note::deviation("an element without its tag")
                        .with_code(Code::AttestationCertificateInvalid)
                        .with_rules(&[218]),
                ),
            ),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    field
}

fn authorization(ctx: &Context<'_>, list: &str, tagged: &Element<'_>) -> Field {
    let known = TAGS.iter().find(|(number, _)| *number == tagged.number).map(|(_, name)| *name);
    let mut field = tagged.field(known.map_or_else(|| format!("[{}]", tagged.number), str::to_owned));
    field.unknown = known.is_none();
    let Ok(inner) = der::element(tagged.contents) else { return field };
    field = field.with_value(inner.words());
    let rejected = |text: &str, rules: &[u16]| {
        Note::deviation(text).with_code(Code::AttestationCertificateInvalid).with_rules(rules)
    };
    match tagged.number {
        1 => {
            let numbers = numbers(&inner);
            let words: Vec<_> = numbers.iter().map(|number| purpose(*number)).collect();
            field = field.with_value(words.join(", "));
            if !numbers.contains(&2) {
                field = field.with_note(rejected("the key may not sign", &[213]));
            } else if numbers.len() > 1 {
                field = field.with_note(Note::info("more purposes than signing").with_rules(&[214]));
            }
            field
        }
        600 => {
            let rule = if list == "softwareEnforced" { 209 } else { 210 };
            field.with_note(rejected("every application may use the key", &[rule]))
        }
        702 => match inner.small() {
            Some(0) => field.with_value("0 (generated)"),
            _ => field.with_note(rejected("the key was not generated in the key store", &[212])),
        },
        704 => root_of_trust(field, &inner),
        701 | 400..=402 => match inner.small() {
            Some(milliseconds) => {
                let seconds = milliseconds.checked_div(1000).unwrap_or_default();
                field.with_value(countersign::types::Timestamp::from_unix_seconds(seconds).to_string())
            }
            None => field,
        },
        _ if inner.is_constructed => field.with_field(der::generic(ctx, &inner, 0)),
        _ => field,
    }
}

/// The numbers of a `SET OF INTEGER`.
fn numbers(set: &Element<'_>) -> Vec<i64> {
    let mut numbers = Vec::new();
    if set.is_universal(SET) {
        let mut parts = set.elements();
        while let Some(Ok(part)) = parts.next() {
            numbers.extend(part.small());
        }
    }
    numbers
}

fn purpose(number: i64) -> String {
    let name = match number {
        0 => "ENCRYPT",
        1 => "DECRYPT",
        2 => "SIGN",
        3 => "VERIFY",
        5 => "WRAP_KEY",
        6 => "AGREE_KEY",
        7 => "ATTEST_KEY",
        _ => return number.to_string(),
    };
    format!("{number} ({name})")
}

fn root_of_trust(field: Field, element: &Element<'_>) -> Field {
    if !element.is_universal(SEQUENCE) {
        return field;
    }
    let mut parts = element.elements();
    let mut fields = Vec::new();
    let mut notes = Vec::new();
    if let Some(key) = parts.universal(OCTET_STRING) {
        fields.push(key.field("verifiedBootKey"));
    }
    if let Some(locked) = parts.universal(BOOLEAN) {
        if locked.contents.bytes() == [0] {
            notes.push(Note::info("the boot loader is unlocked").with_rules(&[221]));
        }
        fields.push(locked.field("deviceLocked"));
    }
    if let Some(state) = parts.universal(ENUMERATED) {
        let word = match state.small() {
            Some(0) => "0 (Verified)",
            Some(1) => "1 (SelfSigned)",
            Some(2) => "2 (Unverified)",
            Some(3) => "3 (Failed)",
            _ => "unknown",
        };
        if word != "0 (Verified)" {
            notes.push(Note::info("the system was not verified with the vendor's key").with_rules(&[221]));
        }
        fields.push(state.field("verifiedBootState").with_value(word));
    }
    if let Some(hash) = parts.universal(OCTET_STRING) {
        fields.push(hash.field("verifiedBootHash"));
    }
    field.with_fields(fields).with_notes(notes)
}

/// Whether bytes begin as a description does: with two versions and their levels.
pub(crate) fn looks_like(span: Span<'_>) -> bool {
    let Some(outer) = der::element(span).ok().filter(|outer| outer.is_universal(SEQUENCE)) else {
        return false;
    };
    let mut parts = outer.elements();
    parts.universal(INTEGER).is_some()
        && parts.universal(ENUMERATED).is_some()
        && parts.universal(INTEGER).is_some()
        && parts.universal(ENUMERATED).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    /// A description of a key that signs, was generated, and is protected by a trusted execution environment.
    fn description() -> Vec<u8> {
        let software: &[u8] = &[0x30, 0x00];
        let purpose: &[u8] = &[0xa1, 0x05, 0x31, 0x03, 0x02, 0x01, 0x02];
        let origin: &[u8] = &[0xbf, 0x85, 0x3e, 0x03, 0x02, 0x01, 0x00];
        let root: &[u8] =
            &[0xbf, 0x85, 0x40, 0x0c, 0x30, 0x0a, 0x04, 0x02, 1, 2, 0x01, 0x01, 0x00, 0x0a, 0x01, 0x02];
        let hardware = [purpose, origin, root].concat();
        let length = u8::try_from(hardware.len()).unwrap();
        let start = [2, 1, 100, 10, 1, 1, 2, 1, 100, 10, 1, 1, 4, 2, 7, 7, 4, 0];
        let contents = [&start[..], software, &[0x30, length], &hardware].concat();
        [&[0x30, u8::try_from(contents.len()).unwrap()][..], &contents].concat()
    }

    fn explained(bytes: &[u8]) -> Field {
        explain(&Context::of(&Options::new()), Span::new(bytes))
    }

    #[test]
    fn authorizations_have_their_names() {
        let bytes = description();
        let field = explained(&bytes);
        assert!(looks_like(Span::new(&bytes)));
        assert_eq!(field.value.as_deref(), Some("version 100, 1 (TrustedEnvironment)"));
        let hardware = &field.fields[7];
        let values: Vec<_> =
            hardware.fields.iter().map(|part| (&*part.name, part.value.as_deref().unwrap())).collect();
        assert_eq!(values[..2], [("purpose", "2 (SIGN)"), ("origin", "0 (generated)")]);
        assert_eq!(hardware.fields[2].fields[2].value.as_deref(), Some("2 (Unverified)"));
        assert_eq!(hardware.fields[2].notes.len(), 2);
    }

    #[test]
    fn what_makes_a_key_useless_is_noted() {
        let mut bytes = description();
        let origin = bytes.iter().rposition(|byte| *byte == 0x3e).unwrap() + 4;
        bytes[origin] = 2;
        assert_eq!(explained(&bytes).fields[7].fields[1].notes[0].rules, [212]);
    }

    #[test]
    fn a_description_that_breaks_off_says_where() {
        let bytes = description();
        for length in 0..bytes.len() {
            assert!(explained(&bytes[..length]).first_fault().unwrap().at <= length, "{length}");
        }
    }
}
