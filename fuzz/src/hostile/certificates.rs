//! Certificates, paths and statements with signatures that take long to check, or with many of them.

use std::sync::LazyLock;

use countersign_authenticator::{
    Algorithm, Attestation, Attester, Authenticator, CertificateAuthority, CertificateDraft, Client,
    Generator, ORIGIN, PrivateKey, RsaKey, Scenario,
    certificate::{Attribute, Critical, name, oid, signature_algorithm},
    der::{bit_string, element, object_identifier, sequence},
    types::RegistrationResponse,
};
use countersign_cose::hash::sha256;
use countersign_types::base64url;

use crate::seeds::ceremonies;

use super::parts::{Input, LENGTH_MAX, full, input};

/// An algorithm of each kind of key, the slowest of its kind.
const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::EdDsa,
    Algorithm::Ed448,
    Algorithm::Rs512,
    Algorithm::MlDsa87,
];

/// The challenge that the target of registrations expects first, so that it reads on.
static CHALLENGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let registration = ceremonies().swap_remove(0).registration;
    registration.unwrap().challenge.into_vec()
});

/// The most certificates of a statement.
const X5C_MAX: usize = 8;

pub(super) fn inputs(target: &str) -> Vec<Input> {
    match target {
        "certificate" => certificates(),
        "certificate_path" | "remembered_links" => {
            ALGORITHMS.iter().map(|algorithm| path(*algorithm)).collect()
        }
        "revocation_list" => vec![revocation_list()],
        "spki_key" => [256, 512, 513, 1024, 8_000, 60_000].map(rsa_key).into(),
        "registration_ceremony" | "registration_response" => {
            let all = statements("packed").into_iter();
            all.filter_map(|(name, response, object)| Some(input(name, json(&response, &object)?))).collect()
        }
        other => match other.strip_prefix("attestation_") {
            Some("object" | "status_list") | None => Vec::new(),
            Some(format) => {
                let all = statements(&format.replace('_', "-"));
                all.into_iter()
                    .map(|(name, response, object)| {
                        input(name, [&sha256(&[response.client_data_json()])[..], &object].concat())
                    })
                    .collect()
            }
        },
    }
}

/// Of 2^2203 - 1 and 2^1279 - 1: 3482 bits.
fn rsa() -> RsaKey {
    let prime = |first: u8, length| [vec![first], vec![0xff; length]].concat();
    RsaKey::from_primes(&prime(0x07, 275), &prime(0x7f, 159)).unwrap()
}

/// One of many keys; of RSA there are three.
fn key(algorithm: Algorithm, number: usize) -> PrivateKey {
    let rsa = match number % 3 {
        0 => RsaKey::test_key(),
        1 => rsa(),
        _ => RsaKey::second_test_key(),
    };
    let label = format!("key {number}");
    let key = PrivateKey::from_rsa(algorithm, rsa);
    key.or_else(|| PrivateKey::generate(algorithm, &mut Generator::new("hostile", label))).unwrap()
}

/// Authorities that differ only in their keys.
pub(super) fn authority(algorithm: Algorithm, number: usize) -> CertificateAuthority {
    CertificateAuthority::new(
        key(algorithm, number),
        [1; 16],
        "Countersign test authority",
        "Countersign",
        "AA",
    )
}

/// Certificates of one name: by it, each may have issued every other, and only a signature shows which did. Each was
/// issued by the next; the first issued the attestation certificate. A search takes them in the order of their bytes, so
/// of their serial numbers: the right one comes last.
fn crowd(algorithm: Algorithm, count: usize) -> Vec<Vec<u8>> {
    let member = |number: usize| {
        let issuer = authority(algorithm, number + 1);
        let (_, mut draft) = issuer.subordinate(key(algorithm, number), &(0x100 - number).to_be_bytes());
        draft.subject = draft.issuer.clone();
        draft.sign(issuer.key())
    };
    (1..=count).map(member).collect()
}

