//! The import of passkeys as other libraries store them.

use std::io::BufRead;

use countersign::lifecycle::{Encoded, ImportedRow, RowError};
use countersign::store::{Account, CREDENTIALS_PER_ACCOUNT_MAX, Operation, StoredCredential};
use countersign::types::{Timestamp, UserHandle};
use countersign::{CredentialRecord, RelyingParty, lifecycle};
use countersign_store::names;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::import::{ImportError, Imported, RejectedLine, Rejecting};
use super::storing::{Fault, ImportMode, Storing};
use crate::clock;
use crate::config::configuration::Config;
use crate::lines::{Line, Lines};
use crate::operator::{operations::Operator, party};

/// The most bytes of a line: a row with the longest evidence, in arrays of numbers.
const LINE_MAX: usize = 1024 * 1024;

/// The label of a passkey whose line has none, as of one that is registered.
const DEFAULT_LABEL: &str = "Passkey";

/// The code of a line or a row that can't be read.
const MALFORMED: &str = "row-malformed";

/// Whether users count as verified if neither the line nor the row says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum UnsaidVerification {
    /// They were not verified. If the policy requires user verification, their passkeys can't sign in.
    #[default]
    Unknown,
    /// They were: the old server required user verification of each registration, and checked it.
    Checked,
}

/// Whether the flags about backups in rows are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum BackupsOfRows {
    /// They are those of the registration.
    #[default]
    AsStored,
    /// They are not known: a column that was added later says `false` of all older passkeys. The first sign-in sets them.
    Unknown,
}

/// Whether the attestations in rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum AttestationsOfRows {
    /// They are verified and stored. A row whose attestation does not verify is rejected.
    #[default]
    Keep,
    /// They are left out.
    Omit,
}

/// What is known about rows that they don't say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct RowOptions {
    /// Whether users count as verified if no one says it.
    pub verification: UnsaidVerification,
    /// Whether the flags about backups are trusted.
    pub backups: BackupsOfRows,
    /// Whether attestations are stored.
    pub attestations: AttestationsOfRows,
}

/// A line: a row, and the account that it belongs to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowLine<'a> {
    name: String,
    user_handle: Option<HandleForm>,
    #[serde(borrow)]
    credential: &'a RawValue,
    label: Option<String>,
    created_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    user_verified: Option<bool>,
}

