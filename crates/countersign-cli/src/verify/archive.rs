//! The judgements of the ceremonies in an HTTP archive.

use std::io::{self, BufWriter, Write};

use countersign::{AuthenticationResponse, CredentialRecord};
use countersign_inspect::{FoundCeremony, FoundPart};
use countersign_server::printable;
use serde_json::{Value, json};

use super::arguments::VerifyArguments;
use super::error::VerifyError;
use super::input::{Files, Texts};
use super::judgement::Ending;
use super::output::{LINE_MAX, Printed, VERSION};
use super::question::Question;
use super::relaxation::relaxations;
use crate::ascii_json::escaped;

/// Judges each ceremony with a response, and prints the judgements. A sign-in with a passkey that the archive registers is judged by the
/// record of that registration, and every other by the record of the command line.
pub(super) fn run(
    arguments: &VerifyArguments,
    ceremonies: &[FoundCeremony],
    question: AskedOf,
) -> Result<Ending, VerifyError> {
    if arguments.case.is_some() {
        return Err(VerifyError::CaseOfArchive);
    }
    let given = arguments.record.as_ref().map(|path| Files::default().read_record(path)).transpose()?;
    let mut archive = Archive { arguments, question, given, records: Vec::new() };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut worst = Ending::Accepted;
    if ceremonies.is_empty() && !arguments.json {
        writeln!(out, "the archive has no ceremony").map_err(VerifyError::Output)?;
    }
    for (index, ceremony) in ceremonies.iter().enumerate() {
        if index > 0 && !arguments.json {
            writeln!(out).map_err(VerifyError::Output)?;
        }
        worst = worst.max(archive.judge(&mut out, index.saturating_add(1), ceremony)?);
    }
    out.flush().map_err(VerifyError::Output)?;
    Ok(if ceremonies.is_empty() { Ending::Unjudged } else { worst })
}

/// Makes the question of a command line about these texts, with what was not given and is assumed.
type AskedOf = fn(&VerifyArguments, Texts) -> Result<(Question, Vec<String>), VerifyError>;

/// An archive, and what its ceremonies stored so far.
struct Archive<'a> {
    arguments: &'a VerifyArguments,
    question: AskedOf,
    /// The record of the command line.
    given: Option<Value>,
    records: Vec<CredentialRecord>,
}

impl Archive<'_> {
    /// Judges a ceremony, and prints the judgement.
    fn judge(
        &mut self,
        out: &mut dyn Write,
        number: usize,
        ceremony: &FoundCeremony,
    ) -> Result<Ending, VerifyError> {
        let is_json = self.arguments.json;
        let place = |part: &Option<FoundPart>| part.as_ref().map(|part| part.place.clone());
        let places = json!({ "options": place(&ceremony.options), "response": place(&ceremony.response) });
        if !is_json {
            write_heading(out, number, ceremony).map_err(VerifyError::Output)?;
        }
        let (options, response) = match (&ceremony.options, &ceremony.response) {
            (Some(options), Some(response)) => (options, response),
            (None, Some(_)) => return self.write_error(out, &VerifyError::OptionsNotInArchive, &places),
            (_, None) => {
                // Nothing came back that a verdict could be about.
                return Ok(Ending::Accepted);
            }
        };
        let texts = Texts {
            options: String::from_utf8_lossy(&options.json).into_owned(),
            response: response.json.clone(),
            record: self.record(response),
        };
        let asked = (self.question)(self.arguments, texts);
        let judged = asked.and_then(|(question, notes)| {
            let judgement = question.judge()?;
            Ok((question, notes, judgement))
        });
        let (question, notes, judgement) = match judged {
            Ok(judged) => judged,
            Err(error) => return self.write_error(out, &error, &places),
        };
        let relaxations = self.arguments.lenient.then(|| relaxations(&question, &judgement));
        let printed = Printed { question: &question, judgement: &judgement, relaxations, notes: &notes };
        let written = if is_json {
            let mut object = printed.object();
            if let Value::Object(members) = &mut object {
                members.insert("place".to_owned(), places);
            }
            writeln!(out, "{}", escaped(&object.to_string()))
        } else {
            printed.write_text(out)
        };
        written.map_err(VerifyError::Output)?;
        if let Some(record) = judgement.record {
            self.records.retain(|other| other.id() != record.id());
            self.records.push(record);
        }
        Ok(Ending::of(&judgement.verdict))
    }

    /// The record for a sign-in: that of the archive, or else that of the command line. A registration has none.
    fn record(&self, response: &FoundPart) -> Option<Value> {
        let response = AuthenticationResponse::from_json(&response.json).ok()?;
        let known = self.records.iter().find(|record| record.id() == response.credential_id());
        known.and_then(|record| serde_json::to_value(record).ok()).or_else(|| self.given.clone())
    }

    /// Prints why there is no verdict.
    fn write_error(
        &self,
        out: &mut dyn Write,
        error: &VerifyError,
        places: &Value,
    ) -> Result<Ending, VerifyError> {
        let sentence = error.to_string();
        let written = if self.arguments.json {
            let object = json!({ "version": VERSION, "verdict": null, "message": sentence, "place": places });
            writeln!(out, "{}", escaped(&object.to_string()))
        } else {
            writeln!(out, "no verdict: {}", printable(&sentence, LINE_MAX))
        };
        written.map_err(VerifyError::Output)?;
        Ok(Ending::Unjudged)
    }
}

/// Writes where a ceremony is in the archive.
fn write_heading(out: &mut dyn Write, number: usize, ceremony: &FoundCeremony) -> io::Result<()> {
    writeln!(out, "ceremony {number}")?;
    for (what, part) in [("options", &ceremony.options), ("response", &ceremony.response)] {
        let place = part.as_ref().map_or("not in the archive", |part| &part.place);
        writeln!(out, "{what}: {}", printable(place, LINE_MAX))?;
    }
    Ok(())
}
