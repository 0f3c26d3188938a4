//! The trait of the states of all ceremonies.

use countersign_types::{Timestamp, UserHandle};

use crate::ceremony::state::form::{AnyState, StateError};
use crate::ceremony::state::{authentication::AuthenticationState, registration::RegistrationState};
use crate::ceremony::{single_use::ceremony_id::CeremonyId, step_up::BoundAuthenticationState};

/// The state of a started ceremony of any kind. The trait is sealed.
pub trait CeremonyState: sealed::Sealed {
    /// The identifier of the ceremony, by which a store ensures that it is used once.
    fn ceremony(&self) -> CeremonyId;

    /// The time after which the ceremony can't be finished.
    fn expires_at(&self) -> Timestamp;

    /// Parses the JSON that serde wrote of a state of this kind. The code of an error is `state-invalid`, also for a
    /// state of another kind.
    ///
    /// ```
    /// # use countersign::{
    /// #     AuthenticationRequest, AuthenticationState, Code, RegistrationState, RelyingParty, Timestamp,
    /// #     ceremony::CeremonyState as _,
    /// # };
    /// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
    /// # let now = Timestamp::from_unix_seconds(0);
    /// let request = AuthenticationRequest::discoverable();
    /// let (_, state) = rp.start_authentication(request, &mut getrandom::fill, now)?;
    /// let kept = serde_json::to_string(&state)?;
    /// assert!(AuthenticationState::from_json(kept.as_bytes()).is_ok());
    /// let error = RegistrationState::from_json(kept.as_bytes()).unwrap_err();
    /// assert_eq!(error.code(), Code::StateInvalid);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from_json(json: &[u8]) -> Result<Self, StateError>
    where
        Self: Sized;
}

pub(crate) mod sealed {
    use countersign_types::UserHandle;
    use serde::{Serialize, de::DeserializeOwned};

    /// Implementation details, hidden to seal the trait.
    pub trait Sealed: Serialize + DeserializeOwned {
        /// The kind of ceremony, in sealed tokens. A number is never used for another kind.
        const KIND: u8;

        fn user(&self) -> Option<&UserHandle>;

        fn rp_id(&self) -> &str;

        fn purpose(&self) -> &str;
    }
}

macro_rules! states {
    ($($state:ident $kind:literal: $self:ident => $inner:expr, $user:expr, $read:ident;)+) => {
        $(
            impl CeremonyState for $state {
                fn ceremony(&self) -> CeremonyId {
                    let $self = self;
                    CeremonyId::of_challenge($inner.challenge.as_bytes())
                }

                fn expires_at(&self) -> Timestamp {
                    let $self = self;
                    $inner.expires_at
                }

                fn from_json(json: &[u8]) -> Result<Self, StateError> {
                    serde_json::from_slice::<AnyState>(json).map_err(|_| StateError::Unreadable)?.$read()
                }
            }

            impl sealed::Sealed for $state {
                const KIND: u8 = $kind;

                fn user(&self) -> Option<&UserHandle> {
                    let $self = self;
                    $user
                }

                fn rp_id(&self) -> &str {
                    let $self = self;
                    &$inner.rp_id
                }

                fn purpose(&self) -> &str {
                    let $self = self;
                    &$inner.purpose
                }
            }
        )+
    };
}

states! {
    RegistrationState 1: state => state, Some(&state.user), registration;
    AuthenticationState 2: state => state, state.user.as_ref(), authentication;
    BoundAuthenticationState 3: state => state.state(), state.state().user.as_ref(), bound_authentication;
}
