//! What `countersign verify` prints: text for people, or an object for programs.

use std::io::{self, Write};

use countersign::Timestamp;
use countersign::report::{Evidence, Outcome, Report, StepReport};
use countersign_server::printable;
use serde_json::{Map, Value, json};

use super::ceremony::Asked;
use super::judgement::{Judgement, Rejection, Verdict};
use super::question::Question;
use super::relaxation::{self, Relaxation};
use crate::ascii_json::escaped;
use crate::table::{CELL_MAX, Table};

/// The version of the object.
pub(super) const VERSION: u8 = 1;

/// The most characters of a line outside of a table: a sentence with a few values of the response.
pub(super) const LINE_MAX: usize = CELL_MAX.saturating_mul(4);

/// Everything that is printed about a judgement.
#[derive(Debug)]
pub(crate) struct Printed<'a> {
    pub(crate) question: &'a Question,
    pub(crate) judgement: &'a Judgement,
    /// `None` if no relaxation was asked for.
    pub(crate) relaxations: Option<Vec<Relaxation>>,
    /// What the judgement was based on that was not given.
    pub(crate) notes: &'a [String],
}

impl Printed<'_> {
    /// Writes an object in one line.
    pub(crate) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", escaped(&self.object().to_string()))
    }

    pub(crate) fn object(&self) -> Value {
        let Self { question, judgement, relaxations, notes } = self;
        let rejection = judgement.rejection();
        let step = rejection.and_then(Rejection::step).map(
            |step| json!({"number": step.number(), "anchor": step.anchor(), "step": step.description()}),
        );
        let relaxed = |relaxation: &Relaxation| {
            json!({
                "setting": relaxation.setting,
                "value": relaxation.value,
                "gives_up": relaxation.gives_up,
            })
        };
        let relaxations = relaxations.as_ref().map(|them| them.iter().map(relaxed).collect::<Vec<_>>());
        json!({
            "version": VERSION,
            "verdict": if rejection.is_none() { "accepted" } else { "rejected" },
            "ceremony": self.ceremony(),
            "rp_id": question.rp_id,
            "now": question.ceremony.now.to_string(),
            "code": rejection.map(|rejection| rejection.code.as_str()),
            "message": rejection.map(|rejection| &rejection.message),
            "step": step,
            "outcome": rejection.is_none().then_some(&judgement.outcome),
            "report": judgement.report,
            "record": judgement.record,
            "relaxations": relaxations,
            "notes": notes,
        })
    }

    /// Writes the verdict, the steps, the changes that would accept the response, and the notes.
    pub(crate) fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { question, judgement, .. } = self;
        let ceremony = self.ceremony();
        match &judgement.verdict {
            Verdict::Accepted => {
                line(out, &format!("accepted: {ceremony} at {}", question.rp_id))?;
                write_outcome(out, &judgement.outcome)?;
            }
            Verdict::Rejected(rejection) => {
                line(out, &format!("rejected: {ceremony} at {}", question.rp_id))?;
                let rows = [
                    ("code", rejection.code.to_string()),
                    ("what is wrong", rejection.message.clone()),
                    ("step", rejection.step().map(|step| step.to_string()).unwrap_or_default()),
                    ("more", format!("countersign explain {}", rejection.code)),
                ];
                pairs(out, &rows)?;
            }
        }
        if let Some(report) = &judgement.report {
            writeln!(out)?;
            write_steps(out, report)?;
        }
        self.write_relaxations(out)?;
        if !self.notes.is_empty() {
            writeln!(out)?;
        }
        self.notes.iter().try_for_each(|note| line(out, &format!("note: {note}")))
    }

    fn write_relaxations(&self, out: &mut dyn Write) -> io::Result<()> {
        let (Some(relaxations), Some(rejection)) = (&self.relaxations, self.judgement.rejection()) else {
            return Ok(());
        };
        writeln!(out)?;
        if relaxations.is_empty() {
            let reason = relaxation::protected(rejection.code);
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            return line(out, &format!("no single change accepts this response{reason}"));
        }
        line(out, "one of these changes accepts this response; each gives something up:")?;
        writeln!(out)?;
        let rows = || {
            relaxations.iter().map(|relaxation| {
                let Relaxation { setting, value, gives_up } = relaxation;
                [setting.clone(), value.clone(), (*gives_up).to_owned()]
            })
        };
        Table::new(["setting", "value", "gives up"]).write(out, rows)
    }

    const fn ceremony(&self) -> &'static str {
        match self.question.ceremony.asked {
            Asked::Registration(_) => "registration",
            Asked::Authentication(_) => "authentication",
        }
    }
}

fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "{}", printable(text, LINE_MAX))
}

fn pairs(out: &mut dyn Write, rows: &[(&str, String)]) -> io::Result<()> {
    let rows = || rows.iter().filter(|(_, value)| !value.is_empty());
    Table::new(["", ""]).write(out, || rows().map(|(name, value)| [(*name).to_owned(), value.clone()]))
}

fn write_outcome(out: &mut dyn Write, outcome: &Map<String, Value>) -> io::Result<()> {
    let rows: Vec<_> = outcome.iter().map(|(name, value)| [name.replace('_', " "), plain(value)]).collect();
    Table::new(["", ""]).write(out, || rows.iter().cloned())
}

fn write_steps(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let row = |step: &StepReport| {
        let outcome = match step.outcome() {
            Outcome::Failed(failure) => format!("failed: {}", failure.code()),
            Outcome::Skipped(reason) => format!("skipped: {reason}"),
            other => other.as_str().to_owned(),
        };
        let evidence = step.evidence().map(evidence).unwrap_or_default();
        [step.step().number().to_string(), step.step().description().to_owned(), outcome, evidence]
    };
    Table::new(["step", "what it does", "outcome", "evidence"])
        .write(out, || report.steps().iter().map(row))?;
    report
        .deviations()
        .iter()
        .try_for_each(|deviation| line(out, &format!("accepted deviation: {deviation}")))
}

/// Evidence in words: the members of its JSON.
fn evidence(evidence: &Evidence) -> String {
    if let Evidence::State { expires_at } = evidence {
        return format!("expires {expires_at}");
    }
    let value = serde_json::to_value(evidence).unwrap_or_default();
    let members = value.as_object().into_iter().flatten().filter(|(name, _)| *name != "about");
    members.map(|(name, value)| member(name, value)).collect::<Vec<_>>().join(", ")
}

fn member(name: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => name.to_owned(),
        Value::Bool(false) => format!("no {name}"),
        Value::Object(members) => {
            members.iter().map(|(name, value)| member(name, value)).collect::<Vec<_>>().join(", ")
        }
        other => format!("{} {}", spaced(name), plain(other)),
    }
}

/// `signCount` as `sign count`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}

/// A value without the marks of JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Null => "absent".to_owned(),
        other => other.to_string(),
    }
}

/// A time, for notes.
pub(crate) fn as_of(now: Timestamp) -> String {
    format!("judged as of {now}")
}

#[cfg(test)]
mod tests {
    use countersign::types::AlgorithmIdentifier;

    use super::*;

    #[test]
    fn evidence_is_read_as_words() {
        for (about, text) in [
            (Evidence::Origin { origin: "https://example.org".into() }, "origin https://example.org"),
            (Evidence::SignCount { stored: 1, received: 2 }, "received 2, stored 1"),
            (Evidence::Algorithm { identifier: AlgorithmIdentifier(-7) }, "identifier -7"),
            (Evidence::CrossOrigin { value: Some(false) }, "no value"),
            (Evidence::User { identified_before: true }, "identifiedBefore"),
            (Evidence::State { expires_at: Timestamp::from_unix_seconds(0) }, "expires 1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(evidence(&about), text);
        }
    }
}
