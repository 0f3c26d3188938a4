//! Passkeys from zero, on <http://localhost:8080>: the program of `docs/guide/passkeys.md`.

#![allow(clippy::print_stdout, reason = "the program prints its address")]

use std::error::Error;

use countersign_guide::{app, passkeys::Passkeys};

/// The domain of the passkeys. It can't be changed later without losing all of them.
const RP_ID: &str = "localhost";
/// The address of the page.
const ORIGIN: &str = "http://localhost:8080";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let database = rusqlite::Connection::open("passkeys.sqlite3")?;
    let app = app::router(Passkeys::new(RP_ID, ORIGIN, database)?, ORIGIN);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("{ORIGIN}");
    axum::serve(listener, app).await?;
    Ok(())
}
