//! Faults of Apple anonymous attestation
//! ([section 8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation)).

use countersign_types::Code;

use super::Fault;
use crate::{
    Algorithm, AttestationDraft, Cbor, Change, Format, Scenario,
    certificate::{Critical, oid},
    der::{explicit, octet_string, sequence},
};

const APPLE: Scenario = Scenario::of(Format::Apple);
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, MALFORMED, APPLE, Change::Statement(change))
}

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, APPLE, Change::Attestation(change))
}

fn set_nonce(draft: &mut AttestationDraft, value: Vec<u8>) {
    draft.change_leaf(|leaf| {
        leaf.set_extension(oid::APPLE_NONCE, Critical::No, value);
    });
}

pub(super) const FAULTS: &[Fault] = &[
    statement("apple-x5c-missing", &[245], |statement| statement.remove("x5c")),
    statement("apple-x5c-empty", &[245], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    statement("apple-x5c-of-text", &[245], |statement| statement.set("x5c", vec![Cbor::from("")])),
    draft("apple-nonce-missing", &[246], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::APPLE_NONCE);
        });
    }),
    draft("apple-nonce-bare", &[247], CERTIFICATE, |draft| set_nonce(draft, octet_string(&[7; 32]))),
    draft("apple-nonce-under-other-tag", &[247], CERTIFICATE, |draft| {
        set_nonce(draft, sequence(&[&explicit(2, &octet_string(&[7; 32]))]));
    }),
    draft("apple-nonce-other", &[248], &[Code::AttestationBindingMismatch], |draft| {
        set_nonce(draft, sequence(&[&explicit(1, &octet_string(&[7; 32]))]));
    }),
    draft("apple-key-other", &[249], &[Code::AttestationKeyMismatch], |draft| {
        draft.certify_stranger(Algorithm::Es256);
    }),
];
