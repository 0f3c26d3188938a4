//! Faults of packed attestation ([section 8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    attestation::draft::SignerRole,
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{INTEGER, element, octet_string, sequence},
    scenario::{Format, Scenario},
};

const PACKED: Faults = Faults::of(Scenario::of(Format::Packed), &[Code::AttestationStatementMalformed]);
const CERTIFICATE: Faults = PACKED.codes(&[Code::AttestationCertificateInvalid]);
const SIGNATURE: Faults = PACKED.codes(&[Code::AttestationSignatureInvalid]);
const SELF: Faults = Faults::of(Scenario::of(Format::SelfPacked), &[Code::AttestationSignatureInvalid]);

pub(super) const FAULTS: &[Fault] = &[
    PACKED.statement("packed-alg-text", &[139], |statement| statement.set("alg", "ES256")),
    PACKED.statement("packed-sig-text", &[139], |statement| statement.set("sig", "")),
    PACKED.statement("packed-x5c-bytes", &[139], |statement| statement.set("x5c", vec![7])),
    PACKED.statement("packed-alg-missing", &[140], |statement| statement.remove("alg")),
    PACKED.statement("packed-sig-missing", &[141], |statement| statement.remove("sig")),
    PACKED.statement("packed-sig-null", &[141], |statement| statement.set("sig", Cbor::Null)),
    PACKED.statement("packed-sig-empty", &[141], |statement| statement.set("sig", Vec::<u8>::new())),
    PACKED.statement("packed-ecdaa", &[142], |statement| statement.set("ecdaaKeyId", vec![7])),
    PACKED.statement("packed-x5c-empty", &[144], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    PACKED.statement("packed-x5c-of-text", &[145], |statement| statement.set("x5c", vec![Cbor::from("")])),
    PACKED.codes(&[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid]).statement(
        "packed-certificate-empty",
        &[145],
        |statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())]),
    ),
    CERTIFICATE.leaf("packed-certificate-with-byte-after", &[146, 273], |leaf| leaf.trailing.push(0)),
    PACKED.codes(&[Code::AlgorithmUnsupported, Code::AttestationSignatureInvalid]).statement(
        "packed-alg-unknown",
        &[147],
        |statement| statement.set("alg", -12_345),
    ),
    SIGNATURE.draft("packed-alg-not-the-key-s", &[147], |draft| draft.algorithm = -257),
    SIGNATURE.draft("packed-signed-by-stranger", &[148], |draft| draft.signer = SignerRole::Stranger),
    SIGNATURE.draft("packed-signature-over-other-data", &[148], |draft| draft.message.push(0)),
    SIGNATURE.draft("packed-signed-by-credential", &[149], |draft| draft.signer = SignerRole::Credential),
    CERTIFICATE.leaf("packed-certificate-version-1", &[150], |leaf| leaf.version = 1),
    CERTIFICATE.leaf("packed-country-missing", &[151], |leaf| leaf.set_subject(oid::COUNTRY, None)),
    CERTIFICATE.leaf("packed-country-long", &[151], |leaf| leaf.set_subject(oid::COUNTRY, Some("AAA"))),
    CERTIFICATE
        .leaf("packed-country-in-small-letters", &[151], |leaf| leaf.set_subject(oid::COUNTRY, Some("aa"))),
    CERTIFICATE.leaf("packed-organization-missing", &[152], |leaf| leaf.set_subject(oid::ORGANIZATION, None)),
    CERTIFICATE
        .leaf("packed-organization-empty", &[152], |leaf| leaf.set_subject(oid::ORGANIZATION, Some(""))),
    CERTIFICATE.leaf("packed-unit-missing", &[153], |leaf| leaf.set_subject(oid::ORGANIZATIONAL_UNIT, None)),
    CERTIFICATE.leaf("packed-unit-other", &[153], |leaf| {
        leaf.set_subject(oid::ORGANIZATIONAL_UNIT, Some("authenticator attestation"));
    }),
    CERTIFICATE.leaf("packed-common-name-missing", &[154], |leaf| leaf.set_subject(oid::COMMON_NAME, None)),
    CERTIFICATE.leaf("packed-basic-constraints-missing", &[155], |leaf| {
        leaf.remove_extension(oid::BASIC_CONSTRAINTS);
    }),
    CERTIFICATE.leaf("packed-certificate-of-ca", &[155], |leaf| {
        leaf.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[&[0x01, 0x01, 0xff]]));
    }),
    PACKED.codes(&[Code::AttestationAaguidMismatch]).leaf("packed-aaguid-other", &[156], |leaf| {
        leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 16]));
    }),
    CERTIFICATE.leaf("packed-aaguid-wrapped-once", &[157], |leaf| {
        leaf.set_extension(oid::FIDO_AAGUID, Critical::No, vec![7; 16]);
    }),
    CERTIFICATE.leaf("packed-aaguid-short", &[157], |leaf| {
        leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 15]));
    }),
    CERTIFICATE.leaf("packed-aaguid-critical", &[158], |leaf| {
        if let Some(extension) = leaf.extension_mut(oid::FIDO_AAGUID) {
            extension.critical = Critical::Yes;
        }
    }),
    CERTIFICATE.leaf("packed-firmware-version-negative", &[159], |leaf| {
        leaf.set_extension(oid::FIDO_FIRMWARE_VERSION, Critical::No, element(INTEGER, &[0xff]));
    }),
    SELF.codes(&[Code::AttestationKeyMismatch]).draft(
        "self-alg-other-than-the-credential-s",
        &[162],
        |draft| draft.algorithm = -9,
    ),
    SELF.draft("self-signed-by-stranger", &[163], |draft| draft.signer = SignerRole::Stranger),
    SELF.draft("self-signature-over-other-data", &[163], |draft| draft.message.push(0)),
];
