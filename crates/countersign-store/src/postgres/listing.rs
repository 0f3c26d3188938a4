//! Pages of rows for the operator.

use std::collections::BTreeSet;

use countersign::store::{Account, Evidence, Invitation, Recovery, RecoveryStatus, TokenHash};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::{Row, types::ToSql};

use crate::listing::{
    AccountSummary, CredentialRow, PAGE_MAX, Totals, WHOLE_ACCOUNTS_MAX, WholeAccount, first_key, limit,
    with_prefix,
};
use crate::postgres::error::PostgresError;
use crate::postgres::failure::Failure;
use crate::postgres::pool::{Connection, within};
use crate::postgres::reads::Reader;
use crate::postgres::rows::{self, CREDENTIAL};

/// First key, number.
const ACCOUNTS: &str = "
SELECT user_handle, name, name_key, created_at, recovery_codes_at, recovered_at,
    (SELECT count(*) FROM countersign_recovery_codes c WHERE c.user_handle = a.user_handle), credentials
FROM countersign_accounts a WHERE name_key >= $1 ORDER BY name_key LIMIT $2";

/// End and code of the last one, number.
const INVITATIONS: &str = "
SELECT code, created_at, expires_at FROM countersign_invitations
WHERE expires_at >= $1 AND (expires_at, code) > ($1, $2) ORDER BY expires_at, code LIMIT $3";

/// Last handle, number.
const ACCOUNTS_BY_HANDLE: &str = "
SELECT user_handle, name, name_key, created_at, recovery_codes_at, recovered_at
FROM countersign_accounts WHERE user_handle > $1 ORDER BY user_handle LIMIT $2";

/// User handles.
const RECOVERY_CODES: &str = "
SELECT code, user_handle FROM countersign_recovery_codes WHERE user_handle = ANY($1) ORDER BY user_handle, code";

const TOTALS: &str =
    "SELECT (SELECT count(*) FROM countersign_accounts), (SELECT count(*) FROM countersign_credentials)";

impl Reader<'_> {
    pub(super) async fn accounts(
        &self,
        prefix: &str,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, PostgresError> {
        let first = first_key(prefix, after);
        let values: [&(dyn ToSql + Sync); 2] = [&first.as_bytes(), &limit(number, PAGE_MAX)];
        let page = self.query(ACCOUNTS, &values).await?.iter().map(summary).collect::<Result<_, _>>()?;
        Ok(with_prefix(page, prefix))
    }

    pub(super) async fn all_credentials(
        &self,
        after: Option<&CredentialId>,
        evidence: Evidence,
        number: usize,
    ) -> Result<Vec<CredentialRow>, PostgresError> {
        let evidence = match evidence {
            Evidence::Read => "evidence",
            Evidence::Omit => "NULL::text",
        };
        let sql = format!(
            "SELECT {CREDENTIAL}, {evidence}, id, user_handle FROM countersign_credentials
             WHERE id > $1 ORDER BY id LIMIT $2"
        );
        let after = after.map(CredentialId::as_bytes).unwrap_or_default();
        let values: [&(dyn ToSql + Sync); 2] = [&after, &limit(number, PAGE_MAX)];
        self.query(&sql, &values).await?.iter().map(credential).collect()
    }

    pub(super) async fn invitations(
        &self,
        after: Option<&Invitation>,
        now: Timestamp,
        number: usize,
    ) -> Result<Vec<Invitation>, PostgresError> {
        // Those that end now are over. All codes come before the last one.
        let after = after.map_or((now, [u8::MAX; 32]), |after| (after.expires_at, *after.code.as_bytes()));
        let values: [&(dyn ToSql + Sync); 3] =
            [&after.0.unix_seconds(), &after.1.as_slice(), &limit(number, PAGE_MAX)];
        let rows = self.query(INVITATIONS, &values).await?;
        let invitation = |row: &Row| {
            let code = rows::token(row, 0)?;
            Ok(Invitation { code, created_at: rows::time(row, 1)?, expires_at: rows::time(row, 2)? })
        };
        rows.iter().map(invitation).collect()
    }

    /// One transaction on one snapshot, so that no account is half of one state and half of another.
    pub(super) async fn whole_accounts(
        &self,
        after: Option<&UserHandle>,
        number: usize,
    ) -> Result<Vec<WholeAccount>, PostgresError> {
        let connection = Connection::of(self.pool, self.options).await?;
        let page =
            within(self.options.answer_timeout(), async { whole(connection.client()?, after, number).await });
        // After a failure the transaction may be open: the connection is dropped, and so rolled back.
        let page = page.await.map_err(|failure| failure.error)?;
        connection.give_back();
        Ok(page)
    }

    pub(super) async fn totals(&self) -> Result<Totals, PostgresError> {
        let rows = self.query(TOTALS, &[]).await?;
        let Some(row) = rows.first() else { return Ok(Totals::default()) };
        let number =
            |column| Ok::<_, PostgresError>(u64::try_from(rows::get::<i64>(row, column)?).unwrap_or(0));
        Ok(Totals { accounts: number(0)?, credentials: number(1)? })
    }
}

