//! From start to finish: what a ceremony asks for, the state that is kept meanwhile, and the steps that decide on the
//! response.
//!
//! A ceremony runs for a relying party and yields a record and what can be said of it. Nothing here knows of what happens to
//! stored credentials before or afterwards.

pub(crate) mod authentication;
pub(crate) mod challenge;
pub(crate) mod checks;
pub(crate) mod entropy;
pub mod extensions;
pub(crate) mod finish_options;
pub(crate) mod registration;
pub(crate) mod request;
#[cfg(feature = "sealed")]
pub mod sealed;
pub(crate) mod session;
pub(crate) mod single_use;
pub(crate) mod start;
pub(crate) mod start_error;
pub(crate) mod state;
pub(crate) mod step_up;

pub use authentication::factor::AdditionalFactor;
pub use authentication::outcome::Authenticated;
pub use authentication::prepared::PreparedCredential;
pub use authentication::record_lookup::RecordLookup;
pub use challenge::{CHALLENGE_MAX, CHALLENGE_MIN, Challenge, ChallengeLengthError};
pub use entropy::{Entropy, EntropyError, new_user_handle};
pub use finish_options::FinishOptions;
pub use registration::outcome::{CredentialIdStatus, Registered};
pub use request::{AuthenticationRequest, RegistrationRequest};
pub use session::RecentSession;
pub use single_use::{
    AlreadyUsedError, CeremonyId, Consumption, OneProcessSingleUse, OneProcessSingleUseFullError, SingleUse,
    SpendError, Unspent,
};
pub use start_error::{CREDENTIAL_LIST_MAX, StartError};
pub use state::{AuthenticationState, CeremonyState, RegistrationState, StateError};
pub use step_up::BoundAuthenticationState;
