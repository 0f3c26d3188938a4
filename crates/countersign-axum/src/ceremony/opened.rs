//! Sealed states that come back from clients.

use countersign::ceremony::sealed::{Bearer, KeyRing, OpenError};
use countersign::ceremony::{
    AlreadyUsedError, BoundAuthenticationState, CeremonyId, CeremonyState, Consumption,
};
use countersign::store::AHEAD_SECONDS;
use countersign::{AuthenticationState, Code, RegistrationState, RelyingParty, Timestamp};

use super::attached::Attached;
use super::finish::{Ceremony, FinishRequest};
use crate::app::App;
use crate::operation_error::{Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};

/// A ceremony whose sealed state was opened.
pub(crate) struct Opened {
    /// The keys that opened it.
    ring: KeyRing,
    pub(crate) ceremony: CeremonyId,
    /// The last second in which it can be finished.
    pub(crate) until: Timestamp,
    pub(crate) attached: Attached,
}

impl App {
    /// Opens a sealed state that this browser got for this kind of ceremony.
    pub(super) async fn open(&self, finish: &FinishRequest, now: Timestamp) -> Result<Opened> {
        let ring = self.keys.ring(&*self.store, &mut self.entropy(), now).await?;
        let (ring, opened) = match self.open_with(&ring, finish, Bearer::Anonymous, now) {
            Err(OpenError::UnknownKey(_)) => {
                let ring = self.keys.renewed_ring(&*self.store, &mut self.entropy(), now).await?;
                let opened = self.open_with(&ring, finish, Bearer::Anonymous, now);
                (ring, opened)
            }
            opened => (ring, opened),
        };
        let (ceremony, expires_at, attached) = opened.map_err(ResponseRejection::from)?;
        let attached: Attached = serde_json::from_slice(&attached)
            .map_err(|error| ResponseRejection::of_code(Code::StateInvalid, error.to_string()))?;
        if attached.kind != finish.kind() {
            return Err(ResponseRejection::of_code(Code::StateInvalid, "another kind of ceremony").into());
        }
        if finish.browser.is_none_or(|browser| !attached.is_of(&browser)) {
            return Err(Rejection::OtherBrowser.into());
        }
        self.open_with(&ring, finish, bearer(finish), now).map_err(ResponseRejection::from)?;
        let until = attached.until().map_or(expires_at, |until| until.min(expires_at));
        // Started while the clock was ahead, it would live that much longer.
        if until < now || attached.started_at() > now.plus_seconds(AHEAD_SECONDS) {
            return Err(Rejection::CeremonyOver.into());
        }
        Ok(Opened { ring, ceremony, until, attached })
    }

    /// The name, the end and the attached data of a ceremony, if the token is one of its kind and the bearer's.
    fn open_with(
        &self,
        ring: &KeyRing,
        finish: &FinishRequest,
        bearer: Bearer<'_>,
        now: Timestamp,
    ) -> Result<(CeremonyId, Timestamp, Vec<u8>), OpenError> {
        macro_rules! read {
            ($state:ty, $party:expr) => {{
                let opened = ring.open::<$state>($party, &finish.token, bearer, now)?;
                Ok((opened.state.ceremony(), opened.state.expires_at(), opened.attached))
            }};
        }
        match finish.ceremony {
            Ceremony::Account(_) | Ceremony::Credential(_) | Ceremony::Recovery(_) => {
                read!(RegistrationState, &self.accounts)
            }
            Ceremony::Session(_) => read!(AuthenticationState, &self.accounts),
            Ceremony::StepUp(_) => read!(BoundAuthenticationState, &self.step_up),
        }
    }
}

impl Opened {
    /// The state, to be judged. The transaction that stores the outcome decides whether the ceremony was used before.
    pub(super) fn state<S: CeremonyState>(
        &self,
        party: &RelyingParty,
        finish: &FinishRequest,
        now: Timestamp,
    ) -> Result<S, ResponseRejection> {
        let opened = self.ring.open::<S>(party, &finish.token, bearer(finish), now)?;
        let state = opened.state.spent(Consumption::First);
        state.map_err(|AlreadyUsedError| Reason::Code(Code::ChallengeExpired).into())
    }
}

fn bearer(finish: &FinishRequest) -> Bearer<'_> {
    finish.caller().map_or(Bearer::Anonymous, |caller| Bearer::Account(&caller.account))
}
