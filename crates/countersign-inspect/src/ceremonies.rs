//! The ceremonies in an HTTP archive, as texts for a program that judges them.

use crate::{
    har, json,
    kind::Kind,
    limits::INPUT_MAX,
    options::{Context, Options},
    parts::{Pair, Part},
    shape,
    span::Span,
};

/// A ceremony in an HTTP archive: the options and the response with their challenge, of which one may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundCeremony {
    /// The options; `None` if the archive has none with the challenge of the response.
    pub options: Option<FoundPart>,
    /// The response; `None` if the archive has none with the challenge of the options.
    pub response: Option<FoundPart>,
}

/// The options or the response of a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundPart {
    /// Where the archive has it, in words.
    pub place: String,
    /// The JSON as the archive has it, without the page's own object around it.
    pub json: Vec<u8>,
}

/// Finds the ceremonies in an HTTP archive ([HAR](https://w3c.github.io/web-performance/specs/HAR/Overview.html)), in the order of
/// their responses, and then those without a response. Returns `None` if the input is no such archive, or is longer than
/// [`INPUT_MAX`].
///
/// ```
/// use countersign_inspect::ceremonies;
/// assert_eq!(ceremonies(br#"{"log":{"entries":[]}}"#), Some(Vec::new()));
/// assert_eq!(ceremonies(b"{}"), None);
/// ```
pub fn ceremonies(archive: &[u8]) -> Option<Vec<FoundCeremony>> {
    if archive.len() > INPUT_MAX {
        return None;
    }
    let bytes = archive.strip_prefix(b"\xef\xbb\xbf").unwrap_or(archive);
    let walked = json::walk(Span::new(bytes));
    if shape::of(&walked.json) != Some(Kind::Har) {
        return None;
    }
    let (pairs, _) = har::parts(&Context::of(&Options::new()), &walked.json).into_ceremonies();
    let found = pairs.into_iter().map(|Pair { options, response, .. }| FoundCeremony {
        options: options.map(FoundPart::of),
        response: response.map(FoundPart::of),
    });
    Some(found.collect())
}

impl FoundPart {
    fn of(part: Part) -> Self {
        Self { place: part.place, json: part.json }
    }
}
