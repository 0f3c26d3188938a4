//! Answers that several routes share.

use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::Response;
use countersign::store::{AuditSource, Session, TokenHash};
use countersign::types::UserHandle;
use serde::Serialize;

use super::body::FinishBody;
use super::error::{Answer, ApiError};
use super::{device, json::json, sender::source, signals::AccountSignals};
use crate::app::App;
use crate::ceremony::finish::{Ceremony, FinishRequest};
use crate::ceremony::outcome::{Finished, SignedIn};
use crate::ceremony::starting::Started;
use crate::operation_error::{OperationError, Rejection};
use crate::{sessions::Begun, token::Token};

/// An account in an answer.
#[derive(Serialize)]
pub(super) struct Account<'a> {
    name: &'a str,
    #[serde(rename = "userHandle")]
    user_handle: &'a UserHandle,
}

impl<'a> From<&'a Session> for Account<'a> {
    fn from(session: &'a Session) -> Self {
        Self { name: &session.name, user_handle: &session.account }
    }
}

/// The answer to a start.
pub(super) fn started<O: Serialize>(app: &App, started: &Started<O>, browser: &Token) -> Response {
    #[derive(Serialize)]
    struct Body<'a, O> {
        ceremony: &'a str,
        options: &'a O,
    }
    let body = Body { ceremony: &started.ceremony, options: &started.options };
    with_browser(app, json(StatusCode::OK, &body), browser)
}

/// Finishes a ceremony for the browser that sent this request.
pub(super) async fn finish(
    app: &App,
    ceremony: Ceremony,
    body: FinishBody,
    headers: &HeaderMap,
    source: AuditSource,
) -> Result<Finished, ApiError> {
    let failed: fn(&App, OperationError) -> ApiError = match ceremony {
        Ceremony::Account(_) | Ceremony::Credential(_) | Ceremony::Recovery(_) => registration_error,
        Ceremony::Session(_) | Ceremony::StepUp(_) => authentication_error,
    };
    let browser = app.browser.read(headers).map(|token| token.hash());
    let finish = FinishRequest::new(ceremony, body.ceremony, body.response.get(), browser);
    let finish = finish.with_device(device::words(headers)).with_source(source);
    app.finish(&finish).await.map_err(|error| failed(app, error))
}

/// Finishes a ceremony that signs in, in place of the session that the request has. `status` is that of the answer.
pub(super) async fn finish_and_enter(
    app: &App,
    ceremony: fn(Option<TokenHash>) -> Ceremony,
    request: &Parts,
    body: FinishBody,
    status: StatusCode,
) -> Answer {
    let replaced = app.sessions.token(request).await?.map(|token| token.hash());
    match finish(app, ceremony(replaced), body, &request.headers, source(request)).await? {
        Finished::SignedIn(session) => signed_in(app, request, status, *session).await,
        _ => Err(Rejection::CeremonyOver.into()),
    }
}

/// The answer to a finish that created a session.
async fn signed_in(app: &App, request: &Parts, status: StatusCode, signed_in: SignedIn) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        account: Account<'a>,
        // With the names of the account, which may have changed since this passkey's provider got them.
        signals: AccountSignals,
    }
    let SignedIn { token, session, accepted } = signed_in;
    let signals = AccountSignals::new(&app.accounts, &session, accepted);
    let mut response = json(status, &Body { account: Account::from(&session), signals });
    let begun = Begun { token: &token, session: &session };
    app.sessions.begin(request, begun, response.headers_mut()).await?;
    Ok(response)
}

/// The answer, with the browser's cookie.
pub(super) fn with_browser(app: &App, mut response: Response, browser: &Token) -> Response {
    let cookie = app.browser.set(browser);
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer, which makes the browser forget its session.
pub(super) async fn without_session(app: &App, request: &Parts, mut response: Response) -> Answer {
    app.sessions.end(request, response.headers_mut()).await?;
    Ok(response)
}

/// The answer to a failed registration.
pub(super) fn registration_error(app: &App, error: OperationError) -> ApiError {
    ApiError::registration(&app.accounts, error)
}

/// The answer to a failed authentication.
pub(super) fn authentication_error(app: &App, error: OperationError) -> ApiError {
    ApiError::authentication(&app.accounts, error)
}
