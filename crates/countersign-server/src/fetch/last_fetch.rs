//! What is remembered between two requests, so that the second is answered with 304 where nothing changed
//! ([RFC 9110, section 13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1)).

use std::{fmt::Write as _, io, path::Path};

use countersign::Timestamp;

use super::validators::{HttpValidators, is_kept};
use crate::files;

/// The most bytes of the file: an address of 64 KiB, which no server takes, and two validators.
const FILE_MAX: usize = 128 * 1024;

/// The last good answer of a server, as a small file beside the metadata: what can't be read costs a full download and
/// nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFetch {
    /// Where it was fetched.
    pub url: String,
    /// The number of the BLOB.
    pub number: u64,
    /// When the server last said that it is the newest.
    pub checked_at: Timestamp,
    /// What the server calls it.
    pub validators: HttpValidators,
}

impl LastFetch {
    /// Reads the file.
    pub fn read(path: &Path) -> Option<Self> {
        let content = files::read(path, FILE_MAX).ok()?;
        Self::parse(str::from_utf8(&content).ok()?)
    }

    /// Writes the file, at once or not at all.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        files::replace(path, self.to_text().as_bytes())
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            values.next()
        };
        Some(Self {
            url: value("url")?.to_owned(),
            number: value("number")?.parse().ok()?,
            checked_at: Timestamp::from_unix_seconds(value("checked-at")?.parse().ok()?),
            validators: HttpValidators::new(value("etag"), value("last-modified")),
        })
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "url {}\nnumber {}\nchecked-at {}\n",
            self.url,
            self.number,
            self.checked_at.unix_seconds()
        );
        let validators = [("etag", &self.validators.etag), ("last-modified", &self.validators.last_modified)];
        for (name, value) in validators {
            if let Some(value) = value.as_deref().filter(|value| is_kept(value)) {
                let _ = writeln!(text, "{name} {value}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(etag: Option<&str>) -> LastFetch {
        LastFetch {
            url: "https://mds.example.org/".into(),
            number: 31,
            checked_at: Timestamp::from_unix_seconds(1_767_225_600),
            validators: HttpValidators::new(etag, Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for etag in [Some("\"a b\""), Some("W/\"1\""), None] {
            let one = remembered(etag);
            assert_eq!(LastFetch::parse(&one.to_text()), Some(one));
        }
    }

    #[test]
    fn a_file_that_lacks_something_is_none() {
        let text = remembered(None).to_text();
        for line in ["url", "number", "checked-at"] {
            let rest: Vec<_> = text.lines().filter(|it| !it.starts_with(line)).collect();
            assert_eq!(LastFetch::parse(&rest.join("\n")), None, "{line}");
        }
        assert_eq!(LastFetch::parse(&text.replace("31", "x")), None);
    }

    #[test]
    fn a_validator_that_is_no_header_field_or_a_book_is_left_out() {
        for etag in ["", "a\nb", "é", "x".repeat(1025).as_str()] {
            assert_eq!(remembered(Some(etag)).validators.etag, None);
        }
        assert!(remembered(Some(&"x".repeat(1024))).validators.etag.is_some());
    }
}
