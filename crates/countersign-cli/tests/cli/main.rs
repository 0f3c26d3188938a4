//! The program, run as a person runs it.

// The same passkey that the server's own tests use.
#[path = "../../../countersign-server/tests/http/authenticator.rs"]
#[allow(dead_code, reason = "the server's own tests use all of it")]
mod authenticator;
#[cfg(feature = "fetch")]
#[allow(dead_code, reason = "the server's own tests use all of it")]
#[path = "../../../countersign-server/tests/http/https.rs"]
mod https;
mod metadata;
#[cfg(unix)]
mod operating;
#[cfg(unix)]
mod output;
mod program;
mod starting;
#[cfg(unix)]
mod surviving;
