//! The JSON that a relying party sends to the browser: creation and request options
//! ([section 5.1.8](https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON) and
//! [section 5.1.9](https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON)).
//!
//! These are plain dictionaries: their members are public fields with the specification's names. In JSON:
//! - bytes are strict base64url;
//! - an empty list, an absent option, empty `extensions` and `requireResidentKey: false` are omitted, since absence
//!   means the same; `attestation` and `userVerification` are always written;
//! - a member that is absent or `null` has its default, unknown members pass, unknown values are kept; a known member
//!   that occurs twice, and a dictionary that is not a JSON object, are rejected.
//!
//! ```
//! use countersign_types::options::RequestOptions;
//! let options = RequestOptions::new([1; 16].as_slice());
//! let text = serde_json::to_string(&options)?;
//! assert_eq!(text, r#"{"challenge":"AQEBAQEBAQEBAQEBAQEBAQ","userVerification":"preferred"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod creation;
mod descriptor;
pub(crate) mod dictionary;
mod entities;
pub(crate) mod parameters;
mod request;
mod selection;

pub use creation::CreationOptions;
pub use descriptor::CredentialDescriptor;
pub use entities::{RpEntity, UserEntity};
pub use parameters::CredentialParameters;
pub use request::RequestOptions;
pub use selection::AuthenticatorSelection;
