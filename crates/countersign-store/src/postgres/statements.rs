//! The statements that change something. Each names its parameters in order.

/// The lock of an account: all that belongs to the account changes under it, so that no two transactions wait for each
/// other. User handle.
pub(super) const LOCK_ACCOUNT: &str =
    "SELECT 1 FROM countersign_accounts WHERE user_handle = $1 FOR NO KEY UPDATE";

/// Ceremony, response, outcome, time, end.
pub(super) const REMEMBER: &str = "
INSERT INTO countersign_finishes (ceremony, response, outcome, finished_at, until)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

/// Token, user handle, now, latest creation. The lock keeps the session until the end of the transaction.
pub(super) const REQUIRE_SESSION: &str = "
SELECT 1 FROM countersign_sessions
WHERE token = $1 AND user_handle = $2 AND expires_at > $3 AND idle_at > $3 AND created_at <= $4
FOR KEY SHARE";

/// User handle, name, key of the name, time.
pub(super) const INSERT_ACCOUNT: &str = "
INSERT INTO countersign_accounts (user_handle, name, name_key, created_at)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// User handle, name, key of the name.
pub(super) const RENAME_ACCOUNT: &str = "
UPDATE countersign_accounts SET name = $2, name_key = $3
WHERE user_handle = $1 AND NOT EXISTS (
    SELECT 1 FROM countersign_accounts WHERE name_key = $3 AND user_handle <> $1)";

/// User handle.
pub(super) const REMOVE_ACCOUNT: &str = "DELETE FROM countersign_accounts WHERE user_handle = $1";

/// User handle.
pub(super) const REMOVE_CONFIRMATIONS_OF_ACCOUNT: &str =
    "DELETE FROM countersign_confirmations WHERE user_handle = $1";

/// Hash of the user handle, time.
pub(super) const REMEMBER_ACCOUNT: &str = "
INSERT INTO countersign_former_accounts (handle_hash, removed_at) VALUES ($1, $2)
ON CONFLICT (handle_hash) DO UPDATE SET removed_at = excluded.removed_at";

/// User handle, most credentials.
pub(super) const COUNT_CREDENTIAL: &str = "
UPDATE countersign_accounts SET credentials = credentials + 1, inserted = inserted + 1
WHERE user_handle = $1 AND credentials < $2";

/// ID, user handle, static part, dynamic part, evidence, its format, its type, label, key of the label, time, last use.
pub(super) const INSERT_CREDENTIAL: &str = "
INSERT INTO countersign_credentials (id, user_handle, position, fixed, dynamic, evidence, attestation_format,
    attestation_type, label, label_key, created_at, last_used_at)
SELECT $1::bytea, $2::bytea, inserted, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::bytea,
    $10::bigint, $11::bigint
FROM countersign_accounts WHERE user_handle = $2::bytea ON CONFLICT DO NOTHING";

/// ID, user handle, next dynamic part, previous one, time of the use.
pub(super) const UPDATE_CREDENTIAL: &str = "
UPDATE countersign_credentials SET dynamic = $3, last_used_at = coalesce($5, last_used_at)
WHERE id = $1 AND user_handle = $2 AND dynamic = $4";

/// ID, user handle, label, key of the label.
pub(super) const RENAME_CREDENTIAL: &str = "
UPDATE countersign_credentials SET label = $3, label_key = $4
WHERE id = $1 AND user_handle = $2 AND NOT EXISTS (
    SELECT 1 FROM countersign_credentials WHERE user_handle = $2 AND label_key = $4 AND id <> $1)";

/// User handle, ID.
pub(super) const COUNT_REMOVAL: &str = "
UPDATE countersign_accounts SET credentials = credentials - 1
WHERE user_handle = $1
    AND (credentials > 1 OR EXISTS (SELECT 1 FROM countersign_recovery_codes WHERE user_handle = $1))
    AND EXISTS (SELECT 1 FROM countersign_credentials WHERE id = $2 AND user_handle = $1)";

/// User handle, time.
pub(super) const RENEW_RECOVERY_CODES: &str =
    "UPDATE countersign_accounts SET recovery_codes_at = $2 WHERE user_handle = $1";

