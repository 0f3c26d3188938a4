//! The sessions of a server.

use countersign::{Timestamp, types::UserHandle};

use crate::operation_error::{OperationError, Rejection, Result};
use crate::store::sessions::{self, Caller, ListedSession, SEEN_SECONDS, Session};
use crate::{store::Store, store_error::StoreError, token::TokenHash};

/// The sessions of a server.
pub(crate) struct Sessions {
    store: Store,
}

impl Sessions {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// The session of this token, unless it is over. Records its use.
    pub(crate) async fn find(
        &self,
        token_hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let read = self.store.read(move |db| -> Result<_, StoreError> {
            Ok((sessions::find(db, &token_hash, now)?, sessions::is_ahead(db, &token_hash, now)?))
        });
        let (found, is_ahead) = read.await?;
        if is_ahead {
            self.store.write(move |db| sessions::put_right(db, &token_hash, now)).await?;
        }
        if let Some(session) = &found
            && session.seen_at.plus_seconds(SEEN_SECONDS) <= now
        {
            self.store.write(move |db| sessions::record_use(db, &token_hash, now)).await?;
        }
        Ok(found)
    }

    /// The sessions of an account, the one used last first.
    pub(crate) async fn list(
        &self,
        user: UserHandle,
        now: Timestamp,
    ) -> Result<Vec<ListedSession>, StoreError> {
        self.store.read(move |db| sessions::list(db, &user, now)).await
    }

    /// Ends the caller's session. One that is over already is no error.
    pub(crate) async fn end(&self, caller: Caller, now: Timestamp) -> Result<()> {
        let ended = self.store.write(move |db| match caller.session(db, now) {
            Err(OperationError::Rejected(Rejection::SessionOver)) => Ok(()),
            session => Ok(sessions::remove(db, &session?.token_hash)?),
        });
        ended.await
    }

    /// Ends the session of the caller's account with this public ID, and returns the hash of its token. `None` if there
    /// is no such session.
    pub(crate) async fn end_one(
        &self,
        caller: Caller,
        public_id: String,
        now: Timestamp,
    ) -> Result<Option<TokenHash>> {
        let ended = self.store.write(move |db| -> Result<_> {
            let session = caller.session(db, now)?;
            let listed = sessions::list(db, &session.user, now)?;
            let named = listed.into_iter().find(|listed| listed.public_id() == public_id);
            if let Some(named) = &named {
                sessions::remove(db, &named.token_hash)?;
            }
            Ok(named.map(|named| named.token_hash))
        });
        ended.await
    }

    /// Ends all sessions of the caller's account but the caller's, and returns their number.
    pub(crate) async fn end_others(&self, caller: Caller, now: Timestamp) -> Result<usize> {
        let ended = self.store.write(move |db| -> Result<_> {
            let session = caller.session(db, now)?;
            Ok(sessions::remove_others(db, &session.user, &session.token_hash, now)?)
        });
        ended.await
    }
}
