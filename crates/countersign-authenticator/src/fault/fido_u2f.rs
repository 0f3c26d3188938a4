//! Faults of FIDO U2F attestation ([section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::SignerRole,
    cbor::Cbor,
    scenario::{Format, Scenario},
};

const U2F: Faults = Faults::of(Scenario::of(Format::FidoU2f), &[Code::AttestationStatementMalformed]);
const SIGNATURE: Faults = U2F.codes(&[Code::AttestationSignatureInvalid]);
const CURVE: Faults = U2F.codes(&[Code::AttestationCertificateInvalid]);

pub(super) const FAULTS: &[Fault] = &[
    U2F.statement("u2f-x5c-missing", &[235], |statement| statement.remove("x5c")),
    U2F.statement("u2f-x5c-text", &[235], |statement| statement.set("x5c", "")),
    U2F.statement("u2f-x5c-of-two", &[235], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.extend(certificates.first().cloned());
        }
    }),
    U2F.codes(&[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid]).statement(
        "u2f-certificate-empty",
        &[236],
        |statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())]),
    ),
    CURVE.draft("u2f-certificate-on-p-384", &[237], |draft| draft.certify_stranger(Algorithm::Es384)),
    CURVE.draft("u2f-certificate-on-secp256k1", &[237], |draft| draft.certify_stranger(Algorithm::Es256K)),
    CURVE.draft("u2f-certificate-of-ed25519", &[237], |draft| draft.certify_stranger(Algorithm::EdDsa)),
    Faults::of(
        Scenario::of(Format::FidoU2f).with_also_offered(Algorithm::Esp256),
        &[Code::AttestationKeyMismatch],
    )
    .key("u2f-credential-of-another-algorithm", &[238], |key| key.set(3, Algorithm::Esp256.identifier().0)),
    U2F.codes(&[Code::PublicKeyMalformed]).key("u2f-credential-with-short-coordinate", &[101, 239], |key| {
        key.get_mut(-2).and_then(Cbor::bytes_mut).map(Vec::pop);
    }),
    U2F.statement("u2f-sig-missing", &[240], |statement| statement.remove("sig")),
    U2F.statement("u2f-sig-text", &[240], |statement| statement.set("sig", "")),
    SIGNATURE.draft("u2f-signed-by-stranger", &[241], |draft| draft.signer = SignerRole::Stranger),
    SIGNATURE.draft("u2f-signed-as-packed", &[241], |draft| draft.message.drain(..1).for_each(drop)),
];
