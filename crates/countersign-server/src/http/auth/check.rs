//! `GET /auth/check`: whether the browser behind a proxied request is signed in.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use countersign::{store::Session, types::base64url};

use super::error::AuthError;
use super::fields::{NAME, SIGN_IN, USER};
use super::forwarded;
use super::parameters::Parameters;
use super::state::Asked;
use crate::auth::{percent, return_addresses::ReturnAddress};

/// Answers 204 with the account if the session of the request is good, and 401 otherwise, or with `redirect=true` 303 to
/// the page for a browser that navigates. Changes nothing but the session's recorded use.
pub(super) async fn check(State(asked): State<Asked>, request: Parts) -> Result<Response, AuthError> {
    let parameters = Parameters::parse(request.uri.query(), &["max_age", "redirect"])?;
    let (max_age, redirects) = (parameters.max_age()?, parameters.flag("redirect")?);
    let session = asked.passkeys.session(&request).await?;
    let now = asked.passkeys.now();
    let is_recent =
        |session: &Session| max_age.is_none_or(|seconds| session.times.is_verified_within(seconds, now));
    let error = match session {
        Some(session) if is_recent(&session) => return Ok(account(&session)),
        Some(_) => AuthError::VerificationTooOld,
        None => AuthError::NotSignedIn,
    };
    let page = sign_in_page(&asked, &request, max_age);
    let mut response = error.into_response();
    if let Some(page) = page {
        let headers = response.headers_mut();
        if redirects {
            headers.insert(header::LOCATION, page);
            *response.status_mut() = StatusCode::SEE_OTHER;
        } else {
            headers.insert(SIGN_IN, page);
        }
    }
    Ok(response)
}

fn account(session: &Session) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let handle = base64url::encode(session.account.as_bytes());
    for (name, value) in [(USER, handle), (NAME, percent::encoded(&session.name))] {
        headers.extend(HeaderValue::try_from(value).map(|value| (name, value)));
    }
    response
}

/// The address of the page that leads back to the request that the proxy asks about, if it may.
fn sign_in_page(asked: &Asked, request: &Parts, max_age: Option<u32>) -> Option<HeaderValue> {
    if !forwarded::is_navigation(&request.headers) {
        return None;
    }
    let address = forwarded::address(&request.headers)?;
    let Some(address) = asked.login.return_addresses.find(&address) else {
        tracing::debug!("a proxy asked about an address that users are not returned to");
        return None;
    };
    let path = page_path(&address, max_age);
    HeaderValue::try_from(format!("{}{path}", asked.login.page)).ok()
}

/// The path and the query of the page that leads back to an address.
pub(super) fn page_path(address: &ReturnAddress, max_age: Option<u32>) -> String {
    let age = max_age.map(|seconds| format!("&max_age={seconds}")).unwrap_or_default();
    format!("/?return_to={}{age}", percent::encoded(address.as_str()))
}
