//! What is read from rows.

use countersign::CredentialRecord;
use countersign::record::{AttestationEvidence, DynamicPart, StaticPart};
use countersign::store::{
    Account, AuditRow, AuditSource, CeremonyId, ChainHead, ChainId, Confirmation, ConfirmationKey, Finish,
    Invitation, Operator, OperatorLink, OperatorLinkKind, Pseudonym, RecoveryStatus, Session, SessionTimes,
    StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;

use crate::postgres::error::PostgresError;

/// User handle, name, key of the name, time.
pub(super) fn account(row: &Row) -> Result<Account, PostgresError> {
    Ok(Account {
        handle: handle(row, 0)?,
        name: get(row, 1)?,
        name_key: String::from_utf8(get(row, 2)?)
            .map_err(|error| PostgresError::unreadable("account", error))?,
        created_at: time(row, 3)?,
    })
}

/// The columns of a credential, without its evidence.
pub(super) const CREDENTIAL: &str =
    "fixed, dynamic, attestation_format, attestation_type, label, label_key, created_at, last_used_at";

/// [`CREDENTIAL`], then the evidence if it is read.
pub(super) fn credential(row: &Row) -> Result<StoredCredential, PostgresError> {
    let fixed: StaticPart = json(get(row, 0)?, "credential")?;
    let dynamic: DynamicPart = json(get(row, 1)?, "credential")?;
    let evidence: Option<&str> = if row.len() > 8 { get(row, 8)? } else { None };
    let evidence = evidence.map(|text| json::<AttestationEvidence>(text, "credential")).transpose()?;
    let (format, kind): (Option<String>, Option<String>) = (get(row, 2)?, get(row, 3)?);
    Ok(StoredCredential {
        record: CredentialRecord::from_parts(fixed, dynamic, evidence),
        attestation: format.zip(kind),
        label: get(row, 4)?,
        label_key: String::from_utf8(get(row, 5)?)
            .map_err(|error| PostgresError::unreadable("credential", error))?,
        created_at: time(row, 6)?,
        last_used_at: get::<Option<i64>>(row, 7)?.map(Timestamp::from_unix_seconds),
    })
}

/// An array of credential IDs.
pub(super) fn credential_ids(row: &Row) -> Result<Vec<CredentialId>, PostgresError> {
    let ids: Vec<&[u8]> = get(row, 0)?;
    ids.into_iter().map(credential_id).collect()
}

fn credential_id(bytes: &[u8]) -> Result<CredentialId, PostgresError> {
    CredentialId::new(bytes).ok_or(PostgresError::row("credential ID"))
}

/// The columns of a session, of the tables `s`, `a` and `c`.
pub(super) const SESSION: &str = "s.token, s.user_handle, a.name, s.credential_id, c.label, s.created_at, s.seen_at, \
                                  s.verified_at, s.idle_at, s.expires_at, s.device";

/// [`SESSION`].
pub(super) fn session(row: &Row) -> Result<Session, PostgresError> {
    Ok(Session {
        token: token(row, 0)?,
        account: handle(row, 1)?,
        name: get(row, 2)?,
        credential: credential_id(get(row, 3)?)?,
        label: get(row, 4)?,
        times: SessionTimes {
            created_at: time(row, 5)?,
            seen_at: time(row, 6)?,
            verified_at: time(row, 7)?,
            idle_at: time(row, 8)?,
            expires_at: time(row, 9)?,
        },
        device: get(row, 10)?,
    })
}

/// The columns of a row of the audit log.
pub(super) const AUDIT_ROW: &str = "chain, number, at, kind, actor, account, credential, session, address, trace_id, \
                                    listed, previous, hash";

/// [`AUDIT_ROW`].
pub(super) fn audit_row(row: &Row) -> Result<AuditRow, PostgresError> {
    let address = get::<Option<&[u8]>>(row, 8)?;
    let read = |bytes| AuditSource::read_address(bytes).ok_or(PostgresError::row("audit row"));
    Ok(AuditRow {
        chain: ChainId::from_bytes(array(row, 0, "audit row")?),
        number: get::<i64>(row, 1)?
            .try_into()
            .map_err(|error| PostgresError::unreadable("audit row", error))?,
        at: time(row, 2)?,
        kind: get(row, 3)?,
        actor: get(row, 4)?,
        account: maybe_array(row, 5)?.map(Pseudonym::from_bytes),
        credential: maybe_array(row, 6)?,
        session: maybe_array(row, 7)?,
        source: AuditSource { address: address.map(read).transpose()?, trace_id: maybe_array(row, 9)? },
        listed: ChainHead::decode_all(get(row, 10)?).ok_or(PostgresError::row("audit row"))?,
        previous: array(row, 11, "audit row")?,
        hash: array(row, 12, "audit row")?,
    })
}

fn maybe_array<const N: usize>(row: &Row, column: usize) -> Result<Option<[u8; N]>, PostgresError> {
    let bytes = get::<Option<&[u8]>>(row, column)?.map(TryInto::try_into).transpose();
    bytes.map_err(|error| PostgresError::unreadable("audit row", error))
}

/// The finish that is remembered for a ceremony.
pub(super) const FINISH: &str = "
SELECT response, outcome, finished_at, until FROM countersign_finishes WHERE ceremony = $1";

/// [`FINISH`].
pub(super) fn finish(ceremony: CeremonyId, row: &Row) -> Result<Finish, PostgresError> {
    Ok(Finish {
        ceremony,
        response: array(row, 0, "finish")?,
        outcome: get(row, 1)?,
        finished_at: time(row, 2)?,
        until: time(row, 3)?,
    })
}

/// User handle, time, end, of the confirmation with this key.
pub(super) fn confirmation(key: &ConfirmationKey, row: &Row) -> Result<Confirmation, PostgresError> {
    Ok(Confirmation {
        key: key.clone(),
        account: handle(row, 0)?,
        created_at: time(row, 1)?,
        expires_at: time(row, 2)?,
    })
}

/// The times of the account's recovery codes, and how many are unused.
pub(super) const RECOVERY_STATUS: &str = "
SELECT recovery_codes_at, recovered_at,
    (SELECT count(*) FROM countersign_recovery_codes WHERE user_handle = $1)
FROM countersign_accounts WHERE user_handle = $1";

/// [`RECOVERY_STATUS`].
pub(super) fn recovery_status(row: &Row) -> Result<RecoveryStatus, PostgresError> {
    let time = |column| Ok(get::<Option<i64>>(row, column)?.map(Timestamp::from_unix_seconds));
    let unused = usize::try_from(get::<i64>(row, 2)?);
    Ok(RecoveryStatus {
        unused: unused.map_err(|error| PostgresError::unreadable("recovery code", error))?,
        created_at: time(0)?,
        used_at: time(1)?,
    })
}

/// Time, end, of the invitation with this code.
pub(super) fn invitation(code: TokenHash, row: &Row) -> Result<Invitation, PostgresError> {
    Ok(Invitation { code, created_at: time(row, 0)?, expires_at: time(row, 1)? })
}

/// User handle, name, time.
pub(super) fn operator(row: &Row) -> Result<Operator, PostgresError> {
    Ok(Operator { account: handle(row, 0)?, name: get(row, 1)?, since: time(row, 2)? })
}

/// Whether it is for the first operator, time, end, of the link with this token.
pub(super) fn operator_link(token: TokenHash, row: &Row) -> Result<OperatorLink, PostgresError> {
    let kind = if get(row, 0)? { OperatorLinkKind::First } else { OperatorLinkKind::Any };
    Ok(OperatorLink { token, kind, created_at: time(row, 1)?, expires_at: time(row, 2)? })
}

/// Number, secret, time.
pub(super) fn sealing_key(row: &Row) -> Result<StoredSealingKey, PostgresError> {
    Ok(StoredSealingKey {
        id: u32::try_from(get::<i64>(row, 0)?)
            .map_err(|error| PostgresError::unreadable("sealing key", error))?,
        secret: array(row, 1, "sealing key")?,
        seals_from: time(row, 2)?,
    })
}

pub(super) fn json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, PostgresError> {
    serde_json::from_str(text).map_err(|error| PostgresError::unreadable(what, error))
}

pub(super) fn token(row: &Row, column: usize) -> Result<TokenHash, PostgresError> {
    Ok(TokenHash::from_bytes(array(row, column, "session")?))
}

pub(super) fn array<const N: usize>(
    row: &Row,
    column: usize,
    what: &'static str,
) -> Result<[u8; N], PostgresError> {
    get::<&[u8]>(row, column)?.try_into().map_err(|error| PostgresError::unreadable(what, error))
}

pub(super) fn handle(row: &Row, column: usize) -> Result<UserHandle, PostgresError> {
    UserHandle::new(get::<&[u8]>(row, column)?).ok_or(PostgresError::row("user handle"))
}

pub(super) fn time(row: &Row, column: usize) -> Result<Timestamp, PostgresError> {
    Ok(Timestamp::from_unix_seconds(get(row, column)?))
}

pub(super) fn get<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    column: usize,
) -> Result<T, PostgresError> {
    row.try_get(column).map_err(|error| PostgresError::unreadable("row", error))
}
