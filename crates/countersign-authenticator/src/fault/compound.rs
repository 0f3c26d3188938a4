//! Faults of compound attestation ([section 8.9](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation)).

use countersign_types::Code;

use super::definition::Fault;
use crate::{
    attestation::draft::SignerRole,
    cbor::Cbor,
    change::Change,
    scenario::{Format, Scenario},
};

const COMPOUND: Scenario = Scenario::of(Format::Compound);

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    let codes = &[Code::AttestationStatementMalformed, Code::AttestationObjectMalformed];
    Fault::new(name, rules, codes, COMPOUND, Change::Statement(change))
}

const fn object(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    let codes = &[Code::AttestationObjectMalformed, Code::AttestationStatementMalformed];
    Fault::new(name, rules, codes, COMPOUND, Change::Statement(change))
}

/// The first part of the statement.
fn first(statement: &mut Cbor, change: impl FnOnce(&mut Cbor)) {
    if let Cbor::Array(parts) = statement {
        parts.first_mut().map(change);
    }
}

pub(super) const FAULTS: &[Fault] = &[
    object("compound-map", &[251], |statement| *statement = Cbor::Map(Vec::new())),
    statement("compound-of-none", &[252], |statement| *statement = Cbor::Array(Vec::new())),
    statement("compound-of-one", &[252], |statement| {
        if let Cbor::Array(parts) = statement {
            parts.truncate(1);
        }
    }),
    statement("compound-part-text", &[253], |statement| first(statement, |part| *part = Cbor::from(""))),
    statement("compound-part-without-format", &[253], |statement| {
        first(statement, |part| part.remove("fmt"));
    }),
    statement("compound-part-without-statement", &[253], |statement| {
        first(statement, |part| part.remove("attStmt"));
    }),
    object("compound-in-compound", &[254], |statement| {
        let inner = statement.clone();
        first(statement, |part| {
            part.set("fmt", "compound");
            part.set("attStmt", inner);
        });
    }),
    Fault::new(
        "compound-of-unknown-format",
        &[255, 256],
        &[Code::AttestationFormatUnsupported],
        COMPOUND,
        Change::Statement(|statement| first(statement, |part| part.set("fmt", "unknown"))),
    ),
    Fault::new(
        "compound-with-bad-signatures",
        &[256],
        &[Code::AttestationSignatureInvalid],
        COMPOUND,
        Change::Attestation(|draft| draft.signer = SignerRole::Stranger),
    ),
    statement("compound-of-thirty", &[259], |statement| {
        if let Cbor::Array(parts) = statement {
            *parts = parts.iter().cycle().take(30).cloned().collect();
        }
    }),
];