/// A user handle: base64url, or hexadecimal digits after `\x`; or in the encoding that is named.
#[derive(Deserialize)]
#[serde(untagged)]
enum HandleForm {
    Plain(String),
    Named(NamedHandle),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum NamedHandle {
    Base64Url(String),
    Base64(String),
    Hex(String),
    /// The 16 bytes of a UUID.
    Uuid(String),
    /// The bytes of the text itself, in UTF-8.
    Text(String),
}

/// A passkey that can be imported.
struct Row {
    name: String,
    name_key: String,
    label: Option<String>,
    record: CredentialRecord,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

/// The rows of an account that were read so far.
struct Pending {
    account: Account,
    credentials: Vec<StoredCredential>,
    lines: Vec<u64>,
}

impl Operator {
    /// Creates the accounts of rows of another library in the database of a server with this configuration. Each line of the input has
    /// one row:
    ///
    /// ```json
    /// {"name":"Ada","user_handle":"YWRh","credential":{…},"label":"Phone","created_at":1800000000}
    /// ```
    ///
    /// `credential` is a row as [`ImportedRow`] reads it. `user_handle` is in base64url, in hexadecimal digits after `\x`, or an object
    /// with one member that names its encoding: `base64url`, `base64`, `hex`, `uuid` or `text`. It may be left out if the row has it.
    /// `label`, `last_used_at`, and `user_verified`, whether the user was verified at the registration, may be left out,
    /// and so may `created_at`, which is today then. Times are seconds since 1970.
    ///
    /// The lines of an account follow each other. Its rows that can't be imported are reported to `rejected`, and the account is
    /// created with all others, or not at all if there are none. An account that is there already with its passkeys stays as it
    /// is. `progress` gets the number of lines.
    pub async fn import_rows(
        &self,
        config: &Config,
        options: RowOptions,
        input: impl BufRead,
        mode: ImportMode,
        mut rejected: impl FnMut(&RejectedLine),
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, ImportError> {
        let (rp, _metadata) = party::open(config)?;
        let (mut lines, now) = (Lines::new(input, LINE_MAX), clock::now());
        let mut storing = Storing::new(self, mode);
        let mut imported = Rejecting::new(&mut rejected);
        let mut pending = None::<Pending>;
        loop {
            let number = lines.number().saturating_add(1);
            let read = match lines.next().map_err(|error| ImportError::Input(number, error))? {
                None => break,
                Some(Line::TooLong) => Err((MALFORMED, format!("the line has more than {LINE_MAX} bytes"))),
                Some(Line::Whole(text) | Line::Unended(text)) => read(text, &rp, options, now),
            };
            let added = match read {
                Ok(row) => {
                    let is_next =
                        pending.as_ref().is_some_and(|it| it.account.handle != *row.record.user_handle());
                    if is_next && let Some(pending) = pending.take() {
                        store(pending, &mut storing, &mut imported).await?;
                    }
                    add(&mut pending, row, number)
                }
                Err(fault) => Err(fault),
            };
            if let Err(fault) = added {
                imported.reject(number, fault);
            }
            progress(number);
        }
        if let Some(pending) = pending {
            store(pending, &mut storing, &mut imported).await?;
        }
        Ok(imported.imported)
    }
}

/// Reads a line, and makes the record of its row.
fn read(text: &[u8], rp: &RelyingParty, options: RowOptions, now: Timestamp) -> Result<Row, Fault> {
    let malformed = |fault: String| (MALFORMED, fault);
    let line: RowLine<'_> = serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))?;
    let name = names::clean(&line.name).map_err(|error| ("name-invalid", error.to_string()))?;
    let label = line.label.as_deref().map(names::clean).transpose();
    let label = label.map_err(|error| ("label-invalid", error.sentence("label")))?;
    let row = ImportedRow::from_json(line.credential.get().as_bytes());
    let row = row.map_err(|error: RowError| malformed(error.to_string()))?;
    let created_at = line.created_at.unwrap_or(now);
    let given = line.user_handle.map(HandleForm::digits).transpose().map_err(malformed)?;
    let handle = match (&given, row.user_handle()) {
        (Some(given), _) => given.encoded(),
        (None, Some(handle)) => Encoded::Bytes(handle),
        (None, None) => return Err(malformed("there is no user handle".to_owned())),
    };
    let unsaid = options.verification == UnsaidVerification::Checked;
    let verified = line.user_verified.or_else(|| row.uv_initialized()).unwrap_or(unsaid);
    let mut import = row.import(handle).with_uv_initialized(verified);
    if options.backups == BackupsOfRows::Unknown {
        import = import.with_backup_eligible(None).with_backup_state(false);
    }
    if let (AttestationsOfRows::Keep, Some((object, client_data))) = (options.attestations, row.attestation())
    {
        import = import.with_attestation(object, client_data, created_at);
    }
    let record = import.into_record(rp).map_err(|error: lifecycle::ImportError| {
        (error.code().map_or(MALFORMED, |code| code.as_str()), error.to_string())
    })?;
    if row.user_handle().is_some_and(|handle| handle != record.user_handle().as_bytes()) {
        return Err(malformed("the user handle is not that of the row".to_owned()));
    }
    let (name_key, last_used_at) = (names::key(&name), line.last_used_at);
    Ok(Row { name, name_key, label, record, created_at, last_used_at })
}

/// Adds a row to the rows of its account.
fn add(pending: &mut Option<Pending>, row: Row, line: u64) -> Result<(), Fault> {
    let handle: UserHandle = row.record.user_handle().clone();
    let account = || Account {
        handle,
        name: row.name.clone(),
        name_key: row.name_key.clone(),
        created_at: row.created_at,
    };
    let pending = pending.get_or_insert_with(|| Pending {
        account: account(),
        credentials: Vec::new(),
        lines: Vec::new(),
    });
    if pending.account.name_key != row.name_key {
        let first = pending.lines.first().copied().unwrap_or(line);
        return Err((MALFORMED, format!("the account has another name in line {first}")));
    }
    if pending.credentials.len() >= CREDENTIALS_PER_ACCOUNT_MAX {
        return Err((
            "too-many-credentials",
            format!("the account has more than {CREDENTIALS_PER_ACCOUNT_MAX} passkeys"),
        ));
    }
    let taken: Vec<_> = pending.credentials.iter().map(|credential| credential.label.clone()).collect();
    let label = names::distinct(row.label.as_deref().unwrap_or(DEFAULT_LABEL), &taken);
    pending.account.created_at = pending.account.created_at.min(row.created_at);
    pending.credentials.push(StoredCredential {
        record: row.record,
        attestation: None,
        label_key: names::key(&label),
        label,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    });
    pending.lines.push(line);
    Ok(())
}

/// Stores an account with its passkeys, or reports all their lines.
async fn store(
    pending: Pending,
    storing: &mut Storing<'_>,
    imported: &mut Rejecting<'_>,
) -> Result<(), ImportError> {
    let handle = pending.account.handle.clone();
    let insert = |credential| Operation::InsertCredential(Box::new(credential));
    let operations = [Operation::InsertAccount(pending.account)];
    let operations = operations.into_iter().chain(pending.credentials.into_iter().map(insert)).collect();
    match storing.store(&handle, operations).await? {
        Ok(is_new) => imported.count(is_new),
        Err((code, detail)) => {
            for line in pending.lines {
                imported.reject(line, (code, detail.clone()));
            }
        }
    }
    Ok(())
}

impl HandleForm {
    /// The handle in an encoding that an import reads; an error if it is not clear which bytes it is.
    fn digits(self) -> Result<NamedHandle, String> {
        match self {
            Self::Plain(text) if text.starts_with("\\x") => Ok(NamedHandle::Hex(text)),
            Self::Plain(text) if uuid_digits(&text).is_some() => Err(format!(
                "the user handle looks like a UUID: write {{\"uuid\":{text:?}}} for its 16 bytes, or {{\"text\":{text:?}}}"
            )),
            Self::Plain(text) => Ok(NamedHandle::Base64Url(text)),
            Self::Named(NamedHandle::Uuid(text)) => {
                uuid_digits(&text).map(NamedHandle::Hex).ok_or_else(|| format!("{text:?} is no UUID"))
            }
            Self::Named(named) => Ok(named),
        }
    }
}

impl NamedHandle {
    fn encoded(&self) -> Encoded<'_> {
        match self {
            Self::Base64Url(text) => Encoded::Base64Url(text),
            Self::Base64(text) => Encoded::Base64(text),
            Self::Hex(text) | Self::Uuid(text) => Encoded::Hex(text),
            Self::Text(text) => Encoded::Bytes(text.as_bytes()),
        }
    }
}

/// The hexadecimal digits of a UUID with hyphens ([RFC 9562, section 4](https://www.rfc-editor.org/rfc/rfc9562#section-4)).
fn uuid_digits(text: &str) -> Option<String> {
    let groups: Vec<_> = text.split('-').collect();
    let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.concat();
    let is_uuid = lengths == [8, 4, 4, 4, 12] && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_uuid.then_some(digits)
}