/// A path that leads nowhere: eleven certificates that fit each other, and an anchor of their name.
fn path(algorithm: Algorithm) -> Input {
    let leaf = authority(algorithm, 1);
    let leaf = leaf.attestation_certificate(&leaf.key().spki(), &[9]).sign(leaf.key());
    let anchor = authority(Algorithm::Es256, 99).certificate();
    let mut data = vec![2];
    data.extend(1_767_225_600_u32.to_be_bytes());
    for certificate in [leaf, anchor].into_iter().chain(crowd(algorithm, 10)) {
        data.extend(u16::try_from(certificate.len()).unwrap().to_be_bytes());
        data.extend(certificate);
    }
    input(format!("path of {algorithm}"), data)
}

/// Responses with statements of a format, and their attestation objects. No self attestation
/// is among them: the targets assume that no new signature can be made.
fn statements(format: &str) -> Vec<(String, RegistrationResponse, Vec<u8>)> {
    let mut all = Vec::new();
    for algorithm in ALGORITHMS {
        let attester = || Attester::new(authority(algorithm, 1), key(algorithm, 98), [3; 16]);
        let own = |attestation: Attestation| {
            let response = registration(attestation, algorithm)?;
            let object = response.attestation_object().to_vec();
            Some((format!("{format} with a credential of {algorithm}"), response, object))
        };
        let (count, parts) = match format {
            "compound" => (X5C_MAX - 1, 4),
            "fido-u2f" | "apple-appattest" | "android-safetynet" => (0, 1),
            _ => (X5C_MAX - 1, 1),
        };
        let one = |format: &str| match format {
            "tpm" => Attestation::Tpm(attester()),
            "android-key" => Attestation::AndroidKey(attester()),
            "android-safetynet" => Attestation::AndroidSafetyNet(chain(attester())),
            "fido-u2f" => Attestation::FidoU2f(attester()),
            "apple" => Attestation::Apple(attester()),
            "apple-appattest" => Attestation::AppleAppAttest(attester().with_intermediate()),
            _ => Attestation::Packed(attester()),
        };
        let attestation = match format {
            "compound" => Attestation::Compound(vec![one("packed"); parts]),
            format => one(format),
        };
        all.extend(own(attestation.clone()));
        if format == "compound" {
            all.extend(own(Attestation::Compound(vec![one("packed"); 16])));
        }
        if let Some(response) = registration(attestation, Algorithm::Es256) {
            let object = with_certificates(response.attestation_object(), &crowd(algorithm, count));
            all.push((format!("{format} with a crowd of {algorithm}"), response, object));
        }
    }
    all
}

/// A long chain in which each certificate has another name.
fn chain(attester: Attester) -> Attester {
    (1..X5C_MAX).fold(attester, |attester, _| attester.with_intermediate())
}

fn registration(attestation: Attestation, algorithm: Algorithm) -> Option<RegistrationResponse> {
    let mut authenticator = Authenticator::platform("hostile")
        .with_attestation(attestation)
        .with_rsa_key(rsa())
        .with_algorithms([algorithm]);
    let options = Scenario::REGISTRATION.with_algorithm(algorithm).creation_options(&CHALLENGE);
    Client::new(ORIGIN).create(&options, &mut authenticator).ok()
}

/// The attestation object with more certificates in each `x5c`.
fn with_certificates(object: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut value: ciborium::Value = ciborium::from_reader(object).unwrap();
    extend(&mut value, more);
    let mut object = Vec::new();
    ciborium::into_writer(&value, &mut object).unwrap();
    object
}

fn extend(value: &mut ciborium::Value, more: &[Vec<u8>]) {
    match value {
        ciborium::Value::Map(entries) => {
            for (key, value) in entries {
                if let (Some("x5c"), Some(x5c)) = (key.as_text(), value.as_array_mut()) {
                    x5c.extend(more.iter().cloned().map(ciborium::Value::Bytes));
                } else {
                    extend(value, more);
                }
            }
        }
        ciborium::Value::Array(items) => items.iter_mut().for_each(|item| extend(item, more)),
        _ => {}
    }
}

