//! Structures of TPMs: TPM 2.0 Part 2, sections 10.12.8 (`TPMS_ATTEST`) and 12.2.4 (`TPMT_PUBLIC`), as
//! [section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation) uses them.

use countersign::cose::Hash;
use countersign::types::{Code, hex::Hex};

use crate::{
    binary::Layout,
    explanation::{Field, Note},
    options::Context,
    source,
    span::Span,
    words::count,
};

const CODE: Code = Code::AttestationStatementMalformed;

/// The most bytes of a structure that are hashed for its name. TPMs have public areas of less than 2 KiB.
const HASHED_MAX: usize = 64 * 1024;

/// `TPM_ALG_ID`: section 6.3.
const ALGORITHMS: [(u64, &str); 13] = [
    (0x0001, "TPM_ALG_RSA"),
    (0x0004, "TPM_ALG_SHA1"),
    (0x0006, "TPM_ALG_AES"),
    (0x0008, "TPM_ALG_KEYEDHASH"),
    (0x000b, "TPM_ALG_SHA256"),
    (0x000c, "TPM_ALG_SHA384"),
    (0x000d, "TPM_ALG_SHA512"),
    (0x0010, "TPM_ALG_NULL"),
    (0x0014, "TPM_ALG_RSASSA"),
    (0x0016, "TPM_ALG_RSAPSS"),
    (0x0018, "TPM_ALG_ECDSA"),
    (0x0023, "TPM_ALG_ECC"),
    (0x0025, "TPM_ALG_SYMCIPHER"),
];

/// `TPM_ECC_CURVE`: section 6.4.
const CURVES: [(u64, &str); 4] = [
    (0x0003, "TPM_ECC_NIST_P256"),
    (0x0004, "TPM_ECC_NIST_P384"),
    (0x0005, "TPM_ECC_NIST_P521"),
    (0x0010, "TPM_ECC_BN_P256"),
];

/// `TPM_ST`: section 6.9.
const TYPES: [(u64, &str); 8] = [
    (0x8014, "TPM_ST_ATTEST_NV"),
    (0x8015, "TPM_ST_ATTEST_COMMAND_AUDIT"),
    (0x8016, "TPM_ST_ATTEST_SESSION_AUDIT"),
    (0x8017, "TPM_ST_ATTEST_CERTIFY"),
    (0x8018, "TPM_ST_ATTEST_QUOTE"),
    (0x8019, "TPM_ST_ATTEST_TIME"),
    (0x801a, "TPM_ST_ATTEST_CREATION"),
    (0x801c, "TPM_ST_ATTEST_NV_DIGEST"),
];

/// `TPMA_OBJECT`: section 8.3.
const ATTRIBUTES: [(u64, &str); 12] = [
    (1, "fixedTPM"),
    (2, "stClear"),
    (4, "fixedParent"),
    (5, "sensitiveDataOrigin"),
    (6, "userWithAuth"),
    (7, "adminWithPolicy"),
    (10, "noDA"),
    (11, "encryptedDuplication"),
    (16, "restricted"),
    (17, "decrypt"),
    (18, "sign"),
    (19, "x509sign"),
];

/// `TPM_GENERATED_VALUE`: section 6.2.
const GENERATED: u64 = 0xff54_4347;

fn named(table: &[(u64, &str)], number: u64, width: usize) -> String {
    let name = table.iter().find(|(known, _)| *known == number).map_or("unknown", |(_, name)| name);
    format!("{number:#0width$x} ({name})")
}

/// Reads a number that a table names.
fn enumerated(layout: &mut Layout<'_>, name: &'static str, table: &[(u64, &str)]) -> Option<u64> {
    let number = layout.number(name, 2)?;
    layout.last(|field| field.with_value(named(table, number, 6)));
    Some(number)
}

/// Reads a length of 2 bytes and so many bytes.
fn sized<'a>(layout: &mut Layout<'a>, name: &'static str) -> Option<Span<'a>> {
    let start = layout.rest;
    let length = layout.number(name, 2)?;
    layout.fields.pop();
    let contents = layout.take(name, usize::try_from(length).unwrap_or_default())?;
    let whole = start.up_to(&layout.rest);
    layout.last(|field| field.at(whole.range()).with_hex(contents));
    Some(contents)
}

fn reject(layout: &mut Layout<'_>, text: &str, rule: u16) {
    layout.last(|field| field.with_note(Note::deviation(text).with_code(CODE).with_rules(&[rule])));
}

