//! The last fetch, stored so that the next request is answered with 304 if nothing changed
//! ([RFC 9110, section 13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1)).

use std::{fmt::Write as _, io, path::Path};

use countersign::Timestamp;

use super::validators::{HttpValidators, is_valid};
use crate::files;

/// The most bytes of the file: an address of 64 KiB, which no server accepts, and two validators.
const FILE_MAX: usize = 128 * 1024;

/// The last successful fetch of a BLOB, stored in a small file next to it. An unreadable file only costs a full
/// download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFetch {
    /// The address that the BLOB was fetched from.
    pub url: String,
    /// The number of the BLOB.
    pub number: u64,
    /// When the server last answered that the BLOB is the newest.
    pub checked_at: Timestamp,
    /// The validators of the BLOB.
    pub validators: HttpValidators,
}

impl LastFetch {
    /// Reads the file, `None` if it is missing or malformed.
    pub fn read(path: &Path) -> Option<Self> {
        let content = files::read(path, FILE_MAX).ok()?;
        Self::parse(str::from_utf8(&content).ok()?)
    }

    /// Writes the file atomically.
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
            if let Some(value) = value.as_deref().filter(|value| is_valid(value)) {
                let _ = writeln!(text, "{name} {value}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_fetch(etag: Option<&str>) -> LastFetch {
        LastFetch {
            url: "https://mds.example.org/".into(),
            number: 31,
            checked_at: Timestamp::from_unix_seconds(1_767_225_600),
            validators: HttpValidators::new(etag, Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        }
    }

    #[test]
    fn a_written_file_is_read_again() {
        for etag in [Some("\"a b\""), Some("W/\"1\""), None] {
            let one = last_fetch(etag);
            assert_eq!(LastFetch::parse(&one.to_text()), Some(one));
        }
    }

    #[test]
    fn a_file_without_a_required_line_is_none() {
        let text = last_fetch(None).to_text();
        for line in ["url", "number", "checked-at"] {
            let rest: Vec<_> = text.lines().filter(|it| !it.starts_with(line)).collect();
            assert_eq!(LastFetch::parse(&rest.join("\n")), None, "{line}");
        }
        assert_eq!(LastFetch::parse(&text.replace("31", "x")), None);
    }

    #[test]
    fn a_validator_that_is_malformed_or_too_long_is_omitted() {
        for etag in ["", "a\nb", "é", "x".repeat(1025).as_str()] {
            assert_eq!(last_fetch(Some(etag)).validators.etag, None);
        }
        assert!(last_fetch(Some(&"x".repeat(1024))).validators.etag.is_some());
    }
}
