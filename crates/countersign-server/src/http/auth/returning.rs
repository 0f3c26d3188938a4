//! `GET /auth/return`: from the page back to the application that the user came from.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::check::page_path;
use super::error::AuthError;
use super::parameters::Parameters;
use super::state::Asked;
use crate::auth::return_addresses::ReturnAddress;

/// A way back, and whether the session of the request may take it.
struct Way {
    to: ReturnAddress,
    max_age: Option<u32>,
    is_open: bool,
}

impl Way {
    async fn find(asked: &Asked, request: &Parts) -> Result<Self, AuthError> {
        let parameters = Parameters::parse(request.uri.query(), &["to", "max_age"])?;
        let max_age = parameters.max_age()?;
        let to = parameters.get("to").and_then(|to| asked.login.return_addresses.find(to));
        let to = to.ok_or(AuthError::ReturnAddressNotAllowed)?;
        let session = asked.passkeys.session(request).await?;
        let now = asked.passkeys.now();
        let is_open = session.is_some_and(|session| {
            max_age.is_none_or(|seconds| session.times.is_verified_within(seconds, now))
        });
        Ok(Self { to, max_age, is_open })
    }
}

/// Sends a signed-in user to the address, and any other to the page.
pub(super) async fn go(State(asked): State<Asked>, request: Parts) -> Result<Response, AuthError> {
    let way = Way::find(&asked, &request).await?;
    let location = if way.is_open { way.to.as_str().to_owned() } else { page_path(&way.to, way.max_age) };
    let location = HeaderValue::try_from(location).map_err(|_| AuthError::ReturnAddressNotAllowed)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// Says where the page leads to, and whether its user may go there yet.
pub(super) async fn describe(State(asked): State<Asked>, request: Parts) -> Result<Response, AuthError> {
    let way = Way::find(&asked, &request).await?;
    let body = json!({ "to": way.to.as_str(), "open": way.is_open }).to_string();
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}
