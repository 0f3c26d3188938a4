//! Passkeys with the sessions of axum-login, on <http://localhost:8080>.

use std::{convert::Infallible, error::Error, fmt};

use axum::{
    Router,
    http::{HeaderMap, request::Parts},
    routing::get,
};
use axum_login::{
    AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend, login_required,
};
use countersign::{
    ConfigurationError, Policy, RelyingParty,
    store::{MemoryStore, Session},
};
use countersign_axum::{Begun, Failure, Passkeys, Sessions, Token};
use serde::{Deserialize, Serialize};
use tower_sessions::{MemoryStore as SessionStore, SessionManagerLayer};

fn app(origin: &str) -> Result<Router, ConfigurationError> {
    let party = RelyingParty::builder("localhost", "Example")
        .origin(origin)
        .policy(Policy::passkeys());
    let passkeys =
        Passkeys::builder(party, MemoryStore::new()).sessions(ByAxumLogin).build()?;
    // `with_secure(false)` is for http at localhost.
    let sessions = SessionManagerLayer::new(SessionStore::default()).with_secure(false);
    let auth = AuthManagerLayerBuilder::new(Backend(passkeys.clone()), sessions).build();
    Ok(Router::new()
        .route("/account", get(account))
        .route_layer(login_required!(Backend))
        .nest("/passkeys", passkeys.routes())
        .layer(passkeys.layer())
        .layer(auth))
}

/// For users who are signed in: `login_required!` is above.
async fn account(auth: AuthSession<Backend>) -> String {
    auth.user.map(|user| user.session.name).unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app("http://localhost:8080")?;
    let listener = tokio::net::TcpListener::bind("localhost:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// The user of a request: the session that the passkey began.
#[derive(Debug, Clone)]
struct User {
    token: Secret,
    session: Session,
}

/// The token of that session. axum-login logs the names of users, so it is not printed.
#[derive(Clone, Serialize, Deserialize)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl AuthUser for User {
    type Id = Secret;

    fn id(&self) -> Secret {
        self.token.clone()
    }

    /// For passwords that change. A passkey's session ends in the store.
    fn session_auth_hash(&self) -> &[u8] {
        b"passkey"
    }
}

#[derive(Clone)]
struct Backend(Passkeys);

impl AuthnBackend for Backend {
    type User = User;
    /// The routes sign in, so there are no credentials to check here.
    type Credentials = Infallible;
    type Error = Failure;

    async fn authenticate(&self, never: Infallible) -> Result<Option<User>, Failure> {
        match never {}
    }

    async fn get_user(&self, token: &Secret) -> Result<Option<User>, Failure> {
        let Some(parsed) = Token::parse(token.0.as_bytes()) else { return Ok(None) };
        let session = self.0.session_of_token(&parsed).await?;
        Ok(session.map(|session| User { token: token.clone(), session }))
    }
}

/// Keeps the token of a passkey's session in the session of axum-login.
struct ByAxumLogin;

fn auth(request: &Parts) -> Result<AuthSession<Backend>, Failure> {
    let auth = request.extensions.get::<AuthSession<Backend>>();
    auth.cloned().ok_or_else(|| Failure::new("the layer of axum-login is missing"))
}

impl Sessions for ByAxumLogin {
    async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
        Ok(auth(request)?.user.and_then(|user| Token::parse(user.token.0.as_bytes())))
    }

    async fn begin(
        &self,
        request: &Parts,
        begun: Begun<'_>,
        _: &mut HeaderMap,
    ) -> Result<(), Failure> {
        let token = Secret(begun.token.text());
        let user = User { token, session: begun.session.clone() };
        let mut auth = auth(request)?;
        // axum-login does this only for the first user of a session: an attacker could
        // have planted one in which he is signed in.
        auth.session.cycle_id().await.map_err(Failure::new)?;
        auth.login(&user).await.map_err(Failure::new)
    }

    async fn end(&self, request: &Parts, _: &mut HeaderMap) -> Result<(), Failure> {
        auth(request)?.logout().await.map(drop).map_err(Failure::new)
    }
}

#[cfg(test)]
mod tests;
