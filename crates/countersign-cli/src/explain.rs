//! `countersign explain`: what a word of an error, a log or the specification means, from the tables that the book is
//! made from.

pub(crate) mod arguments;
mod codes;
pub(crate) mod error;
mod explanation;
mod glossary;
mod models;
pub(crate) mod nearest;
mod rules;
mod steps;
mod topic;

use std::{error::Error, fmt};

use countersign_server::printable;

use self::{models::Models, topic::Topic};

/// The kinds of words. A word that is in several is explained by each.
const TOPICS: [Topic; 11] = [
    codes::LIBRARIES,
    codes::SERVER,
    codes::OPERATOR,
    codes::TOOLS,
    rules::TOPIC,
    steps::TOPIC,
    glossary::FLAGS,
    glossary::ALGORITHMS,
    glossary::KEY_TYPES,
    glossary::CURVES,
    glossary::OIDS,
];

/// The most characters of an unknown word that its error repeats. No known word has as many, so that a longer text, such
/// as a whole log, is like none of them.
const WORD_MAX: usize = 100;

/// A word that no topic has.
#[derive(Debug)]
pub(crate) struct UnknownWordError {
    word: String,
    nearest: Vec<String>,
}

impl fmt::Display for UnknownWordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no explanation of '{}'", printable(&self.word, WORD_MAX))?;
        match self.nearest.as_slice() {
            [] => f.write_str("; `countersign explain` lists what is explained"),
            nearest => {
                let quoted: Vec<_> = nearest.iter().map(|word| format!("'{word}'")).collect();
                write!(f, "; similar ones exist: {}", quoted.join(", "))
            }
        }
    }
}

impl Error for UnknownWordError {}

/// The explanation of a word, given as one or several arguments; without any, what can be explained.
fn explain(words: &[String], models: &Models, width: Option<u16>) -> Result<String, UnknownWordError> {
    if words.is_empty() {
        return Ok(overview());
    }
    // A code in a log often has its quotes or a full stop with it.
    let word = words.join(" ");
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let word = word.trim_matches(['`', '\'', '"', '.', ',', ':']);
    let found: Vec<_> =
        TOPICS.iter().filter_map(|topic| (topic.explain)(word)).chain(models.explain(word)).collect();
    if found.is_empty() {
        let is_short = word.chars().nth(WORD_MAX).is_none();
        let known = TOPICS.iter().filter(|_| is_short).flat_map(|topic| (topic.words)());
        return Err(UnknownWordError { word: word.to_owned(), nearest: nearest::of(word, known) });
    }
    let texts: Vec<_> = found.iter().map(|explanation| explanation.text(width)).collect();
    Ok(texts.join("\n\n"))
}

/// When a rule rejects, by its number.
pub(crate) fn rule_text(number: u16) -> Option<&'static str> {
    rules::text(number)
}

fn overview() -> String {
    let topics = TOPICS.iter().map(|Topic { name, example, .. }| (*name, *example));
    let topics = topics.chain([models::EXAMPLE]).map(|(name, example)| format!("\n  {name:<42}{example}"));
    "countersign explain WORD explains:\n".to_owned() + &topics.collect::<String>()
}

#[cfg(test)]
mod tests;