async fn whole(
    client: &ClientWrapper,
    after: Option<&UserHandle>,
    number: usize,
) -> Result<Vec<WholeAccount>, Failure> {
    client.batch_execute("BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ").await?;
    let after = after.map(UserHandle::as_bytes).unwrap_or_default();
    let values: [&(dyn ToSql + Sync); 2] = [&after, &limit(number, WHOLE_ACCOUNTS_MAX)];
    let accounts = client.query(&client.prepare_cached(ACCOUNTS_BY_HANDLE).await?, &values).await?;
    let mut page: Vec<_> = accounts.iter().map(empty).collect::<Result<_, _>>()?;
    let handles: Vec<Vec<u8>> = page.iter().map(|whole| whole.account.handle.as_bytes().to_vec()).collect();
    let sql = format!(
        "SELECT {CREDENTIAL}, evidence, id, user_handle FROM countersign_credentials
         WHERE user_handle = ANY($1) ORDER BY created_at, position"
    );
    for row in client.query(&client.prepare_cached(&sql).await?, &[&handles]).await? {
        let credential = credential(&row)?;
        if let Some(whole) = of(&mut page, &credential.owner) {
            whole.credentials.push(credential);
        }
    }
    for row in client.query(&client.prepare_cached(RECOVERY_CODES).await?, &[&handles]).await? {
        let (code, owner): (TokenHash, _) = (rows::token(&row, 0)?, rows::handle(&row, 1)?);
        if let Some(whole) = of(&mut page, &owner) {
            whole.recovery.codes.insert(code);
        }
    }
    client.batch_execute("COMMIT").await?;
    Ok(page)
}

/// The account of this handle. The page is in the order of handles.
fn of<'a>(page: &'a mut [WholeAccount], handle: &UserHandle) -> Option<&'a mut WholeAccount> {
    let found = page.binary_search_by(|whole| whole.account.handle.as_bytes().cmp(handle.as_bytes())).ok()?;
    page.get_mut(found)
}

fn empty(row: &Row) -> Result<WholeAccount, PostgresError> {
    let recovery =
        Recovery { codes: BTreeSet::new(), created_at: maybe_time(row, 4)?, used_at: maybe_time(row, 5)? };
    let account: Account = rows::account(row)?;
    Ok(WholeAccount { account, credentials: Vec::new(), recovery })
}

fn summary(row: &Row) -> Result<AccountSummary, PostgresError> {
    let recovery = RecoveryStatus {
        created_at: maybe_time(row, 4)?,
        used_at: maybe_time(row, 5)?,
        unused: size(row, 6)?,
    };
    Ok(AccountSummary { account: rows::account(row)?, credentials: size(row, 7)?, recovery })
}

fn credential(row: &Row) -> Result<CredentialRow, PostgresError> {
    let id = CredentialId::new(rows::get::<&[u8]>(row, 9)?).ok_or(PostgresError::row("credential ID"))?;
    let owner = rows::handle(row, 10)?;
    let credential = rows::credential(row).map_err(|error| error.to_string());
    let credential = credential.and_then(|credential| {
        let record = &credential.record;
        let is_own = *record.id() == id && *record.user_handle() == owner;
        if is_own { Ok(credential) } else { Err("the record is another credential's".to_owned()) }
    });
    Ok(CredentialRow { id, owner, credential })
}

fn maybe_time(row: &Row, column: usize) -> Result<Option<Timestamp>, PostgresError> {
    Ok(rows::get::<Option<i64>>(row, column)?.map(Timestamp::from_unix_seconds))
}

fn size(row: &Row, column: usize) -> Result<usize, PostgresError> {
    usize::try_from(rows::get::<i64>(row, column)?).map_err(|error| PostgresError::unreadable("row", error))
}
