//! `/metrics`: metrics for the operator, in the
//! [text format of Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/), without personal data.

use std::fmt::Write as _;

use axum::{extract::State, http::header, response::IntoResponse};

use super::site::Shared;
use crate::{clock::now, metadata::current::CurrentMetadata};

pub(super) async fn metrics(State(site): State<Shared>) -> impl IntoResponse {
    let mut text = String::from(
        "# HELP countersign_answers_total Answers since the start, by class of status.\n\
         # TYPE countersign_answers_total counter\n",
    );
    for (class, count) in site.answers.by_class() {
        let _ = writeln!(text, "countersign_answers_total{{class=\"{class}xx\"}} {count}");
    }
    if let Some(metadata) = &site.app.metadata {
        write_metadata(&mut text, metadata.current());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

fn write_metadata(text: &mut String, metadata: &CurrentMetadata) {
    let mut write = |name: &str, kind: &str, help: &str, value: i128| {
        let _ = write!(
            text,
            "# HELP countersign_metadata_{name} {help}\n# TYPE countersign_metadata_{name} {kind}\n\
             countersign_metadata_{name} {value}\n"
        );
    };
    let count = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    let failures =
        "Times that metadata was rejected, or could not be read, fetched or stored since the start.";
    write("failures_total", "counter", failures, metadata.failures().into());
    let has_problem = metadata.problem(now()).is_some();
    write(
        "trouble",
        "gauge",
        "1 while newer metadata can't be used, or the metadata in use is out of date.",
        has_problem.into(),
    );
    write(
        "roots_expiring",
        "gauge",
        "Roots that may sign metadata and expire within 90 days.",
        count(metadata.expiring_roots(now())),
    );
    if let Some(at) = metadata.checked_at() {
        let help = "When the source of the metadata last had nothing newer.";
        write("checked_timestamp_seconds", "gauge", help, at.unix_seconds().into());
    }
    let Some(blob) = metadata.blob() else { return };
    let age = now().unix_seconds().saturating_sub(metadata.used_since().unix_seconds());
    write("number", "gauge", "The number of the metadata in use.", blob.number().into());
    let next = blob.next_update().start().unix_seconds();
    write(
        "next_update_timestamp_seconds",
        "gauge",
        "The day by which the next metadata is due.",
        next.into(),
    );
    write("entries", "gauge", "Models in the metadata in use.", count(blob.entries().len()));
    write(
        "skipped_entries",
        "gauge",
        "Models of it that are skipped because they are malformed.",
        count(blob.skipped().len()),
    );
    write("age_seconds", "gauge", "How long ago the metadata in use was first used.", age.max(0).into());
}
