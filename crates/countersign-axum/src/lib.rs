//! Passkeys for axum applications.

pub mod client;
