//! The operator of a database, and what is one read or one transaction.

use countersign::store::{
    Account, ApplicationStore as _, AuditActor, AuditEntry, AuditKind, Evidence, Invitation, Operation,
    RecoveryStatus, Rejection, Session, StoredCredential, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle, base64url};
use countersign_axum::{DECOY_KEY, Rotation, TypedCode, invite, rotate_sealing_keys};
use countersign_store::listing::{AccountSummary, CredentialRow};
use countersign_store::{Database, names};

use super::acting::Acting;
use super::error::OperatorError;
use super::selection::{AccountSelector, PasskeyFilter};
use crate::{clock, config::configuration::Config};

/// Seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// An account, and all that an operator sees of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountDetails {
    /// The account.
    pub account: Account,
    /// Its passkeys without evidence, oldest first.
    pub passkeys: Vec<StoredCredential>,
    /// Its recovery codes.
    pub recovery: RecoveryStatus,
    /// Its sessions that are not over, the latest used first.
    pub sessions: Vec<Session>,
}

/// The operator of a server's database. Clones share its connections.
#[derive(Clone)]
pub struct Operator {
    pub(super) database: Database,
    /// The session at the page; `None` on the machine, whose operator may do everything.
    acting: Option<Acting>,
}

/// The operation that adds a row to the audit log.
pub(crate) fn audit(entry: AuditEntry) -> Operation {
    Operation::Audit(Box::new(entry))
}

/// What makes the name of an account unique, and by which accounts are in order.
pub fn name_key(name: &str) -> String {
    names::key(name)
}

impl Operator {
    /// Opens the database of this configuration, which must exist.
    pub async fn open(config: &Config) -> Result<Self, OperatorError> {
        if config.database.path().is_some_and(|path| !path.exists()) {
            return Err(OperatorError::NoDatabase(config.database.to_string()));
        }
        Self::open_or_create(config).await
    }

    /// Opens the database of this configuration, and creates it if there is none.
    pub async fn open_or_create(config: &Config) -> Result<Self, OperatorError> {
        Ok(Self::of(Database::open(config.database.as_str()).await?))
    }

    /// The operator of a database that is open.
    pub const fn of(database: Database) -> Self {
        Self { database, acting: None }
    }

    /// An operator at the page, who may act while the session and the role last.
    pub(crate) const fn at_page(database: Database, acting: Acting) -> Self {
        Self { database, acting: Some(acting) }
    }

