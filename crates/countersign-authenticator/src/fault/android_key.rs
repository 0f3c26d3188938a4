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
    change::Change,
    der::{integer, octet_string},
    scenario::{Format, Scenario},
};

const ANDROID: Faults = Faults::of(Scenario::of(Format::AndroidKey));
/// The chain of a device from its factory.
const FACTORY: Faults = Faults::of(Scenario::of(Format::AndroidKeyFactory));
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];
const UNTRUSTED: &[Code] = &[Code::AttestationUntrusted];
const KEY: &[Code] = &[Code::AttestationKeyMismatch];

const fn description(name: &'static str, rules: &'static [u16], change: fn(&mut AttestationDraft)) -> Fault {
    ANDROID.draft(name, rules, CERTIFICATE, change)
}

fn remove(draft: &mut AttestationDraft, tag: u32) {
    draft.key_description.hardware_enforced.retain(|(other, _)| *other != tag);
}

fn replace(draft: &mut AttestationDraft, tag: u32, value: Vec<u8>) {
    remove(draft, tag);
    draft.key_description.hardware_enforced.push((tag, value));
}

const NULL: [u8; 2] = [0x05, 0x00];

pub(super) const FAULTS: &[Fault] = &[
    ANDROID.statement("android-alg-missing", &[201], |statement| statement.remove("alg")),
    ANDROID.statement("android-sig-missing", &[201], |statement| statement.remove("sig")),
    ANDROID.statement("android-x5c-missing", &[201], |statement| statement.remove("x5c")),
    ANDROID.statement("android-statement-empty", &[201], |statement| *statement = Cbor::Map(Vec::new())),
    ANDROID.change(
        "android-alg-unknown",
        &[202, 205],
        &[Code::AlgorithmUnsupported, Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid],
        Change::Statement(|statement| statement.set("alg", -12_345)),
    ),
    ANDROID.change(
        "android-signed-by-stranger",
        &[203],
        SIGNATURE,
        Change::Attestation(|draft| draft.signer = SignerRole::Stranger),
    ),
    ANDROID.draft("android-signature-over-other-data", &[203], SIGNATURE, |draft| draft.message.push(0)),
    ANDROID.draft("android-key-other", &[204], KEY, |draft| {
        draft.certify_stranger(Algorithm::Es256);
        draft.signer = SignerRole::Stranger;
    }),
    ANDROID.draft(
        "android-alg-other",
        &[205],
        &[Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid],
        |draft| {
            draft.algorithm = -9;
        },
    ),
    ANDROID.draft("android-description-missing", &[206], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::ANDROID_KEY_DESCRIPTION);
        });
    }),
    ANDROID.draft("android-description-no-sequence", &[207], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, NULL.to_vec());
        });
    }),
    description("android-description-with-more", &[207], |draft| {
        draft.key_description.trailing = NULL.to_vec();
    }),
    Faults::of(Scenario::of(Format::AndroidKeyChain)).change(
        "android-description-in-intermediate",
        &[222],
        CERTIFICATE,
        Change::Attestation(|draft| {
            let description = draft.key_description.to_vec();
            draft.change_intermediate(|it| {
                it.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
            });
        }),
    ),
    FACTORY.draft("android-factory-without-serial-number", &[400], UNTRUSTED, |draft| {
        if let [batch, intermediate] = draft.intermediates.as_mut_slice() {
            intermediate.set_subject(oid::SERIAL_NUMBER, None);
            batch.issuer.clone_from(&intermediate.subject);
        }
    }),
    FACTORY.draft("android-factory-batch-with-description", &[222, 400], CERTIFICATE, |draft| {
        let description = draft.key_description.to_vec();
        draft.change_intermediate(|batch| {
            batch.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
        });
    }),
    FACTORY.draft("android-factory-constraints-critical", &[269, 400], UNTRUSTED, |draft| {
        draft.change_intermediate(|batch| {
            if let Some(extension) = batch.extension_mut(oid::NAME_CONSTRAINTS) {
                extension.critical = Critical::Yes;
            }
        });
    }),
    FACTORY.draft(
        "android-factory-not-yet-valid",
        &[271, 400],
        &[Code::AttestationCertificateExpired],
        |draft| {
            draft.change_intermediate(|batch| {
                (batch.not_before, batch.not_after) = ("20270101000000Z".into(), "20370101000000Z".into());
            });
        },
    ),
    ANDROID.draft("android-challenge-other", &[208], &[Code::AttestationBindingMismatch], |draft| {
        draft.key_description.challenge = vec![7; 32];
    }),
    ANDROID.draft("android-all-applications-in-software", &[209], SCOPE, |draft| {
        draft.key_description.software_enforced.push((KeyDescription::ALL_APPLICATIONS, NULL.to_vec()));
    }),
    ANDROID.draft("android-all-applications-in-hardware", &[210], SCOPE, |draft| {
        replace(draft, KeyDescription::ALL_APPLICATIONS, NULL.to_vec());
    }),
    ANDROID.draft("android-origin-absent", &[211], SCOPE, |draft| remove(draft, KeyDescription::ORIGIN)),
    ANDROID.draft("android-key-imported", &[212], SCOPE, |draft| {
        replace(draft, KeyDescription::ORIGIN, integer(&[2]));
    }),
    ANDROID.draft("android-purpose-absent", &[213], SCOPE, |draft| remove(draft, KeyDescription::PURPOSE)),
    ANDROID.draft("android-purpose-to-decrypt", &[213], SCOPE, |draft| {
        replace(draft, KeyDescription::PURPOSE, KeyDescription::purposes(&[1]));
    }),
    ANDROID.draft("android-imported-after-unknown-tag", &[217], SCOPE, |draft| {
        let list = &mut draft.key_description.hardware_enforced;
        list.retain(|(tag, _)| *tag != KeyDescription::ORIGIN);
        list.push((699, octet_string(&[7])));
        list.push((KeyDescription::ORIGIN, integer(&[2])));
    }),
    description("android-element-with-more", &[218], |draft| {
        replace(draft, KeyDescription::ORIGIN, [integer(&[0]), integer(&[0])].concat());
    }),
];

/// What a key's description says that the specification does not allow.
const SCOPE: &[Code] = &[Code::AttestationCertificateInvalid, Code::AttestationNotAccepted];
