//! The attestation object.

use countersign_authenticator::Change::{
    AttestationObject, AttestationObjectBytes, AuthenticatorData, AuthenticatorDataBytes, Statement,
};
use countersign_authenticator::{Cbor, flags};

use super::{accepted, changed_registration};
use crate::case::{Group, Registration, Run};

const OBJECT: &str = "attestation-object-malformed";
const DATA: &str = "authenticator-data-malformed";
const STATEMENT: &str = "attestation-statement-malformed";

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-3",
    title: "Registration: the attestation object",
    cases: &[
        accepted(
            "P-1",
            "authenticator data has extension outputs",
            Run::Register(Registration::PACKED.with(&[AuthenticatorData(|data| {
                data.flags |= flags::EXTENSION_DATA;
                data.extensions = Some(Cbor::map([("example.extension", "an output".into())]));
            })])),
        ),
        changed_registration(
            "F-1",
            "it is not a map",
            OBJECT,
            &[AttestationObjectBytes(|bytes| *bytes = vec![0x80])],
        ),
        changed_registration("F-2", "`fmt` is missing", OBJECT, &[AttestationObject(|it| it.remove("fmt"))]),
        changed_registration("F-3", "`fmt` is a number", OBJECT, &[AttestationObject(|it| it.set("fmt", 7))]),
        changed_registration(
            "F-4",
            "`attStmt` is missing",
            OBJECT,
            &[AttestationObject(|it| it.remove("attStmt"))],
        ),
        changed_registration(
            "F-5",
            "`attStmt` is an array",
            OBJECT,
            &[AttestationObject(|it| it.set("attStmt", Vec::<Cbor>::new()))],
        ),
        changed_registration(
            "F-6",
            "`authData` is missing",
            OBJECT,
            &[AttestationObject(|it| it.remove("authData"))],
        ),
        changed_registration(
            "F-7",
            "`authData` is a text",
            OBJECT,
            &[AttestationObject(|it| it.set("authData", "text"))],
        ),
        changed_registration(
            "F-8",
            "`authData` is empty",
            DATA,
            &[AttestationObject(|it| it.set("authData", Vec::<u8>::new()))],
        ),
        changed_registration(
            "F-9",
            "AT is clear, and there is attested credential data",
            DATA,
            &[AuthenticatorData(|data| data.flags &= !flags::ATTESTED_CREDENTIAL_DATA)],
        ),
        changed_registration(
            "F-10",
            "AT is clear, and there is none",
            "attested-credential-data-missing",
            &[AuthenticatorData(|data| {
                data.flags &= !flags::ATTESTED_CREDENTIAL_DATA;
                data.attested = None;
            })],
        ),
        changed_registration(
            "F-11",
            "AT is set, and there is none",
            DATA,
            &[AuthenticatorData(|data| data.attested = None)],
        ),
        changed_registration(
            "F-12",
            "bytes are left over",
            DATA,
            &[AuthenticatorDataBytes(|bytes| bytes.push(0))],
        ),
        // A statement without members claims to be self attestation without a signature.
        changed_registration(
            "F-13",
            "the statement is empty",
            STATEMENT,
            &[Statement(|it| *it = Cbor::Map(Vec::new()))],
        ),
        changed_registration("F-14", "`alg` is missing", STATEMENT, &[Statement(|it| it.remove("alg"))]),
        changed_registration("F-15", "`alg` is a text", STATEMENT, &[Statement(|it| it.set("alg", "ES256"))]),
        changed_registration(
            "F-16",
            "`alg` is not that of the metadata",
            "attestation-signature-invalid",
            &[Statement(|it| it.set("alg", -257))],
        ),
        changed_registration("F-17", "`sig` is missing", STATEMENT, &[Statement(|it| it.remove("sig"))]),
        changed_registration("F-18", "`sig` is a text", STATEMENT, &[Statement(|it| it.set("sig", "text"))]),
        changed_registration(
            "F-19",
            "`sig` is empty",
            STATEMENT,
            &[Statement(|it| it.set("sig", Vec::<u8>::new()))],
        ),
    ],
};