    /// The database.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Returns accounts in the order of the keys of their names, after this key.
    pub async fn accounts(
        &self,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, OperatorError> {
        Ok(self.database.accounts("", after, number).await?)
    }

    /// Returns the accounts whose names begin with this text, in the order of the keys of their names, after this key; and
    /// before the first of them those with this ID, or with a passkey of this ID, in base64url.
    pub async fn find(
        &self,
        text: &str,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, OperatorError> {
        let mut found = Vec::new();
        if after.is_none() {
            found.extend(self.with_ids(text).await?);
        }
        let key = names::key(text);
        if !key.is_empty() {
            let named = self.database.accounts(&key, after, number).await?;
            let is_new = |one: &AccountSummary| {
                !found.iter().any(|other: &AccountSummary| other.account.handle == one.account.handle)
            };
            let named: Vec<_> = named.into_iter().filter(is_new).collect();
            found.extend(named);
        }
        Ok(found)
    }

    /// The account with this ID, and the one that has a passkey with this ID.
    async fn with_ids(&self, text: &str) -> Result<Vec<AccountSummary>, OperatorError> {
        let Ok(bytes) = base64url::decode(text) else { return Ok(Vec::new()) };
        let mut handles: Vec<_> = UserHandle::new(bytes.clone()).into_iter().collect();
        if let Some(id) = CredentialId::new(bytes)
            && let Some(credential) = self.database.credential(&id, Evidence::Omit).await?
        {
            handles.push(credential.record.user_handle().clone());
        }
        handles.dedup();
        let mut found = Vec::new();
        for handle in handles {
            let Some(account) = self.database.account(&handle).await? else { continue };
            let recovery = self.database.recovery_status(&handle).await?.unwrap_or_default();
            let credentials = self.database.credentials(&handle, Evidence::Omit).await?.len();
            found.push(AccountSummary { account, credentials, recovery });
        }
        Ok(found)
    }

    /// Returns the account that is selected.
    pub async fn account(&self, selector: &AccountSelector) -> Result<Account, OperatorError> {
        let found = match selector {
            AccountSelector::Name(name) => self.database.account_by_name(&names::key(name)).await?,
            AccountSelector::Id(handle) => self.database.account(handle).await?,
        };
        found.ok_or_else(|| OperatorError::AccountUnknown(selector.to_string()))
    }

    /// Returns all that an operator sees of an account.
    pub async fn details(&self, account: Account) -> Result<AccountDetails, OperatorError> {
        let handle = &account.handle;
        Ok(AccountDetails {
            passkeys: self.database.credentials(handle, Evidence::Omit).await?,
            recovery: self.database.recovery_status(handle).await?.unwrap_or_default(),
            sessions: self.database.sessions(handle, clock::now()).await?,
            account,
        })
    }

    /// Changes the name of an account. Returns the name as it is stored.
    pub async fn rename_account(&self, account: &UserHandle, name: &str) -> Result<String, OperatorError> {
        let name = names::clean(name).map_err(OperatorError::NameInvalid)?;
        let name_key = names::key(&name);
        let rename = Operation::RenameAccount { account: account.clone(), name: name.clone(), name_key };
        let entry = self.entry(AuditKind::AccountRenamed, account);
        self.transact(vec![rename, audit(entry)]).await?;
        Ok(name)
    }

    /// Removes an account with its passkeys, sessions and recovery codes.
    pub async fn remove_account(&self, account: &UserHandle) -> Result<(), OperatorError> {
        // Before the removal, by which the pseudonym of the account is forgotten.
        let entry = self.entry(AuditKind::AccountRemoved, account);
        self.transact(vec![audit(entry), Operation::RemoveAccount(account.clone())]).await
    }

    /// Returns passkeys of all accounts that pass the filter, in the order of their IDs, after this ID; and the ID after which
    /// the next page begins, if there may be one. Looks at so many passkeys at most, whatever the filter.
    pub async fn passkeys(
        &self,
        filter: &PasskeyFilter,
        after: Option<&CredentialId>,
        number: usize,
    ) -> Result<(Vec<CredentialRow>, Option<CredentialId>), OperatorError> {
        let mut page = self.database.all_credentials(after, Evidence::Omit, number).await?;
        let next = page.last().map(|row| row.id.clone());
        page.retain(|row| filter.passes(row));
        Ok((page, next))
    }

    /// Returns the passkey with this ID, of any account, with its evidence.
    pub async fn passkey(&self, id: &CredentialId) -> Result<StoredCredential, OperatorError> {
        let found = self.database.credential(id, Evidence::Read).await?;
        found.ok_or_else(|| OperatorError::PasskeyUnknown(id.clone()))
    }

    /// Removes a passkey, with the sessions that were created with it. The last one of an account that has no recovery code
    /// stays.
    pub async fn remove_passkey(&self, owner: &UserHandle, id: &CredentialId) -> Result<(), OperatorError> {
        let remove = Operation::RemoveCredential { owner: owner.clone(), id: id.clone() };
        let entry = self.entry(AuditKind::CredentialRemoved, owner);
        let removed = self.transact(vec![remove, audit(entry.with_credential(id.clone()))]).await;
        removed.map_err(|error| match error {
            OperatorError::Rejected(Rejection::Missing) => OperatorError::PasskeyUnknown(id.clone()),
            other => other,
        })
    }

    /// Ends the session of this account whose token has this hash.
    pub async fn end_session(&self, account: &UserHandle, token: &TokenHash) -> Result<(), OperatorError> {
        let sessions = self.database.sessions(account, clock::now()).await?;
        if !sessions.iter().any(|session| session.token == *token) {
            return Err(OperatorError::SessionUnknown);
        }
        let entry = self.entry(AuditKind::SessionEnded, account);
        let entry = entry.with_session(token.public_id());
        self.transact(vec![Operation::EndSession(*token), audit(entry)]).await
    }

    /// Ends all sessions of an account, and returns how many there were.
    pub async fn end_sessions(&self, account: &UserHandle) -> Result<usize, OperatorError> {
        let number = self.database.sessions(account, clock::now()).await?.len();
        let end = Operation::EndOtherSessions { account: account.clone(), remaining: None };
        let entry = self.entry(AuditKind::SessionsEnded, account);
        self.transact(vec![end, audit(entry)]).await?;
        Ok(number)
    }

    /// Returns invitations that can be used, the first to end first, after this one.
    pub async fn invitations(
        &self,
        after: Option<&Invitation>,
        number: usize,
    ) -> Result<Vec<Invitation>, OperatorError> {
        let now = clock::now();
        let mut page = self.database.invitations(after, now, number).await?;
        page.retain(|invitation| invitation.is_valid(now));
        Ok(page)
    }

    /// Makes an invitation to create one account, which is valid for so many days, and returns its code. The database has only
    /// the hash of the code.
    pub async fn invite(&self, days: u16) -> Result<(TypedCode, Timestamp), OperatorError> {
        let now = clock::now();
        let expires_at = now.plus_seconds(i64::from(days).saturating_mul(DAY));
        Ok((invite(&self.database, &mut getrandom::fill, expires_at, now).await?, expires_at))
    }

    /// Revokes an invitation that was not used.
    pub async fn revoke_invitation(&self, code: &TokenHash) -> Result<(), OperatorError> {
        let entry = self.entry_of_none(AuditKind::InvitationRevoked);
        self.transact(vec![Operation::TakeInvitation(*code), audit(entry)]).await
    }

    /// Returns the numbers of the keys that ceremonies are sealed with, the highest first, and the times from which each seals.
    pub async fn keys(&self) -> Result<Vec<(u32, Timestamp)>, OperatorError> {
        let keys = self.database.sealing_keys().await?;
        let sealing = keys.iter().filter(|key| key.id != DECOY_KEY);
        Ok(sealing.map(|key| (key.id, key.seals_from)).collect())
    }

    /// Adds a key, which replaces the sealing key in use two minutes later, and removes keys that were replaced more than a day
    /// ago. No user is signed out.
    pub async fn rotate_keys(&self) -> Result<Rotation, OperatorError> {
        Ok(rotate_sealing_keys(&self.database, &mut getrandom::fill, clock::now()).await?)
    }

    /// The entry of something that the operator does to an account, for the audit log.
    pub(crate) fn entry(&self, kind: AuditKind, account: &UserHandle) -> AuditEntry {
        self.entry_of_none(kind).with_account(account.clone())
    }

    /// The entry of something that the operator does to no account.
    pub(crate) fn entry_of_none(&self, kind: AuditKind) -> AuditEntry {
        let on_machine = || AuditEntry::new(kind, AuditActor::Operator);
        self.acting.as_ref().map_or_else(on_machine, |acting| acting.entry(kind))
    }

    /// Carries out operations, and converts a rejection to an error.
    pub(crate) async fn transact(&self, operations: Vec<Operation>) -> Result<(), OperatorError> {
        let requirements = self.acting.iter().flat_map(Acting::requirements);
        let operations = requirements.chain(operations).collect();
        let outcome = self.database.transact(operations, clock::now()).await?;
        outcome.map_err(OperatorError::Rejected)
    }
}
