//! Every stored input through its target, without a fuzzer.

use std::{collections::BTreeSet, fs, time::Instant};

use countersign_fuzz::{
    TARGETS, ceremonies, keys,
    seeds::{assertions, attestations, folder, inputs},
};

/// The longest time of an input of 64 KiB: ten times the limit of an optimised build.
const SECONDS_MAX: f64 = 0.5;

#[test]
fn every_stored_input_passes_its_target() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(!inputs.is_empty(), "no input of {name}");
        for (input, data) in inputs {
            let start = Instant::now();
            target(&data);
            assert!(start.elapsed().as_secs_f64() < SECONDS_MAX, "{name}: {input}");
        }
    }
}

#[test]
fn every_target_is_a_program_and_every_program_a_target() {
    let programs: BTreeSet<String> = fs::read_dir(folder().join("fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(programs, targets);
}

#[test]
fn the_seeds_are_there_and_trusted() {
    assert!(assertions().len() >= 10);
    assert!(ceremonies::known_ceremonies() >= 3);
    for format in [
        "packed",
        "tpm",
        "android-key",
        "fido-u2f",
        "apple",
        "compound",
        "android-safetynet",
        "apple-appattest",
    ] {
        assert!(!attestations(format).is_empty(), "{format}");
    }
}

/// The fuzzer found that such an edit is accepted: ES256 (-7) and ESP256 (-9) are two names of one thing.
#[test]
fn a_key_under_its_algorithm_s_other_name_verifies_the_same() {
    let is_es256 = |key: &[u8]| key.starts_with(&[0xa5, 0x01, 0x02, 0x03, 0x26]);
    let which = assertions().iter().position(|known| is_es256(&known.public_key)).unwrap();
    let known = &assertions()[which];
    let before = known.signature.len() + known.authenticator_data.len() + known.client_data_hash.len();
    let [high, low] = u16::try_from(before + 4).unwrap().to_be_bytes();
    keys::signature(&[u8::try_from(which).unwrap(), high, low, 0x26 ^ 0x28]);
}

/// If the oracles saw nothing, they would not see this either.
#[test]
#[should_panic(expected = "assertion 0")]
fn an_oracle_sees_a_wrong_verdict() {
    // The known assertion's first byte, changed there and back, is accepted, and the oracle expects a rejection.
    countersign_fuzz::keys::signature_expecting(&[0], false);
}
