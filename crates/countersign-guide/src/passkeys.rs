//! The relying party: what each request does, without HTTP.

use std::{sync::Arc, time::SystemTime};

use countersign::{
    Authenticated, AuthenticationRequest, AuthenticationResponse, AuthenticationState, Code, CredentialId,
    CredentialIdStatus, CredentialRecord, Policy, RegistrationRequest, RegistrationResponse,
    RegistrationState, RelyingParty, Timestamp, User, UserHandle,
    ceremony::{BoundAuthenticationState, new_user_handle},
    relying_party::PublicSuffixList,
    types::{
        CreationOptions, RequestOptions,
        signals::{AllAcceptedCredentialsOptions, CurrentUserDetailsOptions},
    },
};
use countersign_metadata::provider_name;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{
    error::RequestError,
    name::Name,
    store::{CREDENTIALS_MAX, Store, Stored},
};

/// A relying party and its database.
pub struct Passkeys {
    rp: RelyingParty,
    store: Store,
}

/// What a user confirms with a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Act {
    /// Adding a passkey to the account.
    AddPasskey,
    /// Removing this one.
    RemovePasskey(CredentialId),
}

/// The half of a ceremony that the page sends back: the name of the ceremony, and what `toJSON()` returned.
#[derive(Deserialize)]
#[non_exhaustive]
pub struct Finish<R> {
    /// The name that the start returned.
    pub ceremony: String,
    /// The response.
    pub response: R,
}

/// The other half: the name of the ceremony, and the options for the browser.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Started<O> {
    /// The name to send back.
    pub ceremony: String,
    /// The options.
    pub public_key: O,
}

/// An account, as its page shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Account {
    /// The user handle, which the page sends along with each request, so that it acts on the account that it shows.
    pub handle: UserHandle,
    /// The name.
    pub name: String,
    /// The passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// For `PublicKeyCredential.signalAllAcceptedCredentials()`.
    pub all_accepted_credentials: AllAcceptedCredentialsOptions,
    /// For `PublicKeyCredential.signalCurrentUserDetails()`.
    pub current_user_details: CurrentUserDetailsOptions,
}

/// A passkey, as the page shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Passkey {
    /// The credential ID.
    pub id: CredentialId,
    /// The name that the user gave it.
    pub label: String,
    /// Whether it is synced to other devices, so that it outlives this one.
    pub backed_up: bool,
    /// When it was created, in seconds since 1970.
    pub created_at: i64,
    /// When it was last used, in seconds since 1970.
    pub used_at: Option<i64>,
}

impl Passkeys {
    /// Opens the relying party of an RP ID, a domain, with the origin of its pages.
    pub fn new(rp_id: &str, origin: &str, connection: Connection) -> Result<Self, RequestError> {
        let rp = RelyingParty::builder(rp_id, "Passkeys from zero")
            .origin(origin)
            .public_suffixes(Arc::new(PublicSuffixList))
            .policy(Policy::passkeys())
            .build()
            .map_err(RequestError::server)?;
        Ok(Self { rp, store: Store::new(connection)? })
    }

    /// Whether a request may come from this page.
    pub fn accepts_origin(&self, origin: &str) -> bool {
        self.rp.accepts_origin(origin)
    }

    /// Starts a new account.
    pub fn start_sign_up(&self, name: &str) -> Result<Started<CreationOptions>, RequestError> {
        let name = Name::parse(name)?;
        if self.store.has_name(&name)? {
            return Err(RequestError::rejected("name-taken"));
        }
        let user = User::new(new_user_handle(&mut getrandom::fill)?, &name.shown, &name.shown);
        let request = RegistrationRequest::new(&user);
        let (public_key, state) = self.rp.start_registration(request, &mut getrandom::fill, now())?;
        let expires_at = state.expires_at();
        Ok(Started { ceremony: self.store.keep(&(state, name), expires_at, now())?, public_key })
    }

    /// Stores the account with its first passkey, and opens a session: returns its token.
    pub fn finish_sign_up(&self, finish: &Finish<RegistrationResponse>) -> Result<String, RequestError> {
        let (state, name): (RegistrationState, Name) = self.store.take(&finish.ceremony)?;
        let record = self.registered(state, &finish.response)?;
        if !self.store.insert_account(&name, &record, &label(&record, 1), now())? {
            let unknown = Some(self.rp.signal_unknown_credential(record.id().clone()));
            return Err(RequestError { unknown, ..RequestError::rejected("name-taken") });
        }
        self.store.open_session(record.user_handle(), record.id(), now())
    }

