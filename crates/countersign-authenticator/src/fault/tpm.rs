//! Faults of TPM attestation ([section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::{AttestationDraft, SignerRole},
    cbor::Cbor,
    certificate::{
        oid,
        parts::{Attribute, Critical, directory_name},
    },
    change::Change,
    der::{object_identifier, octet_string, sequence},
    scenario::{Format, Scenario},
};

const TPM: Faults = Faults::of(Scenario::of(Format::Tpm));
const RSA: Faults = Faults::of(Scenario::of(Format::Tpm).with_algorithm(Algorithm::Rs256));
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const KEY: &[Code] = &[Code::AttestationKeyMismatch];
const BINDING: &[Code] = &[Code::AttestationBindingMismatch];
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];

const fn rsa(name: &'static str, rules: &'static [u16], change: fn(&mut AttestationDraft)) -> Fault {
    RSA.draft(name, rules, KEY, change)
}

fn names(draft: &mut AttestationDraft, attributes: &[Attribute]) {
    draft.change_leaf(|leaf| {
        leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::Yes, directory_name(attributes));
    });
}

fn manufacturer(text: &str) -> Attribute {
    Attribute::new(oid::TPM_MANUFACTURER, text)
}

fn model() -> Attribute {
    Attribute::new(oid::TPM_MODEL, "a model")
}

fn version() -> Attribute {
    Attribute::new(oid::TPM_VERSION, "id:00000001")
}

