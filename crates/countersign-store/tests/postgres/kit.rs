//! The conformance kit on PostgreSQL.

use countersign::store_kit::{self, StoreHarness};
use countersign_store::postgres::PostgresStore;
use tokio::runtime::Runtime;

use crate::store_at;
use crate::support::{schema, sql, with_parameter};

/// Each store has a schema of its own.
struct Postgres {
    runtime: Runtime,
    url: String,
}

impl StoreHarness for Postgres {
    type Store = PostgresStore;

    fn empty(&mut self) -> PostgresStore {
        self.url = with_parameter(&schema(), "application_name=kit");
        self.runtime.block_on(store_at(&self.url))
    }

    /// Ends the connections as they are, and connects again.
    fn crash(&mut self, store: PostgresStore) -> PostgresStore {
        let ours = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE application_name = 'kit' AND pid <> pg_backend_pid()";
        sql(&self.url, ours);
        drop(store);
        self.runtime.block_on(store_at(&self.url))
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.handle().block_on(future)
    }
}

#[test]
fn the_store_passes_the_conformance_kit() {
    let runtime = Runtime::new().unwrap();
    let mut harness = Postgres { runtime, url: String::new() };
    store_kit::run_application(&mut harness).assert_passed();
}
