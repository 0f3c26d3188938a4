//! Truncated and mutated inputs: each is explained up to the fault, and the explanation says where it is.

use std::{fs, path::Path};

use countersign_inspect::countersign::types::{
    AttestationObject, AuthenticatorData, RegistrationResponse, base64url,
};
use countersign_inspect::{Explanation, Field, Kind, Options, inspect};
use serde_json::Value;

use crate::schema;

/// The registrations of the suite with a statement of each format, that of the specification's test vectors among them.
fn registrations() -> Vec<String> {
    let mut registrations = Vec::new();
    for suite in ["authenticator-formats.json", "test-vectors.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance").join(suite);
        let suite: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let cases = suite["cases"].as_array().unwrap().iter();
        let responses = cases.filter(|case| case["registration"]["response"].is_object());
        registrations.extend(responses.map(|case| case["registration"]["response"].to_string()));
    }
    assert!(registrations.len() > 20);
    registrations
}

/// Numbers that are the same in each run ([xorshift](https://doi.org/10.18637/jss.v008.i14)).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Checks that an explanation says where its input breaks, within the input.
#[track_caller]
fn assert_says_where(explanation: &Explanation, what: &str) {
    schema::assert_valid(&serde_json::to_value(explanation).unwrap());
    let fault = explanation.fault.as_ref().unwrap_or_else(|| panic!("{what}: {:?}", explanation.field));
    assert!(!fault.text.is_empty() && !fault.path.is_empty(), "{what}");
    if fault.path.len() == 1 {
        assert!(fault.at <= explanation.length, "{what}: {fault}");
    }
}

#[test]
fn a_truncated_attestation_object_says_where_it_ends() {
    let mut numbers = Numbers(7);
    let registrations = registrations();
    for round in 0..100 {
        let json = &registrations[round % registrations.len()];
        let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
        let object = response.attestation_object();
        // The first member names the kind.
        let length = 12 + numbers.below(object.len() - 12);
        let cut = &object[..length];
        for input in [cut.to_vec(), base64url::encode(cut).into_bytes()] {
            let explanation = inspect(&input, &Options::new());
            assert_eq!(explanation.kind, Kind::AttestationObject, "{length} bytes of {json}");
            assert_says_where(&explanation, &format!("{length} bytes of {json}"));
            // Authenticator data that is whole is explained whole, whatever breaks after it.
            assert!(!explanation.field.fields.is_empty());
        }
    }
}

#[test]
fn truncated_authenticator_data_says_where_it_ends() {
    let mut numbers = Numbers(11);
    let registrations = registrations();
    for round in 0..50 {
        let json = &registrations[round % registrations.len()];
        let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
        let data = AttestationObject::parse(response.attestation_object()).unwrap().authenticator_data;
        assert!(AuthenticatorData::parse(data).is_ok());
        let length = numbers.below(data.len());
        let options = Options::new().with_kind(Kind::AuthenticatorData);
        let explanation = inspect(&data[..length], &options);
        assert_says_where(&explanation, &format!("{length} bytes of {json}"));
        let longer = [data, &[0xa0]].concat();
        assert_eq!(inspect(&longer, &options).fault.unwrap().at, data.len());
    }
}

#[test]
fn a_truncated_response_says_where_it_ends() {
    let mut numbers = Numbers(13);
    let registrations = registrations();
    for round in 0..100 {
        let json = &registrations[round % registrations.len()];
        let length = 2 + numbers.below(json.len() - 2);
        let options = Options::new().with_kind(Kind::RegistrationResponse);
        let explanation = inspect(&json.as_bytes()[..length], &options);
        assert_says_where(&explanation, &json[..length]);
    }
}

#[test]
fn a_mutated_attestation_object_that_is_rejected_says_why() {
    let mut numbers = Numbers(17);
    let registrations = registrations();
    let (mut rejected, mut round) = (0, 0);
    while rejected < 100 {
        let json = &registrations[round % registrations.len()];
        round += 1;
        let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
        let mut object = response.attestation_object().to_vec();
        let at = numbers.below(object.len());
        object[at] ^= u8::try_from(1 + numbers.below(255)).unwrap();
        let is_accepted = AttestationObject::parse(&object)
            .is_ok_and(|object| AuthenticatorData::parse(object.authenticator_data).is_ok());
        if is_accepted {
            continue;
        }
        rejected += 1;
        let explanation = inspect(&object, &Options::new().with_kind(Kind::AttestationObject));
        schema::assert_valid(&serde_json::to_value(&explanation).unwrap());
        // What the strict parsers reject has its place, in the object or in the bytes of a member.
        let mut places = Vec::new();
        collect_places(&explanation.field, &mut places);
        assert!(!places.is_empty(), "byte {at} of {json}: {explanation:?}");
        assert!(places.iter().all(|place| *place <= object.len()), "byte {at} of {json}: {places:?}");
        if let Some(fault) = &explanation.fault {
            assert!(fault.at <= object.len(), "byte {at} of {json}: {fault}");
        }
    }
    assert!(round < 100_000);
}

