//! Judges authentications.

use countersign::store::{AuditKind, Evidence, Operation, StoredCredential, TokenHash};
use countersign::{
    Authenticated, AuthenticationResponse, AuthenticationState, Code, CredentialRecord, RelyingParty,
    Timestamp,
};

use super::finish::FinishRequest;
use super::judge::Change;
use super::opened::Opened;
use crate::app::App;
use crate::operation_error::{OperationError, Result};
use crate::response_rejection::{Reason, ResponseRejection};

/// Opens the state once more, for each time that the response is judged.
type States<'a> = dyn Fn() -> Result<AuthenticationState, ResponseRejection> + Send + Sync + 'a;

impl App {
    /// The new counter and the session are stored at once.
    pub(super) async fn sign_in(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change> {
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let state = || opened.state(&self.accounts, finish, now);
        let (credential, authenticated) =
            match self.authenticate(&self.accounts, &state, &response, now).await {
                Err(OperationError::ResponseRejected(rejection)) if !opened.attached.is_by_name => {
                    return Err(self.of_sign_in(rejection, &response, now).await?.into());
                }
                Err(OperationError::ResponseRejected(rejection)) => {
                    return Err(of_named_sign_in(rejection).into());
                }
                judged => judged?,
            };
        let record = &credential.record;
        let (outcome, session) = self.new_session(
            finish,
            AuditKind::SignedIn,
            (record.user_handle(), record.id()),
            replaced,
            now,
        )?;
        let (owner, update) = authenticated.user_and_update();
        let update = Operation::UpdateCredential {
            owner: owner.clone(),
            update: Box::new(update.clone()),
            used_at: Some(now),
        };
        let operations = core::iter::once(update).chain(session).collect();
        Ok(Change { outcome, created: None, authenticator: record.into(), operations })
    }

    /// Judges an authentication by the current record.
    pub(super) async fn authenticate(
        &self,
        party: &RelyingParty,
        states: &States<'_>,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<(StoredCredential, Authenticated)> {
        let found = self.store.credential(response.credential_id(), Evidence::Omit).await?;
        let judge = |record: Option<&CredentialRecord>| -> Result<Authenticated, ResponseRejection> {
            Ok(party.finish_authentication(states()?, response, record, now)?)
        };
        let record = found.as_ref().map(|credential| &credential.record);
        let mut judged = judge(record);
        if let (Err(rejection), Some(record)) = (&mut judged, record)
            && rejection.reason == Reason::Code(Code::BackupEligibilityChanged)
        {
            // The reason discloses what the record says, so only the holder of the passkey's key may learn it:
            // everything else must be good, the signature above all.
            let _ = judge(Some(&record.clone().with_backup_eligible(None)))?;
            rejection.by_name = rejection.reason;
        }
        let authenticated = judged?;
        let unknown = || ResponseRejection::of_code(Code::CredentialUnknown, "no record");
        Ok((found.ok_or_else(unknown)?, authenticated))
    }

    /// The rejection of a sign-in. If the passkey is unknown, the page may signal that, but only on the server that the
    /// passkey belongs or belonged to: a good passkey of another server must not be deleted, nor one that is being
    /// added.
    async fn of_sign_in(
        &self,
        mut rejection: ResponseRejection,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<ResponseRejection> {
        if rejection.reason == Reason::Code(Code::CredentialUnknown)
            && self.signals_unknown()
            && let Some(handle) = response.user_handle()
        {
            let is_useless = self.store.is_or_was_account(handle, now).await?
                && self.accepted(handle, None, now).await?.is_some();
            rejection.unknown = is_useless.then(|| response.credential_id().clone());
        }
        Ok(rejection)
    }
}

/// The rejection of a sign-in that began with a name: it does not reveal whether an account has the name, nor whether a
/// credential is known.
fn of_named_sign_in(rejection: ResponseRejection) -> ResponseRejection {
    let by_name = rejection.by_name;
    rejection.shown_as(by_name)
}
