//! An application with passkeys on SQLite, at <http://localhost:8080>.
//!
//! Users create accounts, sign in, and have several passkeys each. What only a user may do who was verified a moment ago
//! asks for a passkey again. The page is `app/page.html`.
//!
//! ```sh
//! cargo run --package countersign-axum --example sqlite
//! ```

use std::error::Error;

use axum::{
    Router,
    response::Html,
    routing::{get, post},
};
use countersign::{Policy, RelyingParty};
use countersign_axum::{Passkeys, RecentlyVerified, SignedIn};
use countersign_store::sqlite::SqliteStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app("http://localhost:8080", SqliteStore::open("passkeys.sqlite3")?)?;
    let listener = tokio::net::TcpListener::bind("localhost:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

pub(crate) fn app(origin: &str, store: SqliteStore) -> Result<Router, Box<dyn Error>> {
    // Users are verified at each sign-in, so that a passkey is all they need.
    let party = RelyingParty::builder("localhost", "Example").origin(origin).policy(Policy::passkeys());
    let passkeys = Passkeys::builder(party, store).build()?;
    Ok(Router::new()
        .route("/", get(|| async { Html(include_str!("app/page.html")) }))
        .route("/greeting", get(greeting))
        .route("/gift", post(gift))
        // Pages of other sites can't send what is above and changes something.
        .layer(passkeys.origin_check())
        .nest("/passkeys", passkeys.routes())
        .merge(passkeys.well_known())
        .layer(passkeys.layer()))
}

/// For users who have signed in.
async fn greeting(SignedIn(session): SignedIn) -> String {
    format!("Hello, {}!", session.name)
}

/// For users who were verified in the last two minutes.
async fn gift(RecentlyVerified(session): RecentlyVerified<120>) -> String {
    format!("{} gave a flower.", session.name)
}
