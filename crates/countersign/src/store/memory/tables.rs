//! The tables of a store in memory, and how they belong together
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use std::collections::BTreeMap;

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::record::credential_record::CredentialRecord;
use crate::store::audit::row::{AuditRow, ChainId, Pseudonym};
use crate::store::rows::{
    AHEAD_SECONDS, Account, Confirmation, ConfirmationKey, FORMER_ACCOUNT_SECONDS, Finish, Invitation,
    OperatorLink, OperatorLinkKind, Recovery, SESSIONS_PER_ACCOUNT_MAX, Session, StoredCredential,
    StoredSealingKey, TokenHash,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) accounts: BTreeMap<UserHandle, Account>,
    /// The hashes of removed user handles, and when the accounts were removed.
    pub(super) former: BTreeMap<TokenHash, Timestamp>,
    pub(super) credentials: BTreeMap<CredentialId, StoredCredential>,
    pub(super) finishes: BTreeMap<CeremonyId, Finish>,
    pub(super) sessions: BTreeMap<TokenHash, Session>,
    /// One for each session and act.
    pub(super) confirmations: BTreeMap<(TokenHash, String), Confirmation>,
    pub(super) recovery: BTreeMap<UserHandle, Recovery>,
    pub(super) invitations: BTreeMap<TokenHash, Invitation>,
    /// The accounts that are operators, and since when.
    pub(super) operators: BTreeMap<UserHandle, Timestamp>,
    pub(super) operator_links: BTreeMap<TokenHash, OperatorLink>,
    pub(super) sealing_keys: BTreeMap<u32, StoredSealingKey>,
    /// The rows of the audit log by chain and number. A store in memory has one chain.
    pub(super) audit: BTreeMap<(ChainId, u64), AuditRow>,
    pub(super) pseudonyms: BTreeMap<UserHandle, Pseudonym>,
    /// How many pseudonyms were given: in memory, they are numbers, since nothing is left of a removed account anyway.
    pub(super) named: u128,
    /// The records of programs that have accounts of their own.
    pub(super) records: BTreeMap<CredentialId, CredentialRecord>,
    pub(super) ceremonies: BTreeMap<Vec<u8>, (Timestamp, Vec<u8>)>,
    pub(super) used: BTreeMap<CeremonyId, Timestamp>,
}

impl Tables {
    pub(super) fn credentials_of(&self, owner: &UserHandle) -> impl Iterator<Item = &StoredCredential> {
        self.credentials.values().filter(move |credential| credential.record.user_handle() == owner)
    }

    pub(super) fn oldest_first(&self, owner: &UserHandle) -> Vec<&StoredCredential> {
        let mut listed: Vec<_> = self.credentials_of(owner).collect();
        listed.sort_by_key(|credential| credential.created_at);
        listed
    }

    /// The credential with this ID, if it is this account's.
    pub(super) fn own_credential(
        &mut self,
        owner: &UserHandle,
        id: &CredentialId,
    ) -> Option<&mut StoredCredential> {
        self.credentials.get_mut(id).filter(|credential| credential.record.user_handle() == owner)
    }

    /// Whether a credential of the account, other than the one with this ID, has the label.
    pub(super) fn has_label(&self, owner: &UserHandle, id: &CredentialId, label_key: &str) -> bool {
        self.credentials_of(owner)
            .any(|credential| credential.label_key == label_key && credential.record.id() != id)
    }

    /// The confirmation with this key, if it is valid.
    pub(super) fn confirmation(&self, key: &ConfirmationKey, now: Timestamp) -> Option<&Confirmation> {
        let found = self.confirmations.get(&(key.session, key.act.clone()));
        found.filter(|confirmation| confirmation.key == *key && confirmation.is_valid(now))
    }

    /// The link for an operator with this token, if it can be taken now.
    pub(super) fn operator_link(&self, token: &TokenHash, now: Timestamp) -> Option<&OperatorLink> {
        let found = self.operator_links.get(token).filter(|link| link.is_valid(now));
        found.filter(|link| link.kind == OperatorLinkKind::Any || self.operators.is_empty())
    }

    /// The session with the present names of its account and its credential.
    pub(super) fn named(&self, session: &Session) -> Session {
        let account = self.accounts.get(&session.account);
        let credential = self.credentials.get(&session.credential);
        Session {
            name: account.map(|account| account.name.clone()).unwrap_or_default(),
            label: credential.map(|credential| credential.label.clone()).unwrap_or_default(),
            ..session.clone()
        }
    }

    /// Ends the sessions that this says of their account and token, and removes their confirmations: also those of sessions
    /// that are stored elsewhere.
    pub(super) fn end_sessions(&mut self, ends: impl Fn(&UserHandle, &TokenHash) -> bool) {
        self.sessions.retain(|token, session| !ends(&session.account, token));
        self.confirmations.retain(|(token, _), confirmation| !ends(&confirmation.account, token));
    }

    /// Ends the sessions of this store that this says.
    pub(super) fn end_sessions_if(&mut self, ends: impl Fn(&Session) -> bool) {
        let ended: Vec<_> =
            self.sessions.values().filter(|session| ends(session)).map(|session| session.token).collect();
        self.end_sessions(|_, token| ended.contains(token));
    }

    /// Ends the least recently used sessions of the account that are too many with the new one, which stays even if a
    /// clock was put back and all others seem to be used later.
    pub(super) fn end_surplus_sessions(&mut self, new: &Session) {
        let others = |tables: &Self| {
            let of_account = |other: &&Session| other.account == new.account && other.token != new.token;
            let others = tables.sessions.values().filter(of_account);
            let least_used = others.clone().min_by_key(|other| other.times.seen_at).map(|other| other.token);
            least_used.filter(|_| others.count() >= SESSIONS_PER_ACCOUNT_MAX)
        };
        while let Some(least_used) = others(self) {
            self.end_sessions(|_, token| *token == least_used);
        }
    }

    /// Removes the rows that have no effect any more.
    pub(super) fn purge(&mut self, now: Timestamp) {
        self.end_sessions_if(|session| session.times.expires_at <= now || session.times.idle_at <= now);
        self.confirmations.retain(|_, confirmation| confirmation.expires_at > now);
        self.invitations.retain(|_, invitation| invitation.expires_at > now);
        self.operator_links.retain(|_, link| link.expires_at > now);
        // A server whose clock is behind may still accept a response of the ceremony.
        self.finishes.retain(|_, finish| finish.until.plus_seconds(AHEAD_SECONDS) >= now);
        self.former.retain(|_, removed| removed.plus_seconds(FORMER_ACCOUNT_SECONDS) >= now);
    }
}
