//! The operators: who they are, and giving and taking the role.

use axum::extract::State;
use axum::http::StatusCode;
use countersign::types::UserHandle;
use serde::Serialize;

use super::super::site::Shared;
use super::access::{Seeing, acts};
use super::accounts::Handle;
use super::body::json;
use super::error::{Answer, OperatorPageError};
use crate::operator::acting::Acting;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedOperator<'a> {
    name: &'a str,
    user_handle: &'a UserHandle,
    since: String,
    /// Whether it is the operator of the request.
    own: bool,
}

pub(super) async fn list(seeing: Seeing) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        operators: Vec<ListedOperator<'a>>,
    }
    let listed = seeing.operators.iter().map(|operator| ListedOperator {
        name: &operator.name,
        user_handle: &operator.account,
        since: operator.since.to_string(),
        own: operator.account == seeing.session.account,
    });
    json(StatusCode::OK, &Body { operators: listed.collect() })
}

/// Makes an account an operator.
pub(super) async fn grant(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
) -> Answer<StatusCode> {
    acts(acting, &site).grant_role(&account).await?;
    tracing::warn!("an operator has made an account an operator");
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the role from another account. Since one's own can't be taken here, one operator is always left.
pub(super) async fn revoke(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
) -> Answer<StatusCode> {
    if account == acting.account {
        return Err(OperatorPageError::OwnAccount);
    }
    acts(acting, &site).revoke_role(&account).await?;
    tracing::warn!("an operator has taken the role from another one");
    Ok(StatusCode::NO_CONTENT)
}
