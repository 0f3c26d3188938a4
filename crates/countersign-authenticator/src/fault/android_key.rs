//! Faults of Android key attestation ([section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation)).

use countersign_types::Code;

use super::Fault;
use crate::{
    Algorithm, AttestationDraft, Cbor, Change, Format, KeyDescription, Scenario, SignerRole,
    certificate::{Critical, oid},
    der::{integer, octet_string},
};

const ANDROID: Scenario = Scenario::of(Format::AndroidKey);
const MALFORMED: &[Code] = &[Code::AttestationStatementMalformed];
const CERTIFICATE: &[Code] = &[Code::AttestationCertificateInvalid];
const SIGNATURE: &[Code] = &[Code::AttestationSignatureInvalid];
const UNTRUSTED: &[Code] = &[Code::AttestationUntrusted];
const KEY: &[Code] = &[Code::AttestationKeyMismatch];

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, MALFORMED, ANDROID, Change::Statement(change))
}

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, ANDROID, Change::Attestation(change))
}

/// Of a chain of a device's factory.
const fn factory(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut AttestationDraft),
) -> Fault {
    let scenario = Scenario::of(Format::AndroidKeyFactory);
    Fault::new(name, rules, codes, scenario, Change::Attestation(change))
}

const fn description(name: &'static str, rules: &'static [u16], change: fn(&mut AttestationDraft)) -> Fault {
    draft(name, rules, CERTIFICATE, change)
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
    statement("android-alg-missing", &[201], |statement| statement.remove("alg")),
    statement("android-sig-missing", &[201], |statement| statement.remove("sig")),
    statement("android-x5c-missing", &[201], |statement| statement.remove("x5c")),
    statement("android-statement-empty", &[201], |statement| *statement = Cbor::Map(Vec::new())),
    Fault::new(
        "android-alg-unknown",
        &[202, 205],
        &[Code::AlgorithmUnsupported, Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid],
        ANDROID,
        Change::Statement(|statement| statement.set("alg", -12_345)),
    ),
    Fault::new(
        "android-signed-by-stranger",
        &[203],
        SIGNATURE,
        ANDROID,
        Change::Attestation(|draft| draft.signer = SignerRole::Stranger),
    ),
    draft("android-signature-over-other-data", &[203], SIGNATURE, |draft| draft.message.push(0)),
    draft("android-key-other", &[204], KEY, |draft| {
        draft.certify_stranger(Algorithm::Es256);
        draft.signer = SignerRole::Stranger;
    }),
    draft(
        "android-alg-other",
        &[205],
        &[Code::AttestationKeyMismatch, Code::AttestationSignatureInvalid],
        |draft| {
            draft.algorithm = -9;
        },
    ),
    draft("android-description-missing", &[206], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.remove_extension(oid::ANDROID_KEY_DESCRIPTION);
        });
    }),
    draft("android-description-no-sequence", &[207], CERTIFICATE, |draft| {
        draft.change_leaf(|leaf| {
            leaf.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, NULL.to_vec());
        });
    }),
    description("android-description-with-more", &[207], |draft| {
        draft.key_description.trailing = NULL.to_vec();
    }),
    Fault::new(
        "android-description-in-intermediate",
        &[222],
        CERTIFICATE,
        Scenario::of(Format::AndroidKeyChain),
        Change::Attestation(|draft| {
            let description = draft.key_description.to_vec();
            draft.change_intermediate(|it| {
                it.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
            });
        }),
    ),
    factory("android-factory-without-serial-number", &[400], UNTRUSTED, |draft| {
        if let [batch, intermediate] = draft.intermediates.as_mut_slice() {
            intermediate.set_subject(oid::SERIAL_NUMBER, None);
            batch.issuer.clone_from(&intermediate.subject);
        }
    }),
    factory("android-factory-batch-with-description", &[222, 400], CERTIFICATE, |draft| {
        let description = draft.key_description.to_vec();
        draft.change_intermediate(|batch| {
            batch.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, description);
        });
    }),
    factory("android-factory-constraints-critical", &[269, 400], UNTRUSTED, |draft| {
        draft.change_intermediate(|batch| {
            if let Some(extension) = batch.extension_mut(oid::NAME_CONSTRAINTS) {
                extension.critical = Critical::Yes;
            }
        });
    }),
    factory("android-factory-not-yet-valid", &[271, 400], &[Code::AttestationCertificateExpired], |draft| {
        draft.change_intermediate(|batch| {
            (batch.not_before, batch.not_after) = ("20270101000000Z".into(), "20370101000000Z".into());
        });
    }),
    draft("android-challenge-other", &[208], &[Code::AttestationBindingMismatch], |draft| {
        draft.key_description.challenge = vec![7; 32];
    }),
    draft("android-all-applications-in-software", &[209], SCOPE, |draft| {
        draft.key_description.software_enforced.push((KeyDescription::ALL_APPLICATIONS, NULL.to_vec()));
    }),
    draft("android-all-applications-in-hardware", &[210], SCOPE, |draft| {
        replace(draft, KeyDescription::ALL_APPLICATIONS, NULL.to_vec());
    }),
    draft("android-origin-absent", &[211], SCOPE, |draft| remove(draft, KeyDescription::ORIGIN)),
    draft("android-key-imported", &[212], SCOPE, |draft| {
        replace(draft, KeyDescription::ORIGIN, integer(&[2]));
    }),
    draft("android-purpose-absent", &[213], SCOPE, |draft| remove(draft, KeyDescription::PURPOSE)),
    draft("android-purpose-to-decrypt", &[213], SCOPE, |draft| {
        replace(draft, KeyDescription::PURPOSE, KeyDescription::purposes(&[1]));
    }),
    draft("android-imported-after-unknown-tag", &[217], SCOPE, |draft| {
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
