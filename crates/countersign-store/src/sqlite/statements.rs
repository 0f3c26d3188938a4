//! All statements of the store, so that a test can check the plan of each.
//!
//! Each is prepared once for each connection. No statement of a sign-in sorts or fills a temporary table: lists are
//! sorted by the caller, and expired rows are deleted in [`purge`](crate::sqlite::purge).

/// Declares the statements, and a list of them for tests.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)*

        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    BEGIN = "BEGIN IMMEDIATE";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";
    SAVEPOINT = "SAVEPOINT one";
    ROLLBACK_TO = "ROLLBACK TO one";
    RELEASE = "RELEASE one";

    ACCOUNT = "SELECT user_handle, name, name_key, created_at FROM accounts WHERE user_handle = ?";
    ACCOUNT_BY_NAME = "SELECT user_handle, name, name_key, created_at FROM accounts WHERE name_key = ?";
    PSEUDONYM = "SELECT pseudonym FROM accounts WHERE user_handle = ?";
    IS_ACCOUNT = "SELECT 1 FROM accounts WHERE user_handle = ?";
    WAS_ACCOUNT = "SELECT 1 FROM former_accounts WHERE handle_hash = ? AND removed_at >= ?";
    INSERT_ACCOUNT =
        "INSERT INTO accounts (user_handle, name, name_key, created_at, credential_count, pseudonym)
         VALUES (?, ?, ?, ?, 0, randomblob(16)) ON CONFLICT DO NOTHING";
    RENAME_ACCOUNT = "UPDATE OR IGNORE accounts SET name = ?, name_key = ? WHERE user_handle = ?";
    DELETE_ACCOUNT = "DELETE FROM accounts WHERE user_handle = ?";
    INSERT_FORMER_ACCOUNT =
        "INSERT INTO former_accounts (handle_hash, removed_at) VALUES (?, ?)
         ON CONFLICT (handle_hash) DO UPDATE SET removed_at = excluded.removed_at";
    /// Counts one more credential, if the account may have it.
    COUNT_UP =
        "UPDATE accounts SET credential_count = credential_count + 1
         WHERE user_handle = ? AND credential_count < ?";
    /// Counts one credential less, unless it is the last and there is no recovery code.
    COUNT_DOWN =
        "UPDATE accounts SET credential_count = credential_count - 1
         WHERE user_handle = ?1 AND (credential_count > 1
             OR EXISTS (SELECT 1 FROM recovery_codes WHERE recovery_codes.user_handle = ?1))";

    /// The times of the account's recovery codes.
    RECOVERY_TIMES = "SELECT recovery_codes_at, recovered_at FROM accounts WHERE user_handle = ?";
    COUNT_RECOVERY_CODES = "SELECT count(*) FROM recovery_codes WHERE user_handle = ?";
    IS_RECOVERY_CODE = "SELECT 1 FROM recovery_codes WHERE user_handle = ? AND code = ?";
    RENEW_RECOVERY_CODES = "UPDATE accounts SET recovery_codes_at = ? WHERE user_handle = ?";
    RESTORE_RECOVERY = "UPDATE accounts SET recovery_codes_at = ?, recovered_at = ? WHERE user_handle = ?";
    INSERT_RECOVERY_CODE = "INSERT INTO recovery_codes (user_handle, code) VALUES (?, ?)";
    DELETE_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE user_handle = ?";
    TAKE_RECOVERY_CODE = "DELETE FROM recovery_codes WHERE user_handle = ? AND code = ?";
    RECOVERED = "UPDATE accounts SET recovered_at = ? WHERE user_handle = ?";

    NEW_CHAIN = "SELECT randomblob(16)";
    ADD_AUDIT_ROW =
        "INSERT INTO audit (chain, number, at, kind, actor, account, credential, session, address, trace_id, listed,
             previous, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    AUDIT_CHAINS =
        "SELECT chain, number, at, kind, actor, account, credential, session, address, trace_id, listed, previous, hash
         FROM audit WHERE (chain, number) > (?, ?) ORDER BY chain, number LIMIT ?";
    AUDIT_NEWEST =
        "SELECT chain, number, at, kind, actor, account, credential, session, address, trace_id, listed, previous, hash
         FROM audit ORDER BY at DESC, chain DESC, number DESC LIMIT ?";
    AUDIT_NEWEST_OF =
        "SELECT chain, number, at, kind, actor, account, credential, session, address, trace_id, listed, previous, hash
         FROM audit WHERE account = (SELECT pseudonym FROM accounts WHERE user_handle = ?)
         ORDER BY at DESC, chain DESC, number DESC LIMIT ?";
    AUDIT_OLDEST =
        "SELECT chain, number, at, kind, actor, account, credential, session, address, trace_id, listed, previous, hash
         FROM audit ORDER BY at, chain, number LIMIT ?";
    NEXT_CHAIN = "SELECT chain FROM audit WHERE chain > ? ORDER BY chain LIMIT 1";
    FIRST_OF_CHAIN = "SELECT number, previous FROM audit WHERE chain = ? ORDER BY number LIMIT 1";
    LAST_OF_CHAIN = "SELECT number, hash, at FROM audit WHERE chain = ? ORDER BY number DESC LIMIT 1";
    AUDIT_HASH = "SELECT hash FROM audit WHERE chain = ? AND number = ?";
    OLD_AUDIT_ROWS = "SELECT chain, number FROM audit WHERE at < ? ORDER BY at LIMIT ?";
    DELETE_AUDIT_ROWS = "DELETE FROM audit WHERE chain = ? AND number <= ?";

    INVITATION = "SELECT created_at, expires_at FROM invitations WHERE code = ?";
    ADD_INVITATION =
        "INSERT INTO invitations (code, created_at, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (code) DO UPDATE SET created_at = excluded.created_at, expires_at = excluded.expires_at";
    TAKE_INVITATION = "DELETE FROM invitations WHERE code = ? AND expires_at > ? AND created_at <= ?";

    OPERATORS =
        "SELECT operators.user_handle, name, since FROM operators
         CROSS JOIN accounts ON accounts.user_handle = operators.user_handle";
    IS_OPERATOR = "SELECT 1 FROM operators WHERE user_handle = ?";
    /// Makes an account an operator, if it exists.
    GRANT_OPERATOR =
        "INSERT INTO operators (user_handle, since) SELECT user_handle, ?1 FROM accounts WHERE user_handle = ?2
         ON CONFLICT DO NOTHING";
    REVOKE_OPERATOR = "DELETE FROM operators WHERE user_handle = ?";
    /// A link that can be taken, unless it is over.
    OPERATOR_LINK =
        "SELECT for_first, created_at, expires_at FROM operator_links
         WHERE token = ? AND (NOT for_first OR NOT EXISTS (SELECT 1 FROM operators))";
    ADD_OPERATOR_LINK =
        "INSERT INTO operator_links (token, for_first, created_at, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (token) DO UPDATE SET for_first = excluded.for_first, created_at = excluded.created_at,
             expires_at = excluded.expires_at";
    TAKE_OPERATOR_LINK =
        "DELETE FROM operator_links
         WHERE token = ? AND expires_at > ? AND created_at <= ?
             AND (NOT for_first OR NOT EXISTS (SELECT 1 FROM operators))";

    CREDENTIAL =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, NULL
         FROM credentials WHERE id = ?";
    CREDENTIAL_WITH_EVIDENCE =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, (SELECT evidence FROM evidence WHERE evidence.number = credentials.number)
         FROM credentials WHERE id = ?";
    CREDENTIALS =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, NULL
         FROM credentials WHERE user_handle = ?";
    CREDENTIALS_WITH_EVIDENCE =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, (SELECT evidence FROM evidence WHERE evidence.number = credentials.number)
         FROM credentials WHERE user_handle = ?";
    CREDENTIAL_IDS = "SELECT created_at, number, id FROM credentials WHERE user_handle = ?";
    IS_CREDENTIAL_ID = "SELECT 1 FROM credentials WHERE id = ?";
    NUMBER = "SELECT number FROM credentials WHERE id = ? AND user_handle = ?";
    INSERT_CREDENTIAL =
        "INSERT INTO credentials (id, user_handle, static, dynamic, label, label_key, created_at, last_used_at,
             attestation_format, attestation_type)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    INSERT_EVIDENCE = "INSERT INTO evidence (number, evidence) VALUES (?, ?)";
    /// Compares and swaps the texts: each dynamic part has one text.
    UPDATE_CREDENTIAL =
        "UPDATE credentials SET dynamic = ?1, last_used_at = coalesce(?2, last_used_at)
         WHERE id = ?3 AND user_handle = ?4 AND dynamic = ?5";
    DYNAMIC = "SELECT dynamic FROM credentials WHERE id = ? AND user_handle = ?";
    RENAME_CREDENTIAL =
        "UPDATE OR IGNORE credentials SET label = ?, label_key = ? WHERE id = ? AND user_handle = ?";
    DELETE_CREDENTIAL = "DELETE FROM credentials WHERE number = ?";

    LIST_ACCOUNTS =
        "SELECT user_handle, name, name_key, created_at, recovery_codes_at, recovered_at,
             (SELECT count(*) FROM recovery_codes WHERE recovery_codes.user_handle = accounts.user_handle),
             credential_count
         FROM accounts WHERE name_key >= ? ORDER BY name_key LIMIT ?";
    LIST_ACCOUNTS_BY_HANDLE =
        "SELECT user_handle, name, name_key, created_at, recovery_codes_at, recovered_at
         FROM accounts WHERE user_handle > ? ORDER BY user_handle LIMIT ?";
    LIST_CREDENTIALS =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, NULL, id, user_handle
         FROM credentials WHERE id > ? ORDER BY id LIMIT ?";
    LIST_CREDENTIALS_WITH_EVIDENCE =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, (SELECT evidence FROM evidence WHERE evidence.number = credentials.number), id,
             user_handle
         FROM credentials WHERE id > ? ORDER BY id LIMIT ?";
    /// Sorts at most 64 rows.
    LIST_CREDENTIALS_OF =
        "SELECT number, static, dynamic, label, label_key, created_at, last_used_at, attestation_format,
             attestation_type, (SELECT evidence FROM evidence WHERE evidence.number = credentials.number), id,
             user_handle
         FROM credentials WHERE user_handle = ? ORDER BY created_at, number";
    LIST_RECOVERY_CODES = "SELECT code FROM recovery_codes WHERE user_handle = ?";
    LIST_INVITATIONS =
        "SELECT code, created_at, expires_at FROM invitations
         WHERE (expires_at, code) > (?, ?) ORDER BY expires_at, code LIMIT ?";
    TOTALS = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM credentials)";

    SESSION =
        "SELECT token_hash, sessions.user_handle, name, id, label, sessions.created_at, seen_at, verified_at, idle_at,
             expires_at, device
         FROM sessions CROSS JOIN credentials ON number = credential_number
         CROSS JOIN accounts ON accounts.user_handle = sessions.user_handle
         WHERE token_hash = ? AND credentials.user_handle = sessions.user_handle";
    SESSIONS =
        "SELECT token_hash, sessions.user_handle, name, id, label, sessions.created_at, seen_at, verified_at, idle_at,
             expires_at, device
         FROM sessions CROSS JOIN credentials ON number = credential_number
         CROSS JOIN accounts ON accounts.user_handle = sessions.user_handle
         WHERE sessions.user_handle = ? AND credentials.user_handle = sessions.user_handle";
    SESSION_TIMES =
        "SELECT user_handle, created_at, seen_at, verified_at, idle_at, expires_at FROM sessions WHERE token_hash = ?";
    /// Adds a session, if its account has its credential.
    INSERT_SESSION =
        "INSERT INTO sessions (token_hash, user_handle, credential_number, created_at, seen_at, verified_at, idle_at,
             expires_at, device)
         SELECT ?1, user_handle, number, ?4, ?5, ?6, ?7, ?8, ?9 FROM credentials WHERE id = ?2 AND user_handle = ?3";
    /// The least recently used sessions of an account, beyond so many others.
    SURPLUS_SESSION =
        "SELECT token_hash FROM sessions WHERE user_handle = ? AND token_hash <> ?
         ORDER BY seen_at DESC LIMIT 1 OFFSET ?";
    /// Those that are over make room first.
    DELETE_SESSIONS_OVER =
        "DELETE FROM sessions
         WHERE user_handle = ?1 AND token_hash <> ?2 AND (expires_at <= ?3 OR idle_at <= ?3 OR created_at > ?4)";
    TOUCH_SESSION =
        "UPDATE sessions SET seen_at = ?, idle_at = ?, verified_at = coalesce(?, verified_at)
         WHERE token_hash = ? AND expires_at > ? AND idle_at > ? AND created_at <= ?";
    DELETE_SESSION = "DELETE FROM sessions WHERE token_hash = ?";
    DELETE_SESSIONS_OF = "DELETE FROM sessions WHERE user_handle = ? AND token_hash IS NOT ?";
    DELETE_SESSIONS_OF_CREDENTIAL = "DELETE FROM sessions WHERE user_handle = ? AND credential_number = ?";

    CONFIRMATION =
        "SELECT user_handle, created_at, expires_at FROM confirmations WHERE session = ? AND act = ? AND browser = ?";
    IS_CONFIRMED_ELSEWHERE =
        "SELECT 1 FROM confirmations
         WHERE user_handle = ? AND act = ? AND browser IS NOT ? AND expires_at > ? AND created_at <= ? LIMIT 1";
    /// Stores a confirmation, if its account exists.
    CONFIRM =
        "INSERT INTO confirmations (session, act, browser, user_handle, created_at, expires_at)
         SELECT ?, ?, ?, user_handle, ?, ? FROM accounts WHERE user_handle = ?
         ON CONFLICT (session, act) DO UPDATE SET browser = excluded.browser, user_handle = excluded.user_handle,
             created_at = excluded.created_at, expires_at = excluded.expires_at";
    TAKE_CONFIRMATION =
        "DELETE FROM confirmations
         WHERE session = ? AND act = ? AND browser = ? AND expires_at > ? AND created_at <= ?";
    DELETE_CONFIRMATIONS = "DELETE FROM confirmations WHERE session = ?";
    DELETE_CONFIRMATIONS_OF = "DELETE FROM confirmations WHERE user_handle = ? AND session IS NOT ?";
    DELETE_CONFIRMATIONS_OF_CREDENTIAL =
        "DELETE FROM confirmations WHERE user_handle = ?1 AND EXISTS
             (SELECT 1 FROM sessions
              WHERE token_hash = session AND sessions.user_handle = ?1 AND credential_number = ?2)";

    FINISH = "SELECT response, outcome, finished_at, until FROM finishes WHERE ceremony = ?";
    REMEMBER =
        "INSERT INTO finishes (ceremony, response, outcome, finished_at, until) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (ceremony) DO NOTHING";

    SEALING_KEYS = "SELECT number, secret, seals_from FROM sealing_keys ORDER BY number DESC";
    ADD_SEALING_KEY =
        "INSERT INTO sealing_keys (number, secret, seals_from) VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING";
    REMOVE_SEALING_KEY = "DELETE FROM sealing_keys WHERE number = ?";

    PURGE_FINISHES =
        "DELETE FROM finishes WHERE ceremony IN
             (SELECT ceremony FROM finishes WHERE until < ?1 ORDER BY until LIMIT ?2)";
    PURGE_SESSIONS =
        "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    PURGE_CONFIRMATIONS =
        "DELETE FROM confirmations WHERE (session, act) IN
             (SELECT session, act FROM confirmations WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    PURGE_INVITATIONS =
        "DELETE FROM invitations WHERE code IN
             (SELECT code FROM invitations WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    PURGE_OPERATOR_LINKS =
        "DELETE FROM operator_links WHERE token IN
             (SELECT token FROM operator_links WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    PURGE_FORMER_ACCOUNTS =
        "DELETE FROM former_accounts WHERE handle_hash IN
             (SELECT handle_hash FROM former_accounts WHERE removed_at < ?1 ORDER BY removed_at LIMIT ?2)";
}
