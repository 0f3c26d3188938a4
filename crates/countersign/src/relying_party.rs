//! Who asks, and what for: the relying party's identity, its policy, the origins it accepts, and the builder that checks
//! all of it once.
//!
//! Nothing here uses ceremonies; ceremonies read their requirements from here.

pub(crate) mod appid;
pub(crate) mod blank;
pub(crate) mod builder;
pub(crate) mod configuration_error;
pub(crate) mod origin;
pub(crate) mod party;
pub mod policy;
pub(crate) mod public_suffixes;
pub mod related_origins;
pub(crate) mod user;
pub(crate) mod warnings;

pub use builder::RelyingPartyBuilder;
pub use configuration_error::ConfigurationError;
pub use origin::{OriginRule, Scheme};
pub use party::RelyingParty;
#[cfg(any(test, feature = "psl"))]
pub use public_suffixes::PublicSuffixList;
pub use public_suffixes::PublicSuffixes;
pub use user::User;
pub use warnings::Warning;
