//! The accounts of a server.

use countersign::Timestamp;

use crate::store::{Store, accounts, confirmations};
use crate::{act::Act, operation_error::Result, store::sessions::Caller, token::TokenHash};

/// The accounts of a server.
pub(crate) struct Accounts {
    store: Store,
}

impl Accounts {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Deletes the caller's account, as its session confirmed in this browser.
    pub(crate) async fn remove(&self, caller: Caller, browser: TokenHash, now: Timestamp) -> Result<()> {
        let removed = self.store.write(move |db| -> Result<_> {
            let session = caller.session(db, now)?;
            confirmations::take(db, &session.token_hash, Some(&browser), &Act::DeleteAccount {}, now)?;
            accounts::remove(db, &caller.account, now)
        });
        removed.await
    }
}
