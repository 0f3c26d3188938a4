//! Faults of FIDO U2F attestation ([section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation)).

use countersign_types::Code;

use super::Fault;
use crate::{Algorithm, AttestationDraft, Cbor, Change, Format, Scenario, SignerRole};

const U2F: Scenario = Scenario::of(Format::FidoU2f);
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, MALFORMED, U2F, Change::Statement(change))
}

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, U2F, Change::Attestation(change))
}

pub(super) const FAULTS: &[Fault] = &[
    statement("u2f-x5c-missing", &[235], |statement| statement.remove("x5c")),
    statement("u2f-x5c-text", &[235], |statement| statement.set("x5c", "")),
    statement("u2f-x5c-of-two", &[235], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.extend(certificates.first().cloned());
        }
    }),
    Fault::new(
        "u2f-certificate-empty",
        &[236],
        &[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid],
        U2F,
        Change::Statement(|statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())])),
    ),
    draft("u2f-certificate-on-p-384", &[237], CURVE, |draft| draft.certify_stranger(Algorithm::Es384)),
    draft("u2f-certificate-on-secp256k1", &[237], CURVE, |draft| draft.certify_stranger(Algorithm::Es256K)),
    draft("u2f-certificate-of-ed25519", &[237], CURVE, |draft| draft.certify_stranger(Algorithm::EdDsa)),
    Fault::new(
        "u2f-credential-of-another-algorithm",
        &[238],
        &[Code::AttestationKeyMismatch],
        U2F.also_offering(Algorithm::Esp256),
        Change::CredentialKey(|key| key.set(3, Algorithm::Esp256.identifier().0)),
    ),
    Fault::new(
        "u2f-credential-with-short-coordinate",
        &[101, 239],
        &[Code::PublicKeyMalformed],
        U2F,
        Change::CredentialKey(|key| {
            key.get_mut(-2).and_then(Cbor::bytes_mut).map(Vec::pop);
        }),
    ),
    statement("u2f-sig-missing", &[240], |statement| statement.remove("sig")),
    statement("u2f-sig-text", &[240], |statement| statement.set("sig", "")),
    draft("u2f-signed-by-stranger", &[241], SIGNATURE, |draft| draft.signer = SignerRole::Stranger),
    draft("u2f-signed-as-packed", &[241], SIGNATURE, |draft| draft.message.drain(..1).for_each(drop)),
];

const CURVE: &[Code] = &[Code::AttestationCertificateInvalid];
