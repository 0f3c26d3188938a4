//! Faults of packed attestation ([section 8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation)).

use countersign_types::Code;

use super::Fault;
use crate::{
    AttestationDraft, Cbor, Change, Format, Scenario, SignerRole,
    certificate::{Critical, oid},
    der::{INTEGER, element, octet_string, sequence},
};

const PACKED: Scenario = Scenario::of(Format::Packed);
const SELF: Scenario = Scenario::of(Format::SelfPacked);
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, MALFORMED, PACKED, Change::Statement(change))
}

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    scenario: Scenario,
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, scenario, Change::Attestation(change))
}

pub(super) const FAULTS: &[Fault] = &[
    statement("packed-alg-text", &[139], |statement| statement.set("alg", "ES256")),
    statement("packed-sig-text", &[139], |statement| statement.set("sig", "")),
    statement("packed-x5c-bytes", &[139], |statement| statement.set("x5c", vec![7])),
    statement("packed-alg-missing", &[140], |statement| statement.remove("alg")),
    statement("packed-sig-missing", &[141], |statement| statement.remove("sig")),
    statement("packed-sig-null", &[141], |statement| statement.set("sig", Cbor::Null)),
    statement("packed-sig-empty", &[141], |statement| statement.set("sig", Vec::<u8>::new())),
    statement("packed-ecdaa", &[142], |statement| statement.set("ecdaaKeyId", vec![7])),
    statement("packed-x5c-empty", &[144], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    statement("packed-x5c-of-text", &[145], |statement| statement.set("x5c", vec![Cbor::from("")])),
    Fault::new(
        "packed-certificate-empty",
        &[145],
        &[Code::AttestationStatementMalformed, Code::AttestationCertificateInvalid],
        PACKED,
        Change::Statement(|statement| statement.set("x5c", vec![Cbor::Bytes(Vec::new())])),
    ),
    draft("packed-certificate-with-byte-after", &[146, 273], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.trailing.push(0));
    }),
    Fault::new(
        "packed-alg-unknown",
        &[147],
        &[Code::AlgorithmUnsupported, Code::AttestationSignatureInvalid],
        PACKED,
        Change::Statement(|statement| statement.set("alg", -12_345)),
    ),
    draft("packed-alg-not-the-key-s", &[147], SIGNATURE, PACKED, |draft| draft.algorithm = -257),
    draft("packed-signed-by-stranger", &[148], SIGNATURE, PACKED, |draft| {
        draft.signer = SignerRole::Stranger;
    }),
    draft("packed-signature-over-other-data", &[148], SIGNATURE, PACKED, |draft| draft.message.push(0)),
    draft("packed-signed-by-credential", &[149], SIGNATURE, PACKED, |draft| {
        draft.signer = SignerRole::Credential;
    }),
    draft("packed-certificate-version-1", &[150], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.version = 1);
    }),
    draft("packed-country-missing", &[151], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, None));
    }),
    draft("packed-country-long", &[151], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, Some("AAA")));
    }),
    draft("packed-country-in-small-letters", &[151], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COUNTRY, Some("aa")));
    }),
    draft("packed-organization-missing", &[152], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATION, None));
    }),
    draft("packed-organization-empty", &[152], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATION, Some("")));
    }),
    draft("packed-unit-missing", &[153], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::ORGANIZATIONAL_UNIT, None));
    }),
    draft("packed-unit-other", &[153], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_subject(oid::ORGANIZATIONAL_UNIT, Some("authenticator attestation"));
        });
    }),
    draft("packed-common-name-missing", &[154], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_subject(oid::COMMON_NAME, None));
    }),
    draft("packed-basic-constraints-missing", &[155], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.remove_extension(oid::BASIC_CONSTRAINTS));
    }),
    draft("packed-certificate-of-ca", &[155], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[&[0x01, 0x01, 0xff]]));
        });
    }),
    draft("packed-aaguid-other", &[156], &[Code::AttestationAaguidMismatch], PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 16])));
    }),
    draft("packed-aaguid-wrapped-once", &[157], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, vec![7; 16]));
    }),
    draft("packed-aaguid-short", &[157], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 15])));
    }),
    draft("packed-aaguid-critical", &[158], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| {
            if let Some(extension) = leaf.extension_mut(oid::FIDO_AAGUID) {
                extension.critical = Critical::Yes;
            }
        });
    }),
    draft("packed-firmware-version-negative", &[159], CERTIFICATE, PACKED, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::FIDO_FIRMWARE_VERSION, Critical::No, element(INTEGER, &[0xff]));
        });
    }),
    draft("self-alg-other-than-the-credential-s", &[162], KEY_OR_ALGORITHM, SELF, |draft| {
        draft.algorithm = -9;
    }),
    draft("self-signed-by-stranger", &[163], SIGNATURE, SELF, |draft| draft.signer = SignerRole::Stranger),
    draft("self-signature-over-other-data", &[163], SIGNATURE, SELF, |draft| draft.message.push(0)),
];

const KEY_OR_ALGORITHM: &[Code] = &[Code::AttestationKeyMismatch];
