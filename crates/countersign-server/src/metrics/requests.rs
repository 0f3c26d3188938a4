//! Requests by route.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family, histogram::Histogram};
use prometheus_client::registry::Registry;

use super::families::{SECONDS, observe, register};

/// The methods that have a value of their own; a client may invent others.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The value for another method.
const OTHER: &str = "other";

/// The value for a path that is no route.
pub(crate) const NO_ROUTE: &str = "none";

/// The value for a method.
pub(crate) fn method_label(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| method == known).unwrap_or(OTHER)
}

/// Requests, and how long they took.
#[derive(Debug, Clone)]
pub(crate) struct RequestMetrics {
    answered: Family<Answered, Counter>,
    duration: Family<Route, Histogram, fn() -> Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    /// The route as the program writes it, such as `/api/sessions/{id}`.
    route: String,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

impl RequestMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let duration = Family::new_with_constructor(SECONDS);
        Self {
            answered: register(registry, "http_requests", "Requests that were answered", Family::default()),
            duration: register(
                registry,
                "http_request_duration_seconds",
                "Time from a request's headers to the head of its answer",
                duration,
            ),
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: StatusCode, took: Duration) {
        let route = route.to_owned();
        observe(&self.duration.get_or_create(&Route { route: route.clone() }), took);
        let labels = Answered { method, route, code: status.as_u16() };
        self.answered.get_or_create(&labels).inc();
    }
}
