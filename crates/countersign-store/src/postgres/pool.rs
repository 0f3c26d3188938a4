//! The connections.

use std::{error, time::Duration};

use deadpool_postgres::{
    Client, ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod,
    Runtime, TimeoutType,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::postgres::{error::PostgresError, failure::Failure, options::PostgresOptions, tls};

/// Opens no connection yet.
pub(super) fn pool(options: &PostgresOptions) -> Result<Pool, PostgresError> {
    let tls = MakeRustlsConnect::new(tls::configuration(options)?);
    // A connection that was cut is found by its socket. One that is stuck is found by the time-outs of its statements.
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(options.config(), tls, recycling);
    let (settings, limit) = (settings(options), options.connect_timeout());
    // The pool's time-out of creation does not include the hook.
    let prepare = Hook::async_fn(move |client: &mut ClientWrapper, _| {
        let settings = settings.clone();
        Box::pin(async move {
            match tokio::time::timeout(limit, client.batch_execute(&settings)).await {
                Ok(answer) => answer.map_err(HookError::Backend),
                Err(_) => Err(HookError::message("a new connection does not answer")),
            }
        })
    });
    Pool::builder(manager)
        .max_size(options.pool_size())
        .wait_timeout(Some(options.wait()))
        // Each address has a limit of its own; this one is for all of them, with authentication.
        .create_timeout(Some(options.connect_timeout().saturating_mul(3)))
        .recycle_timeout(Some(options.connect_timeout()))
        .runtime(Runtime::Tokio1)
        .post_create(prepare)
        .build()
        .map_err(|error| PostgresError::Options(error.to_string()))
}

/// What is set in each new connection. The isolation is that of the statements' design, whatever the server's default is.
fn settings(options: &PostgresOptions) -> String {
    let limit = options.statement_timeout().as_millis();
    format!(
        "SET statement_timeout = {limit}; SET idle_in_transaction_session_timeout = {limit}; \
         SET default_transaction_isolation = 'read committed'"
    )
}

/// A connection of the pool. Dropped in the middle of a transaction, it is closed: the database rolls the transaction
/// back.
pub(super) struct Connection(Option<Client>);

impl Connection {
    pub(super) async fn of(pool: &Pool, options: &PostgresOptions) -> Result<Self, PostgresError> {
        match pool.get().await {
            Ok(client) => Ok(Self(Some(client))),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(PostgresError::Busy(options.wait())),
            Err(PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error))) => {
                Err(PostgresError::Unavailable(error.into()))
            }
            Err(error) => Err(PostgresError::Unavailable(cause(&error).into())),
        }
    }

    pub(super) fn client(&self) -> Result<&ClientWrapper, Failure> {
        let gone = || PostgresError::Unavailable("the connection was given back".into());
        Ok(self.0.as_deref().ok_or_else(gone)?)
    }

    /// Gives the connection back to the pool. Call it when no transaction is open.
    pub(super) fn give_back(mut self) {
        self.0.take();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}

fn cause(error: &dyn error::Error) -> String {
    error.to_string()
}

/// Waits for an answer of the database for a limited time.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure { error: PostgresError::TimedOut(limit), again: false, usable: false }),
    }
}
