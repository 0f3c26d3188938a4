//! The operations of a transaction, in their order.

use countersign::store::Operation;
use countersign::types::Timestamp;
use rusqlite::Connection;

use crate::sqlite::{
    abort::Abort, accounts, audit, audit::Chain, confirmations, credentials, finishes, invitations,
    operators, recovery, sealing_keys, sessions,
};

/// Carries out all operations, until one of them is rejected or fails. Call this in a transaction.
pub(crate) fn carry_out(
    db: &Connection,
    operations: &[Operation],
    chain: &mut Chain,
    now: Timestamp,
) -> Result<(), Abort> {
    operations.iter().try_for_each(|operation| carry_out_one(db, operation, chain, now))
}

fn carry_out_one(
    db: &Connection,
    operation: &Operation,
    chain: &mut Chain,
    now: Timestamp,
) -> Result<(), Abort> {
    match operation {
        Operation::Remember(finish) => finishes::remember(db, finish),
        Operation::RequireSession { token, account } => sessions::require(db, token, account, now),
        Operation::InsertAccount(account) => accounts::insert(db, account),
        Operation::RenameAccount { account, name, name_key } => accounts::rename(db, account, name, name_key),
        Operation::RemoveAccount(handle) => accounts::remove(db, handle, now),
        Operation::InsertCredential(credential) => credentials::insert(db, credential),
        Operation::UpdateCredential { owner, update, used_at } => {
            credentials::update(db, owner, update, *used_at)
        }
        Operation::RenameCredential { owner, id, label, label_key } => {
            credentials::rename(db, owner, id, label, label_key)
        }
        Operation::RemoveCredential { owner, id } => credentials::remove(db, owner, id),
        Operation::ReplaceRecoveryCodes { account, codes, created_at } => {
            recovery::replace(db, account, codes, *created_at)
        }
        Operation::RestoreRecovery { account, recovery } => recovery::restore(db, account, recovery),
        Operation::TakeRecoveryCode { account, code, used_at } => recovery::take(db, account, code, *used_at),
        Operation::AddInvitation(invitation) => invitations::add(db, invitation),
        Operation::TakeInvitation(code) => invitations::take(db, code, now),
        Operation::RequireOperator(account) => operators::require(db, account),
        Operation::GrantOperator { account, since } => operators::grant(db, account, *since),
        Operation::RevokeOperator(account) => operators::revoke(db, account),
        Operation::AddOperatorLink(link) => operators::add_link(db, link),
        Operation::TakeOperatorLink(token) => operators::take_link(db, token, now),
        Operation::InsertSession(session) => sessions::insert(db, session, now),
        Operation::TouchSession { token, seen_at, idle_at, verified_at } => {
            sessions::touch(db, token, *seen_at, *idle_at, *verified_at, now)
        }
        Operation::EndSession(token) => sessions::end(db, token),
        Operation::EndOtherSessions { account, remaining } => {
            sessions::end_others(db, account, remaining.as_ref())
        }
        Operation::EndSessionsOfCredential { owner, id } => credentials::end_sessions(db, owner, id),
        Operation::Confirm(confirmation) => confirmations::confirm(db, confirmation),
        Operation::TakeConfirmation(key) => confirmations::take(db, key, now),
        Operation::AddSealingKey(key) => sealing_keys::add(db, key),
        Operation::RemoveSealingKey(number) => sealing_keys::remove(db, *number),
        Operation::Audit(entry) => audit::write(db, chain, entry, now),
        Operation::AnchorAudit => audit::anchor(db, chain, now),
        Operation::PruneAudit { before } => audit::prune(db, chain, *before, now),
    }
}
