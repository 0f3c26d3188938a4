//! Rules of `docs/RULES.md`, by their number.

use super::{explanation::Explanation, topic::Topic};

/// The rules: number, section, when to reject, place in the specification, kind, codes; the columns after these are for
/// the checks of the repository.
const TABLE: &str = include_str!("rules.tsv");
/// The words of the table that are no codes, with their meanings.
const WORDS: &str = include_str!("rule_words.tsv");

pub(super) const TOPIC: Topic = Topic {
    name: "a rule, by its number",
    example: "rule 31, or 31",
    explain,
    words: || rows().map(|rule| format!("rule {}", rule.number)).collect(),
};

/// One row of the table.
struct Rule {
    number: u16,
    section: &'static str,
    text: &'static str,
    place: &'static str,
    kind: &'static str,
    codes: &'static str,
}

fn rows() -> impl Iterator<Item = Rule> {
    TABLE.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Rule {
            number: columns.next()?.parse().ok()?,
            section: columns.next()?,
            text: columns.next()?,
            place: columns.next()?,
            kind: columns.next()?,
            codes: columns.next()?,
        })
    })
}

/// When a rule rejects.
pub(super) fn text(number: u16) -> Option<&'static str> {
    rows().find(|rule| rule.number == number).map(|rule| rule.text)
}

/// What a word of the table means; a code means itself.
fn meaning(word: &'static str) -> &'static str {
    let found = WORDS.lines().filter_map(|line| line.split_once('\t')).find(|(known, _)| *known == word);
    found.map_or(word, |(_, meaning)| meaning)
}

fn explain(word: &str) -> Option<Explanation> {
    // Tests are named after their rule: `rule_031_…`.
    let number = word.strip_prefix("rule").map_or(word, |rest| rest.trim_start_matches([' ', '_']));
    let number: u16 = number.split('_').next()?.parse().ok()?;
    let rule = rows().find(|rule| rule.number == number)?;
    let codes: Vec<_> = rule.codes.split(' ').map(meaning).collect();
    Some(
        Explanation::new(format!("rule {number}: {}", rule.section))
            .with("reject when", rule.text)
            .with("specification", rule.place)
            .with("kind", format!("{}: {}", rule.kind, meaning(rule.kind)))
            .with("code", codes.join(", "))
            .with("page", format!("docs/RULES.md, row {number}")),
    )
}

/// The numbers of the rules whose violation has this code.
pub(super) fn numbers_with_code(code: &str) -> String {
    numbers(|rule| rule.codes.split(' ').any(|word| word == code))
}

/// The rules that a step checks, and their codes. The ceremony is `R` or `A`, as in the table's places.
pub(super) fn of_step(ceremony: &str, number: u8) -> (String, String) {
    let cites = |rule: &Rule| cites(rule.place, ceremony, number);
    let mut codes: Vec<_> =
        rows().filter(cites).flat_map(|rule| rule.codes.split(' ').map(meaning)).collect();
    let mut seen = Vec::new();
    codes.retain(|code| {
        !seen.contains(code) && {
            seen.push(*code);
            true
        }
    });
    (numbers(cites), codes.join(", "))
}

fn numbers(wanted: impl Fn(&Rule) -> bool) -> String {
    rows().filter(wanted).map(|rule| rule.number.to_string()).collect::<Vec<_>>().join(", ")
}

/// Whether a place, such as `R 9 / A 12; 13.4.9` or `R 23-24`, names a step.
fn cites(place: &str, ceremony: &str, number: u8) -> bool {
    let words: Vec<_> = place.split(' ').collect();
    words.windows(2).any(|pair| {
        let [letter, steps] = pair else { return false };
        let steps = steps.trim_end_matches([',', ';']);
        let (first, last) = steps.split_once('-').unwrap_or((steps, steps));
        let item = |step: &str| step.split('.').next().and_then(|item| item.parse::<u8>().ok());
        *letter == ceremony
            && item(first).zip(item(last)).is_some_and(|(first, last)| (first..=last).contains(&number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_explained() {
        let rules: Vec<_> = rows().collect();
        assert_eq!(rules.len(), TABLE.lines().count());
        for rule in rules {
            let explanation = explain(&format!("rule {}", rule.number)).unwrap().text(None);
            assert!(explanation.contains(rule.text), "{}", rule.number);
            assert_ne!(meaning(rule.kind), rule.kind, "{}", rule.number);
        }
    }

    #[test]
    fn a_number_the_name_of_a_test_and_a_word_before_it_are_a_rule() {
        let rule = explain("rule 31");
        assert!(rule.is_some());
        for word in ["31", "rule31", "rule_031", "rule_031_of_another_challenge"] {
            assert_eq!(explain(word), rule, "{word}");
        }
        for word in ["0", "rule", "rule 1000", "ruler 31", "31 a"] {
            assert_eq!(explain(word), None, "{word}");
        }
    }

    #[test]
    fn places_name_steps() {
        for (place, ceremony, number) in [
            ("R 9 / A 12; 13.4.9", "A", 12),
            ("R 23-24", "R", 24),
            ("A 19.3", "A", 19),
            ("R 21, R 24", "R", 21),
        ] {
            assert!(cites(place, ceremony, number), "{place}");
        }
        for (place, ceremony, number) in
            [("R 9 / A 12", "A", 9), ("A 19.3", "A", 3), ("8.3", "R", 8), ("R 2", "R", 24)]
        {
            assert!(!cites(place, ceremony, number), "{place}");
        }
    }
}
