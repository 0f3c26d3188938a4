//! Every rule that a response can break has a fault or a profile, or a reason why it has none.

use std::collections::BTreeSet;

use countersign_authenticator::{Fault, Profile};

/// The rules about responses: those before ceremonies and storage, and those about extensions.
fn rules_about_responses() -> impl Iterator<Item = u16> {
    (1..=282).chain(313..=339)
}

const POLICY: &str = "a relying party's own policy: default settings accept the response";
const START: &str = "a misuse that is refused at the start: no response comes of it";
const REVOCATION: &str = "the revocation list's: the response is good without it";
const ANCHORS: &str = "the trust anchors': the response is good with others";
const MODEL: &str = "the policy's on models: the response is good without one";

/// Rules without a fault.
const REASONS: &[(u16, &str)] = &[
    (20, POLICY),
    (29, "payment confirmation, where it is asked for: a plain response is good elsewhere"),
    (33, "holds by construction: the challenge comes from the state"),
    (49, POLICY),
    (50, "the state's, where it is bound to an origin"),
    (55, "a lint by default; the profile appid-not-used is the same with the RP ID's hash"),
    (60, "UV without UP is refused for UP, outside of conditional creation"),
    (65, POLICY),
    (66, POLICY),
    (67, POLICY),
    (69, "a lint by default"),
    (
        121,
        "signatures are made by the library, with the salt of the algorithm; the key's own tests have others",
    ),
    (125, "holds by construction: the key comes from the record"),
    (136, MODEL),
    (137, MODEL),
    (138, POLICY),
    (181, POLICY),
    (220, REVOCATION),
    (221, POLICY),
    (222, "an intermediate of Android with a key description; the format's own tests have one"),
    (234, "the set of formats that the relying party knows"),
    (238, "another algorithm is refused before, for it was not offered"),
    (239, "coordinates of another length are no key, rule 101"),
    (258, "one authenticator makes all parts from one AAGUID"),
    (265, ANCHORS),
    (268, "takes two intermediates; the path's own tests have them"),
    (272, "an authority that signs with SHA-1; the path's own tests have it"),
    (274, REVOCATION),
    (275, REVOCATION),
    (277, "a budget within the cap on certificates, rule 281"),
    (278, ANCHORS),
    (279, ANCHORS),
    (280, MODEL),
    (282, "the order of anchors: the path's own tests have it"),
    (313, POLICY),
    (315, POLICY),
    (321, POLICY),
    (323, POLICY),
    (324, START),
    (325, START),
    (329, START),
    (330, POLICY),
    (332, START),
    (333, START),
    (334, START),
    (335, START),
    (337, "payment confirmation, where it is asked for"),
];

#[test]
fn every_rule_about_responses_has_a_fault_or_a_profile_or_a_reason() {
    let faults = Fault::all().flat_map(Fault::rules).copied();
    let shown: BTreeSet<u16> = faults.chain(Profile::all().flat_map(Profile::rules).copied()).collect();
    let reasons: BTreeSet<u16> = REASONS.iter().map(|(rule, _)| *rule).collect();
    let missing: Vec<u16> =
        rules_about_responses().filter(|rule| !shown.contains(rule) && !reasons.contains(rule)).collect();
    assert_eq!(missing, Vec::<u16>::new());
    let superfluous: Vec<u16> = reasons.intersection(&shown).copied().collect();
    assert_eq!(superfluous, Vec::<u16>::new());
    assert_eq!(reasons.len(), REASONS.len());
}