/// User handle, time, time of the last use.
pub(super) const RESTORE_RECOVERY: &str =
    "UPDATE countersign_accounts SET recovery_codes_at = $2, recovered_at = $3 WHERE user_handle = $1";

/// User handle.
pub(super) const REMOVE_RECOVERY_CODES: &str =
    "DELETE FROM countersign_recovery_codes WHERE user_handle = $1";

/// User handle, codes.
pub(super) const INSERT_RECOVERY_CODES: &str = "
INSERT INTO countersign_recovery_codes (user_handle, code) SELECT $1::bytea, unnest($2::bytea[])";

/// User handle, code.
pub(super) const TAKE_RECOVERY_CODE: &str =
    "DELETE FROM countersign_recovery_codes WHERE user_handle = $1 AND code = $2";

/// User handle, time.
pub(super) const RECOVERED: &str = "UPDATE countersign_accounts SET recovered_at = $2 WHERE user_handle = $1";

/// Code, time, end.
pub(super) const ADD_INVITATION: &str = "
INSERT INTO countersign_invitations (code, created_at, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (code) DO UPDATE SET created_at = excluded.created_at, expires_at = excluded.expires_at";

/// Code, now, latest creation.
pub(super) const TAKE_INVITATION: &str =
    "DELETE FROM countersign_invitations WHERE code = $1 AND expires_at > $2 AND created_at <= $3";

/// The lock of those who become the first operator, so that only one does.
pub(super) const LOCK_OPERATORS: &str = "SELECT 1 FROM countersign_schema WHERE id = 1 FOR UPDATE";

/// User handle.
pub(super) const REQUIRE_OPERATOR: &str =
    "SELECT 1 FROM countersign_operators WHERE user_handle = $1 FOR KEY SHARE";

/// User handle, time.
pub(super) const GRANT_OPERATOR: &str = "
INSERT INTO countersign_operators (user_handle, since)
SELECT user_handle, $2::bigint FROM countersign_accounts WHERE user_handle = $1
ON CONFLICT (user_handle) DO UPDATE SET since = countersign_operators.since";

/// User handle.
pub(super) const REVOKE_OPERATOR: &str = "DELETE FROM countersign_operators WHERE user_handle = $1";

/// Token, whether it is for the first operator, time, end.
pub(super) const ADD_OPERATOR_LINK: &str = "
INSERT INTO countersign_operator_links (token, for_first, created_at, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (token) DO UPDATE SET for_first = excluded.for_first, created_at = excluded.created_at,
    expires_at = excluded.expires_at";

/// Token, now, latest creation.
pub(super) const TAKE_OPERATOR_LINK: &str = "
DELETE FROM countersign_operator_links
WHERE token = $1 AND expires_at > $2 AND created_at <= $3
    AND (NOT for_first OR NOT EXISTS (SELECT 1 FROM countersign_operators))";

/// User handle, ID of the credential.
pub(super) const LOCK_SESSIONS_OF_CREDENTIAL: &str = "
SELECT 1 FROM countersign_sessions WHERE user_handle = $1 AND credential_id = $2 ORDER BY token FOR UPDATE";

/// User handle, ID of the credential.
pub(super) const REMOVE_CONFIRMATIONS_OF_CREDENTIAL: &str = "
DELETE FROM countersign_confirmations WHERE session IN
    (SELECT token FROM countersign_sessions WHERE user_handle = $1 AND credential_id = $2)";

/// User handle, ID of the credential.
pub(super) const END_SESSIONS_OF_CREDENTIAL: &str =
    "DELETE FROM countersign_sessions WHERE user_handle = $1 AND credential_id = $2";

/// User handle, ID.
pub(super) const REMOVE_CREDENTIAL: &str =
    "DELETE FROM countersign_credentials WHERE user_handle = $1 AND id = $2";

/// Token, user handle, ID of the credential, creation, last use, verification, end if unused, end, device.
pub(super) const INSERT_SESSION: &str = "
INSERT INTO countersign_sessions (token, user_handle, credential_id, created_at, seen_at, verified_at, idle_at,
    expires_at, device)
SELECT $1::bytea, user_handle, id, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::text
FROM countersign_credentials WHERE user_handle = $2 AND id = $3";

/// The sessions that are too many next to a new one: those that are over first, then the least recently used ones. User
/// handle, token of the new one, how many others may stay, now, latest creation.
pub(super) const SURPLUS_SESSIONS: &str = "
SELECT token FROM countersign_sessions WHERE user_handle = $1 AND token <> $2
ORDER BY (least(expires_at, idle_at) > $4 AND created_at <= $5) DESC, seen_at DESC, created_at DESC, token OFFSET $3";

/// Token, last use, end if unused, verification, now, latest creation.
pub(super) const TOUCH_SESSION: &str = "
UPDATE countersign_sessions SET seen_at = $2, idle_at = $3, verified_at = coalesce($4, verified_at)
WHERE token = $1 AND expires_at > $5 AND idle_at > $5 AND created_at <= $6";

/// Token.
pub(super) const END_CONFIRMATIONS: &str = "DELETE FROM countersign_confirmations WHERE session = $1";

/// Token.
pub(super) const END_SESSION: &str = "DELETE FROM countersign_sessions WHERE token = $1";

/// User handle, token of the session that remains.
pub(super) const END_OTHER_CONFIRMATIONS: &str = "
DELETE FROM countersign_confirmations WHERE user_handle = $1 AND ($2::bytea IS NULL OR session <> $2::bytea)";

/// User handle, token of the session that remains.
pub(super) const END_OTHER_SESSIONS: &str = "
DELETE FROM countersign_sessions WHERE user_handle = $1 AND ($2::bytea IS NULL OR token <> $2::bytea)";

/// Session, hash of the act, browser, user handle, time, end.
pub(super) const CONFIRM: &str = "
INSERT INTO countersign_confirmations (session, act_hash, browser, user_handle, created_at, expires_at)
SELECT $1::bytea, $2::bytea, $3::bytea, user_handle, $5::bigint, $6::bigint
FROM countersign_accounts WHERE user_handle = $4
ON CONFLICT (session, act_hash) DO UPDATE SET browser = excluded.browser, user_handle = excluded.user_handle,
    created_at = excluded.created_at, expires_at = excluded.expires_at";

/// Session, hash of the act, browser, now, latest creation.
pub(super) const TAKE_CONFIRMATION: &str = "
DELETE FROM countersign_confirmations
WHERE session = $1 AND act_hash = $2 AND browser = $3 AND expires_at > $4 AND created_at <= $5";

/// Number, secret, time.
pub(super) const ADD_SEALING_KEY: &str = "
INSERT INTO countersign_sealing_keys (id, secret, seals_from) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Number.
pub(super) const REMOVE_SEALING_KEY: &str = "DELETE FROM countersign_sealing_keys WHERE id = $1";

/// Key of the name.
pub(super) const NAME_EXISTS: &str = "SELECT 1 FROM countersign_accounts WHERE name_key = $1";

/// User handle.
pub(super) const ACCOUNT_EXISTS: &str = "SELECT 1 FROM countersign_accounts WHERE user_handle = $1";

/// ID.
pub(super) const CREDENTIAL_ID_EXISTS: &str = "SELECT 1 FROM countersign_credentials WHERE id = $1";

/// User handle, ID.
pub(super) const CREDENTIAL_EXISTS: &str =
    "SELECT 1 FROM countersign_credentials WHERE user_handle = $1 AND id = $2";

/// User handle, key of the label.
pub(super) const LABEL_EXISTS: &str =
    "SELECT 1 FROM countersign_credentials WHERE user_handle = $1 AND label_key = $2";

/// ID, user handle.
pub(super) const LOCK_CREDENTIAL: &str = "
SELECT dynamic FROM countersign_credentials WHERE id = $1 AND user_handle = $2 FOR NO KEY UPDATE";

/// ID, next dynamic part, time of the use. For a row that is locked.
pub(super) const REPLACE_DYNAMIC_PART: &str = "
UPDATE countersign_credentials SET dynamic = $2, last_used_at = coalesce($3, last_used_at) WHERE id = $1";

/// The owner of a session that is not over. Token, now, latest creation.
pub(super) const SESSION_OWNER: &str = "
SELECT user_handle FROM countersign_sessions
WHERE token = $1 AND expires_at > $2 AND idle_at > $2 AND created_at <= $3";
