//! `/metrics`: metrics for the operator, in the
//! [text format of Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/), without personal data.

use axum::{extract::State, http::header, response::IntoResponse};

use super::site::Shared;
use crate::metrics::CONTENT_TYPE;

pub(super) async fn metrics(State(site): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], site.app.metrics.text())
}
