//! The document of related origins
//! ([section 5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).

use alloc::{string::String, vec::Vec};

use crate::options::dictionary::dictionary;

dictionary! {
    /// The document that a relying party serves at [`WELL_KNOWN_PATH`] of its RP ID, so that pages of other domains can
    /// use that RP ID.
    ///
    /// Clients read it from the start, and consider a limited number of registrable labels: see
    /// `countersign::relying_party::related_origins`.
    ///
    /// ```
    /// use countersign_types::RelatedOrigins;
    /// let document = RelatedOrigins::new(["https://example.de"]);
    /// assert_eq!(document.to_json(), r#"{"origins":["https://example.de"]}"#);
    /// assert_eq!(RelatedOrigins::from_json(document.to_json().as_bytes()), Ok(document));
    /// ```
    RelatedOrigins {
        /// Web origins such as `https://example.de`, as text. Clients skip texts that are not origins.
        origins: Vec<String>,
    }
}

/// The path at which clients fetch the document, from the RP ID over HTTPS, such as
/// `https://example.org/.well-known/webauthn`.
pub const WELL_KNOWN_PATH: &str = "/.well-known/webauthn";

/// The content type with which the document must be served.
pub const CONTENT_TYPE: &str = "application/json";

/// The most bytes of the document: 64 KiB. Clients consider a few labels only, so that a longer one has no use.
pub const RELATED_ORIGINS_JSON_MAX: usize = 64 * 1024;

impl RelatedOrigins {
    /// Creates a document with these origins, in this order.
    pub fn new(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { origins: origins.into_iter().map(Into::into).collect() }
    }

    /// Parses a document like clients do: one complete JSON object in UTF-8 with an array of strings, of which the
    /// specification requires at least one. Other members pass.
    pub fn from_json(json: &[u8]) -> Result<Self, RelatedOriginsError> {
        if json.len() > RELATED_ORIGINS_JSON_MAX {
            return Err(RelatedOriginsError::TooLarge { length: json.len() });
        }
        let text = core::str::from_utf8(json)
            .map_err(|error| RelatedOriginsError::NotUtf8 { position: error.valid_up_to() })?;
        let document: Self = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => RelatedOriginsError::NotOrigins,
            _ => RelatedOriginsError::NotJson { line: error.line(), column: error.column() },
        })?;
        if document.origins.is_empty() { Err(RelatedOriginsError::NotOrigins) } else { Ok(document) }
    }

    /// The document's text, to be served as [`CONTENT_TYPE`].
    pub fn to_json(&self) -> String {
        // Strings and a vector of them can't fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A text is not a document of related origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelatedOriginsError {
    /// The text is larger than [`RELATED_ORIGINS_JSON_MAX`].
    #[error("related origins of {length} bytes, at most {RELATED_ORIGINS_JSON_MAX} expected")]
    TooLarge {
        /// The length in bytes.
        length: usize,
    },
    /// The text is not UTF-8.
    #[error("related origins are not utf-8 after {position} bytes")]
    NotUtf8 {
        /// The number of bytes before the first wrong one.
        position: usize,
    },
    /// The text is not one complete JSON text.
    #[error("related origins are not one complete json text, at line {line} column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 before the line's first byte.
        column: usize,
    },
    /// The JSON is not an object with one member `origins` that is an array of one or more strings.
    #[error("related origins without an array of strings named origins")]
    NotOrigins,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec};

    #[test]
    fn a_document_is_an_object_with_an_array_of_strings() {
        let read = |text: &str| RelatedOrigins::from_json(text.as_bytes());
        let one = RelatedOrigins::new(["https://example.de"]);
        assert_eq!(read(r#"{"origins":["https://example.de"]}"#), Ok(one.clone()));
        assert_eq!(read(r#" {"new":[],"origins":["https://example.de"]} "#), Ok(one));
        for text in [
            "[]",
            r#"[["https://example.de"]]"#,
            "null",
            "{}",
            r#"{"origins":null}"#,
            r#"{"origins":[]}"#,
            r#"{"origins":"https://example.de"}"#,
            r#"{"origins":["https://example.de",1]}"#,
            r#"{"origins":["https://example.de"],"origins":["https://example.net"]}"#,
        ] {
            assert_eq!(read(text), Err(RelatedOriginsError::NotOrigins), "{text}");
        }
    }

    #[test]
    fn text_that_is_not_one_json_text_is_rejected() {
        let read = |text: &str| RelatedOrigins::from_json(text.as_bytes());
        let not_json = |column| Err(RelatedOriginsError::NotJson { line: 1, column });
        assert_eq!(read(""), not_json(0));
        assert_eq!(read(r#"{"origins":["a"]"#), not_json(16));
        assert_eq!(read(r#"{"origins":["a"]}{}"#), not_json(18));
        assert_eq!(RelatedOrigins::from_json(b"{\xff"), Err(RelatedOriginsError::NotUtf8 { position: 1 }));
        let long = vec![b' '; RELATED_ORIGINS_JSON_MAX + 1];
        let error = RelatedOrigins::from_json(&long).unwrap_err();
        assert_eq!(error, RelatedOriginsError::TooLarge { length: 65_537 });
        assert_eq!(error.to_string(), "related origins of 65537 bytes, at most 65536 expected");
    }
}
