//! Faults of Apple anonymous attestation
//! ([section 8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::AttestationDraft,
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{explicit, octet_string, sequence},
    scenario::{Format, Scenario},
};

const APPLE: Faults = Faults::of(Scenario::of(Format::Apple));
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];

fn set_nonce(draft: &mut AttestationDraft, value: Vec<u8>) {
    draft.change_leaf(|leaf| {
        leaf.set_extension(oid::APPLE_NONCE, Critical::No, value);
    });
}

pub(super) const FAULTS: &[Fault] = &[
    APPLE.statement("apple-x5c-missing", &[245], |statement| statement.remove("x5c")),
    APPLE.statement("apple-x5c-empty", &[245], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    APPLE.statement("apple-x5c-of-text", &[245], |statement| statement.set("x5c", vec![Cbor::from("")])),
    APPLE.draft("apple-nonce-missing", &[246], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::APPLE_NONCE);
        });
    }),
    APPLE.draft("apple-nonce-bare", &[247], CERTIFICATE, |draft| set_nonce(draft, octet_string(&[7; 32]))),
    APPLE.draft("apple-nonce-under-other-tag", &[247], CERTIFICATE, |draft| {
        set_nonce(draft, sequence(&[&explicit(2, &octet_string(&[7; 32]))]));
    }),
    APPLE.draft("apple-nonce-other", &[248], &[Code::AttestationBindingMismatch], |draft| {
        set_nonce(draft, sequence(&[&explicit(1, &octet_string(&[7; 32]))]));
    }),
    APPLE.draft("apple-key-other", &[249], &[Code::AttestationKeyMismatch], |draft| {
        draft.certify_stranger(Algorithm::Es256);
    }),
];
