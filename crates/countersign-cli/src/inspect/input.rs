//! The inputs: files, texts of the command line, and standard input.

use std::io::{self, IsTerminal as _, Read};
use std::{fs::File, path::Path};

use countersign_inspect::limits::INPUT_MAX;

use super::error::InspectError;

/// An input, and what it is called.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Whether it is text of the command line, because there is no file of this name.
    pub(super) is_text: bool,
}

/// Reads the inputs that the command line names.
pub(super) fn read(words: &[String]) -> Result<Vec<Input>, InspectError> {
    if words.is_empty() {
        if io::stdin().is_terminal() {
            return Err(InspectError::Nothing);
        }
        return Ok(vec![standard()?]);
    }
    words.iter().map(|word| if word == "-" { standard() } else { named(word) }).collect()
}

fn standard() -> Result<Input, InspectError> {
    let bytes = bounded(io::stdin().lock()).map_err(InspectError::Input)?;
    Ok(Input { name: "standard input".to_owned(), bytes, is_text: false })
}

/// A file of this name, or else the text itself.
fn named(word: &str) -> Result<Input, InspectError> {
    let path = Path::new(word);
    // A text may be longer than any name of a file.
    if path.try_exists().unwrap_or_default() {
        let file = File::open(path).and_then(bounded);
        let bytes = file.map_err(|error| InspectError::File { path: path.to_owned(), error })?;
        return Ok(Input { name: word.to_owned(), bytes, is_text: false });
    }
    Ok(Input { name: "text".to_owned(), bytes: word.as_bytes().to_vec(), is_text: true })
}

/// Reads one byte more than is explained, so that a longer input is reported as such.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let most = u64::try_from(INPUT_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    source.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
