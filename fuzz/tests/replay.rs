//! Every stored input through its target, without a fuzzer.

use std::{collections::BTreeSet, fs, time::Instant};

use countersign_fuzz::{
    TARGETS, ceremonies,
    seeds::{assertions, attestations, files, folder},
};

/// No input of 64 KiB may take longer. Ten times what is asked of an optimised build, for this one is not.
const SECONDS_MAX: f64 = 0.5;

#[test]
fn every_stored_input_passes_its_target() {
    for (name, target) in TARGETS {
        let inputs: Vec<_> = ["corpus", "regressions"]
            .iter()
            .flat_map(|place| files(&folder().join(place).join(name)))
            .collect();
        assert!(!inputs.is_empty(), "no input of {name}");
        for (path, data) in inputs {
            let start = Instant::now();
            target(&data);
            assert!(start.elapsed().as_secs_f64() < SECONDS_MAX, "{}", path.display());
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
    for format in ["packed", "tpm", "android-key", "fido-u2f", "apple", "compound"] {
        assert!(!attestations(format).is_empty(), "{format}");
    }
}

/// Were the oracles blind, they would be blind here too.
#[test]
#[should_panic(expected = "assertion 0")]
fn an_oracle_sees_a_wrong_verdict() {
    // The known assertion's first byte, changed there and back, is accepted; the oracle is told that it was edited.
    countersign_fuzz::keys::signature_expecting(&[0], false);
}
