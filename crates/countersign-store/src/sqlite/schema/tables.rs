//! The statements that make each schema from the one before.

/// Schema 1, from an empty file.
pub(crate) const SCHEMA_1: &str = "
CREATE TABLE accounts (
    user_handle BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    id BLOB NOT NULL PRIMARY KEY,
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    record TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    backup_state INTEGER NOT NULL,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX credentials_by_user ON credentials (user_handle, created_at);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    credential_id BLOB NOT NULL REFERENCES credentials ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_handle, seen_at);
CREATE INDEX sessions_by_credential ON sessions (credential_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE ceremonies (
    id_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

CREATE TABLE ceremony_count (open INTEGER NOT NULL) STRICT;
INSERT INTO ceremony_count VALUES (0);
CREATE TRIGGER ceremony_opened AFTER INSERT ON ceremonies
    BEGIN UPDATE ceremony_count SET open = open + 1; END;
CREATE TRIGGER ceremony_closed AFTER DELETE ON ceremonies
    BEGIN UPDATE ceremony_count SET open = open - 1; END;
";

/// Schema 2. If the dynamic part is null, as in rows of schema 1, the record contains the part.
pub(crate) const SCHEMA_2: &str = "ALTER TABLE credentials ADD COLUMN dynamic TEXT;";

/// Schema 3: the outcomes of ceremonies, the confirmations of sessions, the removed accounts, and evidence in a column.
pub(crate) const SCHEMA_3: &str = "
ALTER TABLE ceremonies ADD COLUMN browser_hash BLOB;
ALTER TABLE ceremonies ADD COLUMN response_hash BLOB;
ALTER TABLE ceremonies ADD COLUMN user_handle BLOB REFERENCES accounts ON DELETE CASCADE;
CREATE INDEX ceremonies_by_user ON ceremonies (user_handle, expires_at);
DROP TRIGGER ceremony_opened;
DROP TRIGGER ceremony_closed;
CREATE TRIGGER ceremony_opened AFTER INSERT ON ceremonies WHEN NEW.user_handle IS NULL
    BEGIN UPDATE ceremony_count SET open = open + 1; END;
CREATE TRIGGER ceremony_closed AFTER DELETE ON ceremonies WHEN OLD.user_handle IS NULL
    BEGIN UPDATE ceremony_count SET open = open - 1; END;

CREATE TABLE outcomes (
    id_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    browser_hash BLOB,
    response_hash BLOB NOT NULL,
    outcome TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_by_expiry ON outcomes (expires_at);

ALTER TABLE ceremony_count ADD COLUMN finished INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER outcome_kept AFTER INSERT ON outcomes
    BEGIN UPDATE ceremony_count SET finished = finished + 1; END;
CREATE TRIGGER outcome_dropped AFTER DELETE ON outcomes
    BEGIN UPDATE ceremony_count SET finished = finished - 1; END;

CREATE TABLE confirmations (
    token_hash BLOB NOT NULL REFERENCES sessions ON DELETE CASCADE,
    act TEXT NOT NULL,
    browser_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (token_hash, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_by_expiry ON confirmations (expires_at);

CREATE TABLE former_accounts (
    handle_hash BLOB NOT NULL PRIMARY KEY,
    removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_accounts_by_time ON former_accounts (removed_at);

ALTER TABLE credentials ADD COLUMN evidence TEXT;
ALTER TABLE credentials ADD COLUMN attestation_format TEXT;
ALTER TABLE credentials ADD COLUMN attestation_type TEXT;
";

/// The first part of schema 4: sets the old tables aside, and drops those of open ceremonies, whose users try again.
pub(crate) const SCHEMA_4_ASIDE: &str = "
DROP TABLE confirmations;
DROP TABLE outcomes;
DROP TABLE ceremonies;
DROP TABLE ceremony_count;
DROP INDEX credentials_by_user;
DROP INDEX sessions_by_user;
DROP INDEX sessions_by_credential;
DROP INDEX sessions_by_expiry;
ALTER TABLE sessions RENAME TO old_sessions;
ALTER TABLE credentials RENAME TO old_credentials;
ALTER TABLE accounts RENAME TO old_accounts;
";

/// The tables of schema 4. Times are seconds since 1970.
///
/// - `static`, `dynamic` and `evidence` are the JSON of the parts of a `countersign::CredentialRecord`, each with its
///   version. `dynamic` is always the text that serialising the part makes, so that texts can be compared. A record that
///   could not be read when it was migrated is whole in `static`, with an empty `dynamic` if it had none.
/// - Evidence has a table of its own: it is long, each sign-in writes the row of the credential, and few reads need it.
/// - The credentials of an account are counted in its row, so that the last one and one too many are rejected by the
///   statement that counts.
/// - Sessions name a credential by its number, which is shorter than an ID. They and confirmations have no foreign
///   keys: a check would cost a look-up for each sign-in, and applications with sessions of their own have confirmations
///   without a row in `sessions`.
/// - Only the hash of the user handle of a removed account is stored.
pub(crate) const SCHEMA_4_TABLES: &str = "
CREATE TABLE accounts (
    user_handle BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    credential_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    static TEXT NOT NULL,
    dynamic TEXT NOT NULL,
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    attestation_format TEXT,
    attestation_type TEXT,
    UNIQUE (user_handle, label_key)
) STRICT;

CREATE TABLE evidence (
    number INTEGER PRIMARY KEY REFERENCES credentials ON DELETE CASCADE,
    evidence TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_handle BLOB NOT NULL,
    credential_number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    verified_at INTEGER NOT NULL,
    idle_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_handle, seen_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE confirmations (
    session BLOB NOT NULL,
    act TEXT NOT NULL,
    browser BLOB NOT NULL,
    user_handle BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (session, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_by_user ON confirmations (user_handle, act);
CREATE INDEX confirmations_by_expiry ON confirmations (expires_at);

CREATE TABLE finishes (
    ceremony BLOB NOT NULL PRIMARY KEY,
    response BLOB NOT NULL,
    outcome TEXT NOT NULL,
    finished_at INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX finishes_by_end ON finishes (until);

CREATE TABLE sealing_keys (
    number INTEGER PRIMARY KEY,
    secret BLOB NOT NULL,
    seals_from INTEGER NOT NULL
) STRICT;
";

/// The last part of schema 4, after the rows were copied.
pub(crate) const SCHEMA_4_DROP: &str = "
DROP TABLE old_sessions;
DROP TABLE old_credentials;
DROP TABLE old_accounts;
";

/// Schema 5: recovery codes, of which only hashes are stored, invitations, and what device a session was created on.
pub(crate) const SCHEMA_5: &str = "
ALTER TABLE accounts ADD COLUMN recovery_codes_at INTEGER;
ALTER TABLE accounts ADD COLUMN recovered_at INTEGER;
ALTER TABLE sessions ADD COLUMN device TEXT;

CREATE TABLE recovery_codes (
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    code BLOB NOT NULL,
    PRIMARY KEY (user_handle, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    code BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
";

/// Schema 6: operators, and the links that make one, of which only hashes are stored.
///
/// The audit log, as `countersign::store::audit` describes it, and the pseudonyms that it has in place of user
/// handles. The numbers of rows are below 2^63. `listed` has the bytes of the listed rows.
pub(crate) const SCHEMA_6: &str = "
CREATE TABLE operators (
    user_handle BLOB NOT NULL PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_links (
    token BLOB NOT NULL PRIMARY KEY,
    for_first INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_links_by_expiry ON operator_links (expires_at);

ALTER TABLE accounts ADD COLUMN pseudonym BLOB;
UPDATE accounts SET pseudonym = randomblob(16);

CREATE TABLE audit (
    chain BLOB NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    account BLOB,
    credential BLOB,
    session BLOB,
    address BLOB,
    trace_id BLOB,
    listed BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (chain, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_account ON audit (account, at) WHERE account IS NOT NULL;
";
