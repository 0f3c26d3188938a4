//! Faults of the attestation object ([section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object))
//! and of format `none`.

use countersign_types::Code;

use super::definition::Fault;
use crate::attestation::draft::SignerRole;
use crate::{
    cbor::Cbor,
    change::Change,
    scenario::{Format, Scenario, Trust},
};

const NONE: Scenario = Scenario::REGISTRATION;

const fn object(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, &[Code::AttestationObjectMalformed], NONE, Change::AttestationObject(change))
}

const fn bytes(name: &'static str, rules: &'static [u16], change: fn(&mut Vec<u8>)) -> Fault {
    Fault::new(name, rules, &[Code::AttestationObjectMalformed], NONE, Change::AttestationObjectBytes(change))
}

const fn format(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut Cbor),
) -> Fault {
    Fault::new(name, rules, codes, NONE, Change::AttestationObject(change))
}

const UNSUPPORTED: &[Code] = &[Code::AttestationFormatUnsupported];
/// What is no format's identifier may be called malformed as well.
const NO_IDENTIFIER: &[Code] = &[Code::AttestationFormatUnsupported, Code::AttestationObjectMalformed];
const NOT_ACCEPTED: &[Code] = &[Code::AttestationNotAccepted];

pub(super) const FAULTS: &[Fault] = &[
    bytes("attestation-object-empty", &[126], Vec::clear),
    bytes("attestation-object-array", &[126], |bytes| *bytes = vec![0x80]),
    object("attestation-object-name-twice", &[81], |object| {
        if let Cbor::Map(entries) = object {
            entries.push(("fmt".into(), "none".into()));
        }
    }),
    bytes("attestation-object-indefinite-length", &[80], |bytes| {
        if let Some(first) = bytes.first_mut() {
            *first = 0xbf;
        }
        bytes.push(0xff);
    }),
    bytes("attestation-object-tagged", &[82], |bytes| bytes.insert(0, 0xc1)),
    bytes("attestation-object-with-bytes-after", &[85, 130], |bytes| bytes.push(0xf6)),
    bytes("attestation-object-cut", &[84], |bytes| {
        bytes.pop();
    }),
    object("attestation-object-nested-deeply", &[83], |object| {
        let deep = (0..12).fold(Cbor::Null, |inner, _| Cbor::Array(vec![inner]));
        object.set("more", deep);
    }),
    object("format-missing", &[127], |object| object.remove("fmt")),
    object("statement-missing", &[127], |object| object.remove("attStmt")),
    object("authenticator-data-missing-in-object", &[127], |object| object.remove("authData")),
    object("format-number", &[128], |object| object.set("fmt", 1)),
    object("statement-text", &[128], |object| object.set("attStmt", "")),
    object("authenticator-data-text", &[128], |object| object.set("authData", "")),
    Fault::new(
        "statement-array-of-none",
        &[128],
        &[Code::AttestationObjectMalformed, Code::AttestationStatementMalformed],
        NONE,
        Change::AttestationObject(|object| object.set("attStmt", Vec::<Cbor>::new())),
    ),
    format("format-unknown", &[131], UNSUPPORTED, |object| object.set("fmt", "unknown")),
    format("format-in-capitals", &[132], UNSUPPORTED, |object| object.set("fmt", "None")),
    format("format-with-space", &[132], NO_IDENTIFIER, |object| object.set("fmt", "none ")),
    format("format-too-long", &[133], NO_IDENTIFIER, |object| object.set("fmt", "n".repeat(33))),
    Fault::new(
        "none-with-statement",
        &[244],
        &[Code::AttestationStatementMalformed],
        NONE,
        Change::Statement(|statement| statement.set("alg", -7)),
    ),
    Fault::new(
        "none-where-trust-is-required",
        &[134],
        NOT_ACCEPTED,
        Scenario::of(Format::Packed),
        Change::AttestationObject(|object| {
            object.set("fmt", "none");
            object.set("attStmt", Cbor::Map(Vec::new()));
        }),
    ),
    Fault::new(
        "self-attestation-where-trust-is-required",
        &[135],
        &[Code::AttestationNotAccepted, Code::AttestationSignatureInvalid],
        Scenario::of(Format::Packed).with_trust(Trust::Required),
        Change::Attestation(|draft| {
            draft.leaf = None;
            draft.signer = SignerRole::Credential;
        }),
    ),
];
