//! Reading the files of a ceremony.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use countersign_inspect::{FoundCeremony, ceremonies, limits::INPUT_MAX};
use countersign_server::files;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::error::VerifyError;

/// The most bytes of a file: several times what a response may have, because a record and options may be there too.
const FILE_MAX: usize = 4 * 1024 * 1024;

/// The name for standard input.
const STANDARD_INPUT: &str = "-";

/// What a file with ceremonies has.
#[derive(Debug)]
pub(crate) enum Input {
    One(Texts),
    /// The ceremonies of an HTTP archive.
    Archive(Vec<FoundCeremony>),
}

/// The texts of a ceremony.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) options: String,
    /// As received: it need not be JSON.
    pub(crate) response: Vec<u8>,
    pub(crate) record: Option<Value>,
}

/// `{"options": …, "response": …, "record": …}`.
#[derive(Debug, Deserialize)]
struct Together<'a> {
    #[serde(borrow)]
    options: &'a RawValue,
    #[serde(borrow)]
    response: &'a RawValue,
    record: Option<Value>,
}

/// Files that are read, of which one may be standard input.
#[derive(Debug, Default)]
pub(crate) struct Files {
    is_standard_input_read: bool,
}

impl Files {
    /// Reads a file, or standard input if its name is `-`.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Vec<u8>, VerifyError> {
        self.read_up_to(path, FILE_MAX)
    }

    fn read_up_to(&mut self, path: &Path, most: usize) -> Result<Vec<u8>, VerifyError> {
        if path != Path::new(STANDARD_INPUT) {
            return files::read(path, most).map_err(|error| VerifyError::Read(path.to_owned(), error));
        }
        if self.is_standard_input_read {
            return Err(VerifyError::StandardInputTwice);
        }
        self.is_standard_input_read = true;
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        let mut content = Vec::new();
        let read = io::stdin().lock().take(limit).read_to_end(&mut content);
        let failed = |error| VerifyError::Read(PathBuf::from("standard input"), error);
        read.map_err(failed)?;
        if content.len() > most {
            let message = format!("it has more than {most} bytes");
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, message)));
        }
        Ok(content)
    }

    /// Reads a file of text.
    pub(crate) fn read_text(&mut self, path: &Path) -> Result<String, VerifyError> {
        text(self.read(path)?, path)
    }

    /// Reads a file with options, response and perhaps the record together, or an HTTP archive.
    pub(crate) fn read_together(&mut self, path: &Path) -> Result<Input, VerifyError> {
        let text = text(self.read_up_to(path, INPUT_MAX)?, path)?;
        let parsed: Result<Together<'_>, _> = serde_json::from_str(&text);
        let together = match parsed {
            Ok(together) => together,
            Err(error) => {
                let archive = ceremonies(text.as_bytes()).map(Input::Archive);
                return archive.ok_or_else(|| VerifyError::Ceremony(path.to_owned(), error.to_string()));
            }
        };
        Ok(Input::One(Texts {
            options: together.options.get().to_owned(),
            response: of_response(together.response),
            record: together.record.filter(|record| !record.is_null()),
        }))
    }

    /// Reads the record of a credential.
    pub(crate) fn read_record(&mut self, path: &Path) -> Result<Value, VerifyError> {
        let text = self.read_text(path)?;
        serde_json::from_str(&text).map_err(|error| VerifyError::Record(path.to_owned(), error.to_string()))
    }
}

fn text(bytes: Vec<u8>, path: &Path) -> Result<String, VerifyError> {
    String::from_utf8(bytes).map_err(|error| {
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        VerifyError::Read(path.to_owned(), error)
    })
}

/// The response as the page sent it: its JSON, or the text of a JSON string, as logs quote it.
fn of_response(raw: &RawValue) -> Vec<u8> {
    let quoted: Option<String> = serde_json::from_str(raw.get()).ok();
    quoted.unwrap_or_else(|| raw.get().to_owned()).into_bytes()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn together(text: &str) -> Result<Texts, VerifyError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ceremony.json");
        fs::write(&path, text).unwrap();
        match Files::default().read_together(&path)? {
            Input::One(texts) => Ok(texts),
            Input::Archive(_) => panic!("an archive"),
        }
    }

    #[test]
    fn the_response_is_passed_on_as_it_is_written() {
        let texts = together(r#"{"options": {"a":1}, "response": {"id":1, "id":2}}"#).unwrap();
        assert_eq!(texts.response, br#"{"id":1, "id":2}"#);
        assert_eq!((texts.options.as_str(), texts.record), (r#"{"a":1}"#, None));
        let texts = together(r#"{"options": 1, "response": "{\"id\":1}", "record": {"b":2}}"#).unwrap();
        assert_eq!(texts.response, br#"{"id":1}"#);
        assert_eq!(texts.record.unwrap()["b"], 2);
    }

    #[test]
    fn what_is_not_a_ceremony_is_an_error() {
        for text in ["", "[]", r#"{"options":{}}"#, r#"{"response":{}}"#] {
            let error = together(text).unwrap_err().to_string();
            assert!(error.contains("is not a ceremony, {\"options\": …, \"response\": …}: "), "{error}");
            assert!(error.ends_with("(ceremony-malformed)"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_missing_too_long_or_no_text_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let error = Files::default().read(&path).unwrap_err().to_string();
        assert!(error.starts_with("can't read ") && error.ends_with("(file-not-read)"), "{error}");
        fs::write(&path, vec![b' '; FILE_MAX + 1]).unwrap();
        assert!(Files::default().read(&path).unwrap_err().to_string().contains("more than"));
        fs::write(&path, [0xff]).unwrap();
        assert!(Files::default().read_text(&path).unwrap_err().to_string().ends_with("(file-not-read)"));
    }
}
