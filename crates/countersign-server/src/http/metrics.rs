//! `/metrics`: numbers for whoever runs the server, in the
//! [text format of Prometheus](https://prometheus.io/docs/instrumenting/exposition_formats/). Nothing in it is of a person.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::{Shared, now};
use crate::metadata::Knowledge;

/// The answers since the start, by the first digit of their status.
#[derive(Debug, Default)]
pub(super) struct Answers([AtomicU64; 6]);

impl Answers {
    pub(super) fn count(&self, status: StatusCode) {
        if let Some(count) = self.0.get(usize::from(status.as_u16() / 100)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub(super) async fn metrics(State(app): State<Shared>) -> impl IntoResponse {
    let mut text = String::from(
        "# HELP countersign_answers_total Answers since the start, by class of status.\n\
         # TYPE countersign_answers_total counter\n",
    );
    for (class, count) in app.answers.0.iter().enumerate().skip(1) {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(text, "countersign_answers_total{{class=\"{class}xx\"}} {count}");
    }
    if let Some(knowledge) = &app.knowledge {
        metadata(&mut text, knowledge);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

fn metadata(text: &mut String, knowledge: &Knowledge) {
    let mut write = |name: &str, kind: &str, help: &str, value: i128| {
        let _ = write!(
            text,
            "# HELP countersign_metadata_{name} {help}\n# TYPE countersign_metadata_{name} {kind}\n\
             countersign_metadata_{name} {value}\n"
        );
    };
    let count = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    let failures = "Times that metadata was refused, or could not be read, fetched or kept since the start.";
    write("failures_total", "counter", failures, knowledge.failures().into());
    let ails = knowledge.ails(now()).is_some();
    write(
        "trouble",
        "gauge",
        "1 while newer metadata is not had, or the one in use is out of date.",
        ails.into(),
    );
    write(
        "roots_expiring",
        "gauge",
        "Roots that may sign metadata and expire within 90 days.",
        count(knowledge.expiring_roots(now())),
    );
    if let Some(at) = knowledge.checked_at() {
        let help = "When the source of the metadata last had nothing newer.";
        write("checked_timestamp_seconds", "gauge", help, at.unix_seconds().into());
    }
    let Some(blob) = knowledge.blob() else { return };
    let age = now().unix_seconds().saturating_sub(knowledge.taken_at().unix_seconds());
    write("number", "gauge", "The number of the metadata in use.", blob.number().into());
    let next = blob.next_update().start().unix_seconds();
    write(
        "next_update_timestamp_seconds",
        "gauge",
        "The day by which the next one was announced.",
        next.into(),
    );
    write("entries", "gauge", "Models in the metadata in use.", count(blob.entries().len()));
    write(
        "skipped_entries",
        "gauge",
        "Models left out of it for what is wrong with them.",
        count(blob.skipped().len()),
    );
    write("age_seconds", "gauge", "How long ago the metadata in use was first taken.", age.max(0).into());
}