/// The offsets of the faults and of the deviations that name a byte.
fn collect_places(field: &Field, places: &mut Vec<usize>) {
    places.extend(field.notes.iter().filter_map(|note| note.at));
    field.fields.iter().for_each(|part| collect_places(part, places));
}

#[test]
fn a_rejection_by_a_strict_parser_names_the_byte() {
    let registrations = registrations();
    let response = RegistrationResponse::from_json(registrations[0].as_bytes()).unwrap();
    let object = response.attestation_object();
    let data = AttestationObject::parse(object).unwrap().authenticator_data;
    let place = |bytes: &[u8], kind| {
        let explanation = inspect(bytes, &Options::new().with_kind(kind));
        let rejected =
            explanation.field.notes.iter().find(|note| note.text.contains("strict parser rejects"));
        rejected.unwrap_or_else(|| panic!("{explanation:?}")).at
    };
    // The first key of the public key becomes an array, which no key of a map may be.
    let start = data.len()
        - AuthenticatorData::parse(data).unwrap().attested_credential_data.unwrap().public_key.len();
    let mut changed = data.to_vec();
    changed[start + 1] = 0x80;
    assert_eq!(place(&changed, Kind::AuthenticatorData), Some(start + 1));
    assert_eq!(place(&[data, &[0]].concat(), Kind::AuthenticatorData), Some(data.len()));
    let mut changed = data.to_vec();
    changed[53..55].fill(0);
    assert_eq!(place(&changed, Kind::AuthenticatorData), Some(53));
    // `fmt` becomes a number.
    let mut changed = object.to_vec();
    let format = object.iter().position(|byte| *byte == b'f').unwrap() + 3;
    let length = usize::from(changed[format] & 0x1f);
    changed.splice(format..=format + length, [1]);
    assert_eq!(place(&changed, Kind::AttestationObject), Some(format));
    assert_eq!(place(&object[..9], Kind::AttestationObject), Some(5));
}

#[test]
fn inputs_that_are_nothing_have_an_explanation() {
    for input in
        [&b""[..], b" ", b"{", b"[", b"\"", b"%", b"\xff", b"-----BEGIN ", b"eyJ.", b"\\x", b"\xef\xbb\xbf"]
    {
        let explanation = inspect(input, &Options::new());
        schema::assert_valid(&serde_json::to_value(&explanation).unwrap());
        for kind in Kind::ALL {
            let explanation = inspect(input, &Options::new().with_kind(*kind));
            assert_eq!(explanation.kind, *kind);
            schema::assert_valid(&serde_json::to_value(&explanation).unwrap());
        }
    }
}

#[test]
fn time_and_memory_are_bounded_on_hostile_input() {
    let nested = |open: &str, number: usize| open.repeat(number).into_bytes();
    let inputs = [
        nested("[", 300_000),
        nested("{\"a\":", 60_000),
        nested("{\"a\":[1,", 40_000),
        nested("\\\"", 150_000),
        nested("%7B", 100_000),
        nested("eyJ.", 75_000),
        nested("\"{\\\"id\\\":", 30_000),
        [&b"\xbf"[..], &vec![0x61; 300_000]].concat(),
        vec![0x81; 300_000],
        vec![0x30; 300_000],
        format!("{{{}}}", "\"id\":\"AQ\",".repeat(30_000)).into_bytes(),
        format!("[{}0]", "0,".repeat(150_000)).into_bytes(),
        "A".repeat(300_000).into_bytes(),
        "AAAA ".repeat(60_000).into_bytes(),
    ];
    for input in inputs {
        let explanation = inspect(&input, &Options::new());
        let shown = serde_json::to_string(&explanation).unwrap();
        assert!(
            shown.len() < 200 * input.len(),
            "{} bytes for {} of {:?}",
            shown.len(),
            input.len(),
            &input[..8]
        );
    }
}
