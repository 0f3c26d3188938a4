//! Faults of TPM attestation ([section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::draft::SignerRole,
    cbor::Cbor,
    certificate::{
        draft::CertificateDraft,
        oid,
        parts::{Attribute, Critical, directory_name},
    },
    der::{object_identifier, octet_string, sequence},
    scenario::{Format, Scenario},
};

fn names(leaf: &mut CertificateDraft, attributes: &[Attribute]) {
    leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::Yes, directory_name(attributes));
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

const TPM: Faults = Faults::of(Scenario::of(Format::Tpm), &[Code::AttestationStatementMalformed]);
const KEY: Faults = TPM.codes(&[Code::AttestationKeyMismatch]);
const KEY_OR_MALFORMED: Faults =
    TPM.codes(&[Code::AttestationKeyMismatch, Code::AttestationStatementMalformed]);
const MALFORMED_OR_KEY: Faults =
    TPM.codes(&[Code::AttestationStatementMalformed, Code::AttestationKeyMismatch]);
const RSA_KEY: Faults =
    Faults::of(Scenario::of(Format::Tpm).with_algorithm(Algorithm::Rs256), &[Code::AttestationKeyMismatch]);
const BINDING: Faults = TPM.codes(&[Code::AttestationBindingMismatch]);
const BINDING_OR_MALFORMED: Faults =
    TPM.codes(&[Code::AttestationBindingMismatch, Code::AttestationStatementMalformed]);
