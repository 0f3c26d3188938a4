//! The session of a request, and what its account may do with sessions.

use std::time::Instant;

use axum::http::request::Parts;
use countersign::Timestamp;
use countersign::store::{
    AHEAD_SECONDS, AuditKind, AuditSource, Operation, Rejection as Rejected, Session, SessionTimes, TokenHash,
};
use countersign::types::{UserHandle, base64url};

use super::{IDLE_SECONDS, SEEN_SECONDS};
use crate::operation_error::{OperationError, Rejection, Result};
use crate::{app::App, cookie::SESSION_SECONDS, failure::Failure, log::Quota};

/// The ID of a session in lists. It reveals nothing about the token.
pub(crate) fn public_id(token: &TokenHash) -> String {
    base64url::encode(token.public_id())
}

/// The times of a session that begins now with a verified user.
pub(crate) fn new_times(now: Timestamp) -> SessionTimes {
    SessionTimes {
        created_at: now,
        seen_at: now,
        verified_at: now,
        idle_at: now.plus_seconds(IDLE_SECONDS),
        expires_at: now.plus_seconds(SESSION_SECONDS),
    }
}

/// The operation that records the use of a session.
pub(crate) fn touch(token: TokenHash, now: Timestamp, verified_at: Option<Timestamp>) -> Operation {
    Operation::TouchSession { token, seen_at: now, idle_at: now.plus_seconds(IDLE_SECONDS), verified_at }
}

/// The sender of a request that changes something. It is checked when the headers arrive, and again in the transaction
/// that writes, since the session may end while the body arrives.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The hash of the session's token.
    pub(crate) token: TokenHash,
    /// The account that the user saw.
    pub(crate) account: UserHandle,
    /// Where the request came from, for the audit log.
    pub(crate) source: AuditSource,
}

impl Caller {
    /// The first operation of the caller's transactions.
    pub(crate) fn require(&self) -> Operation {
        Operation::RequireSession { token: self.token, account: self.account.clone() }
    }

    /// The session as it is now. Fails with [`Rejection::SessionOver`] if it is over, and with
    /// [`Rejection::AccountChanged`] if it is another account's.
    pub(crate) async fn session(&self, app: &App, now: Timestamp) -> Result<Session> {
        let session = app.store.session(&self.token).await?.filter(|session| !session.times.is_over(now));
        let session = session.ok_or(Rejection::SessionOver)?;
        if session.account == self.account { Ok(session) } else { Err(Rejection::AccountChanged.into()) }
    }
}

impl App {
    /// The session of a request, unless it is over. Records its use.
    pub(crate) async fn session_of(&self, request: &Parts) -> Result<Option<Session>, Failure> {
        match self.sessions.token(request).await? {
            Some(token) => self.live_session(token.hash(), self.now()).await,
            None => Ok(None),
        }
    }

    /// The session of this token, unless it is over. Records its use, if the store accepts changes.
    pub(crate) async fn live_session(
        &self,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Session>, Failure> {
        let Some(session) = self.store.session(&token).await? else { return Ok(None) };
        let times = session.times;
        if times.created_at > now.plus_seconds(AHEAD_SECONDS) {
            // Created while a clock was ahead: it would be valid again once its time has come.
            self.transact_touch(Operation::EndSession(token), now).await?;
            return Ok(None);
        }
        if times.is_over(now) {
            return Ok(None);
        }
        if times.is_ahead(now) {
            let verified_at = (times.verified_at > now).then_some(times.created_at);
            self.transact_touch(touch(token, now, verified_at), now).await?;
        } else if times.seen_at.plus_seconds(SEEN_SECONDS) <= now
            && let Err(error) = self.transact_touch(touch(token, now, None), now).await
        {
            // The disk is full, or the database is read-only for a while: no reason to keep the user out.
            log_untouched(&error);
        }
        Ok(Some(session))
    }

    async fn transact_touch(&self, operation: Operation, now: Timestamp) -> Result<(), Failure> {
        // Neither operation is ever rejected.
        let _: Result<(), Rejected> = self.store.transact(vec![operation], now).await?;
        Ok(())
    }

    /// Ends the caller's session. One that is over already is no error.
    pub(crate) async fn end_session(&self, caller: &Caller) -> Result<()> {
        let mut operations = vec![caller.require(), Operation::EndSession(caller.token)];
        operations.extend(self.audit(caller.audit_entry(AuditKind::SessionEnded)));
        match self.store.transact(operations, self.now()).await? {
            Ok(()) | Err(Rejected::SessionOver) => Ok(()),
            Err(rejection) => Err(rejection.into()),
        }
    }

    /// Ends the session of the caller's account with this public ID, and returns the hash of its token. `None` if there
    /// is no such session.
    pub(crate) async fn end_one_session(&self, caller: &Caller, id: &str) -> Result<Option<TokenHash>> {
        let now = self.now();
        let listed = self.store.sessions(&caller.account, now).await?;
        let named = listed.iter().map(|session| session.token).find(|token| public_id(token) == id);
        let mut operations = vec![caller.require()];
        if let Some(named) = named {
            let entry = caller.audit_entry(AuditKind::SessionEnded).with_session(named.public_id());
            operations.push(Operation::EndSession(named));
            operations.extend(self.audit(entry));
        }
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        Ok(named)
    }

    /// Ends all sessions of the caller's account but the caller's, and returns their number.
    pub(crate) async fn end_other_sessions(&self, caller: &Caller) -> Result<usize> {
        let now = self.now();
        let listed = self.store.sessions(&caller.account, now).await?;
        let ended = listed.iter().filter(|session| session.token != caller.token).count();
        let end =
            Operation::EndOtherSessions { account: caller.account.clone(), remaining: Some(caller.token) };
        let audit = self.audit(caller.audit_entry(AuditKind::OtherSessionsEnded));
        let operations = [caller.require(), end].into_iter().chain(audit).collect();
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        Ok(ended)
    }
}

/// Logs that the use of a session can't be recorded, within a quota: each request of the session tries it.
fn log_untouched(error: &Failure) {
    static QUOTA: Quota = Quota::new();
    if let Some(left_out) = QUOTA.take(Instant::now()) {
        tracing::warn!(%error, left_out, "the use of a session can't be recorded");
    }
}
