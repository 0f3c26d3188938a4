//! Sessions: where a browser's session token is kept between requests.
//!
//! The row of a session, with its account, its credential and its times, is always in the store, so that it ends with its
//! account and its credential, and is read again in the transaction of each change. A [`Sessions`] only carries the token
//! between the browser and the application: in a cookie ([`CookieSessions`], the default), or in the session of another
//! crate, such as tower-sessions.

pub(crate) mod any_sessions;
pub(crate) mod caller;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use countersign::store::Session;

use crate::{cookie::Cookie, failure::Failure, token::Token};

/// Seconds after which an unused session is over: a week, so that a user who returns every few days stays signed in.
pub(crate) const IDLE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Seconds for which a further use is not recorded, so that most requests need no write.
pub(crate) const SEEN_SECONDS: i64 = 5 * 60;

/// Carries the token of a session between the browser and the application.
///
/// Implement it to keep the token in a session that the application has already. With tower-sessions:
///
/// ```
/// use axum::http::{HeaderMap, request::Parts};
/// use countersign_axum::{Begun, Failure, Sessions, Token};
/// use tower_sessions::Session;
///
/// struct TowerSessions;
///
/// fn session(request: &Parts) -> Result<&Session, Failure> {
///     request.extensions.get().ok_or_else(|| Failure::new("the layer of tower-sessions is missing"))
/// }
///
/// impl Sessions for TowerSessions {
///     async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
///         let text: Option<String> = session(request)?.get("passkey").await.map_err(Failure::new)?;
///         Ok(text.and_then(|text| Token::parse(text.as_bytes())))
///     }
///
///     async fn begin(&self, request: &Parts, begun: Begun<'_>, _: &mut HeaderMap) -> Result<(), Failure> {
///         let session = session(request)?;
///         session.cycle_id().await.map_err(Failure::new)?;
///         session.insert("passkey", begun.token.text()).await.map_err(Failure::new)
///     }
///
///     async fn end(&self, request: &Parts, _: &mut HeaderMap) -> Result<(), Failure> {
///         session(request)?.flush().await.map_err(Failure::new)
///     }
/// }
/// ```
pub trait Sessions: Send + Sync + 'static {
    /// Returns the token that the request has, if any.
    fn token(&self, request: &Parts) -> impl Future<Output = Result<Option<Token>, Failure>> + Send;

    /// Makes the browser's next requests have this token, after a sign-in was stored.
    ///
    /// It may be called again for the same session: a finish whose answer was lost is repeated. If it fails, the repeated
    /// finish calls it again. Give the session that carries the token a new identifier, so that one that an attacker fixed
    /// before is not signed in.
    fn begin(
        &self,
        request: &Parts,
        begun: Begun<'_>,
        answer: &mut HeaderMap,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Makes the browser forget the token. The session's row is gone already.
    fn end(
        &self,
        request: &Parts,
        answer: &mut HeaderMap,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// A session that began.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Begun<'a> {
    /// The secret token.
    pub token: &'a Token,
    /// The session as it is stored.
    pub session: &'a Session,
}

/// Carries the token in a cookie: `HttpOnly`, `SameSite=Lax`, and on https `Secure` and limited to the host.
#[derive(Debug, Clone)]
pub struct CookieSessions(Cookie);

impl CookieSessions {
    pub(crate) const fn new(cookie: Cookie) -> Self {
        Self(cookie)
    }
}

impl Sessions for CookieSessions {
    async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
        Ok(self.0.read(&request.headers))
    }

    async fn begin(&self, _: &Parts, begun: Begun<'_>, answer: &mut HeaderMap) -> Result<(), Failure> {
        answer.extend(self.0.set(begun.token).map(|value| (header::SET_COOKIE, value)));
        Ok(())
    }

    async fn end(&self, _: &Parts, answer: &mut HeaderMap) -> Result<(), Failure> {
        answer.extend(self.0.clear().map(|value| (header::SET_COOKIE, value)));
        Ok(())
    }
}
