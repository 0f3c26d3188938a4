//! Operations of the store.

use std::error::Error;

use countersign_axum::{StoreCall, StoreOutcome};
use countersign_store::DatabaseError;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram};
use prometheus_client::registry::Registry;

use super::families::{SECONDS, observe, register};

/// The code of a failure that is not the database's.
const OTHER: &str = "other";

/// Operations of the store, how long they took, and how many failed.
#[derive(Debug, Clone)]
pub(crate) struct StoreMetrics {
    duration: Family<Operation, Histogram, fn() -> Histogram>,
    in_progress: Gauge,
    failures: Family<Failures, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failures {
    code: &'static str,
}

impl StoreMetrics {
    /// The metrics of a database whose failures have these codes.
    pub(super) fn new(registry: &mut Registry, codes: &[&'static str]) -> Self {
        let duration = Family::new_with_constructor(SECONDS);
        let in_progress = "Operations of the database that wait or are carried out";
        let failures = "Operations of the database that failed, by code";
        let metrics = Self {
            duration: register(
                registry,
                "store_operation_duration_seconds",
                "Time of an operation of the database, waits included",
                duration,
            ),
            in_progress: register(registry, "store_operations_in_progress", in_progress, Gauge::default()),
            failures: register(registry, "store_failures", failures, Family::default()),
        };
        for &code in codes {
            drop(metrics.failures.get_or_create(&Failures { code }));
        }
        metrics
    }

    pub(super) fn started(&self) {
        self.in_progress.inc();
    }

    pub(super) fn ended(&self, call: &StoreCall<'_>) {
        self.in_progress.dec();
        observe(&self.duration.get_or_create(&Operation { operation: call.operation }), call.took);
        if let StoreOutcome::Failed(failure) = call.outcome {
            let code = code(failure.get_ref());
            self.failures.get_or_create(&Failures { code }).inc();
        }
    }
}

fn code(error: &(dyn Error + Send + Sync + 'static)) -> &'static str {
    error.downcast_ref::<DatabaseError>().map_or(OTHER, DatabaseError::code)
}
