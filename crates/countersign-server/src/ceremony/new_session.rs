//! The session that a finish creates.

use countersign::types::{CredentialId, UserHandle};
use countersign::{CredentialRecord, Timestamp, ceremony::EntropyError};
use rusqlite::Connection;

use super::{finish::Finish, outcome::Outcome};
use crate::token::{Token, TokenHash};
use crate::{store::sessions, store_error::StoreError};

/// A session that is to be created. Its token is derived from the ceremony's name and a salt, so that a repeated finish
/// gets the same token.
pub(super) struct NewSession {
    salt: Token,
    token_hash: TokenHash,
    user: UserHandle,
    credential: CredentialId,
    /// The client's session so far.
    replaced: Option<TokenHash>,
}

impl NewSession {
    /// Prepares a session for the owner of a credential.
    pub(super) fn new(
        finish: &Finish,
        record: &CredentialRecord,
        replaced: Option<TokenHash>,
    ) -> Result<Self, EntropyError> {
        let salt = Token::new()?;
        let token_hash = finish.name.of_session(&salt).hash();
        let (user, credential) = (record.user_handle().clone(), record.id().clone());
        Ok(Self { salt, token_hash, user, credential, replaced })
    }

    /// The outcome of the ceremony.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::SignedIn { salt: self.salt.text() }
    }

    /// Creates the session, in place of the client's session so far.
    pub(super) fn create(&self, db: &Connection, now: Timestamp) -> Result<(), StoreError> {
        if let Some(replaced) = &self.replaced {
            sessions::remove(db, replaced)?;
        }
        sessions::insert(db, &self.token_hash, &self.user, &self.credential, now)
    }
}
