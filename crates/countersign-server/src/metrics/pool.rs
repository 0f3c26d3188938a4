//! The pool of connections to PostgreSQL.

use std::fmt;

use countersign_store::postgres::PostgresStore;
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder};

use super::families::{number, write_gauge};

/// The pool, which is asked at each request for metrics.
#[derive(Debug)]
pub(super) struct PoolInUse(pub(super) PostgresStore);

impl Collector for PoolInUse {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let connections = self.0.connections();
        for (name, help, value) in [
            ("store_pool_connections", "Open connections to PostgreSQL.", connections.open),
            (
                "store_pool_connections_idle",
                "Open connections to PostgreSQL that are not in use.",
                connections.idle,
            ),
            ("store_pool_connections_max", "The most connections to PostgreSQL.", connections.max),
            (
                "store_pool_waiting",
                "Operations that wait for a connection to PostgreSQL.",
                connections.waiting,
            ),
        ] {
            write_gauge(&mut encoder, name, help, number(value))?;
        }
        Ok(())
    }
}
