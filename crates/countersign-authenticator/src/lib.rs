//! For tests: a software authenticator and browser client for [Web Authentication](https://www.w3.org/TR/webauthn-3/).
//!
//! [`Client`] is the browser, and [`Authenticator`] holds the keys. They take a relying party's options and return the
//! JSON of `toJSON()`: the same bytes for the same seed and options. They support every algorithm and every attestation
//! format, with certificate authorities of their own. Nothing here verifies anything, and nothing is secret.
//!
//! ```
//! use countersign_authenticator::{Authenticator, Client, types::{CreationOptions, RequestOptions}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("https://example.org");
//! let mut authenticator = Authenticator::platform("a seed");
//!
//! // Options as JSON, from a relying party in any language. The crate `countersign` returns these types.
//! let options: CreationOptions = serde_json::from_str(r#"{
//!     "rp": {"id": "example.org", "name": "Example"},
//!     "user": {"id": "AQI", "name": "jo@example.org", "displayName": "Jo"},
//!     "challenge": "AAECAwQFBgcICQoLDA0ODw",
//!     "pubKeyCredParams": [{"type": "public-key", "alg": -7}]
//! }"#)?;
//! let registration = client.create(&options, &mut authenticator)?;
//!
//! let options: RequestOptions =
//!     serde_json::from_str(r#"{"rpId": "example.org", "challenge": "Dw4NDAsKCQgHBgUEAwIBAA"}"#)?;
//! let authentication = client.get(&options, &mut authenticator)?;
//! assert_eq!(authentication.credential_id(), registration.credential_id());
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
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

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

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
