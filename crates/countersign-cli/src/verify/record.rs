//! The stored record of a credential, in the forms in which it is given.

use std::sync::Arc;

use countersign::lifecycle::ImportedRow;
use countersign::relying_party::PublicSuffixList;
use countersign::types::Base64Url;
use countersign::{CredentialId, CredentialRecord, RelyingParty, UserHandle};
use serde::Deserialize;
use serde_json::Value;

use super::foreign::{self, NO_USER};
use super::party::verifiers;

/// The record that a relying party found by the credential ID.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) record: CredentialRecord,
    pub(crate) owner: Owner,
}

/// Whether the account of a record is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Known,
    /// The form of the record does not say it: no user handle is compared.
    Unknown,
}

/// The record of a conformance case. An absent member has the default of the format.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseRecord {
    id: CredentialId,
    public_key: Base64Url,
    #[serde(default)]
    sign_count: u32,
    #[serde(default)]
    backup_eligible: bool,
    #[serde(default)]
    backup_state: bool,
    #[serde(default = "verified")]
    uv_initialized: bool,
    user_handle: Option<UserHandle>,
}

const fn verified() -> bool {
    true
}

impl Stored {
    /// Reads a record as `countersign` writes it, the `credential` of a conformance case, what `verify --json` prints, which has the
    /// record as a member, or a credential as another library stores it. Adds sentences about what that does not say, and what of
    /// it was not taken. The error is a sentence.
    pub(crate) fn from_value(mut value: Value, rp_id: &str, notes: &mut Vec<String>) -> Result<Self, String> {
        if let Some(record) = value.get_mut("record").filter(|record| record.is_object()) {
            value = record.take();
        }
        if value.get("public_key").is_some() && value.get("version").is_none() {
            return Self::of_case(&value, rp_id);
        }
        // A record of countersign is in no form of another library.
        if value.get("version").is_none()
            && let Ok(row) = ImportedRow::from_json(value.to_string().as_bytes())
        {
            return Self::of_other_library(&row, rp_id, notes);
        }
        let record = serde_json::from_value(value).map_err(|error| error.to_string())?;
        Ok(Self { record, owner: Owner::Known })
    }

    fn of_other_library(row: &ImportedRow, rp_id: &str, notes: &mut Vec<String>) -> Result<Self, String> {
        let scheme = if rp_id == "localhost" { "http" } else { "https" };
        // The origins have no part in an import.
        let rp = RelyingParty::builder(rp_id, "verify")
            .origin(format!("{scheme}://{rp_id}"))
            .public_suffixes(Arc::new(PublicSuffixList))
            .verifiers(verifiers())
            .build()
            .map_err(|error| error.to_string())?;
        let imported = foreign::import(row, &rp)?;
        notes.extend(imported.notes);
        let owner = if imported.has_user_handle { Owner::Known } else { Owner::Unknown };
        Ok(Self { record: imported.record, owner })
    }

    fn of_case(value: &Value, rp_id: &str) -> Result<Self, String> {
        let read = CaseRecord::deserialize(value).map_err(|error| error.to_string())?;
        let owner = if read.user_handle.is_some() { Owner::Known } else { Owner::Unknown };
        let user = read.user_handle.or_else(|| UserHandle::new(NO_USER)).ok_or("it has no account")?;
        let record = CredentialRecord::new(read.id, rp_id, user, read.public_key.to_vec())
            .with_sign_count(read.sign_count)
            .with_backup_eligible(read.backup_eligible)
            .with_backup_state(read.backup_state)
            .with_uv_initialized(read.uv_initialized);
        Ok(Self { record, owner })
    }
}
