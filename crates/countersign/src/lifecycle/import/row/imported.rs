//! A row that was read.

use countersign_types::Aaguid;

use super::library::Library;
use crate::lifecycle::import::{Import, encoded::Encoded, key::ImportedKey};

/// A credential as another library stores it, read from the JSON of one row.
///
/// The members are those of the library's own type, or of the columns that its documentation recommends; members of an
/// application's own are ignored. Bytes are text in base64url or base64, text of hexadecimal digits after `\x` as PostgreSQL writes
/// a `bytea`, or an array of numbers, as JavaScript writes a `Uint8Array` or a `Buffer`.
///
/// ```
/// use countersign::{RelyingParty, lifecycle::{Encoded, ImportedRow, Library}};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
/// let row = r#"{"id": "Y3JlZGVudGlhbCBvZiBqbyAwMDAx", "counter": 7, "deviceType": "multiDevice", "backedUp": true,
///     "publicKey": "pQECAyYgASFYIB4YUy_UdUwC8wQdnHXOszuD_9gax85P6ILMscmLxYluIlggpGwxHE4v9A3ZajZT5uRURdMt_khuztdcepDGoYiBwKM"}"#;
/// let row = ImportedRow::from_json(row.as_bytes())?;
/// assert_eq!((row.library(), row.uv_initialized()), (Library::SimpleWebAuthn, None));
/// let record = row.import(Encoded::Base64Url("am8")).with_uv_initialized(true).into_record(&rp)?;
/// assert_eq!((record.sign_count(), record.backup_eligible()), (7, Some(true)));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    pub(super) library: Library,
    pub(super) id: Vec<u8>,
    pub(super) key: RowKey,
    pub(super) user_handle: Option<Vec<u8>>,
    pub(super) sign_count: i64,
    pub(super) transports: Vec<String>,
    pub(super) backup_eligible: Option<bool>,
    pub(super) backup_state: bool,
    pub(super) uv_initialized: Option<bool>,
    pub(super) aaguid: Aaguid,
    pub(super) attestation: Option<(Vec<u8>, Vec<u8>)>,
}

/// The public key of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowKey {
    /// A `COSE_Key`.
    Cose(Vec<u8>),
    /// PEM, as the predecessor of go-webauthn stored keys.
    Pem(String),
    /// A JSON Web Key.
    Jwk(String),
}

impl ImportedRow {
    /// The library that stored the row.
    pub const fn library(&self) -> Library {
        self.library
    }

    /// The user handle, if the row has one.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_deref()
    }

    /// Whether the user was verified at the registration; `None` if the row does not say it. A row of go-webauthn does not: its flag
    /// is that of the last ceremony.
    pub const fn uv_initialized(&self) -> Option<bool> {
        self.uv_initialized
    }

    /// The attestation object and the client data of the registration, if the row has both, for
    /// [`Import::with_attestation`].
    pub fn attestation(&self) -> Option<(&[u8], &[u8])> {
        self.attestation.as_ref().map(|(object, client_data)| (&object[..], &client_data[..]))
    }

    /// The import of the row for the account with this user handle. What the row does not say is unknown, as in
    /// [`Import::new`]; the attestation is left to [`attestation`](Self::attestation).
    pub fn import<'a>(&'a self, user_handle: Encoded<'a>) -> Import<'a> {
        let key = match &self.key {
            RowKey::Cose(cose) => ImportedKey::Cose(cose),
            RowKey::Pem(text) => ImportedKey::Pem(text, None),
            RowKey::Jwk(json) => ImportedKey::Jwk(json.as_bytes(), None),
        };
        Import::new(Encoded::Bytes(&self.id), user_handle, key)
            .with_sign_count(self.sign_count)
            .with_transports(self.transports.iter().map(String::as_str))
            .with_backup_eligible(self.backup_eligible)
            .with_backup_state(self.backup_state)
            .with_uv_initialized(self.uv_initialized.unwrap_or(false))
            .with_aaguid(self.aaguid)
    }
}