    /// Starts a sign-in to any account.
    pub fn start_sign_in(&self) -> Result<Started<RequestOptions>, RequestError> {
        let request = AuthenticationRequest::discoverable();
        let (public_key, state) = self.rp.start_authentication(request, &mut getrandom::fill, now())?;
        Ok(Started { ceremony: self.store.keep(&state, state.expires_at(), now())?, public_key })
    }

    /// Opens a session in the account of the passkey: returns its token.
    pub fn finish_sign_in(&self, finish: &Finish<AuthenticationResponse>) -> Result<String, RequestError> {
        let state: AuthenticationState = self.store.take(&finish.ceremony)?;
        let authenticated = self.authenticated(state, &finish.response)?;
        let (account, update) = authenticated.user_and_update();
        self.store.open_session(account, &update.credential_id, now())
    }

    /// The account of a session, if it has not expired.
    pub fn session(&self, token: &str) -> Result<Option<UserHandle>, RequestError> {
        self.store.session(token, now())
    }

    /// Ends a session.
    pub fn sign_out(&self, token: &str) -> Result<(), RequestError> {
        self.store.end_session(token)
    }

    /// An account with its passkeys.
    pub fn account(&self, handle: UserHandle) -> Result<Account, RequestError> {
        let stored = self.store.list(&handle)?;
        let user = self.user(handle.clone())?;
        let ids = stored.iter().map(|stored| stored.record.id().clone());
        Ok(Account {
            all_accepted_credentials: self.rp.signal_all_accepted_credentials(handle.clone(), ids),
            current_user_details: self.rp.signal_current_user_details(&user),
            handle,
            name: user.name,
            passkeys: stored.into_iter().map(Passkey::from).collect(),
        })
    }

    /// Starts the confirmation of an act with a passkey of the account.
    pub fn start_confirmation(
        &self,
        account: &UserHandle,
        act: Act,
    ) -> Result<Started<RequestOptions>, RequestError> {
        let allowed: Vec<_> = self.store.list(account)?.iter().map(|it| it.record.descriptor()).collect();
        // Before the user is asked; the store checks again what others may have changed meanwhile.
        match &act {
            Act::AddPasskey if allowed.len() >= usize::from(CREDENTIALS_MAX) => {
                return Err(RequestError::rejected("too-many-passkeys"));
            }
            Act::RemovePasskey(_) if allowed.len() == 1 => {
                return Err(RequestError::rejected("last-passkey"));
            }
            _ => {}
        }
        let request = AuthenticationRequest::identified(account, &allowed);
        let data = serde_json::to_vec(&act)?;
        let (public_key, state) =
            self.rp.start_bound_authentication(request, &data, &mut getrandom::fill, now())?;
        let expires_at = state.expires_at();
        Ok(Started { ceremony: self.store.keep(&(state, act), expires_at, now())?, public_key })
    }

    /// Returns the act that the user of the account has confirmed.
    fn confirmed(
        &self,
        account: &UserHandle,
        finish: &Finish<AuthenticationResponse>,
    ) -> Result<Act, RequestError> {
        let (state, act): (BoundAuthenticationState, Act) = self.store.take(&finish.ceremony)?;
        if state.user() != Some(account) {
            return Err(Code::StateInvalid.into());
        }
        let state = state.confirm(&serde_json::to_vec(&act)?)?;
        let _ = self.authenticated(state, &finish.response)?;
        Ok(act)
    }

    /// Starts another passkey of the account, which the user has confirmed.
    pub fn start_addition(
        &self,
        account: UserHandle,
        confirmation: &Finish<AuthenticationResponse>,
    ) -> Result<Started<CreationOptions>, RequestError> {
        if self.confirmed(&account, confirmation)? != Act::AddPasskey {
            return Err(Code::StateInvalid.into());
        }
        let existing: Vec<_> = self.store.list(&account)?.iter().map(|it| it.record.descriptor()).collect();
        let user = self.user(account)?;
        let request = RegistrationRequest::new(&user).with_excluded(&existing);
        let (public_key, state) = self.rp.start_registration(request, &mut getrandom::fill, now())?;
        Ok(Started { ceremony: self.store.keep(&state, state.expires_at(), now())?, public_key })
    }

