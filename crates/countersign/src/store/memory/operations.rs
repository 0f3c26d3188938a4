//! What each operation of a transaction does and rejects
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), the steps that store).

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::record::update::CredentialUpdate;
use crate::store::memory::tables::Tables;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, CREDENTIALS_PER_ACCOUNT_MAX, Confirmation, Finish, Invitation, RECOVERY_CODES, Recovery,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};

type Applied = Result<(), Rejection>;

impl Tables {
    /// Carries out one operation. The tables may be changed in part if it is rejected: the caller drops them then.
    pub(super) fn apply(&mut self, operation: Operation, now: Timestamp) -> Applied {
        match operation {
            Operation::Remember(finish) => self.remember(finish)?,
            Operation::RequireSession { token, account } => self.require_session(&token, &account, now)?,
            Operation::InsertAccount(account) => self.insert_account(account)?,
            Operation::RenameAccount { account, name, name_key } => {
                self.rename_account(&account, name, name_key)?;
            }
            Operation::RemoveAccount(handle) => self.remove_account(&handle, now)?,
            Operation::InsertCredential(credential) => self.insert_credential(*credential)?,
            Operation::UpdateCredential { owner, update, used_at } => {
                self.update_credential(&owner, &update, used_at)?;
            }
            Operation::RenameCredential { owner, id, label, label_key } => {
                self.rename_credential(&owner, &id, label, label_key)?;
            }
            Operation::RemoveCredential { owner, id } => self.remove_credential(&owner, &id)?,
            Operation::ReplaceRecoveryCodes { account, codes, created_at } => {
                self.replace_recovery_codes(account, &codes, created_at)?;
            }
            Operation::RestoreRecovery { account, recovery } => self.restore_recovery(account, *recovery)?,
            Operation::TakeRecoveryCode { account, code, used_at } => {
                self.take_recovery_code(&account, &code, used_at)?;
            }
            Operation::AddInvitation(invitation) => {
                self.invitations.insert(invitation.code, invitation);
            }
            Operation::TakeInvitation(code) => self.take_invitation(&code, now)?,
            Operation::RequireOperator(account) => self.require_operator(&account)?,
            Operation::GrantOperator { account, since } => self.grant_operator(account, since)?,
            Operation::RevokeOperator(account) => {
                self.operators.remove(&account).ok_or(Rejection::NotOperator)?;
            }
            Operation::AddOperatorLink(link) => {
                self.operator_links.insert(link.token, link);
            }
            Operation::TakeOperatorLink(token) => {
                self.operator_link(&token, now).ok_or(Rejection::OperatorLinkUnknown)?;
                self.operator_links.remove(&token);
            }
            Operation::InsertSession(session) => self.insert_session(session, now)?,
            Operation::TouchSession { token, seen_at, idle_at, verified_at } => {
                self.touch_session(&token, (seen_at, idle_at, verified_at), now);
            }
            Operation::EndSession(token) => self.end_sessions(|_, session| *session == token),
            Operation::EndOtherSessions { account, remaining } => {
                self.end_sessions(|owner, session| *owner == account && remaining != Some(*session));
            }
            Operation::EndSessionsOfCredential { owner, id } => self.end_sessions_of(&owner, &id),
            Operation::Confirm(confirmation) => self.confirm(confirmation)?,
            Operation::TakeConfirmation(key) => {
                self.confirmation(&key, now).ok_or(Rejection::Unconfirmed)?;
                self.confirmations.remove(&(key.session, key.act));
            }
            Operation::AddSealingKey(key) => self.add_sealing_key(key)?,
            Operation::RemoveSealingKey(id) => drop(self.sealing_keys.remove(&id)),
            Operation::Audit(entry) => self.write_audit(&entry, now)?,
            Operation::AnchorAudit => self.anchor_audit(now),
            Operation::PruneAudit { before } => self.prune_audit(before, now),
        }
        Ok(())
    }

    fn remember(&mut self, finish: Finish) -> Applied {
        if let Some(earlier) = self.finishes.get(&finish.ceremony) {
            return Err(Rejection::Finished(Box::new(earlier.clone())));
        }
        self.finishes.insert(finish.ceremony, finish);
        Ok(())
    }

    fn require_session(&self, token: &TokenHash, account: &UserHandle, now: Timestamp) -> Applied {
        match self.sessions.get(token) {
            Some(session) if session.times.is_over(now) => Err(Rejection::SessionOver),
            Some(session) if session.account != *account => Err(Rejection::OtherAccount),
            Some(_) => Ok(()),
            None => Err(Rejection::SessionOver),
        }
    }

    fn insert_account(&mut self, account: Account) -> Applied {
        if self.accounts.contains_key(&account.handle) {
            return Err(Rejection::HandleTaken);
        }
        if self.accounts.values().any(|other| other.name_key == account.name_key) {
            return Err(Rejection::NameTaken);
        }
        self.name_for_audit(account.handle.clone());
        self.accounts.insert(account.handle.clone(), account);
        Ok(())
    }

    fn rename_account(&mut self, handle: &UserHandle, name: String, name_key: String) -> Applied {
        let is_taken =
            self.accounts.values().any(|other| other.name_key == name_key && other.handle != *handle);
        let account = self.accounts.get_mut(handle).ok_or(Rejection::Missing)?;
        if is_taken {
            return Err(Rejection::NameTaken);
        }
        (account.name, account.name_key) = (name, name_key);
        Ok(())
    }

    fn remove_account(&mut self, handle: &UserHandle, now: Timestamp) -> Applied {
        self.accounts.remove(handle).ok_or(Rejection::Missing)?;
        self.credentials.retain(|_, credential| credential.record.user_handle() != handle);
        self.end_sessions(|owner, _| owner == handle);
        self.recovery.remove(handle);
        self.operators.remove(handle);
        self.pseudonyms.remove(handle);
        self.former.insert(TokenHash::of(handle.as_bytes()), now);
        Ok(())
    }

