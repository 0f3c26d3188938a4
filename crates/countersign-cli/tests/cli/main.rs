//! The program, run like a user runs it.

// The passkey of the server's tests.
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