const CERTIFICATE: Faults = TPM.codes(&[Code::AttestationCertificateInvalid]);
const SIGNATURE: Faults = TPM.codes(&[Code::AttestationSignatureInvalid]);

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
    TPM.draft("tpm-pub-area-with-byte-after", &[169], |draft| draft.public_area.trailing.push(0)),
    TPM.draft("tpm-pub-area-with-length", &[170], |draft| {
        let length = u16::try_from(draft.public_area.to_vec().len()).unwrap_or_default();
        draft.public_area.leading = length.to_be_bytes().to_vec();
    }),
    MALFORMED_OR_KEY.draft("tpm-key-of-hmac", &[171], |draft| draft.public_area.object_type = 0x0008),
    TPM.codes(&[Code::AttestationStatementMalformed, Code::AttestationBindingMismatch]).draft(
        "tpm-name-algorithm-unknown",
        &[172],
        |draft| draft.public_area.name_algorithm = 0x7fff,
    ),
    RSA_KEY.draft("tpm-rsa-modulus-other", &[173], |draft| {
        if let Some(byte) = draft.public_area.unique.first_mut().and_then(|n| n.last_mut()) {
            *byte ^= 2;
        }
    }),
    RSA_KEY.draft("tpm-rsa-exponent-other", &[174], |draft| {
        draft.public_area.parameters =
            [2048_u16.to_be_bytes().to_vec(), 3_u32.to_be_bytes().to_vec()].concat();
    }),
    KEY.draft("tpm-curve-other", &[175], |draft| draft.public_area.parameters = vec![0, 4, 0, 0x10]),
    KEY.draft("tpm-x-other", &[176], |draft| {
        if let Some(byte) = draft.public_area.unique.first_mut().and_then(|x| x.last_mut()) {
            *byte ^= 1;
        }
    }),
    KEY.draft("tpm-y-other", &[176], |draft| {
        if let Some(byte) = draft.public_area.unique.last_mut().and_then(|y| y.last_mut()) {
            *byte ^= 1;
        }
    }),
    KEY.draft("tpm-key-of-other-type", &[177], |draft| {
        let area = &mut draft.public_area;
        area.object_type = 0x0001;
        area.parameters = [2048_u16.to_be_bytes().to_vec(), vec![0; 4]].concat();
        area.unique = vec![vec![0xff; 256]];
    }),
    KEY_OR_MALFORMED
        .draft("tpm-key-does-not-sign", &[178], |draft| draft.public_area.attributes = 0x0002_0000),
    MALFORMED_OR_KEY.draft(
        "tpm-key-with-symmetric-algorithm",
        &[179],
        // AES with 128 bits in CFB mode.
        |draft| draft.public_area.symmetric = vec![0x0006, 128, 0x0043],
    ),
    KEY_OR_MALFORMED.draft(
        "tpm-key-with-scheme-that-is-none",
        &[180],
        // RSASSA, of a key on a curve.
        |draft| draft.public_area.scheme = vec![0x0014, 0x000b],
    ),
    TPM.draft("tpm-cert-info-with-byte-after", &[182], |draft| draft.certify_info.trailing.push(0)),
    TPM.codes(&[Code::AttestationSignatureInvalid, Code::AttestationStatementMalformed]).statement(
        "tpm-cert-info-cut",
        &[182],
        |statement| {
            if let Some(info) = statement.get_mut("certInfo").and_then(Cbor::bytes_mut) {
                info.pop();
            }
        },
    ),
    TPM.draft("tpm-magic-other", &[183], |draft| draft.certify_info.magic = 0xff54_4348),
    TPM.draft("tpm-not-certify", &[184], |draft| draft.certify_info.attestation_type = 0x8018),
    BINDING_OR_MALFORMED
        .draft("tpm-extra-data-empty", &[185], |draft| draft.certify_info.extra_data = Some(Vec::new())),
    BINDING.draft("tpm-extra-data-other", &[186], |draft| {
        draft.certify_info.extra_data = Some(vec![7; 32]);
    }),
    BINDING.draft("tpm-extra-data-of-message", &[186], |draft| draft.message.push(0)),
    BINDING_OR_MALFORMED
        .draft("tpm-name-is-handle", &[187], |draft| draft.certify_info.name = Some(vec![0x80, 0, 0, 1])),
    BINDING_OR_MALFORMED.draft("tpm-name-empty", &[187], |draft| draft.certify_info.name = Some(Vec::new())),
    BINDING_OR_MALFORMED.draft("tpm-name-of-other-algorithm", &[188], |draft| {
        draft.certify_info.name = Some([vec![0x00, 0x0c], vec![7; 48]].concat());
    }),
    BINDING.draft("tpm-name-of-other-key", &[189], |draft| {
        draft.certify_info.name = Some([vec![0x00, 0x0b], vec![7; 32]].concat());
    }),
    SIGNATURE.draft("tpm-signed-by-stranger", &[190], |draft| draft.signer = SignerRole::Stranger),
    SIGNATURE.draft("tpm-signed-by-credential", &[190], |draft| draft.signer = SignerRole::Credential),
    SIGNATURE.draft("tpm-alg-not-the-key-s", &[191], |draft| draft.algorithm = -257),
    CERTIFICATE.leaf("tpm-certificate-version-1", &[192], |leaf| leaf.version = 1),
    CERTIFICATE.leaf("tpm-certificate-with-subject", &[193], |leaf| {
        leaf.set_subject(oid::COMMON_NAME, Some("a name"));
    }),
    CERTIFICATE
        .leaf("tpm-alternative-name-missing", &[194], |leaf| leaf.remove_extension(oid::SUBJECT_ALT_NAME)),
    CERTIFICATE.leaf("tpm-manufacturer-missing", &[196], |leaf| names(leaf, &[model(), version()])),
    CERTIFICATE
        .leaf("tpm-model-missing", &[196], |leaf| names(leaf, &[manufacturer("id:49465800"), version()])),
    CERTIFICATE.leaf("tpm-version-missing-in-name", &[196], |leaf| {
        names(leaf, &[manufacturer("id:49465800"), model()]);
    }),
    CERTIFICATE.leaf("tpm-manufacturer-without-prefix", &[197], |leaf| {
        names(leaf, &[manufacturer("49465800"), model(), version()]);
    }),
    CERTIFICATE.leaf("tpm-purpose-missing", &[198], |leaf| leaf.remove_extension(oid::EXTENDED_KEY_USAGE)),
    CERTIFICATE.leaf("tpm-purpose-other", &[198], |leaf| {
        // 1.3.6.1.5.5.7.3.2, clientAuth.
        let client = object_identifier(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]);
        leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, sequence(&[&client]));
    }),
    CERTIFICATE
        .leaf("tpm-basic-constraints-missing", &[199], |leaf| leaf.remove_extension(oid::BASIC_CONSTRAINTS)),
    TPM.codes(&[Code::AttestationAaguidMismatch]).leaf("tpm-aaguid-other", &[200], |leaf| {
        leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&[7; 16]));
    }),
];
