//! The headers of every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The page loads only its own files, talks only to its own server, is shown in no frame, and only its own origin may
/// use WebAuthn.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
];

/// A year ([RFC 6797, section 6.1.1](https://www.rfc-editor.org/rfc/rfc6797#section-6.1.1)), without subdomains, which
/// may belong to other servers.
const TRANSPORT_SECURITY: &str = "max-age=31536000";

/// The version of the page's files, so that pages that were opened before an update notice it.
const PAGE_VERSION: HeaderName = HeaderName::from_static("countersign-page");

/// The headers of every answer.
#[derive(Debug)]
pub(super) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// The headers for these origins and this version of the page.
    pub(super) fn new(origins: &[String], page_version: &str) -> Self {
        let mut headers: Vec<_> =
            HEADERS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        if origins.iter().any(|origin| origin.starts_with("https:")) {
            let value = HeaderValue::from_static(TRANSPORT_SECURITY);
            headers.push((header::STRICT_TRANSPORT_SECURITY, value));
        }
        headers.extend(HeaderValue::try_from(page_version).map(|version| (PAGE_VERSION, version)));
        Self(headers)
    }

    /// Sets the headers of an answer.
    pub(super) fn set(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name, value.clone());
        }
    }

    /// The headers as lines, for answers that hyper creates.
    pub(super) fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        let caching = HeaderValue::from_static(NO_STORE);
        for (name, value) in self.0.iter().chain([&(header::CACHE_CONTROL, caching)]) {
            lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        lines
    }
}

/// For answers of the API, which belong to one user.
pub(super) const NO_STORE: &str = "no-store";

/// For the page, which is requested again so that it matches its server.
pub(super) const NO_CACHE: &str = "no-cache";
