//! Which rules the software authenticator breaks: its faults and profiles, and why a rule has neither.

use std::ops::RangeInclusive;

use countersign_authenticator::{Fault, Profile};

/// The rules about responses: those before ceremonies and storage, and those about extensions.
const ABOUT_RESPONSES: [RangeInclusive<u16>; 2] = [1..=282, 313..=339];

const POLICY: &str = "a relying party's own policy: default settings accept the response";
const START: &str = "a misuse that is refused at the start: no response comes of it";
const REVOCATION: &str = "the revocation list's: the response is good without it";
const ANCHORS: &str = "the trust anchors': the response is good with others";
const MODEL: &str = "the policy's on models: the response is good without one";

/// Rules about responses that have neither fault nor profile, and why. A rule that has one may not stand here.
const REASONS: &[(u16, &str)] = &[
    (29, "payment confirmation, where it is asked for: a plain response is good elsewhere"),
    (33, "holds by construction: the challenge comes from the state"),
    (50, "the state's, where it is bound to an origin"),
    (55, "a lint by default; the profile appid-not-used is the same with the RP ID's hash"),
    (60, "UV without UP is refused for UP, outside of conditional creation"),
    (69, "a lint by default"),
    (125, "holds by construction: the key comes from the record"),
    (136, MODEL),
    (138, POLICY),
    (181, POLICY),
    (220, REVOCATION),
    (221, POLICY),
    (234, "the set of formats that the relying party knows"),
    (258, "one authenticator makes all parts from one AAGUID"),
    (265, ANCHORS),
    (274, REVOCATION),
    (275, REVOCATION),
    (277, "a budget within the cap on certificates, rule 281"),
    (278, ANCHORS),
    (279, ANCHORS),
    (280, MODEL),
    (324, START),
    (325, START),
    (329, START),
    (332, START),
    (333, START),
    (334, START),
    (335, START),
    (337, "payment confirmation, where it is asked for"),
];

/// What breaks one rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    number: u16,
    /// The names of faults.
    faults: Vec<&'static str>,
    /// The names of profiles.
    profiles: Vec<&'static str>,
    /// Why there is neither.
    reason: Option<&'static str>,
}

impl Broken {
    pub(super) fn of(number: u16) -> Self {
        let faults = Fault::all().filter(|fault| fault.rules().contains(&number)).map(Fault::name);
        let profiles = Profile::all().filter(|profile| profile.rules().contains(&number));
        let reason = REASONS.iter().find(|(rule, _)| *rule == number).map(|(_, reason)| *reason);
        Self { number, faults: faults.collect(), profiles: profiles.map(Profile::name).collect(), reason }
    }

    pub(super) fn gap(&self) -> Option<String> {
        let number = self.number;
        let is_shown = !self.faults.is_empty() || !self.profiles.is_empty();
        let is_wanted = ABOUT_RESPONSES.iter().any(|range| range.contains(&number));
        match (is_shown, self.reason) {
            (false, None) if is_wanted => {
                Some(format!("rule {number} has neither fault nor profile in countersign-authenticator"))
            }
            (true, Some(_)) => {
                Some(format!("rule {number} has a fault or a profile, and a reason why it has none"))
            }
            _ => None,
        }
    }

    /// The cell of the document.
    pub(super) fn cell(&self) -> String {
        let faults = self.faults.iter().map(|name| format!("`{name}`"));
        let profiles = self.profiles.iter().map(|name| format!("profile `{name}`"));
        let reason = self.reason.map(|reason| format!("none: {reason}"));
        faults.chain(profiles).chain(reason).collect::<Vec<_>>().join("<br>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_about_responses_needs_a_fault_a_profile_or_a_reason() {
        let none = |number, reason| Broken { number, faults: vec![], profiles: vec![], reason };
        assert!(none(282, None).gap().unwrap().contains("neither"));
        assert!(none(283, None).gap().is_none());
        assert!(none(339, None).gap().is_some());
        assert!(none(282, Some("a reason")).gap().is_none());
        let fault = |reason| Broken { faults: vec!["a-fault"], ..none(282, reason) };
        assert!(fault(None).gap().is_none());
        assert!(fault(Some("a reason")).gap().is_some());
        assert!(Broken { profiles: vec!["a-profile"], ..none(282, None) }.gap().is_none());
    }

    #[test]
    fn every_rule_about_responses_has_one_of_them() {
        let gaps: Vec<_> = (1..=400).filter_map(|number| Broken::of(number).gap()).collect();
        assert_eq!(gaps, Vec::<String>::new());
        let mut numbers: Vec<_> = REASONS.iter().map(|(number, _)| *number).collect();
        numbers.dedup();
        assert!(numbers.is_sorted() && numbers.len() == REASONS.len());
    }

    #[test]
    fn a_cell_names_what_breaks_the_rule() {
        assert!(Broken::of(121).cell().contains("`pss-signature-without-salt`"));
        assert!(Broken::of(195).cell().contains("profile `tpm-alternative-name-not-critical`"));
        assert_eq!(Broken::of(138).cell(), format!("none: {POLICY}"));
    }
}
