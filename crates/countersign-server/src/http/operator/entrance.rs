//! The way in: the link that makes an operator, and the operator's own session.

use axum::extract::State;
use axum::http::StatusCode;
use countersign::store::{
    ApplicationStore as _, AuditActor, AuditEntry, AuditKind, Operation, Rejection, TokenHash,
};
use countersign_axum::{SignUp, invite};
use serde::{Deserialize, Serialize};

use super::super::site::Shared;
use super::access::{Seeing, Verified};
use super::body::{Json, json};
use super::error::{Answer, OperatorPageError};
use crate::operator::{link, operations::audit};

/// How long the invitation is valid that the holder of a link gets, in seconds: for the registration that follows at once.
const INVITATION_SECONDS: i64 = 10 * 60;

/// A link for an operator, by its token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    link: String,
}

impl Link {
    /// The hash of the token. What is no token is an unknown link.
    fn hash(&self) -> Result<TokenHash, OperatorPageError> {
        link::hash(&self.link).ok_or(OperatorPageError::LinkInvalid)
    }
}

/// Says whether a link can be used, for everyone who has it. If accounts are created with invitations, the answer has one:
/// the holder of the link may have no account yet.
pub(super) async fn describe_link(State(site): State<Shared>, Json(link): Json<Link>) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        expires_at: String,
        invitation: Option<String>,
    }
    let now = site.app.passkeys.now();
    let found = site.app.database.operator_link(&link.hash()?, now).await?;
    let found = found.ok_or(OperatorPageError::LinkInvalid)?;
    let invitation = if site.app.sign_up == SignUp::Invited {
        let expires_at = now.plus_seconds(INVITATION_SECONDS);
        Some(invite(&site.app.database, &mut getrandom::fill, expires_at, now).await?.to_string())
    } else {
        None
    };
    json(StatusCode::OK, &Body { expires_at: found.expires_at.to_string(), invitation })
}

/// Makes the account of the session an operator, and uses the link up.
pub(super) async fn use_link(
    State(site): State<Shared>,
    Verified { token, account, source }: Verified,
    Json(link): Json<Link>,
) -> Answer<StatusCode> {
    let now = site.app.passkeys.now();
    let entry = AuditEntry::new(AuditKind::OperatorGranted, AuditActor::User).with_account(account.clone());
    let operations = vec![
        Operation::RequireSession { token, account: account.clone() },
        Operation::TakeOperatorLink(link.hash()?),
        Operation::GrantOperator { account, since: now },
        audit(entry.with_session(token.public_id()).with_source(source)),
    ];
    match site.app.database.transact(operations, now).await? {
        Ok(()) => {
            tracing::warn!("an account has become an operator by a link");
            Ok(StatusCode::NO_CONTENT)
        }
        Err(Rejection::SessionOver) => Err(OperatorPageError::NotSignedIn),
        Err(rejection) => Err(rejection.into()),
    }
}

/// The operator, and what the page needs to know of the server.
pub(super) async fn session(State(site): State<Shared>, seeing: Seeing) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        name: String,
        user_handle: countersign::types::UserHandle,
        since: String,
        verified_at: String,
        /// Who may create an account.
        sign_up: &'static str,
        /// Whether metadata is configured.
        metadata: bool,
    }
    let Seeing { session, operator, .. } = seeing;
    let sign_up = match site.app.sign_up {
        SignUp::Open => "open",
        SignUp::Invited => "invited",
        _ => "closed",
    };
    json(
        StatusCode::OK,
        &Body {
            name: operator.name,
            user_handle: operator.account,
            since: operator.since.to_string(),
            verified_at: session.times.verified_at.to_string(),
            sign_up,
            metadata: site.app.metadata.is_some(),
        },
    )
}
