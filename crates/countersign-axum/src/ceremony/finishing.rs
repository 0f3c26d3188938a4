//! How ceremonies finish.

use std::time::Instant;

use countersign::store::{Finish, Operation, Rejection as Rejected};
use countersign::{Code, Timestamp};
use tracing::{Instrument as _, field};

use super::finish::FinishRequest;
use super::judge::{Authenticator, Change};
use super::opened::Opened;
use super::outcome::{Finished, Outcome};
use crate::app::App;
use crate::observer::CeremonyFinish;
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::sessions::caller::Caller;

/// How often a response is judged while what it depends on changes at the same moment.
const ATTEMPTS: usize = 8;

/// What the observer learns from the course of a finish.
#[derive(Debug, Default)]
struct Course {
    authenticator: Option<Authenticator>,
    is_repeated: bool,
}

impl App {
    /// Finishes a ceremony, or returns the result if it was finished with this response before.
    pub(crate) async fn finish(&self, finish: &FinishRequest) -> Result<Finished> {
        let (began, kind) = (Instant::now(), finish.kind());
        let span = tracing::info_span!("finish", ceremony = kind.as_str(), outcome = field::Empty);
        let mut course = Course::default();
        let finished = self.finish_or_repeat(finish, &mut course).instrument(span.clone()).await;
        let rejected = finished.as_ref().err().map(OperationError::code);
        span.record("outcome", rejected.unwrap_or("accepted"));
        if let Some(observer) = &self.observer {
            let Course { authenticator, is_repeated } = course;
            let accepted = authenticator.filter(|_| rejected.is_none());
            observer.ceremony_finished(&CeremonyFinish {
                kind,
                rejected,
                is_repeated,
                aaguid: accepted.as_ref().map(|authenticator| authenticator.aaguid),
                attestation_format: accepted
                    .as_ref()
                    .and_then(|authenticator| authenticator.format.as_deref()),
                took: began.elapsed(),
            });
        }
        finished
    }

    async fn finish_or_repeat(&self, finish: &FinishRequest, course: &mut Course) -> Result<Finished> {
        let now = self.now();
        let opened = self.open(finish, now).await?;
        for _ in 0..ATTEMPTS {
            let change = match self.judge(finish, &opened, now).await {
                Err(OperationError::ResponseRejected(rejection)) => {
                    return self.reject(finish, &opened, rejection, now, course).await;
                }
                judged => judged?,
            };
            let Change { outcome, created, authenticator, operations } = change;
            course.authenticator = Some(authenticator);
            let operations = transaction(finish, &opened, &outcome, operations, now)?;
            let rejection = match self.store.transact(operations, now).await? {
                Ok(()) => return self.recall(outcome, finish, now).await,
                Err(Rejected::Finished(earlier)) => return self.repeat(finish, &earlier, now, course).await,
                // What the response was judged by changed meanwhile.
                Err(Rejected::RecordChanged | Rejected::Missing | Rejected::LabelTaken) => continue,
                Err(Rejected::NameTaken) => Reason::NameTaken,
                Err(Rejected::TooManyCredentials) => Reason::TooManyCredentials,
                Err(Rejected::RecoveryCodeUnknown) => Reason::RecoveryCodeInvalid,
                Err(Rejected::InvitationUnknown) => Reason::InvitationInvalid,
                Err(Rejected::CredentialIdTaken) => Reason::Code(Code::CredentialAlreadyRegistered),
                Err(other) => return Err(other.into()),
            };
            let rejection = self.with_unknown(rejection.into(), created);
            return self.reject(finish, &opened, rejection, now, course).await;
        }
        Err(OperationError::RecordChanged)
    }

    /// Stores a rejection, unless the ceremony was finished already: it accepts no other response.
    async fn reject(
        &self,
        finish: &FinishRequest,
        opened: &Opened,
        rejection: ResponseRejection,
        now: Timestamp,
        course: &mut Course,
    ) -> Result<Finished> {
        let outcome = Outcome::from(&rejection);
        let operations = transaction(finish, opened, &outcome, Vec::new(), now)?;
        match self.store.transact(operations, now).await? {
            Ok(()) => {
                let unknown = self.unless_registered(rejection.unknown).await?;
                Err(ResponseRejection { unknown, ..rejection }.into())
            }
            Err(Rejected::Finished(earlier)) => self.repeat(finish, &earlier, now, course).await,
            Err(other) => Err(other.into()),
        }
    }

    /// The result of a finish that is remembered, if it was with this response.
    async fn repeat(
        &self,
        finish: &FinishRequest,
        earlier: &Finish,
        now: Timestamp,
        course: &mut Course,
    ) -> Result<Finished> {
        if earlier.response != finish.response_hash {
            return Err(Rejection::CeremonyOver.into());
        }
        course.is_repeated = true;
        course.authenticator = None;
        self.recall(serde_json::from_str(&earlier.outcome)?, finish, now).await
    }
}

/// The transaction of a finish: the session is still there, no finish is remembered, and what follows.
fn transaction(
    finish: &FinishRequest,
    opened: &Opened,
    outcome: &Outcome,
    operations: Vec<Operation>,
    now: Timestamp,
) -> Result<Vec<Operation>> {
    let remembered = Operation::Remember(Finish {
        ceremony: opened.ceremony,
        response: finish.response_hash,
        outcome: serde_json::to_string(outcome)?,
        finished_at: now,
        until: opened.until,
    });
    let session = finish.caller().map(Caller::require);
    Ok(session.into_iter().chain([remembered]).chain(operations).collect())
}
