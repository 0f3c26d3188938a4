//! Faults of packed attestation ([section 8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    attestation::draft::SignerRole,
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    change::Change,
    der::{INTEGER, element, octet_string, sequence},
    scenario::{Format, Scenario},
};

const PACKED: Faults = Faults::of(Scenario::of(Format::Packed));
const SELF: Faults = Faults::of(Scenario::of(Format::SelfPacked));
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];

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
    PACKED.change(
        "packed-certificate-empty",
        &[145],
        &[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid],
        Change::Statement(|statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())])),
    ),
    PACKED.draft("packed-certificate-with-byte-after", &[146, 273], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.trailing.push(0));
    }),
    PACKED.change(
        "packed-alg-unknown",
        &[147],
        &[Code::AlgorithmUnsupported, Code::AttestationSignatureInvalid],
        Change::Statement(|statement| statement.set("alg", -12_345)),
    ),
    PACKED.draft("packed-alg-not-the-key-s", &[147], SIGNATURE, |draft| draft.algorithm = -257),
    PACKED.draft("packed-signed-by-stranger", &[148], SIGNATURE, |draft| {
        draft.signer = SignerRole::Stranger;
    }),
    PACKED.draft("packed-signature-over-other-data", &[148], SIGNATURE, |draft| draft.message.push(0)),
    PACKED.draft("packed-signed-by-credential", &[149], SIGNATURE, |draft| {
        draft.signer = SignerRole::Credential;
    }),
    PACKED.draft("packed-certificate-version-1", &[150], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.version = 1);
    }),
    PACKED.draft("packed-country-missing", &[151], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, None));
    }),
    PACKED.draft("packed-country-long", &[151], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, Some("AAA")));
    }),
    PACKED.draft("packed-country-in-small-letters", &[151], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, Some("aa")));
    }),
    PACKED.draft("packed-organization-missing", &[152], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATION, None));
    }),
    PACKED.draft("packed-organization-empty", &[152], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATION, Some("")));
    }),
    PACKED.draft("packed-unit-missing", &[153], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATIONAL_UNIT, None));
    }),
    PACKED.draft("packed-unit-other", &[153], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_subject(oid::ORGANIZATIONAL_UNIT, Some("authenticator attestation"));
        });
    }),
    PACKED.draft("packed-common-name-missing", &[154], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COMMON_NAME, None));
    }),
    PACKED.draft("packed-basic-constraints-missing", &[155], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.remove_extension(oid::BASIC_CONSTRAINTS));
    }),
    PACKED.draft("packed-certificate-of-ca", &[155], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[&[0x01, 0x01, 0xff]]));
        });
    }),
    PACKED.draft("packed-aaguid-other", &[156], &[Code::AttestationAaguidMismatch], |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 16])));
    }),
    PACKED.draft("packed-aaguid-wrapped-once", &[157], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, vec![7; 16]));
    }),
    PACKED.draft("packed-aaguid-short", &[157], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 15])));
    }),
    PACKED.draft("packed-aaguid-critical", &[158], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            if let Some(extension) = leaf.extension_mut(oid::FIDO_AAGUID) {
                extension.critical = Critical::Yes;
            }
        });
    }),
    PACKED.draft("packed-firmware-version-negative", &[159], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::FIDO_FIRMWARE_VERSION, Critical::No, element(INTEGER, &[0xff]));
        });
    }),
    SELF.draft("self-alg-other-than-the-credential-s", &[162], KEY_OR_ALGORITHM, |draft| {
        draft.algorithm = -9;
    }),
    SELF.draft("self-signed-by-stranger", &[163], SIGNATURE, |draft| draft.signer = SignerRole::Stranger),
    SELF.draft("self-signature-over-other-data", &[163], SIGNATURE, |draft| draft.message.push(0)),
];

const KEY_OR_ALGORITHM: &[Code] = &[Code::AttestationKeyMismatch];
