//! `instructions names`: prints the name of each operation.
//! `instructions run`: runs each operation, under callgrind, for `cargo xtask bench instructions`.

#[path = "../../../benches/src/blob.rs"]
mod blob;
#[path = "../../../benches/src/fixtures.rs"]
#[allow(dead_code, reason = "the measurements of times use more of it")]
mod fixtures;
#[path = "../../../benches/src/keys.rs"]
mod keys;
#[path = "../../../benches/src/ours.rs"]
#[allow(dead_code, reason = "the measurements of times use more of it")]
mod ours;

use std::{hint::black_box, rc::Rc};

use countersign::{
    AuthenticationResponse, CredentialRecord, RegistrationResponse,
    cose::{Algorithm, PublicKey, Verifiers},
    types::{AttestationObject, AuthenticatorData, ClientData, Timestamp},
};
use countersign_attestation::{Certificate, TrustAnchor};
use countersign_authenticator::{BlobSigner, Format, METADATA_HOST, NOW};
use countersign_metadata::{BlobPolicy, Seen};
use fixtures::{Assertion, assertion, registration};
use keys::Key;

/// What is counted: the operation is made by the outer call, which is not counted.
type Operation = (String, Box<dyn Fn() -> Box<dyn FnOnce()>>);

/// The one function whose instructions callgrind counts, and after which it writes down how many there were.
#[unsafe(no_mangle)]
#[inline(never)]
pub fn instructions_measured(operation: Box<dyn FnOnce()>) {
    operation();
}

fn main() {
    let operations = operations();
    if std::env::args().nth(1).as_deref() == Some("names") {
        return operations.iter().for_each(|(name, _)| println!("{name}"));
    }
    for (_, operation) in operations {
        // What is made once is made before anything is counted.
        operation()();
        instructions_measured(operation());
    }
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    let verifiers = Verifiers::rust_crypto();
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        authentication(&mut operations, &verifiers, &Key::new(algorithm));
    }
    let key = Key::new(Algorithm::Es256);
    for (name, format, _) in fixtures::REGISTRATIONS {
        let ours = Rc::new(ours::Registration::new(&verifiers, &key, format));
        operations.push((
            format!("registration {name}"),
            Box::new(move || {
                let (ours, state) = (ours.clone(), ours.state());
                Box::new(move || ours.finish(state))
            }),
        ));
    }
    parsers(&mut operations, &key);
    metadata(&mut operations);
    operations
}

fn authentication(operations: &mut Vec<Operation>, verifiers: &Verifiers, key: &Key) {
    let ours = Rc::new(ours::Authentication::new(verifiers, key));
    let text: Rc<str> = assertion(key, 1).text.into();
    let prepared = Rc::new(ours.prepare());
    let (of_stored, of_text) = (ours.clone(), text.clone());
    operations.push((
        format!("authentication {}, stored key", key.algorithm),
        Box::new(move || {
            let (ours, state, text) = (of_stored.clone(), of_stored.state(), of_text.clone());
            Box::new(move || ours.finish(state, &text))
        }),
    ));
    operations.push((
        format!("authentication {}, prepared key", key.algorithm),
        Box::new(move || {
            let (ours, state, text, prepared) = (ours.clone(), ours.state(), text.clone(), prepared.clone());
            Box::new(move || ours.finish_prepared(state, &text, &prepared))
        }),
    ));
}

fn parsers(operations: &mut Vec<Operation>, key: &Key) {
    let mut add = |name: &str, input: Vec<u8>, parse: fn(&[u8])| {
        let input: Rc<[u8]> = input.into();
        operations.push((
            format!("parser of {name}"),
            Box::new(move || {
                let input = input.clone();
                Box::new(move || parse(black_box(&input)))
            }),
        ));
    };
    let Assertion { text, message, client_data, .. } = assertion(key, 1);
    add("authentication responses", text.into_bytes(), |text| {
        drop(black_box(AuthenticationResponse::from_json(text).unwrap()));
    });
    add("client data", client_data, |data| drop(black_box(ClientData::parse(data).unwrap())));
    add("authenticator data", message[..37].to_vec(), |data| {
        let _ = black_box(AuthenticatorData::parse(data).unwrap());
    });
    add("COSE keys", key.cose(), |key| drop(black_box(PublicKey::from_cose(key).unwrap())));
    let text = registration(key, Format::Packed).text.into_bytes();
    let object = RegistrationResponse::from_json(&text).unwrap().attestation_object().to_vec();
    add("registration responses", text, |text| {
        drop(black_box(RegistrationResponse::from_json(text).unwrap()));
    });
    add("attestation objects", object, |object| {
        let _ = black_box(AttestationObject::parse(object).unwrap());
    });
    let record = serde_json::to_vec(&ours::record(key)).unwrap();
    add("credential records", record, |text| {
        drop(black_box(serde_json::from_slice::<CredentialRecord>(text).unwrap()));
    });
}

fn metadata(operations: &mut Vec<Operation>) {
    const ENTRIES: usize = 40;
    const LENGTH: usize = 400_000;
    let payload = blob::payload(ENTRIES, LENGTH);
    let signer = BlobSigner::new();
    let blob: Rc<[u8]> = signer.sign(&payload).into();
    let root = TrustAnchor::from_certificate(Certificate::from_der(&signer.root).unwrap());
    let policy = BlobPolicy::new([root]).with_host_name(METADATA_HOST).dangerous_accept_outdated();
    let policy = Rc::new(policy);
    operations.push((
        "metadata BLOB, verified and indexed".to_owned(),
        Box::new(move || {
            let (blob, policy) = (blob.clone(), policy.clone());
            Box::new(move || {
                let now = Timestamp::from_unix_seconds(NOW);
                let verified = policy.verify(&blob, Seen::Nothing, now, &Verifiers::rust_crypto());
                assert_eq!(black_box(verified.unwrap()).entries().len(), ENTRIES);
            })
        }),
    ));
}
