//! `packed` attestation with certificates.

use countersign_authenticator::Change::{
    self, Attestation as Draft, AttestationCertificate, AttestationObject, IntermediateCertificate, Statement,
};
use countersign_authenticator::{
    Algorithm, Attestation, Attester, Cbor, Generator, IssuerRole, PrivateKey, SignerRole,
};

use super::{accepted, changed, changed_registration, rejected};
use crate::case::{Case, Group, Registration, Run};
use crate::models::ES256_MODEL;

/// A registration with an authority between the root and the attestation certificate.
const fn chain(id: &'static str, what: &'static str, code: &'static str, changes: &'static [Change]) -> Case {
    changed(id, what, code, CHAIN, changes)
}

const CHAIN: Registration = Registration::of(|attester| Attestation::Packed(attester.with_intermediate()));

const STATEMENT: &str = "attestation-statement-malformed";
const SIGNATURE: &str = "attestation-signature-invalid";
const EXPIRED: &str = "attestation-certificate-expired";
const UNTRUSTED: &str = "attestation-untrusted";

/// An attester with a key of an algorithm that the statement of the model does not list.
fn with_es384(attester: Attester) -> Attestation {
    let key = PrivateKey::generate(Algorithm::Es384, &mut Generator::new("a key", "ES384")).unwrap();
    Attestation::Packed(attester.with_key(key))
}

/// The order of the certificates is reversed.
fn reverse(statement: &mut Cbor) {
    if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
        certificates.reverse();
    }
}

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-5",
    title: "Registration: `packed` with certificates",
    cases: &[
        accepted("P-1", "a certificate below the root of the metadata", Run::Register(Registration::PACKED)),
        accepted("P-2", "a chain that leads to the root of the metadata", Run::Register(CHAIN)),
        changed_registration(
            "F-1",
            "`fmt` is unknown",
            "attestation-format-unsupported",
            &[AttestationObject(|it| it.set("fmt", "unknown"))],
        ),
        changed_registration(
            "F-2",
            "`sig` does not verify",
            SIGNATURE,
            &[Draft(|draft| draft.message.push(0))],
        ),
        changed_registration("F-3", "`x5c` is missing", SIGNATURE, &[Statement(|it| it.remove("x5c"))]),
        changed_registration("F-4", "`x5c` is a text", STATEMENT, &[Statement(|it| it.set("x5c", "text"))]),
        changed_registration(
            "F-5",
            "`x5c` is empty",
            STATEMENT,
            &[Statement(|it| it.set("x5c", Vec::<Cbor>::new()))],
        ),
        changed_registration(
            "F-6",
            "the certificate has expired",
            EXPIRED,
            &[AttestationCertificate(|leaf| leaf.not_after = "20250101000000Z".into())],
        ),
        changed_registration(
            "F-7",
            "the certificate is not valid yet",
            EXPIRED,
            &[AttestationCertificate(|leaf| leaf.not_before = "30000101000000Z".into())],
        ),
        rejected(
            "F-8",
            "the key of the certificate has an algorithm that the metadata does not list",
            "authenticator-not-accepted",
            Run::Register(Registration::of(with_es384).model(ES256_MODEL)),
        ),
        changed_registration(
            "F-9",
            "the certificate is not by the authority that it names",
            UNTRUSTED,
            &[Draft(|draft| draft.issuer = IssuerRole::Stranger)],
        ),
        changed_registration(
            "F-10",
            "`x5c` has the root too",
            UNTRUSTED,
            &[Draft(|draft| draft.issuer = IssuerRole::AuthorityWithRoot)],
        ),
        chain("F-11", "`x5c` is in the wrong order", SIGNATURE, &[Statement(reverse)]),
        chain(
            "F-12",
            "an intermediate certificate has expired",
            EXPIRED,
            &[IntermediateCertificate(|it| it.not_after = "20250101000000Z".into())],
        ),
        changed_registration(
            "F-13",
            "a key signed that is not the certificate's",
            SIGNATURE,
            &[Draft(|draft| draft.signer = SignerRole::Stranger)],
        ),
        changed_registration(
            "F-14",
            "the key of the credential signed",
            SIGNATURE,
            &[Draft(|draft| draft.signer = SignerRole::Credential)],
        ),
    ],
};
