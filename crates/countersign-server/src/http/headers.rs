//! The headers of every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The page is its own files and talks to its own server; no markup of it comes from anywhere else, and it stands in
/// no frame. WebAuthn is for this origin alone.
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

/// A year ([RFC 6797, section 6.1.1](https://www.rfc-editor.org/rfc/rfc6797#section-6.1.1)). Other hosts of the domain
/// are not this server's to decide for.
const TRANSPORT_SECURITY: &str = "max-age=31536000";

/// The version of the page's files, for pages that are open since before an update.
const PAGE_VERSION: HeaderName = HeaderName::from_static("countersign-page");

/// The headers of every answer.
#[derive(Debug)]
pub(super) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// Those of a server of these origins, with a page of this version.
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

    /// The headers as lines of an answer that no route makes.
    pub(super) fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        let caching = HeaderValue::from_static(NO_STORE);
        for (name, value) in self.0.iter().chain([&(header::CACHE_CONTROL, caching)]) {
            lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        lines
    }
}

/// An answer of the API is one user's.
pub(super) const NO_STORE: &str = "no-store";

/// The page is asked for again, so that it fits its server.
pub(super) const NO_CACHE: &str = "no-cache";
