//! Words that are like an unknown one.

/// The most suggestions.
const MAX: usize = 3;

/// How like the word a suggestion must be, from 0 to 1.
const LIKENESS_MIN: f64 = 0.75;

/// The words that are most like this one, the best first.
pub(crate) fn of(word: &str, known: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<_> = known
        .map(|known| (likeness(word, &known), known))
        .filter(|(like, _)| *like >= LIKENESS_MIN)
        .collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.dedup_by(|(_, a), (_, b)| a == b);
    found.into_iter().map(|(_, word)| word).take(MAX).collect()
}

/// Typing errors make words a little unlike; a part of a word, such as `rp-id`, is meant as one.
fn likeness(word: &str, known: &str) -> f64 {
    let like = strsim::jaro_winkler(word, known);
    // Numbers of one digit are parts of most numbers.
    if word.len() >= 4 && known.contains(word) { like.max(0.9) } else { like }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(word: &str) -> Vec<String> {
        let known =
            ["challenge-expired", "challenge-mismatch", "origin-mismatch", "rule 31", "registration 8"];
        of(word, known.into_iter().map(str::to_owned))
    }

    #[test]
    fn typing_errors_and_parts_are_found() {
        assert_eq!(nearest("chalenge-mismatch")[0], "challenge-mismatch");
        assert_eq!(nearest("expired"), ["challenge-expired"]);
        assert_eq!(nearest("regstration 8"), ["registration 8"]);
    }

    #[test]
    fn an_unlike_word_has_no_suggestion() {
        assert_eq!(nearest("zzz"), [""; 0]);
    }
}
