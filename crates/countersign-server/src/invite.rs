//! Invitations of a server's database.

use countersign::Timestamp;
use countersign_axum::{InviteError, TypedCode, invite};
use countersign_store::{Database, OpenDatabaseError};

use crate::{clock, config::configuration::Config};

/// Seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// Why an invitation can't be made. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// There is no such file: the path is probably wrong.
    #[error("there is no database {0}")]
    NoDatabase(String),
    /// The database can't be opened.
    #[error("{0}")]
    Database(#[from] OpenDatabaseError),
    /// No invitation could be stored.
    #[error("{0}")]
    Invite(#[from] InviteError),
}

/// Makes an invitation to create one account, in the database of this configuration, and returns its code and its end. The
/// database has only the hash of the code. Servers may be running meanwhile.
pub async fn make_invitation(config: &Config, days: u16) -> Result<(TypedCode, Timestamp), InvitationError> {
    if config.database.path().is_some_and(|path| !path.exists()) {
        return Err(InvitationError::NoDatabase(config.database.to_string()));
    }
    let database = Database::open(config.database.as_str()).await?;
    let now = clock::now();
    let expires_at = now.plus_seconds(i64::from(days).saturating_mul(DAY));
    Ok((invite(&database, &mut getrandom::fill, expires_at, now).await?, expires_at))
}
