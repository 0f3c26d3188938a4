//! Passkeys from zero, on <http://localhost:8080>: the program of `docs/guide/passkeys.md`.

#![allow(clippy::print_stdout, reason = "the program prints its address")]

use std::error::Error;

use countersign_guide::{app, passkeys};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = rusqlite::Connection::open("passkeys.sqlite")?;
    let app = app::router(passkeys::Passkeys::new("localhost", "http://localhost:8080", connection)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("http://localhost:8080");
    axum::serve(listener, app).await?;
    Ok(())
}
