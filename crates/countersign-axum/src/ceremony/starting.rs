//! How ceremonies start. A start stores nothing, except for a registration without asking the user.

use countersign::ceremony::{CREDENTIAL_LIST_MAX, CeremonyState, RecentSession, new_user_handle};
use countersign::store::{
    CREDENTIALS_PER_ACCOUNT_MAX, ConfirmationKey, Evidence, Operation, Session, StoredCredential, TokenHash,
};
use countersign::types::options::CredentialDescriptor;
use countersign::types::{CreationOptions, RequestOptions, UserHandle};
use countersign::{AuthenticationRequest, RegistrationRequest, Timestamp, User};
use countersign_store::names;

use super::attached::{Attached, CeremonyKind};
use super::judge::confirmation;
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::Reason;
use crate::sessions::caller::{Caller, public_id};
use crate::{act::Act, app::App, typed_code::TypedCode};

/// Seconds for which a confirmation must still be good to start adding a credential: in less time hardly any user could
/// create one, and would have to confirm again.
const ADDING_SECONDS: i64 = 60;

/// Seconds between the end of the browser's prompt and the end of the confirmation, in which the answer has to arrive.
/// Without them, the authenticator could create a credential that is rejected.
const ANSWER_SECONDS: i64 = 30;

/// A ceremony that was started.
pub(crate) struct Started<O> {
    /// The sealed state, which the client sends back when it finishes.
    pub(crate) ceremony: String,
    /// The options for the browser.
    pub(crate) options: O,
}

/// How a credential is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adding {
    /// The browser asks the user, who has confirmed it with a passkey.
    Asked,
    /// The browser may create the credential without asking, since the user signed in recently.
    Conditional,
}

impl App {
    /// Starts the registration of a new account's first credential.
    pub(crate) async fn start_account(
        &self,
        name: &str,
        invitation: Option<&TypedCode>,
        browser: &TokenHash,
    ) -> Result<Started<CreationOptions>> {
        let now = self.now();
        // Before the name is looked up: those without an invitation don't learn which names are taken.
        let invitation = self.check_sign_up(invitation).await?;
        if self.store.account_by_name(&names::key(name)).await?.is_some() {
            return Err(Reason::NameTaken.into());
        }
        let user = User::new(new_user_handle(&mut self.entropy())?, name, name);
        let request = RegistrationRequest::new(&user);
        let (options, state) = self.accounts.start_registration(request, &mut self.entropy(), now)?;
        let attached = Attached::new(CeremonyKind::Account, browser, now).with_code(invitation);
        let attached = Attached { name: Some(name.to_owned()), ..attached };
        self.started(&state, &attached, options, now).await
    }

    /// Starts the registration of one more credential.
    ///
    /// The finish uses up the confirmation, so that a creation that was cancelled can be started again. The ceremony
    /// ends with the confirmation, and the browser's prompt earlier, or the authenticator could create a credential
    /// that is rejected.
    pub(crate) async fn start_credential(
        &self,
        caller: &Caller,
        adding: Adding,
        browser: &TokenHash,
    ) -> Result<Started<CreationOptions>> {
        let now = self.now();
        let session = caller.session(self, now).await?;
        let existing = self.store.credentials(&caller.account, Evidence::Omit).await?;
        check_room(&existing)?;
        let user = User::new(session.account.clone(), &session.name, &session.name);
        let existing = descriptors(&existing);
        let request = RegistrationRequest::new(&user).with_excluded(&existing);
        match adding {
            Adding::Asked => self.start_asked(caller, request, browser, now).await,
            Adding::Conditional => self.start_conditional(caller, &session, request, browser, now).await,
        }
    }

