//! Authenticator models, by AAGUID.

use countersign::types::{Aaguid, Timestamp};
use countersign_metadata::{Blob, Entry, model_name};

use super::explanation::Explanation;

/// What the words are, and an example of one.
pub(super) const EXAMPLE: (&str, &str) =
    ("an authenticator model, by AAGUID", "fbfc3007-154e-4ecc-8c0b-6e020557d7bd");

/// The models that are known: those of a metadata BLOB, if there is one, and those that the libraries have names of.
#[derive(Debug, Default)]
pub(super) struct Models {
    metadata: Option<(Blob, Timestamp)>,
}

impl Models {
    /// The models of a BLOB, as of a time.
    pub(super) const fn of(blob: Blob, now: Timestamp) -> Self {
        Self { metadata: Some((blob, now)) }
    }

    /// The explanation of a word that is an AAGUID, with hyphens or without any.
    pub(super) fn explain(&self, word: &str) -> Option<Explanation> {
        let aaguid = parse(word.strip_prefix("aaguid ").unwrap_or(word))?;
        if aaguid.is_zero() {
            return Some(Explanation::new(format!("{aaguid}: no authenticator model")).with(
                "meaning",
                "The model is not given: clients replace the AAGUID by zero if no attestation was asked for, and U2F has none.",
            ));
        }
        let title = format!("{aaguid}: an authenticator model");
        let entry = self.metadata.as_ref().and_then(|(blob, now)| Some((blob, blob.entry(aaguid)?, *now)));
        Some(match entry {
            Some((blob, entry, now)) => of_entry(Explanation::new(title), blob, entry, now),
            None => self.listed(Explanation::new(title), aaguid),
        })
    }

    fn listed(&self, explanation: Explanation, aaguid: Aaguid) -> Explanation {
        let explanation = match model_name(aaguid) {
            Some(name) => explanation
                .with("name", name.name)
                .with("evidence", "None: any client can send this AAGUID. The name is for display only."),
            None => explanation.with("name", "not known"),
        };
        match &self.metadata {
            Some((blob, _)) => explanation.with("metadata", format!("not in BLOB {}", blob.number())),
            None => explanation.with("more", "--metadata FILE looks it up in a FIDO metadata BLOB"),
        }
    }
}

fn of_entry(explanation: Explanation, blob: &Blob, entry: Entry<'_>, now: Timestamp) -> Explanation {
    let mut explanation = explanation;
    if let Some(statement) = entry.statement() {
        explanation = explanation
            .with("name", statement.description.decode())
            .with("protocol", statement.protocol_family.decode());
    }
    if let Some(report) = entry.current_report(now) {
        let since = report.effective_date.map(|date| format!(" since {date}")).unwrap_or_default();
        explanation = explanation.with("status", format!("{}{since}", report.status));
    }
    explanation
        .with("metadata", format!("BLOB {}; `countersign metadata show` prints the entry", blob.number()))
}

fn parse(word: &str) -> Option<Aaguid> {
    if let Ok(aaguid) = word.parse() {
        return Some(aaguid);
    }
    let bytes = countersign::types::hex::decode(word).ok()?;
    bytes.try_into().ok().map(Aaguid::from_bytes)
}
