//! What the tests of stores share.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod cluster;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

use cluster::{Cluster, VARIABLE};

/// The address of a new, empty schema, of the database that `COUNTERSIGN_TEST_POSTGRES` names, or else of a cluster that
/// is started for this process.
pub(crate) fn schema() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let url = database();
    let name = format!("test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    sql(&url, &format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"));
    with_parameter(&url, &format!("options=-c%20search_path%3D{name}"))
}

/// The address of the database that tests make schemas in.
pub(crate) fn database() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    match env::var(VARIABLE) {
        Ok(url) => url,
        Err(_) => CLUSTER.get_or_init(|| Cluster::start().unwrap_or_else(|error| panic!("{error}"))).url(),
    }
}

/// An address with a further parameter.
pub(crate) fn with_parameter(url: &str, parameter: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameter}")
}

/// Runs SQL, and returns what it prints.
pub(crate) fn sql(url: &str, sql: &str) -> String {
    cluster::psql(url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
}
