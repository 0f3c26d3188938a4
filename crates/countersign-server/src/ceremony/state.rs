//! What is stored between the start of a ceremony and its finish.

use countersign::{Code, RegistrationState, ceremony::BoundAuthenticationState};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{act::Act, response_rejection::ResponseRejection};

/// The state of a new account's registration. Its name is free until the registration is finished.
#[derive(Serialize, Deserialize)]
pub(super) struct NewAccount {
    pub(super) name: String,
    pub(super) registration: RegistrationState,
}

/// The state of the confirmation of an act.
#[derive(Serialize, Deserialize)]
pub(super) struct StepUp {
    pub(super) act: Act,
    /// The public ID of the session.
    pub(super) session: String,
    pub(super) authentication: BoundAuthenticationState,
}

/// Reads a stored state. Another version of this program may have written it.
pub(super) fn read<T: DeserializeOwned>(state: &str) -> Result<T, ResponseRejection> {
    serde_json::from_str(state)
        .map_err(|error| ResponseRejection::of_code(Code::StateInvalid, error.to_string()))
}
