//! Faults of FIDO U2F attestation ([section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::SignerRole,
    cbor::Cbor,
    change::Change,
    scenario::{Format, Scenario},
};

const U2F: Faults = Faults::of(Scenario::of(Format::FidoU2f));
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];

pub(super) const FAULTS: &[Fault] = &[
    U2F.statement("u2f-x5c-missing", &[235], |statement| statement.remove("x5c")),
    U2F.statement("u2f-x5c-text", &[235], |statement| statement.set("x5c", "")),
    U2F.statement("u2f-x5c-of-two", &[235], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.extend(certificates.first().cloned());
        }
    }),
    U2F.change(
        "u2f-certificate-empty",
        &[236],
        &[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid],
        Change::Statement(|statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())])),
    ),
    U2F.draft("u2f-certificate-on-p-384", &[237], CURVE, |draft| draft.certify_stranger(Algorithm::Es384)),
    U2F.draft("u2f-certificate-on-secp256k1", &[237], CURVE, |draft| {
        draft.certify_stranger(Algorithm::Es256K);
    }),
    U2F.draft("u2f-certificate-of-ed25519", &[237], CURVE, |draft| draft.certify_stranger(Algorithm::EdDsa)),
    Faults::of(Scenario::of(Format::FidoU2f).with_also_offered(Algorithm::Esp256)).change(
        "u2f-credential-of-another-algorithm",
        &[238],
        &[Code::AttestationKeyMismatch],
        Change::CredentialKey(|key| key.set(3, Algorithm::Esp256.identifier().0)),
    ),
    U2F.change(
        "u2f-credential-with-short-coordinate",
        &[101, 239],
        &[Code::PublicKeyMalformed],
        Change::CredentialKey(|key| {
            key.get_mut(-2).and_then(Cbor::bytes_mut).map(Vec::pop);
        }),
    ),
    U2F.statement("u2f-sig-missing", &[240], |statement| statement.remove("sig")),
    U2F.statement("u2f-sig-text", &[240], |statement| statement.set("sig", "")),
    U2F.draft("u2f-signed-by-stranger", &[241], SIGNATURE, |draft| draft.signer = SignerRole::Stranger),
    U2F.draft("u2f-signed-as-packed", &[241], SIGNATURE, |draft| draft.message.drain(..1).for_each(drop)),
];

const CURVE: &[Code] = &[Code::AttestationCertificateInvalid];
