//! Answers that several routes share.

use axum::http::{StatusCode, header};
use axum::response::Response;
use countersign::types::UserHandle;
use serde::Serialize;

use super::{json::json, signals::Signals, site::Site};
use crate::{
    ceremony::outcome::SignedIn, ceremony::starting::Started, store::sessions::Session, token::Token,
};

/// An account in an answer.
#[derive(Serialize)]
pub(super) struct Account<'a> {
    name: &'a str,
    #[serde(rename = "userHandle")]
    user_handle: &'a UserHandle,
}

impl<'a> From<&'a Session> for Account<'a> {
    fn from(session: &'a Session) -> Self {
        Self { name: &session.name, user_handle: &session.user }
    }
}

/// The answer to a start.
pub(super) fn started<O: Serialize>(site: &Site, started: &Started<O>, browser: &Token) -> Response {
    #[derive(Serialize)]
    struct Body<'a, O> {
        ceremony: String,
        options: &'a O,
    }
    let body = Body { ceremony: started.ceremony.text(), options: &started.options };
    with_browser(site, json(StatusCode::OK, &body), browser)
}

/// The answer to a finish that created a session.
pub(super) fn signed_in(site: &Site, status: StatusCode, signed_in: SignedIn) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        account: Account<'a>,
        signals: Signals,
    }
    let SignedIn { token, session, accepted } = signed_in;
    let signals = Signals::new(&site.app.relying_party, session.user.clone(), accepted);
    let mut response = json(status, &Body { account: Account::from(&session), signals });
    let cookie = site.cookies.session.set(&token);
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer, with the browser's cookie.
pub(super) fn with_browser(site: &Site, mut response: Response, browser: &Token) -> Response {
    let cookie = site.cookies.browser.set(browser);
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer, which deletes the session's cookie.
pub(super) fn without_session(site: &Site, mut response: Response) -> Response {
    let cookie = site.cookies.session.clear();
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
    response
}
