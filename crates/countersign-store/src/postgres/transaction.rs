//! Transactions: sent at once, and one operation after the other if that did not work out.

use std::future::poll_fn;
use std::{pin::Pin, task::Poll, time::Duration};

use countersign::store::{Operation, Rejection};
use countersign::types::Timestamp;
use deadpool_postgres::{ClientWrapper, Pool};
use tokio_postgres::{Statement, types::ToSql};

use crate::postgres::audit::{self, Chain, Chains};
use crate::postgres::error::PostgresError;
use crate::postgres::failure::Failure;
use crate::postgres::options::PostgresOptions;
use crate::postgres::pool::{Connection, within};
use crate::postgres::reads::Reader;
use crate::postgres::reasons::{Reason, execute, reason};
use crate::postgres::retries::Retries;
use crate::postgres::step::{Step, parameters};
use crate::postgres::steps::{locks, steps};

/// The statements of a transaction.
struct Plan<'a> {
    operations: &'a [Operation],
    now: Timestamp,
    locks: Vec<Step>,
    steps: Vec<Vec<Step>>,
    limit: Duration,
}

/// Carries out all operations, or none of them.
pub(super) async fn transact(
    pool: &Pool,
    options: &PostgresOptions,
    chains: &Chains,
    operations: &[Operation],
    now: Timestamp,
) -> Result<Result<(), Rejection>, PostgresError> {
    let chain = if operations.iter().any(audit::writes) {
        match chains.unused(now) {
            None => Some(Chain::new(Reader { pool, options }.new_chain().await?, now)),
            unused => unused,
        }
    } else {
        None
    };
    let mut appended = chain.clone();
    let plan = Plan {
        operations,
        now,
        locks: locks(operations),
        steps: operations
            .iter()
            .map(|operation| steps(operation, appended.as_mut(), now))
            .collect::<Result<_, _>>()?,
        limit: options.answer_timeout(),
    };
    let mut retries = Retries::within(plan.limit);
    loop {
        let connection = Connection::of(pool, options).await?;
        let outcome = plan.attempt(connection.client()).await;
        match outcome {
            Ok(outcome) => {
                connection.give_back();
                let chain = if outcome.is_ok() { appended } else { chain };
                if let Some(chain) = chain {
                    chains.give_back(chain);
                }
                return Ok(outcome);
            }
            Err(failure) => {
                if failure.usable {
                    connection.give_back();
                } else {
                    drop(connection);
                }
                if !failure.again || !retries.pause().await {
                    return Err(failure.error);
                }
            }
        }
    }
}

/// How the statements of a plan ended.
enum Outcome {
    /// All had their effects.
    Done,
    /// One of them did not affect the rows that it should have.
    Otherwise,
}

impl Plan<'_> {
    /// Carries the transaction out. After a failure that leaves the connection usable, no transaction is open.
    async fn attempt(
        &self,
        client: Result<&ClientWrapper, Failure>,
    ) -> Result<Result<(), Rejection>, Failure> {
        let client = client?;
        if let Some(step) = self.single() {
            let affected = within(self.limit, async {
                let statement = client.prepare_cached(step.sql).await?;
                client.execute(&statement, &parameters(&step.values)).await.map_err(Failure::of_commit)
            });
            if step.rows.contains(affected.await.map_err(unknown)?) {
                return Ok(Ok(()));
            }
        } else {
            match within(self.limit, self.at_once(client)).await {
                Ok(Outcome::Done) => return self.commit(client).await.map(Ok),
                Ok(Outcome::Otherwise) => self.roll_back(client).await?,
                Err(failure) => return Err(self.after(client, failure).await),
            }
        }
        match within(self.limit, self.one_by_one(client)).await {
            Ok(None) => self.commit(client).await.map(Ok),
            Ok(Some(rejection)) => {
                self.roll_back(client).await?;
                Ok(Err(rejection))
            }
            Err(failure) => Err(self.after(client, failure).await),
        }
    }

    /// The statement of a transaction that has only one. It is committed by itself.
    fn single(&self) -> Option<&Step> {
        match (self.steps.as_slice(), self.locks.as_slice()) {
            ([steps], []) => match steps.as_slice() {
                [step] => Some(step),
                _ => None,
            },
            _ => None,
        }
    }

    /// Sends all statements without waiting for the answers in between. The first one is awaited: were it to fail, the
    /// others would be transactions of their own.
    async fn at_once(&self, client: &ClientWrapper) -> Result<Outcome, Failure> {
        let all = self.locks.iter().chain(self.steps.iter().flatten());
        let mut prepared: Vec<(Statement, Vec<&(dyn ToSql + Sync)>)> = Vec::new();
        for step in all.clone() {
            prepared.push((client.prepare_cached(step.sql).await?, parameters(&step.values)));
        }
        client.batch_execute("BEGIN").await?;
        let answers = prepared.iter().map(|(statement, values)| client.execute(statement, values));
        let answers = join(answers.collect()).await;
        for (step, answer) in all.zip(answers) {
            if !step.rows.contains(answer?) {
                return Ok(Outcome::Otherwise);
            }
        }
        Ok(Outcome::Done)
    }

    /// Carries out one operation after the other, and finds out why one is rejected.
    async fn one_by_one(&self, client: &ClientWrapper) -> Result<Option<Rejection>, Failure> {
        client.batch_execute("BEGIN").await?;
        for step in &self.locks {
            execute(client, step.sql, &step.values).await?;
        }
        for (operation, steps) in self.operations.iter().zip(&self.steps) {
            for (index, step) in steps.iter().enumerate() {
                if step.rows.contains(execute(client, step.sql, &step.values).await?) {
                    continue;
                }
                match reason(client, operation, index, self.now).await? {
                    Reason::Rejected(rejection) => return Ok(Some(rejection)),
                    Reason::Resolved => {}
                    Reason::Changed => {
                        let error = PostgresError::Statement("the rows changed in between".into());
                        return Err(Failure { error, again: true, usable: true });
                    }
                }
            }
        }
        Ok(None)
    }

    async fn commit(&self, client: &ClientWrapper) -> Result<(), Failure> {
        let commit = async { client.batch_execute("COMMIT").await.map_err(Failure::of_commit) };
        within(self.limit, commit).await.map_err(unknown)
    }

    async fn roll_back(&self, client: &ClientWrapper) -> Result<(), Failure> {
        within(self.limit, async { Ok(client.batch_execute("ROLLBACK").await?) }).await
    }

    /// Rolls back after a failure. If that fails too, the connection is not used again.
    async fn after(&self, client: &ClientWrapper, mut failure: Failure) -> Failure {
        failure.usable = failure.usable && self.roll_back(client).await.is_ok();
        failure
    }
}

/// The failure of a statement that commits. Without an answer in time, it is unknown whether it happened.
fn unknown(mut failure: Failure) -> Failure {
    if matches!(failure.error, PostgresError::TimedOut(_)) {
        failure.error = PostgresError::Unknown(Some(failure.error.into()));
    }
    failure
}

/// Polls futures in their order until all are ready, so that what they send is sent in this order.
async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut is_ready = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match Pin::new(future).poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_ready = false,
                }
            }
        }
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}
