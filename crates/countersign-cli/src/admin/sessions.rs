//! `countersign admin sessions`.

use clap::Subcommand;
use countersign::store::Session;
use countersign_server::operator::{Operator, OperatorError};
use serde_json::{Value, json};

use super::output::{Out, begins_with, id, short};
use super::{confirmation::Confirmation, error::AdminError, selector::AccountArguments};

/// What is done with sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// List the sessions of an account, the latest used first
    List(AccountArguments),
    /// End sessions of an account: its users have to sign in again
    End {
        #[command(flatten)]
        account: AccountArguments,
        /// Only the session with this ID, as the list shows it [default: all]
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

impl SessionsCommand {
    pub(crate) async fn run(self, operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
        match self {
            Self::List(account) => {
                let account = operator.account(&account.selector()).await?;
                out.rows(HEADING, &operator.details(account).await?.sessions, cells, object)
            }
            Self::End { account, session, confirmation } => {
                let account = operator.account(&account.selector()).await?;
                let sessions = operator.details(account.clone()).await?.sessions;
                let ended = if let Some(wanted) = session {
                    let found = one(&sessions, &wanted)?;
                    confirmation.ask(&format!(
                        "end the session {} of {:?}?",
                        short(found.token.as_bytes()),
                        account.name
                    ))?;
                    operator.end_session(&account.handle, &found.token).await?;
                    1
                } else {
                    confirmation.ask(&format!("end {} sessions of {:?}?", sessions.len(), account.name))?;
                    operator.end_sessions(&account.handle).await?
                };
                let object = json!({ "account_id": id(account.handle.as_bytes()), "ended": ended });
                out.sentence(&format!("sessions ended: {ended}"), &object)
            }
        }
    }
}

/// The session whose ID begins like this.
fn one<'a>(sessions: &'a [Session], wanted: &str) -> Result<&'a Session, AdminError> {
    let mut found = sessions.iter().filter(|session| begins_with(session.token.as_bytes(), wanted));
    let first = found.next().ok_or(OperatorError::SessionUnknown)?;
    if found.next().is_some() {
        return Err(AdminError::Ambiguous("sessions", wanted.to_owned()));
    }
    Ok(first)
}

/// The heading of a table of sessions.
pub(super) const HEADING: [&str; 6] = ["session", "device", "passkey", "last used", "verified", "ends"];

/// A session as cells. Its ID is the beginning of the hash of its token, which gives no access.
pub(super) fn cells(session: &Session) -> [String; 6] {
    [
        short(session.token.as_bytes()),
        session.device.clone().unwrap_or_default(),
        session.label.clone(),
        session.times.seen_at.to_string(),
        session.times.verified_at.to_string(),
        session.times.idle_at.min(session.times.expires_at).to_string(),
    ]
}

/// A session as an object.
pub(super) fn object(session: &Session) -> Value {
    json!({
        "session": short(session.token.as_bytes()),
        "account_id": id(session.account.as_bytes()),
        "device": session.device,
        "passkey": session.label,
        "passkey_id": id(session.credential.as_bytes()),
        "created_at": session.times.created_at.to_string(),
        "seen_at": session.times.seen_at.to_string(),
        "verified_at": session.times.verified_at.to_string(),
        "ends_at": session.times.idle_at.min(session.times.expires_at).to_string(),
    })
}
