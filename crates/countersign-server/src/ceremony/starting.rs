//! How ceremonies start.

use countersign::ceremony::{CREDENTIAL_LIST_MAX, new_user_handle};
use countersign::types::{CreationOptions, RequestOptions};
use countersign::{
    AuthenticationRequest, RegistrationRequest, Timestamp, User, types::options::CredentialDescriptor,
};
use rusqlite::Connection;

use super::ceremonies::Ceremonies;
use super::state::{NewAccount, StepUp};
use crate::operation_error::{Rejection, Result};
use crate::store::ceremonies::{self, Kind, NewCeremony};
use crate::store::credentials::{self, Evidence, StoredCredential};
use crate::store::sessions::{self, Caller};
use crate::store::{accounts, confirmations};
use crate::token::{self, Token, TokenHash};
use crate::{act::Act, response_rejection::Reason};

/// Seconds for which a confirmation must still be good to start adding a credential: in less time hardly any user could
/// create one, and would have to confirm again.
const ADDING_SECONDS: i64 = 60;

/// Seconds between the end of the browser's prompt and the end of the confirmation, in which the answer has to arrive.
/// Without them, the authenticator could create a credential that is rejected.
const ANSWER_SECONDS: i64 = 30;

/// A ceremony that was started.
pub(crate) struct Started<O> {
    /// The token by which the client names the ceremony when it finishes.
    pub(crate) ceremony: Token,
    /// The options for the browser.
    pub(crate) options: O,
}

impl Ceremonies {
    /// Starts the registration of a new account's first credential.
    pub(crate) async fn start_account(
        &self,
        name: &str,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>> {
        let wanted = name.to_owned();
        if self.store.read(move |db| accounts::is_taken(db, &wanted)).await? {
            return Err(Reason::NameTaken.into());
        }
        let user = User::new(new_user_handle(&mut token::fill)?, name, name);
        let request = RegistrationRequest::new(&user);
        let (options, registration) =
            self.parties.accounts.start_registration(request, &mut token::fill, now)?;
        let expires_at = registration.expires_at();
        let state = serde_json::to_string(&NewAccount { name: name.to_owned(), registration })?;
        self.store_ceremony(Kind::Account, None, browser, (state, expires_at), options, now).await
    }

    /// Starts the registration of one more credential, which the session has confirmed in this browser.
    ///
    /// The finish uses up the confirmation, so that a creation that was cancelled can be started again. The ceremony
    /// ends with the confirmation, and the browser's prompt earlier, or the authenticator could create a credential
    /// that is rejected.
    pub(crate) async fn start_credential(
        &self,
        caller: &Caller,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>> {
        let acting = caller.clone();
        let read = self.store.read(move |db| -> Result<_> {
            let session = acting.session(db, now)?;
            credentials::check_room(db, &session.user)?;
            let act = Act::AddCredential {};
            let until = confirmations::until(db, &session.token_hash, Some(&browser), &act, now)?
                .filter(|until| *until >= now.plus_seconds(ADDING_SECONDS))
                .ok_or(Rejection::Unconfirmed)?;
            let existing = credentials::list(db, &session.user, Evidence::Omit)?;
            Ok((session, existing, until))
        });
        let (session, existing, until) = read.await?;
        let user = User::new(session.user, &session.name, &session.name);
        let existing = descriptors(&existing);
        let request = RegistrationRequest::new(&user).with_excluded(&existing);
        let (mut options, state) =
            self.parties.accounts.start_registration(request, &mut token::fill, now)?;
        let seconds = until.plus_seconds(-ANSWER_SECONDS).unix_seconds().saturating_sub(now.unix_seconds());
        let left = seconds.saturating_mul(1000);
        options.timeout = options.timeout.map(|timeout| timeout.min(u32::try_from(left).unwrap_or(timeout)));
        let expires_at = state.expires_at().min(until);
        let state = (serde_json::to_string(&state)?, expires_at);
        self.store_ceremony(Kind::Credential, Some(caller), browser, state, options, now).await
    }

    /// Starts a sign-in. The response names the account.
    pub(crate) async fn start_session(
        &self,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<RequestOptions>> {
        let request = AuthenticationRequest::discoverable();
        let (options, state) = self.parties.accounts.start_authentication(request, &mut token::fill, now)?;
        let state = (serde_json::to_string(&state)?, state.expires_at());
        self.store_ceremony(Kind::Session, None, browser, state, options, now).await
    }

    /// Starts the confirmation of an act with one of the account's credentials. An act that would be rejected later is
    /// rejected here.
    pub(crate) async fn start_step_up(
        &self,
        caller: &Caller,
        act: Act,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<Started<RequestOptions>> {
        let (acting, planned) = (caller.clone(), act.clone());
        let read = self.store.read(move |db| -> Result<_> {
            let session = acting.session(db, now)?;
            check_possible(db, &acting, &planned)?;
            Ok(credentials::list(db, &session.user, Evidence::Omit)?)
        });
        let existing = descriptors(&read.await?);
        let session = sessions::public_id(&caller.token_hash);
        let data = act.bound_data(&caller.account, &session)?;
        let request = AuthenticationRequest::identified(&caller.account, &existing);
        let (options, authentication) =
            self.parties.step_up.start_bound_authentication(request, &data, &mut token::fill, now)?;
        let expires_at = authentication.expires_at();
        let state = (serde_json::to_string(&StepUp { act, session, authentication })?, expires_at);
        self.store_ceremony(Kind::StepUp, Some(caller), browser, state, options, now).await
    }

    async fn store_ceremony<O>(
        &self,
        kind: Kind,
        caller: Option<&Caller>,
        browser_hash: TokenHash,
        (state, expires_at): (String, Timestamp),
        options: O,
        now: Timestamp,
    ) -> Result<Started<O>> {
        let ceremony = Token::new()?;
        let caller = caller.cloned();
        let account = caller.as_ref().map(|caller| caller.account.clone());
        let new = NewCeremony { kind, account, id_hash: ceremony.hash(), browser_hash, state, expires_at };
        let stored = self.store.write(move |db| -> Result<_> {
            if let Some(caller) = caller {
                caller.session(db, now)?;
            }
            ceremonies::insert(db, &new, now)
        });
        stored.await?;
        Ok(Started { ceremony, options })
    }
}

/// Fails if the act can't be done.
fn check_possible(db: &Connection, caller: &Caller, act: &Act) -> Result<()> {
    match act {
        Act::AddCredential {} => credentials::check_room(db, &caller.account),
        Act::RemoveCredential { credential } => credentials::check_removable(db, &caller.account, credential),
        Act::DeleteAccount {} => Ok(()),
    }
}

/// The descriptors of an account's credentials, as many as clients accept in a list.
fn descriptors(credentials: &[StoredCredential]) -> Vec<CredentialDescriptor> {
    credentials.iter().take(CREDENTIAL_LIST_MAX).map(|credential| credential.record.descriptor()).collect()
}
