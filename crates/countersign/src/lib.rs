//! The server side of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/): make options for a browser,
//! and decide whether what comes back is genuine.
//!
//! Both flows, with the software authenticator of `countersign-authenticator` in place of a browser:
//!
//! ```
//! use countersign::{
//!     AuthenticationRequest, AuthenticationResponse, CredentialIdStatus, Policy, RegistrationRequest,
//!     RegistrationResponse, RelyingParty, Timestamp, User, ceremony::new_user_handle,
//! };
//! use countersign_authenticator::{Authenticator, Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (browser, mut passkeys) = (Client::new("https://example.org"), Authenticator::platform("a seed"));
//!
//! // Time and randomness are arguments.
//! let now = Timestamp::from(std::time::SystemTime::now());
//! let rp = RelyingParty::builder("example.org", "Example")
//!     .origin("https://example.org")
//!     .policy(Policy::passkeys()) // the default: users are verified
//!     .build()?;
//!
//! // A new passkey: send the options as JSON, keep the state, hand it to `finish` with what comes back.
//! let user = User::new(new_user_handle(&mut getrandom::fill)?, "jo@example.org", "Jo");
//! let (options, state) = rp.start_registration(RegistrationRequest::new(&user), &mut getrandom::fill, now)?;
//! let json = browser.create_json(&options, &mut passkeys)?;
//! let response = RegistrationResponse::from_json(json.as_bytes())?;
//! // Does your store have `response.credential_id()` already?
//! let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, now)?;
//! let mut record = registered.into_credential();
//!
//! // Signing in with it, whoever it is.
//! let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), &mut getrandom::fill, now)?;
//! let json = browser.get_json(&options, &mut passkeys)?;
//! let response = AuthenticationResponse::from_json(json.as_bytes())?;
//! // What does your store have for `response.credential_id()`?
//! let authenticated = rp.finish_authentication(state, &response, &record, now)?;
//! let (user, update) = authenticated.user_and_update();
//! record.apply(update)?; // and store it, if the stored record is still the same
//! assert_eq!(user, record.user_handle());
//! # Ok(())
//! # }
//! ```
//!
//! The guides in the repository's `docs/guide` go on from here: a whole program, second factors, attested authenticators,
//! native apps, migration, step-up and recovery.
//!
//! What is demanded is one value, a [`Policy`]: [`Policy::passkeys`], [`Policy::second_factor`] or [`Policy::attested`], changed by
//! its `with_…` methods, stored as JSON if need be, and handed over with [`RelyingPartyBuilder::policy`]. Demands that clash, an
//! RP ID that is a public suffix, and origins that can't use the RP ID are refused by [`RelyingPartyBuilder::build`], with a
//! sentence; [`RelyingParty::warnings`] lists what works and is probably not meant.
//!
//! What a relying party must not forget is not optional here. The state of a ceremony holds the challenge, the kind, the
//! user, the RP ID and the expiry, and `finish_…` takes it by value. The record's owner is checked. There is no way to an
//! [`Authenticated`] but through all the steps of
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).
//!
//! Beyond the two flows:
//!
//! | for | see |
//! | --- | --- |
//! | what happened at each step, for logs and support, and what deviated and was accepted | [`ceremony::FinishOptions::with_report`], [`report::Report`] |
//! | confirming one thing, such as a payment | [`RelyingParty::start_bound_authentication`] |
//! | servers that keep no state between `start` and `finish` | the module `ceremony::sealed`, with the feature of this name |
//! | challenges from elsewhere, and storage that does not remove a state as it reads it | [`RelyingParty::expect_registration`], [`RelyingParty::expect_authentication`], [`ceremony::Unspent`], [`ceremony::SingleUse`] |
//! | several relying parties of one RP ID, as for sign-in and step-up | [`RelyingPartyBuilder::purpose`] |
//! | credentials registered with another library, or with U2F | [`lifecycle::Import`] |
//! | what a store must do at once or not at all, and a kit that tries one | [`record::store`]; the module `store_kit`, with the feature `store-kit` |
//! | attestations judged again by what is known later | [`lifecycle::Reassessor`], [`CredentialRecord::flag`] |
//! | user names that nobody has, at a sign-in that begins with one | [`lifecycle::Decoys`] |
//! | telling authenticators of removed credentials and new names | [`RelyingParty::signal_all_accepted_credentials`] and the two beside it |
//! | public keys that are parsed once | [`RelyingParty::prepare`], [`CredentialRecord::with_key`] |
//! | a record that changed while an authentication was verified | [`Authenticated::update_for`] |
//!
//! The crate reads no clock and no random numbers, opens no socket and stores nothing: all of that comes in as arguments.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

pub mod ceremony;
pub mod lifecycle;
pub mod record;
pub mod relying_party;
pub mod report;
#[cfg(any(test, feature = "store-kit"))]
pub mod store_kit;
#[cfg(test)]
mod test_ceremony;

pub use countersign_attestation as attestation;
pub use countersign_cose as cose;
pub use countersign_types as types;

pub use ceremony::*;
pub use countersign_types::{
    AuthenticationResponse, Code, CredentialId, RegistrationResponse, Timestamp, UserHandle,
};

pub use ceremony::{
    Authenticated, AuthenticationRequest, AuthenticationState, CredentialIdStatus, Registered,
    RegistrationRequest, RegistrationState, StartError,
};
pub use record::{CredentialRecord, CredentialUpdate};
pub use relying_party::{ConfigurationError, RelyingParty, RelyingPartyBuilder, User, policy::Policy};
pub use report::Error;

/// The documents' examples, compiled as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
