//! For tests: a software authenticator and browser client for [Web Authentication](https://www.w3.org/TR/webauthn-3/).
//!
//! [`Client`] is the browser, and [`Authenticator`] holds the keys. They take a relying party's options and return the
//! JSON of `toJSON()`: the same bytes for the same seed and options. They support every algorithm and every attestation
//! format, with certificate authorities of their own. Nothing here verifies anything, and nothing is secret.
//!
//! ```
//! use countersign::{
//!     AuthenticationRequest, CredentialIdStatus, RegistrationRequest, RelyingParty, Timestamp, User, UserHandle,
//! };
//! use countersign_authenticator::{Authenticator, Client};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut entropy = |buffer: &mut [u8]| -> Result<(), std::convert::Infallible> { buffer.fill(7); Ok(()) };
//! # let now = Timestamp::from_unix_seconds(1_767_225_600);
//! let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
//! let client = Client::new("https://example.org");
//! let mut authenticator = Authenticator::platform("a seed");
//!
//! let user = User::new(UserHandle::new([1; 16]).expect("16 bytes"), "jo@example.org", "Jo");
//! let (options, state) = rp.start_registration(RegistrationRequest::new(&user), &mut entropy, now)?;
//! let response = client.create(&options, &mut authenticator)?;
//! let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, now)?;
//!
//! let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy, now)?;
//! let response = client.get(&options, &mut authenticator)?;
//! let record = registered.into_credential();
//! rp.finish_authentication(state, &response, Some(&record), now)?;
//! # Ok(())
//! # }
//! ```
//!
//! # The pieces
//!
//! - [`Client`] and [`Authenticator`] run ceremonies; [`Attestation`] and [`Attester`] choose the attestation.
//! - [`Change`] changes one thing in a response. Later stages, signatures included, use the changed value.
//! - [`Fault`] is a named fault, with the rules that it breaks and the right code; [`Fault::all`] lists every one.
//! - [`Profile`] is the behaviour of a real device or browser, with the decision of default settings.
//! - [`Scenario`] is a complete exchange; [`AuthenticatorDataDraft`], [`Envelope`], [`PrivateKey`] and [`Cbor`] write a
//!   response part by part.
//! - [`certificate`] and [`der`] write certificates and revocation lists; [`BlobSigner`] signs FIDO metadata.
//!
//! # Features
//!
//! `ed448` adds Ed448 keys, whose library has no release yet.

#![cfg_attr(docsrs, feature(doc_cfg))]
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

mod attestation;
mod authenticator;
mod blob;
mod cbor;
pub mod certificate;
mod change;
mod client;
mod credential;
pub mod der;
mod extensions;
mod fault;
mod generator;
mod members;
mod private_key;
mod profile;
mod response;
mod scenario;

pub use countersign_types as types;

pub use attestation::{
    Attestation,
    android_key::description::{Authorizations, KeyDescription},
    attester::Attester,
    draft::{AttestationDraft, IssuerRole, SignerRole},
    tpm::structures::{CertifyInfo, PublicArea},
};
pub use authenticator::{Authenticator, Backup, Counter, UserVerification};
pub use blob::{BlobSigner, METADATA_HOST};
pub use cbor::Cbor;
pub use certificate::{
    authority::CertificateAuthority, draft::CertificateDraft, parts::Attribute,
    revocation::RevocationListDraft,
};
pub use change::Change;
pub use client::{CeremonyError, Client, Frame};
pub use countersign_cose::Algorithm;
pub use credential::CredentialKind;
pub use fault::definition::{Ceremony, Fault};
pub use generator::Generator;
pub use members::Members;
pub use private_key::{PrivateKey, rsa_key::RsaKey};
pub use profile::{Profile, Verdict};
pub use response::{AttestedCredentialDraft, AuthenticatorDataDraft, Envelope, attestation_object, flags};
pub use scenario::{
    APP_ID, Creation, Demand, Exchange, ExchangeStep, Format, Framing, NOW, ORIGIN, RP_ID, Scenario, SignIn,
    TOP_ORIGIN, Trust, Verification,
};
