//! Faults of compound attestation ([section 8.9](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    attestation::draft::SignerRole,
    cbor::Cbor,
    scenario::{Format, Scenario},
};

/// The first part of the statement.
fn first(statement: &mut Cbor, change: impl FnOnce(&mut Cbor)) {
    if let Cbor::Array(parts) = statement {
        parts.first_mut().map(change);
    }
}

const COMPOUND: Faults = Faults::of(
    Scenario::of(Format::Compound),
    &[Code::AttestationStatementMalformed, Code::AttestationObjectMalformed],
);
const OBJECT: Faults =
    COMPOUND.codes(&[Code::AttestationObjectMalformed, Code::AttestationStatementMalformed]);

pub(super) const FAULTS: &[Fault] = &[
    OBJECT.statement("compound-map", &[251], |statement| *statement = Cbor::Map(Vec::new())),
    COMPOUND.statement("compound-of-none", &[252], |statement| *statement = Cbor::Array(Vec::new())),
    COMPOUND.statement("compound-of-one", &[252], |statement| {
        if let Cbor::Array(parts) = statement {
            parts.truncate(1);
        }
    }),
    COMPOUND
        .statement("compound-part-text", &[253], |statement| first(statement, |part| *part = Cbor::from(""))),
    COMPOUND.statement("compound-part-without-format", &[253], |statement| {
        first(statement, |part| part.remove("fmt"));
    }),
    COMPOUND.statement("compound-part-without-statement", &[253], |statement| {
        first(statement, |part| part.remove("attStmt"));
    }),
    OBJECT.statement("compound-in-compound", &[254], |statement| {
        let inner = statement.clone();
        first(statement, |part| {
            part.set("fmt", "compound");
            part.set("attStmt", inner);
        });
    }),
    COMPOUND.codes(&[Code::AttestationFormatUnsupported]).statement(
        "compound-of-unknown-format",
        &[255, 256],
        |statement| first(statement, |part| part.set("fmt", "unknown")),
    ),
    COMPOUND.codes(&[Code::AttestationSignatureInvalid]).draft(
        "compound-with-bad-signatures",
        &[256],
        |draft| draft.signer = SignerRole::Stranger,
    ),
    COMPOUND.statement("compound-of-thirty", &[259], |statement| {
        if let Cbor::Array(parts) = statement {
            *parts = parts.iter().cycle().take(30).cloned().collect();
        }
    }),
];
