//! Long work on all passkeys, which goes on whatever page watches it: the count of models, and the assessment by today's
//! metadata. Of each kind, one is under way at a time in an instance, and all operators see the same one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign::Timestamp;
use countersign::types::Aaguid;

use super::assessment::{Assessed, AssessmentSummary, Flagging};
use super::assessor::Assessor;
use super::error::OperatorError;
use super::models::ModelCount;
use super::operations::Operator;
use crate::clock;

/// The most notable passkeys that an assessment shows.
const NOTABLE_MAX: usize = 200;

/// Seconds for which a count of models is shown before it is made again.
const FRESH_SECONDS: i64 = 60;

/// The work of an instance. It survives a reload of the configuration.
pub(crate) struct Work {
    models: Mutex<Task<CountedModels>>,
    assessment: Mutex<Task<AssessmentResult>>,
}

/// Work that may be under way, and its latest result.
#[derive(Debug, Clone)]
pub(crate) struct Task<T> {
    pub(crate) running: Option<Running>,
    pub(crate) latest: Option<T>,
    /// The code of the failure of the latest work, if it failed.
    pub(crate) failure: Option<&'static str>,
}

/// Work that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    pub(crate) started_at: Timestamp,
    /// How many passkeys were looked at.
    pub(crate) done: u64,
    /// How many there were at the beginning.
    pub(crate) total: u64,
    /// Whether passkeys are flagged.
    pub(crate) flagging: Flagging,
}

/// The models of all passkeys.
#[derive(Debug, Clone)]
pub(crate) struct CountedModels {
    pub(crate) at: Timestamp,
    pub(crate) models: Vec<(Aaguid, ModelCount)>,
    /// The passkeys of models beyond the most that are counted.
    pub(crate) others: ModelCount,
    pub(crate) unreadable: u64,
}

/// The result of an assessment.
#[derive(Debug, Clone)]
pub(crate) struct AssessmentResult {
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    /// The number of the BLOB.
    pub(crate) metadata: u64,
    pub(crate) flagging: Flagging,
    pub(crate) summary: AssessmentSummary,
    /// The passkeys that call for the operator, the first ones.
    pub(crate) notable: Vec<Assessed>,
    /// How many more there are.
    pub(crate) left_out: u64,
}

impl Work {
    pub(crate) fn new() -> Self {
        Self { models: Mutex::new(Task::idle()), assessment: Mutex::new(Task::idle()) }
    }

    /// The models as they were last counted. If that was not lately, they are counted again meanwhile.
    pub(crate) fn models(self: &Arc<Self>, operator: &Operator) -> Task<CountedModels> {
        let now = clock::now();
        let mut task = lock(&self.models);
        let is_fresh = |counted: &CountedModels| {
            now.unix_seconds().abs_diff(counted.at.unix_seconds()) < FRESH_SECONDS.unsigned_abs()
        };
        if task.running.is_none() && !task.latest.as_ref().is_some_and(is_fresh) {
            task.running = Some(Running::new(now, Flagging::Report));
            let (work, operator) = (Arc::clone(self), operator.clone());
            tokio::spawn(async move {
                let outcome = count(&work, &operator).await;
                lock(&work.models).end(outcome);
            });
        }
        task.clone()
    }

    /// Begins an assessment, unless one is under way. Returns whether it began. The caller adds a row to the audit log before.
    pub(crate) fn assess(
        self: &Arc<Self>,
        operator: &Operator,
        assessor: Assessor,
        flagging: Flagging,
    ) -> bool {
        let now = clock::now();
        let mut task = lock(&self.assessment);
        if task.running.is_some() {
            return false;
        }
        task.running = Some(Running::new(now, flagging));
        let (work, operator) = (Arc::clone(self), operator.clone());
        tokio::spawn(async move {
            let outcome = assess(&work, &operator, assessor, flagging, now).await;
            lock(&work.assessment).end(outcome);
        });
        true
    }

    /// The assessment that is under way, and the result of the latest one.
    pub(crate) fn assessment(&self) -> Task<AssessmentResult> {
        lock(&self.assessment).clone()
    }
}

impl Running {
    const fn new(started_at: Timestamp, flagging: Flagging) -> Self {
        Self { started_at, done: 0, total: 0, flagging }
    }
}

impl<T> Task<T> {
    const fn idle() -> Self {
        Self { running: None, latest: None, failure: None }
    }

    fn progress(&mut self, (done, total): (u64, u64)) {
        if let Some(running) = &mut self.running {
            (running.done, running.total) = (done, total);
        }
    }

    fn end(&mut self, outcome: Result<T, OperatorError>) {
        self.running = None;
        match outcome {
            Ok(result) => (self.latest, self.failure) = (Some(result), None),
            Err(error) => {
                tracing::error!(code = error.code(), %error, "work for the operator's page failed");
                self.failure = Some(error.code());
            }
        }
    }
}

fn lock<T>(task: &Mutex<T>) -> MutexGuard<'_, T> {
    task.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn count(work: &Work, operator: &Operator) -> Result<CountedModels, OperatorError> {
    let mut models = operator.models().await?;
    while models.next().await? {
        lock(&work.models).progress(models.progress());
    }
    Ok(CountedModels {
        at: clock::now(),
        models: models.counts().iter().map(|(aaguid, count)| (*aaguid, *count)).collect(),
        others: models.others(),
        unreadable: models.unreadable(),
    })
}

async fn assess(
    work: &Work,
    operator: &Operator,
    assessor: Assessor,
    flagging: Flagging,
    started_at: Timestamp,
) -> Result<AssessmentResult, OperatorError> {
    let metadata = assessor.metadata_number();
    let mut assessment = operator.assess_unnoted(assessor, flagging, None).await?;
    let (mut notable, mut left_out) = (Vec::new(), 0_u64);
    while let Some(page) = assessment.next().await? {
        for assessed in page.into_iter().filter(Assessed::is_notable) {
            if notable.len() < NOTABLE_MAX {
                notable.push(assessed);
            } else {
                left_out = left_out.saturating_add(1);
            }
        }
        lock(&work.assessment).progress(assessment.progress());
    }
    let summary = *assessment.summary();
    let finished_at = clock::now();
    Ok(AssessmentResult { started_at, finished_at, metadata, flagging, summary, notable, left_out })
}
