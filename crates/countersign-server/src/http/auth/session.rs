//! `POST /auth/session`: whose session a cookie's value is, for the back end of an application.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use countersign::types::base64url;
use countersign_axum::Token;
use serde::Deserialize;
use serde_json::json;

use super::error::AuthError;
use super::state::Asked;

/// The most bytes of a body: a token and its envelope have fewer than a hundred.
const BODY_MAX: usize = 4096;

/// The scheme of the field `Authorization` ([RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
const SCHEME: &str = "bearer ";

#[derive(Deserialize)]
struct Question {
    /// The value of the session's cookie.
    session: String,
}

/// Describes a session to a client that knows its token. Records its use.
pub(super) async fn session(State(asked): State<Asked>, request: Request) -> Result<Response, AuthError> {
    let client = client(&asked, request.headers()).ok_or(AuthError::ClientUnknown)?;
    tracing::debug!(client, "a client asks about a session");
    let body = axum::body::to_bytes(request.into_body(), BODY_MAX).await;
    let question = body.ok().and_then(|body| serde_json::from_slice::<Question>(&body).ok());
    let question = question.ok_or(AuthError::RequestMalformed)?;
    let token = Token::parse(question.session.as_bytes()).ok_or(AuthError::SessionUnknown)?;
    let session = asked.passkeys.session_of_token(&token).await?.ok_or(AuthError::SessionUnknown)?;
    let times = session.times;
    let handle = base64url::encode(session.account.as_bytes());
    let body = json!({
        "account": { "name": session.name, "userHandle": handle },
        "createdAt": times.created_at.to_string(),
        "verifiedAt": times.verified_at.to_string(),
        "expiresAt": times.expires_at.min(times.idle_at).to_string(),
    });
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.to_string())
        .into_response())
}

/// The name of the client whose secret the request has.
fn client<'s>(asked: &'s Asked, headers: &HeaderMap) -> Option<&'s str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?.as_bytes(), values.next()) else { return None };
    let (scheme, secret) = value.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME.as_bytes()) {
        return None;
    }
    asked.login.clients.find(secret.trim_ascii())
}