    fn insert_credential(&mut self, credential: StoredCredential) -> Applied {
        let (owner, id) = (credential.record.user_handle(), credential.record.id().clone());
        if !self.accounts.contains_key(owner) {
            return Err(Rejection::Missing);
        }
        if self.credentials.contains_key(&id) {
            return Err(Rejection::CredentialIdTaken);
        }
        if self.credentials_of(owner).count() >= CREDENTIALS_PER_ACCOUNT_MAX {
            return Err(Rejection::TooManyCredentials);
        }
        if self.has_label(owner, &id, &credential.label_key) {
            return Err(Rejection::LabelTaken);
        }
        self.credentials.insert(id, credential);
        Ok(())
    }

    fn update_credential(
        &mut self,
        owner: &UserHandle,
        update: &CredentialUpdate,
        used_at: Option<Timestamp>,
    ) -> Applied {
        let credential = self.own_credential(owner, &update.credential_id).ok_or(Rejection::Missing)?;
        credential.record.apply(update).map_err(|_| Rejection::RecordChanged)?;
        credential.last_used_at = used_at.or(credential.last_used_at);
        Ok(())
    }

    fn rename_credential(
        &mut self,
        owner: &UserHandle,
        id: &CredentialId,
        label: String,
        label_key: String,
    ) -> Applied {
        if self.has_label(owner, id, &label_key) {
            return Err(Rejection::LabelTaken);
        }
        let credential = self.own_credential(owner, id).ok_or(Rejection::Missing)?;
        credential.label = label;
        credential.label_key = label_key;
        Ok(())
    }

    fn remove_credential(&mut self, owner: &UserHandle, id: &CredentialId) -> Applied {
        self.own_credential(owner, id).ok_or(Rejection::Missing)?;
        let has_code = self.recovery.get(owner).is_some_and(|recovery| !recovery.codes.is_empty());
        if self.credentials_of(owner).count() == 1 && !has_code {
            return Err(Rejection::LastCredential);
        }
        self.credentials.remove(id);
        self.end_sessions_of(owner, id);
        Ok(())
    }

    fn end_sessions_of(&mut self, owner: &UserHandle, id: &CredentialId) {
        self.end_sessions_if(|session| session.account == *owner && session.credential == *id);
    }

    fn replace_recovery_codes(
        &mut self,
        account: UserHandle,
        codes: &[TokenHash; RECOVERY_CODES],
        created_at: Timestamp,
    ) -> Applied {
        if !self.accounts.contains_key(&account) {
            return Err(Rejection::Missing);
        }
        let recovery = self.recovery.entry(account).or_default();
        recovery.codes = codes.iter().copied().collect();
        recovery.created_at = Some(created_at);
        Ok(())
    }

    fn restore_recovery(&mut self, account: UserHandle, recovery: Recovery) -> Applied {
        if !self.accounts.contains_key(&account) {
            return Err(Rejection::Missing);
        }
        self.recovery.insert(account, recovery);
        Ok(())
    }

    fn take_recovery_code(&mut self, account: &UserHandle, code: &TokenHash, used_at: Timestamp) -> Applied {
        let recovery = self.recovery.get_mut(account).ok_or(Rejection::RecoveryCodeUnknown)?;
        if !recovery.codes.remove(code) {
            return Err(Rejection::RecoveryCodeUnknown);
        }
        recovery.used_at = Some(used_at);
        Ok(())
    }

    fn take_invitation(&mut self, code: &TokenHash, now: Timestamp) -> Applied {
        let found: Option<Invitation> = self.invitations.remove(code);
        found.filter(|found| found.is_valid(now)).map(drop).ok_or(Rejection::InvitationUnknown)
    }

    fn require_operator(&self, account: &UserHandle) -> Applied {
        self.operators.get(account).map(|_| ()).ok_or(Rejection::NotOperator)
    }

    fn grant_operator(&mut self, account: UserHandle, since: Timestamp) -> Applied {
        if !self.accounts.contains_key(&account) {
            return Err(Rejection::Missing);
        }
        self.operators.entry(account).or_insert(since);
        Ok(())
    }

    /// One that is over must not begin again.
    fn touch_session(
        &mut self,
        token: &TokenHash,
        (seen_at, idle_at, verified_at): (Timestamp, Timestamp, Option<Timestamp>),
        now: Timestamp,
    ) {
        let session = self.sessions.get_mut(token).filter(|session| !session.times.is_over(now));
        if let Some(session) = session {
            session.times.seen_at = seen_at;
            session.times.idle_at = idle_at;
            session.times.verified_at = verified_at.unwrap_or(session.times.verified_at);
        }
    }

    fn insert_session(&mut self, session: Session, now: Timestamp) -> Applied {
        self.own_credential(&session.account, &session.credential).ok_or(Rejection::Missing)?;
        self.end_sessions_if(|other| other.account == session.account && other.times.is_over(now));
        self.end_surplus_sessions(&session);
        self.sessions.insert(session.token, session);
        Ok(())
    }

    fn confirm(&mut self, confirmation: Confirmation) -> Applied {
        if !self.accounts.contains_key(&confirmation.account) {
            return Err(Rejection::Missing);
        }
        let key = (confirmation.key.session, confirmation.key.act.clone());
        self.confirmations.insert(key, confirmation);
        Ok(())
    }

    fn add_sealing_key(&mut self, key: StoredSealingKey) -> Applied {
        if self.sealing_keys.contains_key(&key.id) {
            return Err(Rejection::KeyTaken);
        }
        self.sealing_keys.insert(key.id, key);
        Ok(())
    }
}
