//! Self attestation, and format `none`.

use countersign_authenticator::Change::{AttestationObject, Statement};
use countersign_authenticator::{Attestation, Cbor};

use super::{accepted, rejected};
use crate::case::{Group, Registration, Run};
use crate::models::SELF_MODEL;

const SELF_ATTESTED: Registration = Registration::of(|_| Attestation::SelfPacked).model(SELF_MODEL);

pub(super) const SELF: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-6",
    title: "Registration: `packed` without certificates",
    cases: &[
        accepted("P-1", "a signature with the key of the credential", Run::Register(SELF_ATTESTED)),
        rejected(
            "F-1",
            "`sig` does not verify",
            "attestation-signature-invalid",
            Run::Register(SELF_ATTESTED.with(&[Statement(|it| {
                if let Some(last) = it.get_mut("sig").and_then(Cbor::bytes_mut).and_then(|sig| sig.last_mut())
                {
                    *last ^= 1;
                }
            })])),
        ),
        rejected(
            "F-2",
            "certificates, of a model whose metadata has no root",
            "attestation-untrusted",
            Run::Register(Registration::PACKED.model(SELF_MODEL)),
        ),
        rejected(
            "F-3",
            "`fmt` is unknown",
            "attestation-format-unsupported",
            Run::Register(SELF_ATTESTED.with(&[AttestationObject(|it| it.set("fmt", "unknown"))])),
        ),
    ],
};

pub(super) const NONE: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-7",
    title: "Registration: `none`",
    cases: &[
        accepted(
            "P-1",
            "self attestation, although none was asked for",
            Run::Register(SELF_ATTESTED.without_conveyance()),
        ),
        accepted(
            "P-2",
            "no attestation",
            Run::Register(Registration::of(|_| Attestation::None).without_conveyance()),
        ),
        rejected(
            "F-1",
            "the statement of `packed` under the name `none`",
            "attestation-statement-malformed",
            Run::Register(
                Registration::PACKED
                    .without_conveyance()
                    .with(&[AttestationObject(|it| it.set("fmt", "none"))]),
            ),
        ),
    ],
};
