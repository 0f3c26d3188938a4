//! An application with passkeys on PostgreSQL, whose sessions are those of tower-sessions, at <http://localhost:8080>.
//!
//! The token of the passkey's session is a value in the session that the application has already. So there is one cookie,
//! and the application's own values end with a sign-out. With several instances, replace `MemoryStore` by a session store
//! that all of them share; the rest is in PostgreSQL.
//!
//! ```sh
//! cargo run --package countersign-axum --example postgres_tower_sessions postgres://user:password@localhost/database
//! ```

use std::error::Error;

use axum::http::{HeaderMap, request::Parts};
use axum::{
    Router,
    response::Html,
    routing::{get, post},
};
use countersign::{Policy, RelyingParty};
use countersign_axum::{Begun, Failure, Passkeys, RecentlyVerified, Sessions, SignedIn, Token};
use countersign_store::postgres::{PostgresOptions, PostgresStore};
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("the argument is the address of a database: postgres://…")?;
    let app = app("http://localhost:8080", &url).await?;
    let listener = tokio::net::TcpListener::bind("localhost:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

pub(crate) async fn app(origin: &str, database: &str) -> Result<Router, Box<dyn Error>> {
    let store = PostgresStore::open(&PostgresOptions::new(database)?).await?;
    let party = RelyingParty::builder("localhost", "Example").origin(origin).policy(Policy::passkeys());
    let passkeys = Passkeys::builder(party, store).sessions(InSession).build()?;
    // `with_secure(false)` is for http at localhost.
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_secure(false);
    Ok(Router::new()
        .route("/", get(|| async { Html(include_str!("app/page.html")) }))
        .route("/greeting", get(greeting))
        .route("/gift", post(gift))
        .layer(passkeys.origin_check())
        .nest("/passkeys", passkeys.routes())
        .layer(passkeys.layer())
        .layer(sessions))
}

/// A handler that uses both: the application's session counts the visits.
async fn greeting(SignedIn(user): SignedIn, session: Session) -> Result<String, String> {
    let visits = session.get("visits").await.map_err(|error| error.to_string())?.unwrap_or(0_u32) + 1;
    session.insert("visits", visits).await.map_err(|error| error.to_string())?;
    Ok(format!("Hello, {}! You have seen this page {visits} times.", user.name))
}

async fn gift(RecentlyVerified(user): RecentlyVerified<120>) -> String {
    format!("{} gave a flower.", user.name)
}

/// Keeps the token of the passkey's session in the session of the request.
struct InSession;

const KEY: &str = "passkey-session";

fn session(request: &Parts) -> Result<&Session, Failure> {
    request.extensions.get().ok_or_else(|| Failure::new("the layer of tower-sessions is missing"))
}

impl Sessions for InSession {
    async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
        let text: Option<String> = session(request)?.get(KEY).await.map_err(Failure::new)?;
        Ok(text.and_then(|text| Token::parse(text.as_bytes())))
    }

    async fn begin(&self, request: &Parts, begun: Begun<'_>, _: &mut HeaderMap) -> Result<(), Failure> {
        let session = session(request)?;
        // A session that an attacker fixed before the sign-in gets another name.
        session.cycle_id().await.map_err(Failure::new)?;
        session.insert(KEY, begun.token.text()).await.map_err(Failure::new)
    }

    async fn end(&self, request: &Parts, _: &mut HeaderMap) -> Result<(), Failure> {
        session(request)?.flush().await.map_err(Failure::new)
    }
}
