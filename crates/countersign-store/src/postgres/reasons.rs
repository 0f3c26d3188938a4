//! Why a statement did not affect the rows that it should have: the rejection of its operation, or what else is to be done.

use countersign::CredentialUpdate;
use countersign::record::DynamicPart;
use countersign::store::{Operation, Rejection, Session, StoredCredential, TokenHash};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;

use crate::postgres::failure::Failure;
use crate::postgres::rows;
use crate::postgres::statements as sql;
use crate::postgres::step::{Value, parameters};
use crate::postgres::steps::{dynamic_text, end_session, latest, surplus_sessions};

/// What follows from a statement that did not affect the rows that it should have.
pub(super) enum Reason {
    /// The operation is rejected.
    Rejected(Rejection),
    /// The statement's effect was reached by other statements.
    Resolved,
    /// The rows changed in between: the transaction has to be repeated.
    Changed,
}

/// Finds out why the statement with this index did not affect the rows that it should have.
pub(super) async fn reason(
    client: &ClientWrapper,
    operation: &Operation,
    step: usize,
    now: Timestamp,
) -> Result<Reason, Failure> {
    use Rejection as No;
    let rejection = match operation {
        Operation::Remember(finish) => {
            let statement = client.prepare_cached(rows::FINISH).await?;
            let found = client.query_opt(&statement, &[&finish.ceremony.as_bytes().as_slice()]).await?;
            let found = found.map(|row| rows::finish(finish.ceremony, &row)).transpose()?;
            found.map(|finish| No::Finished(Box::new(finish)))
        }
        Operation::RequireSession { token, account } => session(client, token, account, now).await?,
        Operation::InsertAccount(account) => {
            if is_account(client, &account.handle).await? {
                Some(No::HandleTaken)
            } else {
                let name: [&(dyn ToSql + Sync); 1] = [&account.name_key.as_bytes()];
                exists(client, sql::NAME_EXISTS, &name).await?.then_some(No::NameTaken)
            }
        }
        Operation::InsertCredential(credential) => insertion(client, credential, step).await?,
        Operation::UpdateCredential { owner, update, used_at } => {
            return compare_and_update(client, owner, update, *used_at).await;
        }
        Operation::RenameCredential { owner, id, .. } => {
            Some(if is_credential(client, owner, id).await? { No::LabelTaken } else { No::Missing })
        }
        Operation::RemoveCredential { owner, id } => {
            Some(if is_credential(client, owner, id).await? { No::LastCredential } else { No::Missing })
        }
        Operation::InsertSession(session) if step > 0 => {
            end_surplus(client, session, now).await?;
            return Ok(Reason::Resolved);
        }
        Operation::RenameAccount { account, .. } => {
            Some(if is_account(client, account).await? { No::NameTaken } else { No::Missing })
        }
        Operation::RemoveAccount(_)
        | Operation::GrantOperator { .. }
        | Operation::ReplaceRecoveryCodes { .. }
        | Operation::RestoreRecovery { .. }
        | Operation::InsertSession(_)
        | Operation::Confirm(_)
        | Operation::Audit(_) => Some(No::Missing),
        Operation::TakeRecoveryCode { .. } => Some(No::RecoveryCodeUnknown),
        Operation::TakeInvitation(_) => Some(No::InvitationUnknown),
        Operation::RequireOperator(_) | Operation::RevokeOperator(_) => Some(No::NotOperator),
        Operation::TakeOperatorLink(_) => Some(No::OperatorLinkUnknown),
        Operation::TakeConfirmation(_) => Some(No::Unconfirmed),
        Operation::AddSealingKey(_) => Some(No::KeyTaken),
        // Their statements may affect any number of rows.
        Operation::TouchSession { .. }
        | Operation::EndSession(_)
        | Operation::EndOtherSessions { .. }
        | Operation::EndSessionsOfCredential { .. }
        | Operation::AddInvitation(_)
        | Operation::AddOperatorLink(_)
        | Operation::RemoveSealingKey(_)
        | Operation::AnchorAudit
        | Operation::PruneAudit { .. } => return Ok(Reason::Resolved),
    };
    Ok(rejection.map_or(Reason::Changed, Reason::Rejected))
}

