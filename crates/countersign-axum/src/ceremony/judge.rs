//! Judges responses, and prepares what follows from them. Stores nothing.

use countersign::ceremony::BoundAuthenticationState;
use countersign::store::{
    Account, AuditActor, AuditEntry, AuditKind, Confirmation, ConfirmationKey, Evidence, Operation, Session,
    StoredCredential, TokenHash,
};
use countersign::types::{Aaguid, CredentialId, UserHandle};
use countersign::{
    AuthenticationResponse, Code, CredentialIdStatus, CredentialRecord, RegistrationResponse,
    RegistrationState, Timestamp,
};
use countersign_store::names;

use super::finish::{Ceremony, FinishRequest};
use super::opened::Opened;
use super::outcome::Outcome;
use crate::app::{App, UnknownSignals};
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::sessions::caller::{Caller, new_times, public_id, touch};
use crate::{act::Act, token::Token};

/// The label of a new passkey whose provider is unknown.
const DEFAULT_LABEL: &str = "Passkey";

/// The most bytes of client data that are stored with a registration. Real ones have under 1 KiB, and each is stored as
/// long as its credential. Payments may have long ones, in authentications, which store none.
const CLIENT_DATA_MAX: usize = 16 * 1024;

/// Seconds for which a confirmation is valid: long enough to continue, too short for a session that is stolen later.
/// Rule 396 has the number.
pub(crate) const CONFIRMED_SECONDS: i64 = 5 * 60;

/// The RP ID of every developer's server: a passkey that is unknown to one may be another's.
const LOCALHOST: &str = "localhost";

/// The authenticator of an accepted credential, for the observer.
#[derive(Debug, Clone)]
pub(super) struct Authenticator {
    pub(super) aaguid: Aaguid,
    /// The attestation format, if the credential was registered now.
    pub(super) format: Option<String>,
}

impl From<&CredentialRecord> for Authenticator {
    fn from(record: &CredentialRecord) -> Self {
        Self { aaguid: record.aaguid(), format: record.attestation_format().map(str::to_owned) }
    }
}

/// What follows from a good response.
pub(super) struct Change {
    pub(super) outcome: Outcome,
    /// The credential that was created for this, which is useless if the store rejects it.
    pub(super) created: Option<CredentialId>,
    pub(super) authenticator: Authenticator,
    pub(super) operations: Vec<Operation>,
}

impl App {
    /// Judges a response by the relying party and by what is stored.
    pub(super) async fn judge(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        now: Timestamp,
    ) -> Result<Change> {
        match &finish.ceremony {
            Ceremony::Account(replaced) => self.new_account(finish, opened, *replaced, now).await,
            Ceremony::Credential(caller) => self.new_credential(finish, opened, caller, now).await,
            Ceremony::Recovery(replaced) => self.recover(finish, opened, *replaced, now).await,
            Ceremony::Session(replaced) => self.sign_in(finish, opened, *replaced, now).await,
            Ceremony::StepUp(caller) => self.confirm(finish, opened, caller, now).await,
        }
    }

