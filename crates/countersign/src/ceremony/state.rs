//! What a relying party remembers between `start` and `finish`.

pub(crate) mod authentication;
pub(crate) mod common;
pub(crate) mod form;
pub(crate) mod kind;
pub(crate) mod registration;

pub use authentication::AuthenticationState;
pub use form::StateError;
pub use kind::CeremonyState;
pub use registration::RegistrationState;

#[cfg(test)]
mod tests;
