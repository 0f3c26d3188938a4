//! Confirming an act with a passkey: an authentication that is bound to the act, the account and the session, so that
//! a session alone, which may be stolen or left open, neither adds nor removes what opens the account.

use countersign::{
    AuthenticationRequest, AuthenticationResponse, Code, Timestamp, ceremony::BoundAuthenticationState,
    types::RequestOptions,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    Act, Ceremonies, Change, Failure, Finish, Started, descriptors,
    judge::remembered,
    outcome::{Outcome, Refusal},
};
use crate::{
    store::{
        StoreError,
        ceremonies::Kind,
        confirmations,
        credentials::{self, Evidence},
        sessions::{self, Caller},
    },
    token::{self, TokenHash},
};

/// What is remembered between start and finish.
#[derive(Serialize, Deserialize)]
struct Begun {
    act: Act,
    /// The session, by the name that lists have.
    session: String,
    authentication: BoundAuthenticationState,
}

impl Ceremonies {
    /// Starts the confirmation of an act by one of the account's credentials. What would be refused in any case is
    /// refused here.
    pub(crate) async fn start_step_up(
        &self,
        caller: &Caller,
        act: Act,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<RequestOptions>, Failure> {
        let (who, planned) = (caller.clone(), act.clone());
        let existing = self
            .store
            .read(move |db| {
                let session = who.session(db, now)?;
                check(db, &who, &planned)?;
                credentials::list(db, &session.user, Evidence::Left)
            })
            .await?;
        let session = sessions::public_id(&caller.token_hash);
        let data = act.bound_data(&caller.account, &session)?;
        let existing = descriptors(&existing);
        let request = AuthenticationRequest::identified(&caller.account, &existing);
        let (options, authentication) =
            self.step_up.begin_bound_authentication(request, &data, &mut token::fill, now)?;
        let expires_at = authentication.expires_at();
        let state = (serde_json::to_string(&Begun { act, session, authentication })?, expires_at);
        self.open(Kind::StepUp, Some(caller), browser, state, options, now).await
    }

    /// What a good confirmation leads to: the new counter, and that the session confirmed the act.
    pub(super) async fn judge_step_up(
        &self,
        finish: &Finish,
        state: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Change, Failure> {
        let Begun { act, session, authentication } = remembered(state)?;
        if session != sessions::public_id(&caller.token_hash) {
            return Err(Refusal::of_code(Code::StateInvalid, "the ceremony is another session's").into());
        }
        let data = act.bound_data(&caller.account, &session)?;
        let state = serde_json::to_string(&authentication.confirm(&data)?)?;
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let (credential, update) = self.authenticated(&self.step_up, &state, &response, now).await?;
        let (caller, text) = (caller.clone(), act.text()?);
        let browser = finish.presented.browser.ok_or(StoreError::OtherBrowser)?;
        Ok(Change {
            outcome: Outcome::Confirmed { act },
            made: None,
            work: Box::new(move |db| {
                let session = caller.session(db, now)?;
                credentials::record_use(db, credential.record.user_handle(), &update, now)?;
                confirmations::insert(db, &session.token_hash, &browser, &text, now)
            }),
        })
    }
}

/// Whether the act can be done at all.
fn check(db: &Connection, caller: &Caller, act: &Act) -> Result<(), StoreError> {
    match act {
        Act::AddCredential {} => credentials::room_for_one_more(db, &caller.account),
        Act::RemoveCredential { credential } => credentials::removable(db, &caller.account, credential),
        Act::DeleteAccount {} => Ok(()),
    }
}

/// Uses the confirmation of an act up, in the transaction that does it, by the browser that confirmed it.
pub(crate) fn confirmed(
    db: &Connection,
    session: &TokenHash,
    browser: Option<&TokenHash>,
    act: &Act,
    now: Timestamp,
) -> Result<(), StoreError> {
    confirmations::take(db, session, browser, &act.text()?, now)
}