    /// The account, its credential and a session are stored at once.
    async fn new_account(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change> {
        let name = opened.attached.name.clone().ok_or(Reason::Code(Code::StateInvalid))?;
        let invitation = self.invitation_of(&opened.attached)?;
        let credential = self.register(finish, opened, now).await?;
        let id = credential.record.id().clone();
        let handle = credential.record.user_handle().clone();
        let authenticator = Authenticator::from(&credential.record);
        let kind = AuditKind::AccountCreated;
        let (outcome, session) = self.new_session(finish, kind, (&handle, &id), replaced, now)?;
        let used = AuditEntry::new(AuditKind::InvitationUsed, AuditActor::User)
            .with_account(handle.clone())
            .with_source(finish.source);
        let used = invitation.and_then(|_| self.audit(used));
        let account = Account { handle, name_key: names::key(&name), name, created_at: now };
        let mut operations: Vec<_> = invitation.map(Operation::TakeInvitation).into_iter().collect();
        operations
            .extend([Operation::InsertAccount(account), Operation::InsertCredential(Box::new(credential))]);
        operations.extend(session);
        operations.extend(used);
        Ok(Change { outcome, created: Some(id), authenticator, operations })
    }

    /// The passkey and a session are stored at once, and the code is used up.
    async fn recover(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change> {
        let code = opened.attached.code_hash().ok_or(Reason::Code(Code::StateInvalid))?;
        let mut credential = self.register(finish, opened, now).await?;
        let (handle, id) = (credential.record.user_handle().clone(), credential.record.id().clone());
        let authenticator = Authenticator::from(&credential.record);
        self.label_apart(&mut credential, &handle).await?;
        let kind = AuditKind::RecoveryCodeUsed;
        let (outcome, session) = self.new_session(finish, kind, (&handle, &id), replaced, now)?;
        let mut operations = vec![
            Operation::TakeRecoveryCode { account: handle.clone(), code, used_at: now },
            // What was lost may still be signed in.
            Operation::EndOtherSessions { account: handle, remaining: None },
            Operation::InsertCredential(Box::new(credential)),
        ];
        operations.extend(session);
        Ok(Change { outcome, created: Some(id), authenticator, operations })
    }

    /// Gives a new credential a label that no other of its account has.
    async fn label_apart(&self, credential: &mut StoredCredential, owner: &UserHandle) -> Result<()> {
        let others = self.store.credentials(owner, Evidence::Omit).await?;
        let labels: Vec<_> = others.into_iter().map(|other| other.label).collect();
        credential.label = names::distinct(&credential.label, &labels);
        credential.label_key = names::key(&credential.label);
        Ok(())
    }

    async fn new_credential(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Change> {
        let act = opened.attached.act.clone().ok_or(Reason::Code(Code::StateInvalid))?;
        let mut credential = self.register(finish, opened, now).await?;
        self.label_apart(&mut credential, &caller.account).await?;
        let id = credential.record.id().clone();
        let authenticator = Authenticator::from(&credential.record);
        let browser = finish.browser.ok_or(Rejection::OtherBrowser)?;
        let mut operations = vec![
            Operation::TakeConfirmation(ConfirmationKey { session: caller.token, act: act.text()?, browser }),
            Operation::InsertCredential(Box::new(credential)),
        ];
        let entry = caller.audit_entry(AuditKind::CredentialAdded).with_credential(id.clone());
        operations.extend(self.audit(entry));
        let outcome = Outcome::Added { credential: id.clone() };
        Ok(Change { outcome, created: Some(id), authenticator, operations })
    }

    /// The outcome and the operations of a sign-in to an account with a credential: a session in place of the client's session
    /// so far, and a row of the audit log. The session's token is derived from the sealed state and a salt, so that a repeated
    /// finish gets the same token.
    pub(super) fn new_session(
        &self,
        finish: &FinishRequest,
        kind: AuditKind,
        (account, credential): (&UserHandle, &CredentialId),
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<(Outcome, Vec<Operation>)> {
        let salt = self.token()?;
        let session = Session {
            token: Token::of_session(&finish.token, &salt).hash(),
            account: account.clone(),
            name: String::new(),
            credential: credential.clone(),
            label: String::new(),
            device: finish.device.clone(),
            times: new_times(now),
        };
        let entry = AuditEntry::new(kind, AuditActor::User)
            .with_account(account.clone())
            .with_credential(credential.clone())
            .with_session(session.token.public_id())
            .with_source(finish.source);
        let mut operations: Vec<_> = replaced.map(Operation::EndSession).into_iter().collect();
        operations.push(Operation::InsertSession(session));
        operations.extend(self.audit(entry));
        Ok((Outcome::SignedIn { salt: salt.text() }, operations))
    }

    /// The new counter and the confirmation are stored at once.
    async fn confirm(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Change> {
        let (Some(act), Some(session)) = (&opened.attached.act, &opened.attached.session) else {
            return Err(Reason::Code(Code::StateInvalid).into());
        };
        if *session != public_id(&caller.token) {
            return Err(
                ResponseRejection::of_code(Code::StateInvalid, "the ceremony is another session's").into()
            );
        }
        let data = act.bound_data(&caller.account, session)?;
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let state = || {
            let state: BoundAuthenticationState = opened.state(&self.step_up, finish, now)?;
            Ok(state.confirm(&data)?)
        };
        let (credential, authenticated) = self.authenticate(&self.step_up, &state, &response, now).await?;
        let browser = finish.browser.ok_or(Rejection::OtherBrowser)?;
        let (owner, update) = authenticated.user_and_update();
        let mut operations = vec![
            Operation::UpdateCredential {
                owner: owner.clone(),
                update: Box::new(update.clone()),
                used_at: Some(now),
            },
            touch(caller.token, now, Some(now)),
        ];
        if *act != (Act::Verify {}) {
            operations.push(Operation::Confirm(confirmation(caller, act, browser, now)?));
        }
        let used = credential.record.id().clone();
        operations.extend(self.audit(caller.audit_entry(AuditKind::Confirmed).with_credential(used)));
        let outcome = Outcome::Confirmed { act: act.clone() };
        let authenticator = Authenticator::from(&credential.record);
        Ok(Change { outcome, created: None, authenticator, operations })
    }

    /// The rejection of a registration, for which the authenticator created a useless credential: the page may signal
    /// that it is unknown, unless another ceremony may still accept the credential.
    pub(super) fn with_unknown(
        &self,
        mut rejection: ResponseRejection,
        created: Option<CredentialId>,
    ) -> ResponseRejection {
        let is_undecided = matches!(
            rejection.reason,
            Reason::Code(Code::ChallengeExpired | Code::ChallengeMismatch | Code::StateInvalid)
        );
        if self.signals_unknown() && !is_undecided {
            rejection.unknown = created;
        }
        rejection
    }

    pub(super) fn signals_unknown(&self) -> bool {
        self.unknown_signals == UnknownSignals::Sent && self.accounts.id() != LOCALHOST
    }

    /// Judges a registration.
    async fn register(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        now: Timestamp,
    ) -> Result<StoredCredential> {
        let response = RegistrationResponse::from_json(finish.response.as_bytes())?;
        let registered = self.registration(&response, finish, opened, now).await;
        registered.map_err(|error| match error {
            OperationError::ResponseRejected(rejection) => {
                self.with_unknown(rejection, Some(response.credential_id().clone())).into()
            }
            other => other,
        })
    }

    async fn registration(
        &self,
        response: &RegistrationResponse,
        finish: &FinishRequest,
        opened: &Opened,
        now: Timestamp,
    ) -> Result<StoredCredential> {
        if response.client_data_json().len() > CLIENT_DATA_MAX {
            let detail = format!("client data of {} bytes", response.client_data_json().len());
            return Err(ResponseRejection::new(Reason::ClientDataTooLong, detail).into());
        }
        let state: RegistrationState = opened.state(&self.accounts, finish, now)?;
        let known = self.store.credential(response.credential_id(), Evidence::Omit).await?;
        let status = match known {
            Some(_) => CredentialIdStatus::Registered,
            None => CredentialIdStatus::Unregistered,
        };
        let registered = self.accounts.finish_registration(state, response, status, now)?;
        let record = registered.into_credential();
        let label = self.label(record.aaguid());
        let attestation = record
            .evidence()
            .map(|evidence| (evidence.format().to_owned(), evidence.attestation_type().to_owned()));
        let label_key = names::key(&label);
        Ok(StoredCredential { record, attestation, label, label_key, created_at: now, last_used_at: None })
    }

    /// The label of a new passkey: the name of its model, if that is a valid label.
    fn label(&self, model: Aaguid) -> String {
        let name = self.models.label(model).and_then(|name| names::clean(&name).ok());
        name.unwrap_or_else(|| DEFAULT_LABEL.to_owned())
    }
}

/// The confirmation of an act by this session in this browser.
pub(crate) fn confirmation(
    caller: &Caller,
    act: &Act,
    browser: TokenHash,
    now: Timestamp,
) -> Result<Confirmation> {
    Ok(Confirmation {
        key: ConfirmationKey { session: caller.token, act: act.text()?, browser },
        account: caller.account.clone(),
        created_at: now,
        expires_at: now.plus_seconds(CONFIRMED_SECONDS),
    })
}
