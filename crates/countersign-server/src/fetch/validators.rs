//! The validators of a response, with which the next request is conditional
//! ([RFC 9110, section 13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1)).

/// The most bytes of a validator that is kept: an entity tag of today is a hash, and an honest one no book.
const VALIDATOR_MAX: usize = 1024;

/// What the server calls the version that it sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HttpValidators {
    /// Its entity tag, as it came.
    pub etag: Option<String>,
    /// When it was last modified, as it came: asked by only where there is no entity tag.
    pub last_modified: Option<String>,
}

impl HttpValidators {
    pub(super) fn new(etag: Option<&str>, last_modified: Option<&str>) -> Self {
        let kept = |text: Option<&str>| text.filter(|text| is_kept(text)).map(str::to_owned);
        Self { etag: kept(etag), last_modified: kept(last_modified) }
    }
}

pub(super) fn is_kept(text: &str) -> bool {
    (1..=VALIDATOR_MAX).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
