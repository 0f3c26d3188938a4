//! Faults of certificates and their paths ([RFC 5280 section 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)).

use countersign_types::Code;

use super::Fault;
use crate::{
    Algorithm, AttestationDraft, Attribute, Cbor, Change, Format, IssuerRole, Scenario,
    certificate::{Critical, oid},
    der::{BOOLEAN, element, explicit, integer, object_identifier, sequence},
};

const PACKED: Scenario = Scenario::of(Format::Packed);
const CHAIN: Scenario = Scenario::of(Format::PackedChain);
const UNTRUSTED: &[Code] = &[Code::AttestationUntrusted];
const EXPIRED: &[Code] = &[Code::AttestationCertificateExpired];

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    scenario: Scenario,
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, scenario, Change::Attestation(change))
}

/// 1.2.3.4, which nobody understands.
const UNKNOWN: &[u8] = &[0x2a, 0x03, 0x04];

pub(super) const FAULTS: &[Fault] = &[
    draft("certificate-by-stranger", &[263, 266], UNTRUSTED, PACKED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("certificate-in-other-name", &[263, 266], UNTRUSTED, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.issuer = vec![Attribute::new(oid::COMMON_NAME, "somebody else")]);
    }),
    draft("safetynet-by-stranger", &[230], UNTRUSTED, Scenario::of(Format::AndroidSafetyNet), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("android-by-stranger", &[219], UNTRUSTED, Scenario::of(Format::AndroidKey), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("apple-by-stranger", &[250], UNTRUSTED, Scenario::of(Format::Apple), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("tpm-by-stranger", &[263], UNTRUSTED, Scenario::of(Format::Tpm), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("u2f-by-stranger", &[263], UNTRUSTED, Scenario::of(Format::FidoU2f), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("compound-by-stranger", &[257, 263], UNTRUSTED, Scenario::of(Format::Compound), |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    draft("certificate-by-stranger-with-root", &[264], UNTRUSTED, PACKED, |draft| {
        draft.issuer = IssuerRole::StrangerWithRoot;
    }),
    Fault::new(
        "chain-without-intermediate",
        &[276],
        UNTRUSTED,
        CHAIN,
        Change::Statement(|statement| {
            if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
                certificates.truncate(1);
            }
        }),
    ),
    draft("intermediate-not-a-ca", &[267], UNTRUSTED, CHAIN, |draft| {
        draft
            .change_intermediate(|it| it.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[])));
    }),
    draft("intermediate-without-constraints", &[267], UNTRUSTED, CHAIN, |draft| {
        draft.change_intermediate(|it| it.remove_extension(oid::BASIC_CONSTRAINTS));
    }),
    draft("intermediate-may-not-sign-certificates", &[267], UNTRUSTED, CHAIN, |draft| {
        draft.change_intermediate(|it| it.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 7, 0x80]));
    }),
    draft("path-longer-than-allowed", &[268], UNTRUSTED, CHAIN, |draft| {
        // The authority below the root may have none below it, and has one.
        let constraints = sequence(&[&element(BOOLEAN, &[0xff]), &integer(&[0])]);
        if let Some(upper) = draft.intermediates.last_mut() {
            upper.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, constraints);
        }
    }),
    draft("certificate-signed-with-sha-1", &[272], UNTRUSTED, CHAIN, |draft| {
        draft.change_leaf(|leaf| leaf.signature_algorithm = Some(Algorithm::Rs1));
    }),
    draft("intermediate-with-name-constraints", &[269], UNTRUSTED, CHAIN, |draft| {
        let excluded = explicit(1, &sequence(&[&element(0x82, b"example.com")]));
        draft.change_intermediate(|it| {
            it.set_extension(oid::NAME_CONSTRAINTS, Critical::Yes, sequence(&[&excluded]));
        });
    }),
    draft("certificate-with-unknown-critical-extension", &[270], UNKNOWN_EXTENSION, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]));
    }),
    draft("intermediate-with-unknown-critical-extension", &[270], UNKNOWN_EXTENSION, CHAIN, |draft| {
        draft.change_intermediate(|it| it.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]));
    }),
    draft("certificate-expired", &[161, 271], EXPIRED, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.not_after = "20250101000000Z".into());
    }),
    draft("certificate-not-yet-valid", &[161, 271], EXPIRED, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.not_before = "20270101000000Z".into());
    }),
    draft("intermediate-expired", &[271], EXPIRED, CHAIN, |draft| {
        draft.change_intermediate(|it| it.not_after = "20250101000000Z".into());
    }),
    draft("certificate-is-no-certificate", &[273], &[Code::AttestationCertificateInvalid], PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.public_key = vec![0x05, 0x00]);
    }),
    draft("certificate-for-the-web", &[384], PURPOSE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes()));
    }),
    draft("u2f-certificate-for-the-web", &[384], PURPOSE, Scenario::of(Format::FidoU2f), |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes()));
    }),
    draft("chain-with-certificate-for-the-web", &[384], PURPOSE, CHAIN, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes()));
    }),
    draft("certificate-may-not-sign-data", &[385], PURPOSE, PACKED, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]));
    }),
    draft("u2f-certificate-may-not-sign-data", &[385], PURPOSE, Scenario::of(Format::FidoU2f), |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]));
    }),
    Fault::new(
        "too-many-certificates",
        &[281],
        &[Code::AttestationStatementMalformed],
        PACKED,
        Change::Statement(|statement| {
            if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
                *certificates = certificates.iter().cycle().take(20).cloned().collect();
            }
        }),
    ),
];

/// serverAuth and emailProtection.
fn web_purposes() -> Vec<u8> {
    let purpose = |last| object_identifier(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last]);
    sequence(&[&purpose(1), &purpose(4)])
}

const PURPOSE: &[Code] = &[Code::AttestationUntrusted, Code::AttestationCertificateInvalid];
const UNKNOWN_EXTENSION: &[Code] = &[Code::AttestationUntrusted, Code::AttestationCertificateInvalid];
