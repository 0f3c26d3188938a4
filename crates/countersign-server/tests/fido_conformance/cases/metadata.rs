//! Metadata of a service: BLOBs, most of which are rejected.

use super::{accepted, rejected};
use crate::case::{Case, Group, Registration, Run};
use crate::models::service;

const fn unknown(id: &'static str, what: &'static str, model: &'static str) -> Case {
    rejected(id, what, "attestation-untrusted", Run::Register(Registration::PACKED.model(model)))
}

/// The group has the name of another one in FIDO's list, where it is in a part of its own.
pub(super) const GROUP: Group = Group {
    name: "Metadata Service Tests: Server-ServerAuthenticatorAttestationResponse-Resp-1",
    title: "Registration: models of a metadata service",
    cases: &[
        accepted(
            "P-1",
            "a model of an accepted BLOB",
            Run::Register(Registration::PACKED.model(service::GOOD)),
        ),
        unknown("F-1", "a model of a BLOB that was changed after it was signed", service::CHANGED),
        rejected(
            "F-2",
            "a model whose status is a compromise",
            "authenticator-not-accepted",
            Run::Register(Registration::PACKED.model(service::COMPROMISED)),
        ),
        unknown("F-3", "a model of a BLOB whose signature is another key's", service::FORGED),
        unknown("F-4", "a model of a BLOB whose certificates lead to no root", service::UNTRUSTED),
        unknown(
            "F-5",
            "a model of a BLOB below a revoked intermediate certificate",
            service::INTERMEDIATE_REVOKED,
        ),
        unknown("F-6", "a model of a BLOB of a revoked signer", service::SIGNER_REVOKED),
    ],
};
