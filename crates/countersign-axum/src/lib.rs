//! Passkeys for axum applications.
