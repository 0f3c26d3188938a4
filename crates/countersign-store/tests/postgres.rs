//! The store on PostgreSQL: what it promises, on a database of its own.
#![cfg(feature = "postgres")]

mod support;

#[path = "postgres/basics.rs"]
mod basics;
#[path = "postgres/erasing.rs"]
mod erasing;
#[path = "postgres/failover.rs"]
mod failover;
#[path = "postgres/faults.rs"]
mod faults;
#[path = "postgres/kit.rs"]
mod kit;
#[path = "postgres/proxy.rs"]
mod proxy;
#[path = "support/samples.rs"]
mod samples;
#[path = "postgres/schema.rs"]
mod schema;
#[path = "postgres/tls.rs"]
mod tls;
#[path = "support/workload.rs"]
mod workers;
#[path = "postgres/workload.rs"]
mod workload;

use countersign_store::postgres::{PostgresOptions, PostgresStore};

/// A store in a schema of its own.
async fn store() -> PostgresStore {
    store_at(&support::schema()).await
}

async fn store_at(url: &str) -> PostgresStore {
    PostgresStore::open(&PostgresOptions::new(url).unwrap()).await.unwrap()
}
