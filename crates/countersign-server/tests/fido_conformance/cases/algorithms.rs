//! The algorithms of credentials.

use countersign_authenticator::{Algorithm, Attestation};

use super::accepted;
use crate::case::{Case, Group, Registration, Run};
use crate::models::SELF_MODEL;

const fn supported(id: &'static str, what: &'static str, algorithm: Algorithm) -> Case {
    let registration = Registration::of(|_| Attestation::SelfPacked).model(SELF_MODEL);
    accepted(id, what, Run::Register(registration.algorithm(algorithm)))
}

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-4",
    title: "Registration: algorithms, with self attestation",
    cases: &[
        supported("P-1", "ES256K (optional)", Algorithm::Es256K),
        supported("P-2", "PS256 (optional)", Algorithm::Ps256),
        supported("P-3", "PS384 (optional)", Algorithm::Ps384),
        supported("P-4", "PS512 (optional)", Algorithm::Ps512),
        supported("P-5", "RS256", Algorithm::Rs256),
        supported("P-6", "RS384 (optional)", Algorithm::Rs384),
        supported("P-7", "RS512 (optional)", Algorithm::Rs512),
        supported("P-8", "RS1", Algorithm::Rs1),
        supported("P-9", "ES256", Algorithm::Es256),
        supported("P-10", "ES384 (optional)", Algorithm::Es384),
        supported("P-11", "ES512 (optional)", Algorithm::Es512),
        supported("P-12", "EdDSA (optional)", Algorithm::EdDsa),
    ],
};
