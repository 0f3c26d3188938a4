//! `android-key` and `android-safetynet` attestation.

use std::time::{SystemTime, UNIX_EPOCH};

use countersign_authenticator::Change::{self, Attestation as Draft, Statement};
use countersign_authenticator::{Algorithm, Attestation, AttestationDraft, Cbor, Generator, PrivateKey};
use serde_json::json;

use super::{accepted, changed, rejected};
use crate::case::{Case, Group, Registration, Run};

const ANDROID_KEY: Registration = Registration::of(Attestation::AndroidKey);

pub(super) const KEY: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-A",
    title: "Registration: `android-key`",
    cases: &[
        accepted("P-1", "a certificate of the key", Run::Register(ANDROID_KEY)),
        rejected(
            "F-1",
            "the challenge in the certificate is another one",
            "attestation-binding-mismatch",
            Run::Register(ANDROID_KEY.with(&[Draft(|draft| draft.key_description.challenge = vec![7; 32])])),
        ),
        rejected(
            "F-2",
            "the certificate is another key's",
            "attestation-signature-invalid",
            Run::Register(ANDROID_KEY.with(&[Draft(|draft| {
                let key =
                    PrivateKey::generate(Algorithm::Es256, &mut Generator::new("another", "key")).unwrap();
                if let Some(leaf) = &mut draft.leaf {
                    leaf.certify(&key.spki());
                }
            })])),
        ),
        rejected(
            "F-3",
            "`x5c` is in the wrong order",
            "attestation-signature-invalid",
            Run::Register(
                Registration::of(|attester| Attestation::AndroidKey(attester.with_intermediate())).with(&[
                    Statement(|statement| {
                        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
                            certificates.reverse();
                        }
                    }),
                ]),
            ),
        ),
    ],
};

const SAFETYNET: Registration = Registration::of(Attestation::AndroidSafetyNet);

/// A response of SafetyNet that is changed.
const fn faulty(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    changed(id, what, code, SAFETYNET, changes)
}

/// The time of the response is these seconds before now.
fn made(draft: &mut AttestationDraft, seconds_ago: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    draft.payload.set("timestampMs", (now - seconds_ago) * 1000);
}

const FRESH: Change = Draft(|draft| made(draft, 1));
const STATEMENT: &str = "attestation-statement-malformed";

const CASES: &[Case] = &[
    accepted("P-1", "a fresh response", Run::Register(SAFETYNET.with(&[FRESH]))),
    faulty("F-1", "`ver` is empty", STATEMENT, &[FRESH, Statement(|it| it.set("ver", ""))]),
    faulty(
        "F-2",
        "`response` is empty",
        STATEMENT,
        &[FRESH, Statement(|it| it.set("response", Vec::<u8>::new()))],
    ),
    faulty(
        "F-3",
        "`nonce` is another one",
        "attestation-binding-mismatch",
        &[FRESH, Draft(|draft| draft.nonce = vec![7; 32])],
    ),
    faulty("F-4", "`x5c` is empty", STATEMENT, &[FRESH, Draft(|draft| draft.header.set("x5c", json!([])))]),
    faulty(
        "F-5",
        "`ctsProfileMatch` is false",
        "attestation-not-accepted",
        &[FRESH, Draft(|draft| draft.payload.set("ctsProfileMatch", false))],
    ),
    faulty(
        "F-6",
        "`timestampMs` is in the future",
        "attestation-not-accepted",
        &[Draft(|draft| made(draft, -60))],
    ),
    faulty(
        "F-7",
        "`timestampMs` is older than a minute",
        "attestation-not-accepted",
        &[Draft(|draft| made(draft, 70))],
    ),
];

pub(super) const SAFETYNET_GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-B",
    title: "Registration: `android-safetynet`",
    cases: CASES,
};