/// Explains `pubArea`, a `TPMT_PUBLIC` that is all of a span.
pub(crate) fn public_area(_: &Context<'_>, span: Span<'_>) -> Field {
    let mut layout = Layout::new(span);
    let object_type = enumerated(&mut layout, "type", &ALGORITHMS);
    if object_type.is_some_and(|kind| !matches!(kind, 0x0001 | 0x0023)) {
        let wrapped =
            object_type.is_some_and(|length| usize::try_from(length).is_ok_and(|it| it == layout.rest.len()));
        if wrapped {
            reject(
                &mut layout,
                "this is the length of a TPM2B_PUBLIC: the structure within it is expected",
                170,
            );
        } else {
            reject(&mut layout, "neither RSA nor ECC", 171);
        }
    }
    let name_hash = enumerated(&mut layout, "nameAlg", &ALGORITHMS).and_then(hash);
    if name_hash.is_none() && !layout.is_broken {
        reject(&mut layout, "no hash function that is supported", 172);
    }
    attributes(&mut layout);
    sized(&mut layout, "authPolicy");
    if enumerated(&mut layout, "symmetric", &ALGORITHMS).is_some_and(|algorithm| algorithm != 0x0010) {
        reject(&mut layout, "TPM_ALG_NULL expected of a key that signs", 179);
    }
    match enumerated(&mut layout, "scheme", &ALGORITHMS) {
        Some(0x0014 | 0x0016 | 0x0018) => {
            enumerated(&mut layout, "scheme.hashAlg", &ALGORITHMS);
        }
        Some(0x0010) | None => {}
        Some(_) => reject(&mut layout, "no scheme of signatures", 180),
    }
    match object_type {
        Some(0x0001) => {
            layout.number("keyBits", 2);
            if layout.number("exponent", 4) == Some(0) {
                layout.last(|field| field.with_value("0, which means 65537"));
            }
            sized(&mut layout, "unique");
        }
        Some(0x0023) => {
            enumerated(&mut layout, "curveID", &CURVES);
            enumerated(&mut layout, "kdf", &ALGORITHMS);
            sized(&mut layout, "unique.x");
            sized(&mut layout, "unique.y");
        }
        _ => {}
    }
    let name = name_hash.filter(|_| !layout.is_broken).map(|(identifier, hash)| {
        let name = [&identifier[..], &hash.digest(&[span.first(HASHED_MAX).bytes()])].concat();
        Field::new("Name").with_value(format!("{}, which certInfo must have", Hex(&name)))
    });
    finished("pubArea", span, layout, 169).with_fields(name)
}

fn hash(algorithm: u64) -> Option<([u8; 2], Hash)> {
    let hash = match algorithm {
        0x0004 => Hash::Sha1,
        0x000b => Hash::Sha256,
        0x000c => Hash::Sha384,
        0x000d => Hash::Sha512,
        _ => return None,
    };
    Some((u16::try_from(algorithm).ok()?.to_be_bytes(), hash))
}

fn attributes(layout: &mut Layout<'_>) {
    let Some(bits) = layout.number("objectAttributes", 4) else { return };
    let is_set = |bit: u64| bits >> bit & 1 == 1;
    let names: Vec<_> = ATTRIBUTES.iter().filter(|(bit, _)| is_set(*bit)).map(|(_, name)| *name).collect();
    layout.last(|field| {
        let mut field = field.with_value(format!("{bits:#010x}: {}", names.join(", ")));
        if !is_set(18) {
            let note = Note::deviation("the key does not sign").with_code(Code::AttestationKeyMismatch);
            field = field.with_note(note.with_rules(&[178]));
        }
        if !is_set(1) || !is_set(5) {
            field = field.with_note(
                Note::info("not bound to the TPM: the key may have been made elsewhere, or be moved")
                    .with_rules(&[181]),
            );
        }
        field
    });
}

/// Explains `certInfo`, a `TPMS_ATTEST` that is all of a span.
pub(crate) fn attest(_: &Context<'_>, span: Span<'_>) -> Field {
    let mut layout = Layout::new(span);
    if let Some(magic) = layout.number("magic", 4) {
        let is_generated = magic == GENERATED;
        layout.last(|field| {
            field.with_value(format!(
                "{magic:#010x}{}",
                if is_generated { " (TPM_GENERATED_VALUE)" } else { "" }
            ))
        });
        if !is_generated {
            reject(&mut layout, "TPM_GENERATED_VALUE expected: a TPM did not make this", 183);
        }
    }
    let kind = enumerated(&mut layout, "type", &TYPES);
    if kind.is_some_and(|kind| kind != 0x8017) {
        reject(&mut layout, "TPM_ST_ATTEST_CERTIFY expected", 184);
    }
    sized(&mut layout, "qualifiedSigner");
    if let Some(data) = sized(&mut layout, "extraData") {
        layout.last(|field| {
            field.with_value(format!(
                "{}, the hash of authenticator data and the hash of client data",
                count(data.len(), "byte")
            ))
        });
        if data.is_empty() {
            layout.last(|field| {
                field.with_note(
                    Note::deviation("empty").with_code(Code::AttestationBindingMismatch).with_rules(&[185]),
                )
            });
        }
    }
    layout.number("clockInfo.clock", 8);
    layout.number("clockInfo.resetCount", 4);
    layout.number("clockInfo.restartCount", 4);
    layout.number("clockInfo.safe", 1);
    if let Some(version) = layout.number("firmwareVersion", 8) {
        layout.last(|field| field.with_value(format!("{version:#018x}")));
    }
    if kind == Some(0x8017) {
        if let Some(name) = sized(&mut layout, "attested.name") {
            let hash = ALGORITHMS
                .iter()
                .find(|(number, _)| *number == name.first(2).number())
                .map(|(_, name)| *name);
            layout.last(|field| {
                field.with_value(format!(
                    "{}: {} of pubArea",
                    count(name.len(), "byte"),
                    hash.unwrap_or("a hash")
                ))
            });
        }
        sized(&mut layout, "attested.qualifiedName");
    } else if !layout.is_broken && !layout.rest.is_empty() {
        let rest = layout.rest;
        layout.take("attested", rest.len());
    }
    finished("certInfo", span, layout, 182)
}

