//! The passkeys of an application: its routes and layers.

use std::{fmt, sync::Arc};

use axum::http::request::Parts;
use axum::{Extension, Router};
use countersign::store::Session;
use countersign::{RelyingParty, Timestamp};

use crate::app::{App, Shared};
use crate::extract::InRequest;
use crate::http::edge::OriginCheck;
use crate::{failure::Failure, routes, token::Token};

/// The passkeys of an application: accounts, sign-ins, sessions. Clones share everything.
///
/// [`Passkeys::builder`] makes one from a relying party and a store.
#[derive(Clone)]
pub struct Passkeys(Shared);

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("rp_id", &self.0.accounts.id()).finish_non_exhaustive()
    }
}

impl Passkeys {
    pub(crate) fn new(app: App) -> Self {
        Self(Arc::new(app))
    }

    /// The routes, to be nested where the application wants them, such as at `/passkeys`. They check the origin and the
    /// content type themselves.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        routes::passkeys(&self.0)
    }

    /// The documents below `/.well-known`, to be merged into the application's router at the root of the domain that is the
    /// RP ID.
    pub fn well_known<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        routes::well_known(&self.0)
    }

    /// The layer that [`SignedIn`](crate::SignedIn) and [`RecentlyVerified`](crate::RecentlyVerified) need. It does nothing
    /// by itself: a handler without an extractor is open to everyone.
    pub fn layer(&self) -> Extension<impl Clone + Send + Sync + 'static + use<>> {
        Extension(InRequest(self.0.clone()))
    }

    /// The layer that rejects requests that change something or open a WebSocket, if they come from pages of other origins.
    /// [`routes`](Self::routes) have it; add it to the application's own routes as well, if they change something for a
    /// signed-in user.
    ///
    /// Requests without an `Origin` header pass: browsers send one with every changing request.
    pub fn origin_check(&self) -> OriginCheck {
        OriginCheck::new(self.0.clone())
    }

    /// The session of a request, if its user is signed in; for code that is no handler. Records its use.
    pub async fn session(&self, request: &Parts) -> Result<Option<Session>, Failure> {
        self.0.session_of(request).await
    }

    /// The token of a request's session, whether or not the session is still good.
    pub async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
        self.0.sessions.token(request).await
    }

    /// The session of a token, such as the value of the session's cookie that a back end passes on, unless it is over. Records
    /// its use.
    pub async fn session_of_token(&self, token: &Token) -> Result<Option<Session>, Failure> {
        self.0.live_session(token.hash(), self.0.now()).await
    }

    /// The relying party that registers and signs in.
    pub fn relying_party(&self) -> &RelyingParty {
        &self.0.accounts
    }

    /// The current time, by the clock of the builder.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }
}
