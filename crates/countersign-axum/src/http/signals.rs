//! The signals that a page may pass on to passkey providers ([section
//! 5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)). They come from the server, since a provider may
//! delete passkeys because of them.

use axum::{extract::State, http::StatusCode};
use countersign::store::Session;
use countersign::types::signals::{AllAcceptedCredentialsOptions, CurrentUserDetailsOptions};
use countersign::types::{CredentialId, UserHandle};
use countersign::{RelyingParty, User};
use serde::Serialize;

use super::error::{Answer, ApiError};
use super::json::json;
use super::sender::{Browser, InSession};
use crate::app::{App, Shared};
use crate::token::Token;

/// The signals in an answer that changed or listed the accepted passkeys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signals {
    all_accepted_credentials: Option<AllAcceptedCredentialsOptions>,
}

impl Signals {
    /// `accepted` are all credentials of the account, read in the transaction that the answer is about. It is `None`
    /// while that list may lack a credential that a provider has.
    pub(crate) fn new(party: &RelyingParty, user: UserHandle, accepted: Option<Vec<CredentialId>>) -> Self {
        let signal = |accepted| party.signal_all_accepted_credentials(user, accepted);
        Self { all_accepted_credentials: accepted.map(signal) }
    }
}

/// All signals about an account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountSignals {
    #[serde(flatten)]
    signals: Signals,
    current_user_details: CurrentUserDetailsOptions,
}

impl AccountSignals {
    /// The signals about the account of this session, for its browser.
    pub(crate) async fn of(app: &App, session: &Session, browser: &Token) -> Result<Self, ApiError> {
        let accepted = app.accepted(&session.account, Some(&browser.hash()), app.now()).await?;
        Ok(Self::new(&app.accounts, session, accepted))
    }

    /// `accepted` is that of [`Signals::new`].
    pub(crate) fn new(party: &RelyingParty, session: &Session, accepted: Option<Vec<CredentialId>>) -> Self {
        let user = User::new(session.account.clone(), &session.name, &session.name);
        Self {
            signals: Signals::new(party, session.account.clone(), accepted),
            current_user_details: party.signal_current_user_details(&user),
        }
    }
}

/// `signals`: the payloads of both signals about the signed-in account.
pub(crate) async fn current(
    State(app): State<Shared>,
    InSession(session): InSession,
    Browser(browser): Browser,
) -> Answer {
    Ok(json(StatusCode::OK, &AccountSignals::of(&app, &session, &browser).await?))
}