/// Updates a credential whose stored part is equal to the previous one, although its text is another: that of another
/// version of the form.
async fn compare_and_update(
    client: &ClientWrapper,
    owner: &UserHandle,
    update: &CredentialUpdate,
    used_at: Option<Timestamp>,
) -> Result<Reason, Failure> {
    let id = update.credential_id.as_bytes();
    let statement = client.prepare_cached(sql::LOCK_CREDENTIAL).await?;
    let Some(found) = client.query_opt(&statement, &[&id, &owner.as_bytes()]).await? else {
        return Ok(Reason::Rejected(Rejection::Missing));
    };
    let stored: DynamicPart = rows::json(found.try_get(0)?, "credential")?;
    if stored != update.previous {
        return Ok(Reason::Rejected(Rejection::RecordChanged));
    }
    let (next, used_at) = (dynamic_text(&update.next)?, used_at.map(Timestamp::unix_seconds));
    let statement = client.prepare_cached(sql::REPLACE_DYNAMIC_PART).await?;
    client.execute(&statement, &[&id, &next, &used_at]).await?;
    Ok(Reason::Resolved)
}

/// Ends the sessions that are too many with a new one.
async fn end_surplus(client: &ClientWrapper, new: &Session, now: Timestamp) -> Result<(), Failure> {
    let statement = client.prepare_cached(sql::SURPLUS_SESSIONS).await?;
    let values = surplus_sessions(new, now);
    for row in client.query(&statement, &parameters(&values)).await? {
        for step in end_session(&rows::token(&row, 0)?) {
            execute(client, step.sql, &step.values).await?;
        }
    }
    Ok(())
}

/// Executes a statement, and returns the number of its rows.
pub(super) async fn execute(
    client: &ClientWrapper,
    sql: &str,
    values: &[Value],
) -> Result<u64, tokio_postgres::Error> {
    let statement = client.prepare_cached(sql).await?;
    client.execute(&statement, &parameters(values)).await
}

async fn session(
    client: &ClientWrapper,
    token: &TokenHash,
    account: &UserHandle,
    now: Timestamp,
) -> Result<Option<Rejection>, Failure> {
    let statement = client.prepare_cached(sql::SESSION_OWNER).await?;
    let (now, latest) = (now.unix_seconds(), latest(now).unix_seconds());
    let found = client.query_opt(&statement, &[&token.as_bytes().as_slice(), &now, &latest]).await?;
    let Some(found) = found else { return Ok(Some(Rejection::SessionOver)) };
    let owner: &[u8] = found.try_get(0)?;
    Ok((owner != account.as_bytes()).then_some(Rejection::OtherAccount))
}

async fn insertion(
    client: &ClientWrapper,
    credential: &StoredCredential,
    step: usize,
) -> Result<Option<Rejection>, Failure> {
    let (id, owner) = (credential.record.id(), credential.record.user_handle());
    if !is_account(client, owner).await? {
        return Ok(Some(Rejection::Missing));
    }
    if exists(client, sql::CREDENTIAL_ID_EXISTS, &[&id.as_bytes()]).await? {
        return Ok(Some(Rejection::CredentialIdTaken));
    }
    if step == 0 {
        return Ok(Some(Rejection::TooManyCredentials));
    }
    let of: [&(dyn ToSql + Sync); 2] = [&owner.as_bytes(), &credential.label_key.as_bytes()];
    Ok(exists(client, sql::LABEL_EXISTS, &of).await?.then_some(Rejection::LabelTaken))
}

async fn is_account(client: &ClientWrapper, handle: &UserHandle) -> Result<bool, Failure> {
    exists(client, sql::ACCOUNT_EXISTS, &[&handle.as_bytes()]).await
}

async fn is_credential(
    client: &ClientWrapper,
    owner: &UserHandle,
    id: &CredentialId,
) -> Result<bool, Failure> {
    exists(client, sql::CREDENTIAL_EXISTS, &[&owner.as_bytes(), &id.as_bytes()]).await
}

async fn exists(client: &ClientWrapper, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<bool, Failure> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, values).await?.is_some())
}