pub(super) const FAULTS: &[Fault] = &[
    TPM.statement("tpm-version-missing", &[164], |statement| statement.remove("ver")),
    TPM.statement("tpm-version-1-2", &[164], |statement| statement.set("ver", "1.2")),
    TPM.statement("tpm-version-number", &[164], |statement| statement.set("ver", 2)),
    TPM.statement("tpm-alg-missing", &[165], |statement| statement.remove("alg")),
    TPM.statement("tpm-alg-text", &[165], |statement| statement.set("alg", "ES256")),
    TPM.statement("tpm-sig-missing", &[166], |statement| statement.remove("sig")),
    TPM.statement("tpm-cert-info-text", &[166], |statement| statement.set("certInfo", "")),
    TPM.statement("tpm-pub-area-missing", &[166], |statement| statement.remove("pubArea")),
    TPM.statement("tpm-pub-area-empty", &[166, 169], |statement| statement.set("pubArea", Vec::<u8>::new())),
    TPM.statement("tpm-x5c-missing", &[167], |statement| statement.remove("x5c")),
    TPM.statement("tpm-x5c-empty", &[167], |statement| statement.set("x5c", Vec::<Cbor>::new())),
    TPM.statement("tpm-x5c-of-null", &[167], |statement| statement.set("x5c", vec![Cbor::Null])),
    TPM.statement("tpm-ecdaa", &[168], |statement| statement.set("ecdaaKeyId", vec![7])),
    TPM.draft("tpm-pub-area-with-byte-after", &[169], MALFORMED, |draft| draft.public_area.trailing.push(0)),
    TPM.draft("tpm-pub-area-with-length", &[170], MALFORMED, |draft| {
        let length = u16::try_from(draft.public_area.to_vec().len()).unwrap_or_default();
        draft.public_area.leading = length.to_be_bytes().to_vec();
    }),
    TPM.change(
        "tpm-key-of-hmac",
        &[171],
        &[Code::AttestationStatementMalformed, Code::AttestationKeyMismatch],
        Change::Attestation(|draft| draft.public_area.object_type = 0x0008),
    ),
    TPM.change(
        "tpm-name-algorithm-unknown",
        &[172],
        &[Code::AttestationStatementMalformed, Code::AttestationBindingMismatch],
        Change::Attestation(|draft| draft.public_area.name_algorithm = 0x7fff),
    ),
    rsa("tpm-rsa-modulus-other", &[173], |draft| {
        if let Some(byte) = draft.public_area.unique.first_mut().and_then(|n| n.last_mut()) {
            *byte ^= 2;
        }
    }),
    rsa("tpm-rsa-exponent-other", &[174], |draft| {
        draft.public_area.parameters =
            [2048_u16.to_be_bytes().to_vec(), 3_u32.to_be_bytes().to_vec()].concat();
    }),
    TPM.draft("tpm-curve-other", &[175], KEY, |draft| draft.public_area.parameters = vec![0, 4, 0, 0x10]),
    TPM.draft("tpm-x-other", &[176], KEY, |draft| {
        if let Some(byte) = draft.public_area.unique.first_mut().and_then(|x| x.last_mut()) {
            *byte ^= 1;
        }
    }),
    TPM.draft("tpm-y-other", &[176], KEY, |draft| {
        if let Some(byte) = draft.public_area.unique.last_mut().and_then(|y| y.last_mut()) {
            *byte ^= 1;
        }
    }),
    TPM.draft("tpm-key-of-other-type", &[177], KEY, |draft| {
        let area = &mut draft.public_area;
        area.object_type = 0x0001;
        area.parameters = [2048_u16.to_be_bytes().to_vec(), vec![0; 4]].concat();
        area.unique = vec![vec![0xff; 256]];
    }),
    TPM.change(
        "tpm-key-does-not-sign",
        &[178],
        &[Code::AttestationKeyMismatch, Code::AttestationStatementMalformed],
        Change::Attestation(|draft| draft.public_area.attributes = 0x0002_0000),
    ),
    TPM.change(
        "tpm-key-with-symmetric-algorithm",
        &[179],
        &[Code::AttestationStatementMalformed, Code::AttestationKeyMismatch],
        // AES with 128 bits in CFB mode.
        Change::Attestation(|draft| draft.public_area.symmetric = vec![0x0006, 128, 0x0043]),
    ),
    TPM.change(
        "tpm-key-with-scheme-that-is-none",
        &[180],
        &[Code::AttestationKeyMismatch, Code::AttestationStatementMalformed],
        // RSASSA, of a key on a curve.
        Change::Attestation(|draft| draft.public_area.scheme = vec![0x0014, 0x000b]),
    ),
    TPM.draft("tpm-cert-info-with-byte-after", &[182], MALFORMED, |draft| {
        draft.certify_info.trailing.push(0);
    }),
    TPM.change(
        "tpm-cert-info-cut",
        &[182],
        &[Code::AttestationSignatureInvalid, Code::AttestationStatementMalformed],
        Change::Statement(|statement| {
            if let Some(info) = statement.get_mut("certInfo").and_then(Cbor::bytes_mut) {
                info.pop();
            }
        }),
    ),
    TPM.draft("tpm-magic-other", &[183], MALFORMED, |draft| draft.certify_info.magic = 0xff54_4348),
    TPM.draft("tpm-not-certify", &[184], MALFORMED, |draft| draft.certify_info.attestation_type = 0x8018),
    TPM.draft("tpm-extra-data-empty", &[185], BINDING_OR_MALFORMED, |draft| {
        draft.certify_info.extra_data = Some(Vec::new());
    }),
    TPM.draft("tpm-extra-data-other", &[186], BINDING, |draft| {
        draft.certify_info.extra_data = Some(vec![7; 32]);
    }),
    TPM.draft("tpm-extra-data-of-message", &[186], BINDING, |draft| draft.message.push(0)),
    TPM.draft("tpm-name-is-handle", &[187], BINDING_OR_MALFORMED, |draft| {
        draft.certify_info.name = Some(vec![0x80, 0, 0, 1]);
    }),
    TPM.draft("tpm-name-empty", &[187], BINDING_OR_MALFORMED, |draft| {
        draft.certify_info.name = Some(Vec::new());
    }),
    TPM.draft("tpm-name-of-other-algorithm", &[188], BINDING_OR_MALFORMED, |draft| {
        draft.certify_info.name = Some([vec![0x00, 0x0c], vec![7; 48]].concat());
    }),
    TPM.draft("tpm-name-of-other-key", &[189], BINDING, |draft| {
        draft.certify_info.name = Some([vec![0x00, 0x0b], vec![7; 32]].concat());
    }),
    TPM.draft("tpm-signed-by-stranger", &[190], SIGNATURE, |draft| draft.signer = SignerRole::Stranger),
    TPM.draft("tpm-signed-by-credential", &[190], SIGNATURE, |draft| draft.signer = SignerRole::Credential),
    TPM.draft("tpm-alg-not-the-key-s", &[191], SIGNATURE, |draft| draft.algorithm = -257),
    TPM.draft("tpm-certificate-version-1", &[192], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.version = 1;
        });
    }),
    TPM.draft("tpm-certificate-with-subject", &[193], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_subject(oid::COMMON_NAME, Some("a name"));
        });
    }),
    TPM.draft("tpm-alternative-name-missing", &[194], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::SUBJECT_ALT_NAME);
        });
    }),
    TPM.draft("tpm-manufacturer-missing", &[196], CERTIFICATE, |draft| names(draft, &[model(), version()])),
    TPM.draft("tpm-model-missing", &[196], CERTIFICATE, |draft| {
        names(draft, &[manufacturer("id:49465800"), version()]);
    }),
    TPM.draft("tpm-version-missing-in-name", &[196], CERTIFICATE, |draft| {
        names(draft, &[manufacturer("id:49465800"), model()]);
    }),
    TPM.draft("tpm-manufacturer-without-prefix", &[197], CERTIFICATE, |draft| {
        names(draft, &[manufacturer("49465800"), model(), version()]);
    }),
    TPM.draft("tpm-purpose-missing", &[198], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::EXTENDED_KEY_USAGE);
        });
    }),
    TPM.draft("tpm-purpose-other", &[198], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            // 1.3.6.1.5.5.7.3.2, clientAuth.
            let client = object_identifier(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]);
            leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, sequence(&[&client]));
        });
    }),
    TPM.draft("tpm-basic-constraints-missing", &[199], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::BASIC_CONSTRAINTS);
        });
    }),
    TPM.draft("tpm-aaguid-other", &[200], &[Code::AttestationAaguidMismatch], |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 16]));
        });
    }),
];

const BINDING_OR_MALFORMED: &[Code] =
    &[Code::AttestationBindingMismatch, Code::AttestationStatementMalformed];
