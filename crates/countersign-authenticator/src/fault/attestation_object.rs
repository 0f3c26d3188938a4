//! Faults of the attestation object ([section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object))
//! and of format `none`.

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::attestation::draft::SignerRole;
use crate::{
    cbor::Cbor,
    scenario::{Format, Scenario, Trust},
};

const NONE: Faults = Faults::of(Scenario::REGISTRATION, &[Code::AttestationObjectMalformed]);
const UNSUPPORTED: Faults = NONE.codes(&[Code::AttestationFormatUnsupported]);
/// What is no format's identifier may be called malformed as well.
const NO_IDENTIFIER: Faults =
    NONE.codes(&[Code::AttestationFormatUnsupported, Code::AttestationObjectMalformed]);

pub(super) const FAULTS: &[Fault] = &[
    NONE.object_bytes("attestation-object-empty", &[126], Vec::clear),
    NONE.object_bytes("attestation-object-array", &[126], |bytes| *bytes = vec![0x80]),
    NONE.object("attestation-object-name-twice", &[81], |object| {
        if let Cbor::Map(entries) = object {
            entries.push(("fmt".into(), "none".into()));
        }
    }),
    NONE.object_bytes("attestation-object-indefinite-length", &[80], |bytes| {
        if let Some(first) = bytes.first_mut() {
            *first = 0xbf;
        }
        bytes.push(0xff);
    }),
    NONE.object_bytes("attestation-object-tagged", &[82], |bytes| bytes.insert(0, 0xc1)),
    NONE.object_bytes("attestation-object-with-bytes-after", &[85, 130], |bytes| bytes.push(0xf6)),
    NONE.object_bytes("attestation-object-cut", &[84], |bytes| {
        bytes.pop();
    }),
    NONE.object("attestation-object-nested-deeply", &[83], |object| {
        let deep = (0..12).fold(Cbor::Null, |inner, _| Cbor::Array(vec![inner]));
        object.set("more", deep);
    }),
    NONE.object("format-missing", &[127], |object| object.remove("fmt")),
    NONE.object("statement-missing", &[127], |object| object.remove("attStmt")),
    NONE.object("authenticator-data-missing-in-object", &[127], |object| object.remove("authData")),
    NONE.object("format-number", &[128], |object| object.set("fmt", 1)),
    NONE.object("statement-text", &[128], |object| object.set("attStmt", "")),
    NONE.object("authenticator-data-text", &[128], |object| object.set("authData", "")),
    NONE.codes(&[Code::AttestationObjectMalformed, Code::AttestationStatementMalformed]).object(
        "statement-array-of-none",
        &[128],
        |object| object.set("attStmt", Vec::<Cbor>::new()),
    ),
    UNSUPPORTED.object("format-unknown", &[131], |object| object.set("fmt", "unknown")),
    UNSUPPORTED.object("format-in-capitals", &[132], |object| object.set("fmt", "None")),
    NO_IDENTIFIER.object("format-with-space", &[132], |object| object.set("fmt", "none ")),
    NO_IDENTIFIER.object("format-too-long", &[133], |object| object.set("fmt", "n".repeat(33))),
    NONE.codes(&[Code::AttestationStatementMalformed]).statement(
        "none-with-statement",
        &[244],
        |statement| statement.set("alg", -7),
    ),
    Faults::of(Scenario::of(Format::Packed), &[Code::AttestationNotAccepted]).object(
        "none-where-trust-is-required",
        &[134],
        |object| {
            object.set("fmt", "none");
            object.set("attStmt", Cbor::Map(Vec::new()));
        },
    ),
    Faults::of(
        Scenario::of(Format::Packed).with_trust(Trust::Required),
        &[Code::AttestationNotAccepted, Code::AttestationSignatureInvalid],
    )
    .draft("self-attestation-where-trust-is-required", &[135], |draft| {
        draft.leaf = None;
        draft.signer = SignerRole::Credential;
    }),
];
