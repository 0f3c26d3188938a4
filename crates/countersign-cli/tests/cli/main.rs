//! The program, run as a person runs it.

// The same passkey that the server's own tests use.
#[path = "../../../countersign-server/tests/http/authenticator.rs"]
mod authenticator;
mod metadata;
mod program;
mod starting;
#[cfg(unix)]
mod surviving;
