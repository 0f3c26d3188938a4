//! Faults of Apple anonymous attestation
//! ([section 8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    cbor::Cbor,
    certificate::{draft::CertificateDraft, oid, parts::Critical},
    der::{explicit, octet_string, sequence},
    scenario::{Format, Scenario},
};

fn set_nonce(leaf: &mut CertificateDraft, value: Vec<u8>) {
    leaf.set_extension(oid::APPLE_NONCE, Critical::No, value);
}

const APPLE: Faults = Faults::of(Scenario::of(Format::Apple), &[Code::AttestationStatementMalformed]);
const CERTIFICATE: Faults = APPLE.codes(&[Code::AttestationCertificateInvalid]);

pub(super) const FAULTS: &[Fault] = &[
    APPLE.statement("apple-x5c-missing", &[245], |statement| statement.remove("x5c")),
    APPLE.statement("apple-x5c-empty", &[245], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    APPLE.statement("apple-x5c-of-text", &[245], |statement| statement.set("x5c", vec![Cbor::from("")])),
    CERTIFICATE.leaf("apple-nonce-missing", &[246], |leaf| leaf.remove_extension(oid::APPLE_NONCE)),
    CERTIFICATE.leaf("apple-nonce-bare", &[247], |leaf| set_nonce(leaf, octet_string(&[7; 32]))),
    CERTIFICATE.leaf("apple-nonce-under-other-tag", &[247], |leaf| {
        set_nonce(leaf, sequence(&[&explicit(2, &octet_string(&[7; 32]))]));
    }),
    APPLE.codes(&[Code::AttestationBindingMismatch]).leaf("apple-nonce-other", &[248], |leaf| {
        set_nonce(leaf, sequence(&[&explicit(1, &octet_string(&[7; 32]))]));
    }),
    APPLE
        .codes(&[Code::AttestationKeyMismatch])
        .draft("apple-key-other", &[249], |draft| draft.certify_stranger(Algorithm::Es256)),
];
