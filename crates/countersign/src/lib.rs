//! The server side of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/): creates options for the browser and
//! verifies its responses.
//!
//! ```
//! use std::error::Error;
//! use countersign::{
//!     AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialRecord, CredentialUpdate,
//!     RelyingParty, Timestamp, UserHandle, ceremony::Entropy,
//! };
//!
//! fn relying_party() -> Result<RelyingParty, Box<dyn Error>> {
//!     Ok(RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?)
//! }
//!
//! /// The JSON goes to `navigator.credentials.get()`; the state stays on the server.
//! fn start(rp: &RelyingParty, rng: &mut impl Entropy, now: Timestamp) -> Result<(String, AuthenticationState), Box<dyn Error>> {
//!     let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), rng, now)?;
//!     Ok((serde_json::to_string(&options)?, state))
//! }
//!
//! /// `body` is the JSON of the browser's response; `find` and `store` are the database.
//! fn finish(
//!     rp: &RelyingParty,
//!     state: AuthenticationState,
//!     body: &[u8],
//!     find: impl Fn(&AuthenticationResponse) -> Option<CredentialRecord>,
//!     store: impl Fn(&CredentialUpdate) -> Result<(), Box<dyn Error>>,
//!     now: Timestamp,
//! ) -> Result<UserHandle, Box<dyn Error>> {
//!     let response = AuthenticationResponse::from_json(body)?;
//!     let authenticated = rp.finish_authentication(state, &response, find(&response).as_ref(), now)?;
//!     let (user, update) = authenticated.user_and_update();
//!     store(update)?; // fails if the record is no longer `update.previous`
//!     Ok(user.clone())
//! }
//! # assert!(relying_party().is_ok());
//! ```
//!
//! Registration has the same shape: [`RelyingParty::start_registration`] and [`RelyingParty::finish_registration`]. The
//! repository's README shows both, and the guides in `docs/guide` go on from there.
//!
//! # The pieces
//!
//! - [`RelyingParty`]: the configuration, built once with [`RelyingParty::builder`] and shared.
//! - [`Policy`]: the requirements on credentials and responses: a preset, changed by its `with_…` methods, stored as JSON.
//! - [`RegistrationRequest`], [`AuthenticationRequest`]: what a ceremony asks for. Starting one gives options and a state.
//! - [`RegistrationState`], [`AuthenticationState`]: challenge, user, RP ID and expiry. Finishing takes it by value.
//! - [`Registered`], [`Authenticated`]: the outcomes. The only way to one is through every step of the specification.
//! - [`CredentialRecord`], [`CredentialUpdate`]: what to store, and how an authentication changes it.
//!
//! The wings are modules, each of which uses only those before it: [`record`], [`report`], [`relying_party`], [`ceremony`],
//! [`lifecycle`], [`store`]. The crates below are re-exported as [`types`], [`cose`] and [`attestation`].
//!
//! # What you must do
//!
//! - Keep the state on the server, bound to the browser's session, and remove it before finishing: it works once.
//! - Store a new record only if no account has its credential ID.
//! - Store the update of every authentication, only in place of the record it was verified against.
//! - Pass the current time, and random bytes that are fit for keys.
//! - Serve the pages over HTTPS, without scripts of others.
//! - If a sign-in begins with a user name, answer errors with [`Error::public_code`].
//!
//! # Tasks
//!
//! | task | see |
//! | --- | --- |
//! | log what happened at each step | [`ceremony::FinishOptions::with_report`], [`report::Report`] |
//! | confirm one thing, such as a payment | [`RelyingParty::start_bound_authentication`] |
//! | keep no state on the server | `ceremony::sealed`, with the feature `sealed` |
//! | accept challenges from elsewhere | [`RelyingParty::expect_authentication`], [`ceremony::SingleUse`] |
//! | have several policies for one RP ID | [`RelyingPartyBuilder::purpose`] |
//! | require attested authenticators | [`Policy::attested`], [`RelyingPartyBuilder::trust_anchors`] |
//! | reject RP IDs that are public suffixes | [`RelyingPartyBuilder::public_suffixes`] |
//! | find unintended settings | [`RelyingParty::warnings`] |
//! | import credentials from other libraries or U2F | [`lifecycle::Import`] |
//! | write a store, and test it | [`store`]; `store_kit`, with the feature `store-kit` |
//! | assess attestations again later | [`lifecycle::Reassessor`], [`CredentialRecord::flag`] |
//! | hide which user names exist | [`lifecycle::Decoys`] |
//! | signal removed credentials and new names | [`RelyingParty::signal_all_accepted_credentials`] |
//! | parse a public key once | [`RelyingParty::prepare`], [`CredentialRecord::with_key`] |
//! | handle a record that changed meanwhile | [`Authenticated::update_for`] |
//!
//! # Examples
//!
//! Programs to copy from, in [`examples`](https://github.com/countersign/countersign/tree/main/crates/countersign/examples):
//! `cargo run --package countersign --example passkeys`.
//!
//! | example | shows |
//! | --- | --- |
//! | [`passkeys`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/passkeys.rs) | registration and sign-in, with a store in memory |
//! | [`second_factor`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/second_factor.rs) | a security key after a password |
//! | [`attested`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/attested.rs) | authenticators of one vendor and model only |
//! | [`step_up`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/step_up.rs) | confirming a payment |
//! | [`migrate_simplewebauthn`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/migrate_simplewebauthn.rs) | a table of `SimpleWebAuthn` |
//! | [`migrate_go_webauthn`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/migrate_go_webauthn.rs) | a table of go-webauthn |
//! | [`migrate_webauthn_rs`](https://github.com/countersign/countersign/blob/main/crates/countersign/examples/migrate_webauthn_rs.rs) | a table of webauthn-rs, with the feature `jwk` |
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `rust-crypto` (default) | the backend in plain Rust |
//! | `aws-lc` | `Verifiers::aws_lc()`: several times as fast; needs a C compiler |
//! | `graviola` | `Verifiers::graviola()`: several times as fast for ECDSA and RSA, on 64-bit x86 and ARM; needs Rust 1.89 |
//! | `ed448` | Ed448 in the backend in plain Rust |
//! | `jwk` | keys from and to JSON Web Keys |
//! | `psl` | `relying_party::PublicSuffixList` |
//! | `rows` | `lifecycle::ImportedRow`: credentials as other libraries store them in JSON |
//! | `sealed` | `ceremony::sealed`: states as encrypted tokens |
//! | `store-kit` | `store_kit`: tests for a store of your own |
//! | `vendor-roots` | `attestation::roots`: root certificates of vendors |
//!
//! # Relation to the specification
//!
//! Steps are those of sections [7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), in order, numbered as in the editor's draft of
//! 2026-07-30 and cited by anchor: see [`report::RegistrationStep`] and [`report::AuthenticationStep`].
//!
//! # Errors
//!
//! An [`Error`] has a stable word ([`Error::code`]), the failed step ([`Error::step`]) and the details ([`Error::kind`]).
//! [`ConfigurationError`] and [`StartError`] are mistakes of the caller; [`ResponseError`] says that a response can't be
//! parsed. The crate reads no clock and no random bytes, opens no socket and stores nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

#[macro_use]
mod accessors;
pub mod ceremony;
pub mod lifecycle;
pub mod record;
pub mod relying_party;
pub mod report;
pub mod store;
#[cfg(any(test, feature = "store-kit"))]
pub mod store_kit;
#[cfg(test)]
mod test_ceremony;

pub use countersign_attestation as attestation;
pub use countersign_cose as cose;
pub use countersign_types as types;

pub use countersign_types::{
    AuthenticationResponse, Code, CredentialId, RegistrationResponse, Timestamp, UserHandle,
    response::ResponseError,
};

pub use ceremony::{
    Authenticated, AuthenticationRequest, AuthenticationState, CredentialIdStatus, Registered,
    RegistrationRequest, RegistrationState, StartError,
};
pub use record::{CredentialRecord, CredentialUpdate};
pub use relying_party::{ConfigurationError, RelyingParty, RelyingPartyBuilder, User, policy::Policy};
pub use report::Error;

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "rust-crypto"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
