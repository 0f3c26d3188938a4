//! The lines of an export.

use countersign::CredentialRecord;
use countersign::store::{Account, Operation, RECOVERY_CODES, Recovery, StoredCredential, TokenHash};
use countersign::types::{Base64Url, Timestamp, UserHandle};
use countersign_store::listing::WholeAccount;
use countersign_store::names;
use serde::{Deserialize, Serialize};

use super::storing::Fault;

/// The name of the format.
pub(super) const FORMAT: &str = "countersign-accounts";

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// The most bytes of a line: those of 64 passkeys with the longest evidence, in base64url.
pub(super) const LINE_MAX: usize = 32 * 1024 * 1024;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) rp_id: String,
}

/// The last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastLine {
    pub(super) end: End,
}

/// How much was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) accounts: u64,
    pub(super) passkeys: u64,
}

/// An account.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountLine {
    pub(super) account: AccountForm,
    pub(super) recovery: RecoveryForm,
    pub(super) passkeys: Vec<PasskeyForm>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountForm {
    pub(super) id: UserHandle,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryForm {
    codes: Vec<Base64Url>,
    created_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeyForm {
    pub(super) record: CredentialRecord,
    pub(super) label: String,
    pub(super) created_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
}

impl AccountLine {
    /// The line of an account, and how many of its passkeys can't be read and are left out.
    pub(super) fn of(whole: WholeAccount) -> (Self, u64) {
        let WholeAccount { account, credentials, recovery } = whole;
        let number = credentials.len();
        let passkeys: Vec<_> =
            credentials.into_iter().filter_map(|row| row.credential.ok()).map(PasskeyForm::of).collect();
        let left_out = u64::try_from(number.saturating_sub(passkeys.len())).unwrap_or(u64::MAX);
        let recovery = RecoveryForm {
            codes: recovery.codes.iter().map(|code| code.as_bytes().to_vec().into()).collect(),
            created_at: recovery.created_at,
            used_at: recovery.used_at,
        };
        let account = AccountForm { id: account.handle, name: account.name, created_at: account.created_at };
        (Self { account, recovery, passkeys }, left_out)
    }

    /// The operations that create the account; the error says what is wrong with the line.
    pub(super) fn into_operations(self, rp_id: &str) -> Result<Vec<Operation>, Fault> {
        let malformed = |fault: &str| ("import-malformed", fault.to_owned());
        let name = |name: &str| names::clean(name);
        let AccountForm { id, name: named, created_at } = self.account;
        let named = name(&named).map_err(|error| ("name-invalid", error.to_string()))?;
        let account = Account { handle: id.clone(), name_key: names::key(&named), name: named, created_at };
        let recovery = self
            .recovery
            .into_recovery()
            .ok_or_else(|| malformed("the codes are not at most 10 hashes of 32 bytes, each of them once"))?;
        let mut operations = vec![Operation::InsertAccount(account)];
        for passkey in self.passkeys {
            let PasskeyForm { record, label, created_at, last_used_at } = passkey;
            if *record.user_handle() != id {
                return Err(malformed("a passkey is another account's"));
            }
            if record.rp_id() != rp_id {
                let fault = format!("a passkey is of the RP ID {:?}, and not of {rp_id:?}", record.rp_id());
                return Err(("rp-id-mismatch", fault));
            }
            let label = name(&label).map_err(|error| ("label-invalid", error.sentence("label")))?;
            operations.push(Operation::InsertCredential(Box::new(StoredCredential {
                record,
                attestation: None,
                label_key: names::key(&label),
                label,
                created_at,
                last_used_at,
            })));
        }
        if recovery != Recovery::default() {
            let recovery = Box::new(recovery);
            operations.push(Operation::RestoreRecovery { account: id, recovery });
        }
        Ok(operations)
    }
}

impl RecoveryForm {
    fn into_recovery(self) -> Option<Recovery> {
        let number = self.codes.len();
        let hash = |code: Base64Url| Some(TokenHash::from_bytes(code.into_vec().try_into().ok()?));
        let codes = self.codes.into_iter().map(hash).collect::<Option<std::collections::BTreeSet<_>>>()?;
        let is_good = codes.len() == number && number <= RECOVERY_CODES;
        is_good.then_some(Recovery { codes, created_at: self.created_at, used_at: self.used_at })
    }
}

impl PasskeyForm {
    fn of(credential: StoredCredential) -> Self {
        let StoredCredential { record, label, created_at, last_used_at, .. } = credential;
        Self { record, label, created_at, last_used_at }
    }
}
