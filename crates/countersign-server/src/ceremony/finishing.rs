//! How ceremonies finish.

use countersign::{Code, Timestamp};

use super::outcome::{Finished, Outcome, recall};
use super::{ceremonies::Ceremonies, finish::Finish, judge::Change};
use crate::store::ceremonies::{self, Content};
use crate::{
    operation_error::OperationError, operation_error::Result, response_rejection::ResponseRejection,
};

/// What a finish finds.
enum Found {
    /// The state of the ceremony, whose response is to be judged.
    State(String),
    /// The result of the same finish before.
    Finished(Result<Finished, ResponseRejection>),
    /// A ceremony that was started at another endpoint.
    AnotherKind,
}

impl Ceremonies {
    /// Finishes a ceremony, or returns the result if it was finished with this response before.
    pub(crate) async fn finish(&self, finish: &Finish, now: Timestamp) -> Result<Finished> {
        let finished = match self.bind(finish, now).await? {
            Found::Finished(finished) => return Ok(finished?),
            Found::AnotherKind => {
                Err(ResponseRejection::of_code(Code::StateInvalid, "another kind of ceremony").into())
            }
            Found::State(state) => match self.judge.judge(finish, &state, now).await {
                Ok(change) => self.end_or_judge_again(finish, &state, change, now).await,
                Err(error) => Err(error),
            },
        };
        match finished {
            Err(OperationError::ResponseRejected(rejection)) => self.reject(finish, rejection, now).await,
            Err(error @ OperationError::RecordChanged) => {
                let rejection = ResponseRejection::of_code(Code::RecordChanged, error.to_string());
                self.reject(finish, rejection, now).await
            }
            finished => finished,
        }
    }

    /// Binds a ceremony to the response, before the response is read: so junk is cheap.
    async fn bind(&self, finish: &Finish, now: Timestamp) -> Result<Found> {
        let finish = finish.clone();
        let bound = self.store.write(move |db| -> Result<_> {
            if let Some(caller) = finish.caller() {
                caller.session(db, now)?;
            }
            let stored = ceremonies::bind(db, &finish.presented, now)?;
            Ok(match stored.content {
                _ if !stored.is(finish.kind()) => Found::AnotherKind,
                Content::State(state) => Found::State(state),
                Content::Outcome(outcome) => {
                    Found::Finished(recall(db, serde_json::from_str(&outcome)?, &finish, now)?)
                }
            })
        });
        bound.await
    }

    /// Stores what follows from a response. If its credential was removed meanwhile, the response is judged again, as one
    /// of an unknown credential.
    async fn end_or_judge_again(
        &self,
        finish: &Finish,
        state: &str,
        change: Change,
        now: Timestamp,
    ) -> Result<Finished> {
        match self.end(finish, change, now).await {
            Err(OperationError::RecordChanged) => {
                let change = self.judge.judge(finish, state, now).await?;
                self.end(finish, change, now).await
            }
            ended => ended,
        }
    }

    /// Stores what follows from a response, unless the same response was finished already.
    async fn end(&self, finish: &Finish, change: Change, now: Timestamp) -> Result<Finished> {
        let finish = finish.clone();
        let text = serde_json::to_string(&change.outcome)?;
        let created = change.created.clone();
        let ended = self.store.write(move |db| -> Result<_> {
            let outcome = if let Some(earlier) = ceremonies::end(db, &finish.presented, &text, now)? {
                serde_json::from_str(&earlier)?
            } else {
                (change.work)(db)?;
                change.outcome
            };
            recall(db, outcome, &finish, now)
        });
        match ended.await {
            Err(OperationError::ResponseRejected(rejection)) => {
                Err(self.judge.with_unknown(rejection, created).into())
            }
            ended => Ok(ended??),
        }
    }

    /// Stores a rejection, unless the same response was finished already.
    async fn reject(
        &self,
        finish: &Finish,
        rejection: ResponseRejection,
        now: Timestamp,
    ) -> Result<Finished> {
        let finish = finish.clone();
        let outcome = Outcome::from(&rejection);
        let text = serde_json::to_string(&outcome)?;
        let ended = self.store.write(move |db| -> Result<_> {
            if let Some(earlier) = ceremonies::end(db, &finish.presented, &text, now)? {
                return recall(db, serde_json::from_str(&earlier)?, &finish, now);
            }
            let finished = recall(db, outcome, &finish, now)?;
            Ok(finished.map_err(|again| ResponseRejection { detail: rejection.detail, ..again }))
        });
        Ok(ended.await??)
    }
}

#[cfg(test)]
mod tests;
