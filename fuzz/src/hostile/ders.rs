//! Certificates, revocation lists and attestation statements of any size: their signatures need not be right to be read.

use countersign_authenticator::{
    Algorithm, CertificateAuthority, CertificateDraft, Format, Scenario,
    certificate::{Attribute, Critical, oid},
    der::element,
};
use countersign_cose::hash::sha256;
use countersign_types::RegistrationResponse;

use super::{
    certificates::{authority, entry_of_revocation_list, revocation_list_of, rsa_spki},
    parts::{Input, full, input},
};

pub(super) fn inputs(target: &str, size: usize) -> Vec<Input> {
    match target {
        "certificate" => certificates(size),
        "revocation_list" => revocation_lists(size),
        "spki_key" => {
            vec![input("RSA", rsa_spki(size - 64)), input("nested", super::parts::der_nested(size))]
        }
        other => match other.strip_prefix("attestation_") {
            Some("object" | "status_list") | None => Vec::new(),
            Some(format) => statements(&format.replace('_', "-"), size),
        },
    }
}

fn certificates(size: usize) -> Vec<Input> {
    let authority: CertificateAuthority = authority(Algorithm::Es256, 1);
    let room = size - 1_000;
    let of = |name: &str, change: &dyn Fn(&mut CertificateDraft)| {
        let mut draft = authority.attestation_certificate(&authority.key().spki(), &[9]);
        change(&mut draft);
        input(name, draft.sign(authority.key()))
    };
    let sequence = |unit: &[u8]| element(0x30, &full(room, &[], |_| unit.to_vec(), &[], &[]));
    let extension = |name: &str, identifier: &'static [u8], value: Vec<u8>| {
        of(name, &|draft| draft.set_extension(identifier, Critical::No, value.clone()))
    };
    vec![
        of("subject", &|draft| draft.subject = vec![Attribute::new(oid::COMMON_NAME, "a"); room / 14]),
        of("long subject", &|draft| draft.set_subject(oid::COMMON_NAME, Some(&"a".repeat(room)))),
        of("serial number", &|draft| draft.serial_number = vec![0x7f; room]),
        of("key", &|draft| draft.public_key = rsa_spki(room)),
        extension("purposes", oid::EXTENDED_KEY_USAGE, sequence(&element(0x06, &[0x55, 0x1d]))),
        extension("names", oid::SUBJECT_ALT_NAME, sequence(&element(0x82, b"a.example"))),
        extension("directory names", oid::SUBJECT_ALT_NAME, {
            let name = element(
                0x30,
                &element(0x31, &element(0x30, &[element(6, oid::COMMON_NAME), element(12, b"a")].concat())),
            );
            sequence(&element(0xa4, &name))
        }),
        extension("unknown extension", &[0x2a, 3, 4], vec![0x30; room]),
    ]
}

fn revocation_lists(size: usize) -> Vec<Input> {
    let room = size - 512;
    let entries = |entry: &dyn Fn(usize) -> Vec<u8>| full(room, &[], entry, &[], &[]);
    let reason = element(
        0x30,
        &element(0x30, &[element(6, &[0x55, 0x1d, 0x15]), element(4, &element(10, &[1]))].concat()),
    );
    vec![
        input("revoked", revocation_list_of(&entries(&|it| entry_of_revocation_list(it, &[])))),
        input("revoked, descending", {
            revocation_list_of(&entries(&|it| entry_of_revocation_list(16_000_000 - it, &[])))
        }),
        input("one revoked again and again", {
            revocation_list_of(&entries(&|_| entry_of_revocation_list(7, &[])))
        }),
        input("reasons", revocation_list_of(&entries(&|it| entry_of_revocation_list(it, &reason)))),
    ]
}

/// Attestation objects of a format behind the hash of client data: each text and byte string of the statement as long as
/// possible, and members that the format does not have.
fn statements(format: &str, size: usize) -> Vec<Input> {
    let Some(format) = Format::ALL.iter().copied().find(|known| known.name() == format) else {
        return Vec::new();
    };
    let scenario = Scenario::of(format).with_algorithm(Algorithm::Es256);
    let scenario =
        if format == Format::AppleAppAttest { scenario.with_conditional_creation() } else { scenario };
    let exchange = scenario.run(&[], &[]).unwrap();
    let response =
        RegistrationResponse::from_json(exchange.registration.unwrap().response.as_bytes()).unwrap();
    let hash = sha256(&[response.client_data_json()]);
    let object: ciborium::Value = ciborium::from_reader(response.attestation_object()).unwrap();
    let room = size - 32 - response.attestation_object().len() - 16;
    let mut all = Vec::new();
    for number in 0.. {
        let mut changed = object.clone();
        let statement =
            changed.as_map_mut().unwrap().iter_mut().find(|(key, _)| key.as_text() == Some("attStmt"));
        let mut left = number;
        let Some(name) = lengthen(&mut statement.unwrap().1, "attStmt", &mut left, room) else { break };
        let mut bytes = hash.to_vec();
        ciborium::into_writer(&changed, &mut bytes).unwrap();
        all.push(input(name, bytes));
    }
    all
}

/// Lengthens the string or map that comes as the `left`th, and says which it was.
fn lengthen(value: &mut ciborium::Value, path: &str, left: &mut usize, room: usize) -> Option<String> {
    use ciborium::Value;
    let is_it = |left: &mut usize| {
        let is_it = *left == 0;
        *left = left.wrapping_sub(1);
        is_it
    };
    match value {
        Value::Bytes(bytes) if is_it(left) => {
            bytes.extend(vec![0x30; room]);
            Some(format!("long {path}"))
        }
        Value::Text(text) if is_it(left) => {
            text.push_str(&"a".repeat(room));
            Some(format!("long {path}"))
        }
        Value::Map(entries) => {
            if is_it(left) {
                entries.extend((0..room / 8).map(|it| (Value::Text(format!("{it:06}")), Value::Null)));
                return Some(format!("members of {path}"));
            }
            entries.iter_mut().find_map(|(key, value)| {
                lengthen(value, &format!("{path}/{}", key.as_text().unwrap_or("?")), left, room)
            })
        }
        Value::Array(items) => {
            if is_it(left) {
                items.extend(vec![Value::Bytes(vec![0x30]); room / 2]);
                return Some(format!("items of {path}"));
            }
            let mut items = items.iter_mut().enumerate();
            items.find_map(|(index, item)| lengthen(item, &format!("{path}/{index}"), left, room))
        }
        _ => None,
    }
}
