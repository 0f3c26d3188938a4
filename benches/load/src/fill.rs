//! Fills a database with accounts that each have a passkey.

use countersign::CredentialRecord;
use countersign::store::{Account, ApplicationStore as _, Operation, StoredCredential};
use countersign::types::Timestamp;
use countersign_store::{Database, names};

use crate::{passkey, result::Result};

/// The accounts of a transaction: many, since each transaction waits for the disk.
const BATCH: u64 = 1000;

const CREATED: Timestamp = Timestamp::from_unix_seconds(1_790_000_000);

/// Opens the database, and adds the accounts unless it has the last one.
pub(crate) fn fill(database: &str, count: u64) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store = Database::open(database).await?;
        if store.account_by_name(&names::key(&name(count - 1))).await?.is_some() {
            return Ok(());
        }
        for first in (0..count).step_by(usize::try_from(BATCH)?) {
            let numbers = first..count.min(first + BATCH);
            let accounts = numbers.map(|number| account(number, count)).collect::<Result<Vec<_>>>()?;
            let stored = store.transact(accounts.into_iter().flatten().collect(), CREATED).await?;
            stored.map_err(|rejection| format!("{database} has other accounts: {rejection:?}"))?;
        }
        Ok(())
    })
}

fn name(number: u64) -> String {
    format!("user {number:09}")
}

/// An account and its passkey.
fn account(number: u64, count: u64) -> Result<[Operation; 2]> {
    let user_handle = passkey::user_handle(number, count)?;
    let (id, key) = (passkey::credential_id(number, count)?, passkey::key().cose_key().to_vec());
    let record = CredentialRecord::new(id, passkey::RP_ID, user_handle.clone(), key)
        .with_uv_initialized(true)
        .with_backup_eligible(false);
    let name = name(number);
    let account = Account { handle: user_handle, name_key: names::key(&name), name, created_at: CREATED };
    let label = "Passkey".to_owned();
    let credential = StoredCredential {
        record,
        attestation: None,
        label_key: names::key(&label),
        label,
        created_at: CREATED,
        last_used_at: None,
    };
    Ok([Operation::InsertAccount(account), Operation::InsertCredential(Box::new(credential))])
}
