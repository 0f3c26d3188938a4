//! The faults and profiles of the software authenticator, as `conformance/faults.tsv` lists them, and the rules that each
//! of them breaks.

use std::{collections::BTreeSet, ops::RangeInclusive};

use super::table::Rule;

/// The list, written by `cargo xtask vectors`.
pub(super) const LIST: &str = "conformance/faults.tsv";

/// The rules about responses: those before ceremonies and storage, and those about extensions.
const ABOUT_RESPONSES: [RangeInclusive<u16>; 2] = [1..=282, 313..=339];

/// A response with one thing wrong, or with a quirk of a real device or browser.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    pub(super) name: &'a str,
    rules: BTreeSet<u16>,
    codes: BTreeSet<&'a str>,
    is_profile: bool,
}

/// Reads the list: name, `fault` or `profile`, rules, codes.
pub(super) fn parse(list: &str) -> Result<Vec<Fault<'_>>, String> {
    list.lines().map(|line| fault(line).ok_or_else(|| format!("not a fault: {line}"))).collect()
}

fn fault(line: &str) -> Option<Fault<'_>> {
    let (name, rest) = line.split_once('\t')?;
    let (kind, rest) = rest.split_once('\t')?;
    let (rules, codes) = rest.split_once('\t')?;
    let rules = rules.split_whitespace().map(|rule| rule.parse().ok()).collect::<Option<_>>()?;
    Some(Fault { name, rules, codes: codes.split_whitespace().collect(), is_profile: kind == "profile" })
}

/// Whether a fault breaks a rule; its codes are then those of faults.
pub(super) fn is_broken_by_a_fault(rule: Rule<'_>, faults: &[Fault<'_>]) -> bool {
    faults.iter().any(|fault| !fault.is_profile && fault.rules.contains(&rule.number))
}

/// The gaps between a rule and its faults: each code of the rule is the code of a fault that breaks it.
pub(super) fn gaps_of_rule(rule: Rule<'_>, faults: &[Fault<'_>]) -> Vec<String> {
    let number = rule.number;
    let breaking = || faults.iter().filter(|fault| fault.rules.contains(&number));
    let is_shown = breaking().next().is_some();
    let is_wanted = ABOUT_RESPONSES.iter().any(|range| range.contains(&number));
    let mut gaps = Vec::new();
    match (is_shown, rule.without_fault) {
        (false, None) if is_wanted => {
            gaps.push(format!("rule {number} has neither fault nor profile in {LIST}"));
        }
        (true, Some(_)) => {
            gaps.push(format!("rule {number} has a fault or a profile, and a reason for having none"));
        }
        _ => {}
    }
    if is_broken_by_a_fault(rule, faults) {
        let missing = rule.codes().filter(|code| !breaking().any(|fault| fault.codes.contains(code)));
        gaps.extend(missing.map(|code| format!("rule {number}: no fault that breaks it gives `{code}`")));
    }
    gaps
}

/// The gap between a fault and its rules: it gives a code of one of them.
pub(super) fn gap_of_fault(fault: &Fault<'_>, rules: &[Rule<'_>]) -> Option<String> {
    let broken = rules.iter().filter(|rule| fault.rules.contains(&rule.number));
    let gives = |rule: &Rule<'_>| {
        let mut codes = rule.codes().peekable();
        codes.peek().is_none() || codes.any(|code| fault.codes.contains(code))
    };
    let unknown = fault.rules.iter().find(|number| rules.iter().all(|rule| rule.number != **number));
    if let Some(number) = unknown {
        return Some(format!("`{}` breaks rule {number}, which does not exist", fault.name));
    }
    let explained = fault.is_profile || broken.clone().any(gives);
    (!explained).then(|| format!("`{}` gives no code of the rules that it breaks", fault.name))
}

#[cfg(test)]
mod tests {
    use super::{super::table, *};

    const RULE: &str = "1\tKeys\ta bad key\t6.5\tspec\tpublic-key-malformed";

    fn gaps(rule: &str, list: &str) -> Vec<String> {
        let (rules, faults) = (table::parse(rule).unwrap(), parse(list).unwrap());
        let of_faults = faults.iter().filter_map(|fault| gap_of_fault(fault, &rules));
        gaps_of_rule(rules[0], &faults).into_iter().chain(of_faults).collect()
    }

    #[test]
    fn a_rule_about_responses_needs_a_fault_a_profile_or_a_reason() {
        assert_eq!(gaps(RULE, "bad-key\tfault\t1\tpublic-key-malformed"), [""; 0]);
        assert_eq!(gaps(RULE, "odd-key\tprofile\t1\taccept"), [""; 0]);
        assert_eq!(gaps(RULE, "").len(), 1);
        let reason = format!("{RULE}\t\ta reason");
        assert_eq!(gaps(&reason, ""), [""; 0]);
        assert_eq!(gaps(&reason, "bad-key\tfault\t1\tpublic-key-malformed").len(), 1);
    }

    #[test]
    fn the_code_of_a_rule_is_given_by_a_fault() {
        assert_eq!(
            gaps(RULE, "bad-key\tfault\t1\tsignature-invalid"),
            [
                "rule 1: no fault that breaks it gives `public-key-malformed`",
                "`bad-key` gives no code of the rules that it breaks"
            ]
        );
        let two = format!("{RULE} signature-invalid");
        assert_eq!(gaps(&two, "bad-key\tfault\t1\tpublic-key-malformed").len(), 1);
        assert_eq!(
            gaps(&two, "bad-key\tfault\t1\tpublic-key-malformed\nworse\tfault\t1\tsignature-invalid"),
            [""; 0]
        );
    }

    #[test]
    fn a_fault_breaks_a_rule_that_exists() {
        assert_eq!(gaps(RULE, "bad-key\tfault\t1 2\tpublic-key-malformed").len(), 1);
        parse("bad-key\tfault\tone\t").unwrap_err();
    }
}
