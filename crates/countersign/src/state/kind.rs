//! What the states of all ceremonies have in common.

use countersign_types::{Timestamp, UserHandle};

use super::{AuthenticationState, RegistrationState};
use crate::{single_use::CeremonyId, step_up::BoundAuthenticationState};

/// The state of a ceremony that was started, of whichever kind. Only this crate's states are.
pub trait CeremonyState: sealed::Sealed {
    /// What a store remembers the ceremony by, so that it is used once.
    fn ceremony(&self) -> CeremonyId;

    /// When it can't be finished any more.
    fn expires_at(&self) -> Timestamp;
}

pub(crate) mod sealed {
    use countersign_types::UserHandle;
    use serde::{Serialize, de::DeserializeOwned};

    /// What only this crate needs to know.
    pub trait Sealed: Serialize + DeserializeOwned {
        /// The kind of ceremony, in sealed tokens: each its own, for ever.
        const KIND: u8;

        fn user(&self) -> Option<&UserHandle>;

        fn rp_id(&self) -> &str;
    }
}

macro_rules! states {
    ($($state:ident $kind:literal: $self:ident => $inner:expr, $user:expr;)+) => {
        $(
            impl CeremonyState for $state {
                fn ceremony(&self) -> CeremonyId {
                    let $self = self;
                    CeremonyId::of_challenge(&$inner.challenge)
                }

                fn expires_at(&self) -> Timestamp {
                    let $self = self;
                    $inner.expires_at
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
            }
        )+
    };
}

states! {
    RegistrationState 1: state => state, Some(&state.user);
    AuthenticationState 2: state => state, state.user.as_ref();
    BoundAuthenticationState 3: state => state.state(), state.state().user.as_ref();
}