    async fn start_asked(
        &self,
        caller: &Caller,
        request: RegistrationRequest<'_>,
        browser: &TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>> {
        let act = Act::AddCredential {};
        let key = ConfirmationKey { session: caller.token, act: act.text()?, browser: *browser };
        let confirmed = self.store.confirmation(&key, now).await?;
        let until = confirmed.map(|confirmation| confirmation.expires_at);
        let until =
            until.filter(|until| *until >= now.plus_seconds(ADDING_SECONDS)).ok_or(Rejection::Unconfirmed)?;
        let (mut options, state) = self.accounts.start_registration(request, &mut self.entropy(), now)?;
        end_prompt_before(&mut options, until, now);
        let attached = Attached::new(CeremonyKind::Credential, browser, now).with_until(until);
        self.started(&state, &Attached { act: Some(act), ..attached }, options, now).await
    }

    /// The recent sign-in replaces the confirmation with a passkey. It is stored as one, so that the finish uses it up,
    /// and so that other browsers know of the credential that is being added.
    async fn start_conditional(
        &self,
        caller: &Caller,
        session: &Session,
        request: RegistrationRequest<'_>,
        browser: &TokenHash,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>> {
        let recent = RecentSession::vouched(session.account.clone(), session.times.verified_at);
        let request = request.with_conditional_mediation(recent);
        let (options, state) = self.accounts.start_registration(request, &mut self.entropy(), now)?;
        let act = Act::AddConditionally {};
        let confirmed = confirmation(caller, &act, *browser, now)?;
        let attached = Attached::new(CeremonyKind::Credential, browser, now).with_until(confirmed.expires_at);
        let operations = vec![caller.require(), Operation::Confirm(confirmed)];
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        self.started(&state, &Attached { act: Some(act), ..attached }, options, now).await
    }

    /// Starts a sign-in. The response names the account.
    pub(crate) async fn start_session(&self, browser: &TokenHash) -> Result<Started<RequestOptions>> {
        let now = self.now();
        let request = AuthenticationRequest::discoverable();
        let (options, state) = self.accounts.start_authentication(request, &mut self.entropy(), now)?;
        self.started(&state, &Attached::new(CeremonyKind::Session, browser, now), options, now).await
    }

    /// Starts a sign-in with one of the credentials of the account of this name. If there is none, the credentials are
    /// imaginary.
    pub(crate) async fn start_named_session(
        &self,
        name: &str,
        browser: &TokenHash,
    ) -> Result<Started<RequestOptions>> {
        let now = self.now();
        let key = names::key(name);
        // Derived and looked up in any case, so that both take the same time.
        let decoys = self.keys.decoys(&*self.store, &mut self.entropy(), now).await?;
        let decoy = decoys.account(&self.accounts, &key);
        let account = self.store.account_by_name(&key).await?.map(|account| account.handle);
        let handle: UserHandle = account.unwrap_or_else(|| decoy.user_handle().clone());
        let stored = descriptors(&self.store.credentials(&handle, Evidence::Omit).await?);
        let credentials = if stored.is_empty() { decoy.credentials() } else { &stored };
        let request = AuthenticationRequest::identified(&handle, credentials);
        let (options, state) = self.accounts.start_authentication(request, &mut self.entropy(), now)?;
        let attached = Attached { is_by_name: true, ..Attached::new(CeremonyKind::Session, browser, now) };
        self.started(&state, &attached, options, now).await
    }

    /// Starts the confirmation of an act with one of the account's credentials. An act that would be rejected later is
    /// rejected here.
    pub(crate) async fn start_step_up(
        &self,
        caller: &Caller,
        act: Act,
        browser: &TokenHash,
    ) -> Result<Started<RequestOptions>> {
        let now = self.now();
        caller.session(self, now).await?;
        let existing = self.store.credentials(&caller.account, Evidence::Omit).await?;
        match &act {
            Act::AddCredential {} => check_room(&existing)?,
            Act::RemoveCredential { credential } => {
                self.check_removable(&caller.account, &existing, credential).await?;
            }
            Act::RenameAccount { name } => self.check_name(&caller.account, name).await?,
            Act::DeleteAccount {} | Act::MakeRecoveryCodes {} | Act::Verify {} | Act::AddConditionally {} => {
            }
        }
        let existing = descriptors(&existing);
        let session = public_id(&caller.token);
        let data = act.bound_data(&caller.account, &session)?;
        let request = AuthenticationRequest::identified(&caller.account, &existing);
        let (options, state) =
            self.step_up.start_bound_authentication(request, &data, &mut self.entropy(), now)?;
        let attached = Attached::new(CeremonyKind::StepUp, browser, now);
        let attached = Attached { act: Some(act), session: Some(session), ..attached };
        self.started(&state, &attached, options, now).await
    }

    pub(crate) async fn started<O>(
        &self,
        state: &impl CeremonyState,
        attached: &Attached,
        options: O,
        now: Timestamp,
    ) -> Result<Started<O>> {
        let kind = attached.kind;
        let attached = serde_json::to_vec(attached)?;
        let ring = self.keys.ring(&*self.store, &mut self.entropy(), now).await?;
        let ceremony = ring.seal(state, &attached, &mut self.entropy())?;
        tracing::debug!(ceremony = kind.as_str(), "a ceremony was started");
        if let Some(observer) = &self.observer {
            observer.ceremony_started(kind);
        }
        Ok(Started { ceremony, options })
    }
}

/// Ends the browser's prompt so early that its answer arrives by `until`.
pub(crate) fn end_prompt_before(options: &mut CreationOptions, until: Timestamp, now: Timestamp) {
    let seconds = until.plus_seconds(-ANSWER_SECONDS).unix_seconds().saturating_sub(now.unix_seconds());
    let left = seconds.saturating_mul(1000);
    options.timeout = options.timeout.map(|timeout| timeout.min(u32::try_from(left).unwrap_or(timeout)));
}

/// Fails if the account has as many credentials as it may have.
pub(crate) fn check_room(existing: &[StoredCredential]) -> Result<()> {
    if existing.len() < CREDENTIALS_PER_ACCOUNT_MAX { Ok(()) } else { Err(Reason::TooManyCredentials.into()) }
}

/// The descriptors of an account's credentials, as many as clients accept in a list.
pub(crate) fn descriptors(credentials: &[StoredCredential]) -> Vec<CredentialDescriptor> {
    credentials.iter().take(CREDENTIAL_LIST_MAX).map(|credential| credential.record.descriptor()).collect()
}
