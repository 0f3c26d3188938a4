//! The validators of a response, with which the next request is conditional
//! ([RFC 9110, section 13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1)).

/// The most bytes of a validator: entity tags are usually hashes.
const VALIDATOR_MAX: usize = 1024;

/// The validators of a representation, as the server sent them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HttpValidators {
    /// The entity tag.
    pub etag: Option<String>,
    /// The time of the last modification. It is used only if there is no entity tag.
    pub last_modified: Option<String>,
}

impl HttpValidators {
    pub(super) fn new(etag: Option<&str>, last_modified: Option<&str>) -> Self {
        let valid = |text: Option<&str>| text.filter(|text| is_valid(text)).map(str::to_owned);
        Self { etag: valid(etag), last_modified: valid(last_modified) }
    }
}

pub(super) fn is_valid(text: &str) -> bool {
    (1..=VALIDATOR_MAX).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