/// The field of a structure, with a fault if bytes are left.
fn finished(name: &'static str, span: Span<'_>, mut layout: Layout<'_>, rule: u16) -> Field {
    if !layout.is_broken && !layout.rest.is_empty() {
        let rest = layout.rest;
        let text = format!("{} follow the structure", count(rest.len(), "byte"));
        layout.fields.push(
            Field::bytes("trailing bytes", rest)
                .with_note(Note::fault(rest.start(), text).with_code(CODE).with_rules(&[rule])),
        );
    }
    let mut field =
        Field::new(name).at(span.range()).with_value(count(span.len(), "byte")).with_source(source::TPM);
    field.fields = layout.fields;
    field
}

/// Whether bytes begin as `certInfo` does.
pub(crate) fn looks_like_attest(span: Span<'_>) -> bool {
    span.len() >= 4 && span.first(4).number() == GENERATED
}

/// Whether bytes begin as `pubArea` does: with a type of key and a hash function.
pub(crate) fn looks_like_public_area(span: Span<'_>) -> bool {
    span.len() >= 10
        && matches!(span.first(2).number(), 0x0001 | 0x0023)
        && hash(span.skip(2).first(2).number()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    /// The public area of a key on P-256 that signs and is bound to its TPM.
    fn area() -> Vec<u8> {
        let head = [
            0x00, 0x23, 0x00, 0x0b, 0x00, 0x04, 0x00, 0x72, 0x00, 0x00, 0x00, 0x10, 0x00, 0x10, 0x00, 0x03,
            0x00, 0x10,
        ];
        [&head[..], &[0, 32], &[1; 32], &[0, 32], &[2; 32]].concat()
    }

    fn info() -> Vec<u8> {
        let head = [0xff, 0x54, 0x43, 0x47, 0x80, 0x17, 0x00, 0x00, 0x00, 0x02, 7, 7];
        [&head[..], &[0; 25], &[0, 4, 0, 0x0b, 9, 9], &[0, 0]].concat()
    }

    fn explained(explain: fn(&Context<'_>, Span<'_>) -> Field, bytes: &[u8]) -> Field {
        explain(&Context::of(&Options::new()), Span::new(bytes))
    }

    #[test]
    fn structures_have_names_and_values() {
        let field = explained(public_area, &area());
        assert_eq!(field.fields[0].value.as_deref(), Some("0x0023 (TPM_ALG_ECC)"));
        assert_eq!(
            field.fields[2].value.as_deref(),
            Some("0x00040072: fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign")
        );
        assert_eq!(field.fields[6].value.as_deref(), Some("0x0003 (TPM_ECC_NIST_P256)"));
        assert_eq!(field.fields[8].range, Some(18..52));
        assert!(field.fields.last().unwrap().value.as_ref().unwrap().starts_with("000b"));
        let field = explained(attest, &info());
        assert_eq!(field.fields[0].value.as_deref(), Some("0xff544347 (TPM_GENERATED_VALUE)"));
        assert_eq!(field.fields[9].value.as_deref(), Some("4 bytes: TPM_ALG_SHA256 of pubArea"));
        assert_eq!(field.first_fault(), None);
    }

    #[test]
    fn a_structure_that_breaks_off_says_where() {
        for (explain, bytes) in
            [(public_area as fn(&Context<'_>, Span<'_>) -> Field, area()), (attest, info())]
        {
            for length in 0..bytes.len() {
                assert!(explained(explain, &bytes[..length]).first_fault().unwrap().at <= length);
            }
            let longer = [&bytes[..], &[0]].concat();
            assert_eq!(explained(explain, &longer).first_fault().unwrap().at, bytes.len());
        }
    }

    #[test]
    fn each_wrong_value_is_noted_by_its_rule() {
        let rules = |at: usize, byte: u8| {
            let mut bytes = area();
            bytes[at] = byte;
            let field = explained(public_area, &bytes);
            field
                .fields
                .iter()
                .flat_map(|field| &field.notes)
                .flat_map(|note| note.rules.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(rules(1, 0x25)[..1], [171]);
        assert_eq!(rules(3, 0x10), [172]);
        assert_eq!(rules(5, 0x00), [178]);
        assert_eq!(rules(7, 0x00), [181]);
        assert_eq!(rules(11, 0x06), [179]);
        assert_eq!(rules(13, 0x06), [180]);
        let wrapped = [&[0, 86][..], &area()].concat();
        assert_eq!(explained(public_area, &wrapped).fields[0].notes[0].rules, [170]);
    }
}
