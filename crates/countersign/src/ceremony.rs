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
pub(crate) mod parts;
pub(crate) mod registration;
pub(crate) mod request;
#[cfg(feature = "sealed")]
pub mod sealed;
pub(crate) mod session;
pub(crate) mod single_use;
pub(crate) mod state;
pub(crate) mod step_up;

pub use authentication::{
    factor::AdditionalFactor,
    outcome::Authenticated,
    prepared::{AuthenticatedRef, PreparedCredential},
};
pub use challenge::{CHALLENGE_MAX, CHALLENGE_MIN, Challenge, ChallengeLength};
pub use entropy::{Entropy, EntropyUnavailable, new_user_handle};
pub use registration::outcome::{CredentialIdStatus, Registered};
pub use request::{Accounts, AuthenticationRequest, CREDENTIAL_LIST_MAX, RegistrationRequest, StartError};
pub use session::RecentSession;
pub use single_use::{
    AlreadyUsed, CeremonyId, Consumption, OneProcessSingleUse, OneProcessSingleUseFull, SingleUse,
    SpendError, Unspent,
};
pub use state::{AuthenticationState, CeremonyState, RegistrationState, StateError};
pub use step_up::BoundAuthenticationState;
