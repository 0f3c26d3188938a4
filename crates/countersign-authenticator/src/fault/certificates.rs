//! Faults of certificates and their paths ([RFC 5280 section 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::IssuerRole,
    cbor::Cbor,
    certificate::{
        oid,
        parts::{Attribute, Critical},
    },
    der::{BOOLEAN, element, explicit, integer, object_identifier, sequence},
    scenario::{Format, Scenario},
};

/// 1.2.3.4, an unknown extension.
const UNKNOWN: &[u8] = &[0x2a, 0x03, 0x04];

const fn untrusted(format: Format) -> Faults {
    Faults::of(Scenario::of(format), &[Code::AttestationUntrusted])
}

const PACKED: Faults = untrusted(Format::Packed);
const CHAIN: Faults = untrusted(Format::PackedChain);
const U2F: Faults = untrusted(Format::FidoU2f);
const EXPIRED: Faults = PACKED.codes(&[Code::AttestationCertificateExpired]);
/// Codes for an extension that forbids the path or the certificate's use.
const EXTENSION: &[Code] = &[Code::AttestationUntrusted, Code::AttestationCertificateInvalid];

pub(super) const FAULTS: &[Fault] = &[
    PACKED.draft("certificate-by-stranger", &[263, 266], |draft| draft.issuer = IssuerRole::Stranger),
    PACKED.leaf("certificate-in-other-name", &[263, 266], |leaf| {
        leaf.issuer = vec![Attribute::new(oid::COMMON_NAME, "somebody else")];
    }),
    untrusted(Format::AndroidSafetyNet)
        .draft("safetynet-by-stranger", &[230], |draft| draft.issuer = IssuerRole::Stranger),
    untrusted(Format::AndroidKey)
        .draft("android-by-stranger", &[219], |draft| draft.issuer = IssuerRole::Stranger),
    untrusted(Format::Apple).draft("apple-by-stranger", &[250], |draft| draft.issuer = IssuerRole::Stranger),
    untrusted(Format::Tpm).draft("tpm-by-stranger", &[263], |draft| draft.issuer = IssuerRole::Stranger),
    U2F.draft("u2f-by-stranger", &[263], |draft| draft.issuer = IssuerRole::Stranger),
    untrusted(Format::Compound)
        .draft("compound-by-stranger", &[257, 263], |draft| draft.issuer = IssuerRole::Stranger),
    PACKED.draft("certificate-by-stranger-with-root", &[264], |draft| {
        draft.issuer = IssuerRole::StrangerWithRoot;
    }),
    CHAIN.statement("chain-without-intermediate", &[276], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.truncate(1);
        }
    }),
    CHAIN.intermediate("intermediate-not-a-ca", &[267], |it| {
        it.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[]));
    }),
    CHAIN.intermediate("intermediate-without-constraints", &[267], |it| {
        it.remove_extension(oid::BASIC_CONSTRAINTS);
    }),
    CHAIN.intermediate("intermediate-may-not-sign-certificates", &[267], |it| {
        it.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 7, 0x80]);
    }),
    CHAIN.draft("path-longer-than-allowed", &[268], |draft| {
        // The authority below the root may have none below it, and has one.
        let constraints = sequence(&[&element(BOOLEAN, &[0xff]), &integer(&[0])]);
        if let Some(upper) = draft.intermediates.last_mut() {
            upper.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, constraints);
        }
    }),
    CHAIN.leaf("certificate-signed-with-sha-1", &[272], |leaf| {
        leaf.signature_algorithm = Some(Algorithm::Rs1);
    }),
    CHAIN.draft("intermediate-with-name-constraints", &[269], |draft| {
        let excluded = explicit(1, &sequence(&[&element(0x82, b"example.com")]));
        draft.change_intermediate(|it| {
            it.set_extension(oid::NAME_CONSTRAINTS, Critical::Yes, sequence(&[&excluded]));
        });
    }),
    PACKED.codes(EXTENSION).leaf("certificate-with-unknown-critical-extension", &[270], |leaf| {
        leaf.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]);
    }),
    CHAIN.codes(EXTENSION).intermediate("intermediate-with-unknown-critical-extension", &[270], |it| {
        it.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]);
    }),
    EXPIRED.leaf("certificate-expired", &[161, 271], |leaf| leaf.not_after = "20250101000000Z".into()),
    EXPIRED.leaf("certificate-not-yet-valid", &[161, 271], |leaf| leaf.not_before = "20270101000000Z".into()),
    CHAIN
        .codes(&[Code::AttestationCertificateExpired])
        .intermediate("intermediate-expired", &[271], |it| it.not_after = "20250101000000Z".into()),
    PACKED.codes(&[Code::AttestationCertificateInvalid]).leaf(
        "certificate-is-no-certificate",
        &[273],
        |leaf| leaf.public_key = vec![0x05, 0x00],
    ),
    PACKED.codes(EXTENSION).leaf("certificate-for-the-web", &[384], |leaf| {
        leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes());
    }),
    U2F.codes(EXTENSION).leaf("u2f-certificate-for-the-web", &[384], |leaf| {
        leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes());
    }),
    CHAIN.codes(EXTENSION).leaf("chain-with-certificate-for-the-web", &[384], |leaf| {
        leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes());
    }),
    PACKED.codes(EXTENSION).leaf("certificate-may-not-sign-data", &[385], |leaf| {
        leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]);
    }),
    U2F.codes(EXTENSION).leaf("u2f-certificate-may-not-sign-data", &[385], |leaf| {
        leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]);
    }),
    PACKED.codes(&[Code::AttestationStatementMalformed]).statement(
        "too-many-certificates",
        &[281],
        |statement| {
            if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
                *certificates = certificates.iter().cycle().take(20).cloned().collect();
            }
        },
    ),
];

/// serverAuth and emailProtection.
fn web_purposes() -> Vec<u8> {
    let purpose = |last| object_identifier(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last]);
    sequence(&[&purpose(1), &purpose(4)])
}
