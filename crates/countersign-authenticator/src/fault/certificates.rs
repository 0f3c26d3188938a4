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
    change::Change,
    der::{BOOLEAN, element, explicit, integer, object_identifier, sequence},
    scenario::{Format, Scenario},
};

const PACKED: Faults = Faults::of(Scenario::of(Format::Packed));
const CHAIN: Faults = Faults::of(Scenario::of(Format::PackedChain));
const UNTRUSTED: &[Code] = &[Code::AttestationUntrusted];
const EXPIRED: &[Code] = &[Code::AttestationCertificateExpired];

/// 1.2.3.4, an unknown extension.
const UNKNOWN: &[u8] = &[0x2a, 0x03, 0x04];

pub(super) const FAULTS: &[Fault] = &[
    PACKED.draft("certificate-by-stranger", &[263, 266], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    PACKED.draft("certificate-in-other-name", &[263, 266], UNTRUSTED, |draft| {
        draft.change_leaf(|leaf| leaf.issuer = vec![Attribute::new(oid::COMMON_NAME, "somebody else")]);
    }),
    Faults::of(Scenario::of(Format::AndroidSafetyNet)).draft(
        "safetynet-by-stranger",
        &[230],
        UNTRUSTED,
        |draft| {
            draft.issuer = IssuerRole::Stranger;
        },
    ),
    Faults::of(Scenario::of(Format::AndroidKey)).draft("android-by-stranger", &[219], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    Faults::of(Scenario::of(Format::Apple)).draft("apple-by-stranger", &[250], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    Faults::of(Scenario::of(Format::Tpm)).draft("tpm-by-stranger", &[263], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    Faults::of(Scenario::of(Format::FidoU2f)).draft("u2f-by-stranger", &[263], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::Stranger;
    }),
    Faults::of(Scenario::of(Format::Compound)).draft(
        "compound-by-stranger",
        &[257, 263],
        UNTRUSTED,
        |draft| {
            draft.issuer = IssuerRole::Stranger;
        },
    ),
    PACKED.draft("certificate-by-stranger-with-root", &[264], UNTRUSTED, |draft| {
        draft.issuer = IssuerRole::StrangerWithRoot;
    }),
    CHAIN.change(
        "chain-without-intermediate",
        &[276],
        UNTRUSTED,
        Change::Statement(|statement| {
            if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
                certificates.truncate(1);
            }
        }),
    ),
    CHAIN.draft("intermediate-not-a-ca", &[267], UNTRUSTED, |draft| {
        draft
            .change_intermediate(|it| it.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[])));
    }),
    CHAIN.draft("intermediate-without-constraints", &[267], UNTRUSTED, |draft| {
        draft.change_intermediate(|it| it.remove_extension(oid::BASIC_CONSTRAINTS));
    }),
    CHAIN.draft("intermediate-may-not-sign-certificates", &[267], UNTRUSTED, |draft| {
        draft.change_intermediate(|it| it.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 7, 0x80]));
    }),
    CHAIN.draft("path-longer-than-allowed", &[268], UNTRUSTED, |draft| {
        // The authority below the root may have none below it, and has one.
        let constraints = sequence(&[&element(BOOLEAN, &[0xff]), &integer(&[0])]);
        if let Some(upper) = draft.intermediates.last_mut() {
            upper.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, constraints);
        }
    }),
    CHAIN.draft("certificate-signed-with-sha-1", &[272], UNTRUSTED, |draft| {
        draft.change_leaf(|leaf| leaf.signature_algorithm = Some(Algorithm::Rs1));
    }),
    CHAIN.draft("intermediate-with-name-constraints", &[269], UNTRUSTED, |draft| {
        let excluded = explicit(1, &sequence(&[&element(0x82, b"example.com")]));
        draft.change_intermediate(|it| {
            it.set_extension(oid::NAME_CONSTRAINTS, Critical::Yes, sequence(&[&excluded]));
        });
    }),
    PACKED.draft("certificate-with-unknown-critical-extension", &[270], UNKNOWN_EXTENSION, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]));
    }),
    CHAIN.draft("intermediate-with-unknown-critical-extension", &[270], UNKNOWN_EXTENSION, |draft| {
        draft.change_intermediate(|it| it.set_extension(UNKNOWN, Critical::Yes, vec![0x05, 0x00]));
    }),
    PACKED.draft("certificate-expired", &[161, 271], EXPIRED, |draft| {
        draft.change_leaf(|leaf| leaf.not_after = "20250101000000Z".into());
    }),
    PACKED.draft("certificate-not-yet-valid", &[161, 271], EXPIRED, |draft| {
        draft.change_leaf(|leaf| leaf.not_before = "20270101000000Z".into());
    }),
    CHAIN.draft("intermediate-expired", &[271], EXPIRED, |draft| {
        draft.change_intermediate(|it| it.not_after = "20250101000000Z".into());
    }),
    PACKED.draft("certificate-is-no-certificate", &[273], &[Code::AttestationCertificateInvalid], |draft| {
        draft.change_leaf(|leaf| leaf.public_key = vec![0x05, 0x00]);
    }),
    PACKED.draft("certificate-for-the-web", &[384], PURPOSE, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes()));
    }),
    Faults::of(Scenario::of(Format::FidoU2f)).draft(
        "u2f-certificate-for-the-web",
        &[384],
        PURPOSE,
        |draft| {
            draft.change_leaf(|leaf| {
                leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes());
            });
        },
    ),
    CHAIN.draft("chain-with-certificate-for-the-web", &[384], PURPOSE, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, web_purposes()));
    }),
    PACKED.draft("certificate-may-not-sign-data", &[385], PURPOSE, |draft| {
        draft.change_leaf(|leaf| leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]));
    }),
    Faults::of(Scenario::of(Format::FidoU2f)).draft(
        "u2f-certificate-may-not-sign-data",
        &[385],
        PURPOSE,
        |draft| {
            draft.change_leaf(|leaf| leaf.set_extension(oid::KEY_USAGE, Critical::Yes, vec![3, 2, 5, 0x20]));
        },
    ),
    PACKED.change(
        "too-many-certificates",
        &[281],
        &[Code::AttestationStatementMalformed],
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