    /// Stores another passkey of the account.
    pub fn finish_addition(
        &self,
        account: &UserHandle,
        finish: &Finish<RegistrationResponse>,
    ) -> Result<(), RequestError> {
        let state: RegistrationState = self.store.take(&finish.ceremony)?;
        if state.user() != account {
            return Err(Code::StateInvalid.into());
        }
        let record = self.registered(state, &finish.response)?;
        let number = self.store.list(account)?.len() + 1;
        if !self.store.insert_credential(&record, &label(&record, number), now())? {
            let unknown = Some(self.rp.signal_unknown_credential(record.id().clone()));
            return Err(RequestError { unknown, ..RequestError::rejected("too-many-passkeys") });
        }
        Ok(())
    }

    /// Gives a passkey of the account another name.
    pub fn rename(&self, account: &UserHandle, id: &CredentialId, label: &str) -> Result<(), RequestError> {
        let is_renamed = self.store.rename(account, id, &Name::parse(label)?.shown)?;
        is_renamed.then_some(()).ok_or(RequestError::rejected("not-found"))
    }

    /// Removes a passkey of the account, as the user has confirmed, and ends all sessions but this one.
    pub fn remove(
        &self,
        account: &UserHandle,
        session: &str,
        confirmation: &Finish<AuthenticationResponse>,
    ) -> Result<(), RequestError> {
        let Act::RemovePasskey(id) = self.confirmed(account, confirmation)? else {
            return Err(Code::StateInvalid.into());
        };
        if self.store.remove(account, &id, session)? {
            return Ok(());
        }
        let is_there = self.store.find(&id)?.is_some_and(|stored| stored.record.user_handle() == account);
        Err(RequestError::rejected(if is_there { "last-passkey" } else { "not-found" }))
    }

    /// Verifies a registration.
    fn registered(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
    ) -> Result<CredentialRecord, RequestError> {
        let status = match self.store.find(response.credential_id())? {
            Some(_) => CredentialIdStatus::Registered,
            None => CredentialIdStatus::Unregistered,
        };
        Ok(self.rp.finish_registration(state, response, status, now())?.into_credential())
    }

    /// Verifies an authentication, and stores what it changed in the record.
    fn authenticated(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
    ) -> Result<Authenticated, RequestError> {
        let stored = self.store.find(response.credential_id())?;
        let record = stored.as_ref().map(|stored| &stored.record);
        let authenticated = self.rp.finish_authentication(state, response, record, now());
        let (mut authenticated, mut stored) = match (authenticated, stored) {
            (Ok(authenticated), Some(stored)) => (authenticated, stored),
            (Err(error), Some(_)) => return Err(error.into()),
            (_, None) => return Err(self.unknown(response)?),
        };
        while !self.store.replace(stored, authenticated.update(), now())? {
            // The record changed meanwhile: the authentication is checked against it as it is now.
            stored = self.store.find(response.credential_id())?.ok_or(Code::CredentialUnknown)?;
            authenticated.update_for(&self.rp, &stored.record)?;
        }
        Ok(authenticated)
    }

    /// The error for a passkey that is not stored. The page may signal it only if it is of an account here: the passkeys
    /// of other programs with the same RP ID, such as all of a developer's at `localhost`, are none of our business.
    fn unknown(&self, response: &AuthenticationResponse) -> Result<RequestError, RequestError> {
        let is_ours = match response.user_handle() {
            Some(account) => self.store.name(account)?.is_some(),
            None => false,
        };
        let signal = || self.rp.signal_unknown_credential(response.credential_id().clone());
        Ok(RequestError { unknown: is_ours.then(signal), ..Code::CredentialUnknown.into() })
    }

    fn user(&self, handle: UserHandle) -> Result<User, RequestError> {
        let name = self.store.name(&handle)?.ok_or(RequestError::rejected("not-signed-in"))?;
        Ok(User::new(handle, &name, &name))
    }
}

impl From<Stored> for Passkey {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.record.id().clone(),
            backed_up: stored.record.backup_state(),
            label: stored.label,
            created_at: stored.created_at.unix_seconds(),
            used_at: stored.used_at.map(Timestamp::unix_seconds),
        }
    }
}

/// What the account's passkey of this number is called at first: as its password manager, if that is known.
fn label(record: &CredentialRecord, number: usize) -> String {
    provider_name(record.aaguid()).map_or_else(|| format!("Passkey {number}"), str::to_owned)
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
