//! `fido-u2f` attestation.

use countersign_authenticator::Change::{AuthenticatorData, Statement};
use countersign_authenticator::{Attestation, Cbor};

use super::{accepted, rejected};
use crate::case::{Group, Registration, Run};
use crate::models::NO_MODEL;

const U2F: Registration = Registration::of(Attestation::FidoU2f).model(NO_MODEL);

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-8",
    title: "Registration: `fido-u2f`",
    cases: &[
        accepted("P-1", "a certificate that the metadata names by its key", Run::Register(U2F)),
        rejected(
            "F-1",
            "the AAGUID is not zero",
            "attestation-aaguid-mismatch",
            Run::Register(U2F.with(&[AuthenticatorData(|data| {
                if let Some(attested) = &mut data.attested {
                    attested.aaguid = [1; 16];
                }
            })])),
        ),
        rejected(
            "F-2",
            "`sig` does not verify",
            "attestation-signature-invalid",
            Run::Register(U2F.with(&[Statement(|it| {
                if let Some(last) = it.get_mut("sig").and_then(Cbor::bytes_mut).and_then(|sig| sig.last_mut())
                {
                    *last ^= 1;
                }
            })])),
        ),
    ],
};
