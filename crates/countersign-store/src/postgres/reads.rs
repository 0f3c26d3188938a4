//! The reads.

use countersign::store::{
    Account, AuditQuery, AuditRow, CeremonyId, ChainId, Confirmation, ConfirmationKey, Evidence,
    FORMER_ACCOUNT_SECONDS, Finish, Invitation, Operator, OperatorLink, Pseudonym, RecoveryStatus, Session,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use deadpool_postgres::Pool;
use tokio_postgres::{Row, types::ToSql};

use crate::postgres::audit_statements::NEW_CHAIN;
use crate::postgres::error::PostgresError;
use crate::postgres::options::PostgresOptions;
use crate::postgres::pool::{Connection, within};
use crate::postgres::retries::Retries;
use crate::postgres::rows::{self, AUDIT_ROW, CREDENTIAL, SESSION};
use crate::postgres::steps::{act_hash, former_hash, latest};

/// The connections that reads use.
pub(super) struct Reader<'a> {
    pub(super) pool: &'a Pool,
    pub(super) options: &'a PostgresOptions,
}

const ACCOUNT: &str = "SELECT user_handle, name, name_key, created_at FROM countersign_accounts";

impl Reader<'_> {
    pub(super) async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, PostgresError> {
        let sql = format!("{ACCOUNT} WHERE user_handle = $1");
        first(&self.query(&sql, &[&handle.as_bytes()]).await?, rows::account)
    }

    pub(super) async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, PostgresError> {
        let sql = format!("{ACCOUNT} WHERE name_key = $1");
        first(&self.query(&sql, &[&name_key.as_bytes()]).await?, rows::account)
    }

    pub(super) async fn is_or_was_account(
        &self,
        handle: &UserHandle,
        now: Timestamp,
    ) -> Result<bool, PostgresError> {
        let sql = "SELECT 1 FROM countersign_accounts WHERE user_handle = $1 UNION ALL
             SELECT 1 FROM countersign_former_accounts WHERE handle_hash = $2 AND removed_at >= $3 LIMIT 1";
        let before = now.plus_seconds(FORMER_ACCOUNT_SECONDS.saturating_neg()).unix_seconds();
        let hash = former_hash(handle);
        let values: [&(dyn ToSql + Sync); 3] = [&handle.as_bytes(), &hash.as_slice(), &before];
        Ok(!self.query(sql, &values).await?.is_empty())
    }

    pub(super) async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, PostgresError> {
        let sql = format!("SELECT {} FROM countersign_credentials WHERE id = $1", columns(evidence));
        first(&self.query(&sql, &[&id.as_bytes()]).await?, rows::credential)
    }

    pub(super) async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, PostgresError> {
        let sql = format!(
            "SELECT {} FROM countersign_credentials WHERE user_handle = $1 ORDER BY created_at, position",
            columns(evidence)
        );
        self.query(&sql, &[&owner.as_bytes()]).await?.iter().map(rows::credential).collect()
    }

    pub(super) async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, PostgresError> {
        let rows = self.query(rows::FINISH, &[&ceremony.as_bytes().as_slice()]).await?;
        first(&rows, |row| rows::finish(*ceremony, row))
    }

    pub(super) async fn session(&self, token: &TokenHash) -> Result<Option<Session>, PostgresError> {
        let sql = format!("{} WHERE s.token = $1", sessions());
        first(&self.query(&sql, &[&token.as_bytes().as_slice()]).await?, rows::session)
    }

    pub(super) async fn sessions(
        &self,
        account: &UserHandle,
        now: Timestamp,
    ) -> Result<Vec<Session>, PostgresError> {
        let sql = format!(
            "{} WHERE s.user_handle = $1 AND s.expires_at > $2 AND s.idle_at > $2 AND s.created_at <= $3
             ORDER BY s.seen_at DESC, s.created_at DESC, s.token",
            sessions()
        );
        let values: [&(dyn ToSql + Sync); 3] =
            [&account.as_bytes(), &now.unix_seconds(), &latest(now).unix_seconds()];
        self.query(&sql, &values).await?.iter().map(rows::session).collect()
    }

    pub(super) async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, PostgresError> {
        let sql = "SELECT user_handle, created_at, expires_at FROM countersign_confirmations
             WHERE session = $1 AND act_hash = $2 AND browser = $3 AND expires_at > $4 AND created_at <= $5";
        let act = act_hash(&key.act);
        let values: [&(dyn ToSql + Sync); 5] = [
            &key.session.as_bytes().as_slice(),
            &act.as_slice(),
            &key.browser.as_bytes().as_slice(),
            &now.unix_seconds(),
            &latest(now).unix_seconds(),
        ];
        first(&self.query(sql, &values).await?, |row| rows::confirmation(key, row))
    }

    pub(super) async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, PostgresError> {
        let sql = "SELECT ARRAY(SELECT id FROM countersign_credentials WHERE user_handle = $1
                 ORDER BY created_at, position)
             WHERE NOT EXISTS (SELECT 1 FROM countersign_confirmations
                 WHERE user_handle = $1 AND act_hash = ANY($2) AND ($3::bytea IS NULL OR browser <> $3::bytea)
                     AND expires_at > $4 AND created_at <= $5)";
        let hashes: Vec<_> = acts.iter().map(String::as_str).map(act_hash).collect();
        let acts: Vec<_> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
        let browser = browser.map(|browser| browser.as_bytes().as_slice());
        let values: [&(dyn ToSql + Sync); 5] =
            [&account.as_bytes(), &acts, &browser, &now.unix_seconds(), &latest(now).unix_seconds()];
        first(&self.query(sql, &values).await?, rows::credential_ids)
    }

    pub(super) async fn recovery_status(
        &self,
        account: &UserHandle,
    ) -> Result<Option<RecoveryStatus>, PostgresError> {
        first(&self.query(rows::RECOVERY_STATUS, &[&account.as_bytes()]).await?, rows::recovery_status)
    }

    pub(super) async fn has_recovery_code(
        &self,
        account: &UserHandle,
        code: &TokenHash,
    ) -> Result<bool, PostgresError> {
        let sql = "SELECT 1 FROM countersign_recovery_codes WHERE user_handle = $1 AND code = $2";
        let values: [&(dyn ToSql + Sync); 2] = [&account.as_bytes(), &code.as_bytes().as_slice()];
        Ok(!self.query(sql, &values).await?.is_empty())
    }

    pub(super) async fn invitation(
        &self,
        code: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Invitation>, PostgresError> {
        let sql = "SELECT created_at, expires_at FROM countersign_invitations
             WHERE code = $1 AND expires_at > $2 AND created_at <= $3";
        let values: [&(dyn ToSql + Sync); 3] =
            [&code.as_bytes().as_slice(), &now.unix_seconds(), &latest(now).unix_seconds()];
        first(&self.query(sql, &values).await?, |row| rows::invitation(*code, row))
    }

    pub(super) async fn operators(&self) -> Result<Vec<Operator>, PostgresError> {
        let sql = "SELECT o.user_handle, a.name, o.since FROM countersign_operators o
             JOIN countersign_accounts a ON a.user_handle = o.user_handle ORDER BY o.since, o.user_handle";
        self.query(sql, &[]).await?.iter().map(rows::operator).collect()
    }

    pub(super) async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, PostgresError> {
        let sql = "SELECT for_first, created_at, expires_at FROM countersign_operator_links
             WHERE token = $1 AND expires_at > $2 AND created_at <= $3
                 AND (NOT for_first OR NOT EXISTS (SELECT 1 FROM countersign_operators))";
        let values: [&(dyn ToSql + Sync); 3] =
            [&token.as_bytes().as_slice(), &now.unix_seconds(), &latest(now).unix_seconds()];
        first(&self.query(sql, &values).await?, |row| rows::operator_link(*token, row))
    }

    pub(super) async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, PostgresError> {
        let sql = "SELECT id, secret, seals_from FROM countersign_sealing_keys ORDER BY id DESC";
        self.query(sql, &[]).await?.iter().map(rows::sealing_key).collect()
    }

    pub(super) async fn audit_rows(
        &self,
        query: &AuditQuery,
        limit: usize,
    ) -> Result<Vec<AuditRow>, PostgresError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let select = |rest: &str| format!("SELECT {AUDIT_ROW} FROM countersign_audit {rest}");
        let found = match query {
            AuditQuery::Chains { after } => {
                let (chain, number) =
                    after.as_ref().map_or((&[][..], 0), |(chain, number)| (chain.as_bytes(), *number));
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                let sql = select("WHERE (chain, number) > ($1, $2) ORDER BY chain, number LIMIT $3");
                self.query(&sql, &[&chain, &number, &limit]).await?
            }
            AuditQuery::Newest => {
                self.query(&select("ORDER BY at DESC, chain DESC, number DESC LIMIT $1"), &[&limit]).await?
            }
            AuditQuery::NewestOf(account) => {
                let sql = select(
                    "WHERE account = (SELECT pseudonym FROM countersign_accounts WHERE user_handle = $1)
                     ORDER BY at DESC, chain DESC, number DESC LIMIT $2",
                );
                self.query(&sql, &[&account.as_bytes(), &limit]).await?
            }
            AuditQuery::Oldest => {
                self.query(&select("ORDER BY at, chain, number LIMIT $1"), &[&limit]).await?
            }
            _ => return Err(PostgresError::row("query of audit rows")),
        };
        found.iter().map(rows::audit_row).collect()
    }

    pub(super) async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, PostgresError> {
        let sql = "SELECT pseudonym FROM countersign_accounts WHERE user_handle = $1";
        let read = |row: &Row| rows::array(row, 0, "account").map(Pseudonym::from_bytes);
        first(&self.query(sql, &[&account.as_bytes()]).await?, read)
    }

    /// The name of a new chain of the audit log.
    pub(super) async fn new_chain(&self) -> Result<ChainId, PostgresError> {
        let name = first(&self.query(NEW_CHAIN, &[]).await?, |row| rows::array(row, 0, "chain"))?;
        name.map(ChainId::from_bytes).ok_or(PostgresError::row("chain"))
    }

    /// Returns the rows of a statement that only reads. Reads again on another connection if the first one was cut.
    pub(super) async fn query(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, PostgresError> {
        // Connections that were cut while they were idle are found one by one.
        let mut retries = Retries::within(self.options.answer_timeout());
        loop {
            let connection = Connection::of(self.pool, self.options).await?;
            let answer = within(self.options.answer_timeout(), async {
                let client = connection.client()?;
                Ok(client.query(&client.prepare_cached(sql).await?, values).await?)
            });
            let failure = match answer.await {
                Ok(rows) => {
                    connection.give_back();
                    return Ok(rows);
                }
                Err(failure) => failure,
            };
            if failure.usable {
                connection.give_back();
            }
            if !failure.again || !retries.pause().await {
                return Err(failure.error);
            }
        }
    }
}

fn columns(evidence: Evidence) -> String {
    match evidence {
        Evidence::Read => format!("{CREDENTIAL}, evidence"),
        Evidence::Omit => CREDENTIAL.to_owned(),
    }
}

fn sessions() -> String {
    format!(
        "SELECT {SESSION} FROM countersign_sessions s
         JOIN countersign_accounts a ON a.user_handle = s.user_handle
         JOIN countersign_credentials c ON c.id = s.credential_id"
    )
}

fn first<T>(
    rows: &[Row],
    read: impl FnOnce(&Row) -> Result<T, PostgresError>,
) -> Result<Option<T>, PostgresError> {
    rows.first().map(read).transpose()
}
