//! `rules.tsv`: the rules, each with its code.

/// The place of the table, for messages.
pub(super) const TABLE: &str = "crates/countersign-cli/src/explain/rules.tsv";

/// The words of the table that are no codes, with their meanings: kinds, and outcomes of rules without a code.
const WORDS: &str = include_str!("../../../crates/countersign-cli/src/explain/rule_words.tsv");

/// The kinds of rules, which come first among the words.
const KINDS: usize = 3;

/// The words and their meanings.
fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.lines().filter_map(|line| line.split_once('\t'))
}

/// The kinds of rules, each with its meaning.
pub(super) fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    words().take(KINDS)
}

/// What a word for a rule without a code means; `None` for a code.
pub(super) fn outcome(word: &str) -> Option<&'static str> {
    words().skip(KINDS).find(|(known, _)| *known == word).map(|(_, meaning)| meaning)
}

/// One line of `rules.tsv`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'a> {
    pub(super) number: u16,
    pub(super) section: &'a str,
    pub(super) text: &'a str,
    /// The place in the specification.
    pub(super) place: &'a str,
    pub(super) kind: &'a str,
    /// Codes, or words that [`outcome`] explains, with spaces between.
    pub(super) codes: &'a str,
    /// The files that check the rule, with spaces between, if they are not those that its tests are in.
    pub(super) checked: Option<&'a str>,
    /// Why the software authenticator has neither a fault nor a profile for it.
    pub(super) without_fault: Option<&'a str>,
}

impl<'a> Rule<'a> {
    fn parse(line: &'a str) -> Result<Self, String> {
        let columns: Vec<_> = line.split('\t').collect();
        let [number, section, text, place, kind, codes, ref more @ ..] = columns[..] else {
            return Err(format!("not six columns: {line}"));
        };
        if kinds().all(|(known, _)| known != kind) {
            return Err(format!("no kind `{kind}`: {line}"));
        }
        let more = |at: usize| more.get(at).copied().filter(|text| !text.is_empty());
        let number = number.parse().map_err(|error| format!("{error}: {line}"))?;
        Ok(Self { number, section, text, place, kind, codes, checked: more(0), without_fault: more(1) })
    }

    /// The codes of the rule, without the words for rules that have none.
    pub(super) fn codes(self) -> impl Iterator<Item = &'a str> {
        self.codes.split(' ').filter(|word| outcome(word).is_none())
    }
}

/// The rules of a table, numbered from 1 on.
pub(super) fn parse(table: &str) -> Result<Vec<Rule<'_>>, String> {
    let rules: Vec<_> = table.lines().map(Rule::parse).collect::<Result<_, _>>()?;
    match rules.iter().zip(1..).find(|(rule, number)| rule.number != *number) {
        Some((rule, number)) => Err(format!("rule {} is in the place of rule {number}", rule.number)),
        None => Ok(rules),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "1\tKeys\ta bad key\t6.5\tspec\tpublic-key-malformed reported\t\tno fault";

    #[test]
    fn a_line_has_its_columns() {
        let rule = parse(LINE).unwrap()[0];
        assert_eq!(rule.codes().collect::<Vec<_>>(), ["public-key-malformed"]);
        assert_eq!((rule.checked, rule.without_fault), (None, Some("no fault")));
    }

    #[test]
    fn a_line_that_is_no_rule_is_an_error() {
        for line in [
            "1\tKeys",
            &LINE.replace("spec", "rule"),
            &LINE.replacen('1', "one", 1),
            &LINE.replacen('1', "2", 1),
        ] {
            parse(line).unwrap_err();
        }
    }
}