/// The JSON of a response with another attestation object.
fn json(response: &RegistrationResponse, object: &[u8]) -> Option<Vec<u8>> {
    let mut value = serde_json::to_value(response).ok()?;
    value["response"]["attestationObject"] = base64url::encode(object).into();
    serde_json::to_vec(&value).ok()
}

/// Certificates with much of one thing.
fn certificates() -> Vec<Input> {
    let authority = authority(Algorithm::Es256, 1);
    let of = |name: &str, change: &dyn Fn(&mut CertificateDraft)| {
        let mut draft = authority.attestation_certificate(&authority.key().spki(), &[9]);
        change(&mut draft);
        input(name, draft.sign(authority.key()))
    };
    let names = |bytes: usize| {
        let name = element(0x82, b"a.example");
        element(0x30, &name.repeat(bytes / name.len()))
    };
    let mut all = vec![
        of("subject", &|draft| draft.subject = vec![Attribute::new(oid::COMMON_NAME, "a"); 1_000]),
        of("long subject", &|draft| draft.set_subject(oid::COMMON_NAME, Some(&"a".repeat(12_000)))),
        of("serial number", &|draft| draft.serial_number = vec![0x7f; 12_000]),
        of("key", &|draft| draft.public_key = rsa_spki(12_000)),
        of("purposes", &|draft| {
            let purpose = element(0x06, &[0x55, 0x1d]);
            draft.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, element(0x30, &purpose.repeat(3_000)));
        }),
    ];
    for bytes in [12_000, 60_000] {
        all.push(of(&format!("{bytes} bytes of names"), &|draft| {
            draft.set_extension(oid::SUBJECT_ALT_NAME, Critical::No, names(bytes));
        }));
    }
    for count in [64, 600] {
        all.push(of(&format!("{count} extensions"), &|draft| {
            let one = draft.extensions.first().cloned().unwrap();
            for number in 0..count - draft.extensions.len() {
                let mut other = one.clone();
                other.identifier = vec![0x2a, 0x03, (number / 128) as u8, (number % 128) as u8];
                other.critical = Critical::No;
                draft.extensions.push(other);
            }
        }));
    }
    all
}

pub(super) fn rsa_spki(bytes: usize) -> Vec<u8> {
    let modulus = [vec![0], vec![0xff; bytes]].concat();
    let key = sequence(&[&element(2, &modulus), &element(2, &[1, 0, 1])]);
    let identifier = object_identifier(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]);
    sequence(&[&sequence(&[&identifier, &[5, 0]]), &bit_string(&key)])
}

fn rsa_key(bytes: usize) -> Input {
    input(format!("RSA of {bytes} bytes"), rsa_spki(bytes))
}

/// A list with as many certificates as there is room for.
fn revocation_list() -> Input {
    let entries = full(LENGTH_MAX - 256, &[], |it| entry_of_revocation_list(it, &[]), &[], &[]);
    let list = revocation_list_of(&entries);
    assert!(list.len() <= LENGTH_MAX);
    input("revoked certificates", list)
}

/// A certificate of a revocation list, by its number, with these extensions.
pub(super) fn entry_of_revocation_list(number: usize, extensions: &[u8]) -> Vec<u8> {
    let [.., a, b, c] = number.to_be_bytes();
    element(0x30, &[&element(2, &[1, a, b, c])[..], &element(0x17, b"260101000000Z"), extensions].concat())
}

/// A revocation list of these entries, with an invalid signature.
pub(super) fn revocation_list_of(entries: &[u8]) -> Vec<u8> {
    let algorithm = signature_algorithm(Algorithm::Es256);
    let name = name(&[Attribute::new(oid::COMMON_NAME, "a")]);
    let time = element(0x17, b"260101000000Z");
    let parts = [&element(2, &[1])[..], &algorithm, &name, &time, &time, &element(0x30, entries)];
    sequence(&[&sequence(&parts), &algorithm, &bit_string(&[0; 8])])
}
