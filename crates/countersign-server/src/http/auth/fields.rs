//! The fields of answers of `/auth` that proxies read.

use axum::http::HeaderName;

/// The user handle, in base64url.
pub(super) const USER: HeaderName = HeaderName::from_static("countersign-user");

/// The account's name, percent-encoded.
pub(super) const NAME: HeaderName = HeaderName::from_static("countersign-name");

/// The address of the page to sign in at.
pub(super) const SIGN_IN: HeaderName = HeaderName::from_static("countersign-sign-in");

/// The code of an error.
pub(super) const ERROR: HeaderName = HeaderName::from_static("countersign-error");
