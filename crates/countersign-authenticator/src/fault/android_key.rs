//! Faults of Android key attestation ([section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation)).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    attestation::{
        android_key::description::KeyDescription,
        draft::{AttestationDraft, SignerRole},
    },
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{integer, octet_string},
    scenario::{Format, Scenario},
};

fn remove(draft: &mut AttestationDraft, tag: u32) {
    draft.key_description.hardware_enforced.retain(|(other, _)| *other != tag);
}

fn replace(draft: &mut AttestationDraft, tag: u32, value: Vec<u8>) {
    remove(draft, tag);
    draft.key_description.hardware_enforced.push((tag, value));
}

const NULL: [u8; 2] = [0x05, 0x00];

const ANDROID: Faults = Faults::of(Scenario::of(Format::AndroidKey), &[Code::AttestationStatementMalformed]);
const CERTIFICATE: Faults = ANDROID.codes(&[Code::AttestationCertificateInvalid]);
const SIGNATURE: Faults = ANDROID.codes(&[Code::AttestationSignatureInvalid]);
/// What a key's description says that the specification does not allow.
const SCOPE: Faults = ANDROID.codes(&[Code::AttestationCertificateInvalid, Code::AttestationNotAccepted]);
/// The chain of a device from its factory.
const FACTORY: Faults = Faults::of(Scenario::of(Format::AndroidKeyFactory), &[Code::AttestationUntrusted]);

pub(super) const FAULTS: &[Fault] = &[
    ANDROID.statement("android-alg-missing", &[201], |statement| statement.remove("alg")),
    ANDROID.statement("android-sig-missing", &[201], |statement| statement.remove("sig")),
    ANDROID.statement("android-x5c-missing", &[201], |statement| statement.remove("x5c")),
    ANDROID.statement("android-statement-empty", &[201], |statement| *statement = Cbor::Map(Vec::new())),
    ANDROID
        .codes(&[Code::AlgorithmUnsupported, Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid])
        .statement("android-alg-unknown", &[202, 205], |statement| statement.set("alg", -12_345)),
    SIGNATURE.draft("android-signed-by-stranger", &[203], |draft| draft.signer = SignerRole::Stranger),
    SIGNATURE.draft("android-signature-over-other-data", &[203], |draft| draft.message.push(0)),
    ANDROID.codes(&[Code::AttestationKeyMismatch]).draft("android-key-other", &[204], |draft| {
        draft.certify_stranger(Algorithm::Es256);
        draft.signer = SignerRole::Stranger;
    }),
    ANDROID.codes(&[Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid]).draft(
        "android-alg-other",
        &[205],
        |draft| draft.algorithm = -9,
    ),
    CERTIFICATE.leaf("android-description-missing", &[206], |leaf| {
        leaf.remove_extension(oid::ANDROID_KEY_DESCRIPTION);
    }),
    CERTIFICATE.leaf("android-description-no-sequence", &[207], |leaf| {
        leaf.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, NULL.to_vec());
    }),
    CERTIFICATE.draft("android-description-with-more", &[207], |draft| {
        draft.key_description.trailing = NULL.to_vec();
    }),
    Faults::of(Scenario::of(Format::AndroidKeyChain), &[Code::AttestationCertificateInvalid]).draft(
        "android-description-in-intermediate",
        &[222],
        |draft| {
            let description = draft.key_description.to_vec();
            draft.change_intermediate(|it| {
                it.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
            });
        },
    ),
    FACTORY.draft("android-factory-without-serial-number", &[400], |draft| {
        if let [batch, intermediate] = draft.intermediates.as_mut_slice() {
            intermediate.set_subject(oid::SERIAL_NUMBER, None);
            batch.issuer.clone_from(&intermediate.subject);
        }
    }),
    FACTORY.codes(&[Code::AttestationCertificateInvalid]).draft(
        "android-factory-batch-with-description",
        &[222, 400],
        |draft| {
            let description = draft.key_description.to_vec();
            draft.change_intermediate(|batch| {
                batch.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
            });
        },
    ),
    FACTORY.intermediate("android-factory-constraints-critical", &[269, 400], |batch| {
        if let Some(extension) = batch.extension_mut(oid::NAME_CONSTRAINTS) {
            extension.critical = Critical::Yes;
        }
    }),
    FACTORY.codes(&[Code::AttestationCertificateExpired]).intermediate(
        "android-factory-not-yet-valid",
        &[271, 400],
        |batch| (batch.not_before, batch.not_after) = ("20270101000000Z".into(), "20370101000000Z".into()),
    ),
    ANDROID.codes(&[Code::AttestationBindingMismatch]).draft("android-challenge-other", &[208], |draft| {
        draft.key_description.challenge = vec![7; 32];
    }),
    SCOPE.draft("android-all-applications-in-software", &[209], |draft| {
        draft.key_description.software_enforced.push((KeyDescription::ALL_APPLICATIONS, NULL.to_vec()));
    }),
    SCOPE.draft("android-all-applications-in-hardware", &[210], |draft| {
        replace(draft, KeyDescription::ALL_APPLICATIONS, NULL.to_vec());
    }),
    SCOPE.draft("android-origin-absent", &[211], |draft| remove(draft, KeyDescription::ORIGIN)),
    SCOPE
        .draft("android-key-imported", &[212], |draft| replace(draft, KeyDescription::ORIGIN, integer(&[2]))),
    SCOPE.draft("android-purpose-absent", &[213], |draft| remove(draft, KeyDescription::PURPOSE)),
    SCOPE.draft("android-purpose-to-decrypt", &[213], |draft| {
        replace(draft, KeyDescription::PURPOSE, KeyDescription::purposes(&[1]));
    }),
    SCOPE.draft("android-imported-after-unknown-tag", &[217], |draft| {
        let list = &mut draft.key_description.hardware_enforced;
        list.retain(|(tag, _)| *tag != KeyDescription::ORIGIN);
        list.push((699, octet_string(&[7])));
        list.push((KeyDescription::ORIGIN, integer(&[2])));
    }),
    CERTIFICATE.draft("android-element-with-more", &[218], |draft| {
        replace(draft, KeyDescription::ORIGIN, [integer(&[0]), integer(&[0])].concat());
    }),
];
