//! What changed when the metadata in use was replaced, for the operator's page.

use countersign::Timestamp;
use countersign::types::Aaguid;
use countersign_metadata::{Blob, Change, ModelChange, ModelKey, diff};
use countersign_store::text::printable;

/// The most models whose changes are kept. A usual BLOB changes a few dozen; a new one may change all of them.
const MODELS_MAX: usize = 500;

/// The most changes of a model that are kept.
const CHANGES_MAX: usize = 20;

/// The most characters of a model's name or of a status.
const TEXT_MAX: usize = 200;

/// The change from one BLOB to the next, since this process has used the first one.
#[derive(Debug, Clone)]
pub(crate) struct LastChange {
    /// The number of the BLOB that was replaced.
    pub(crate) from: u64,
    /// The number of the BLOB that replaced it.
    pub(crate) to: u64,
    /// The time of the replacement.
    pub(crate) at: Timestamp,
    pub(crate) models: Vec<ChangedModel>,
    /// How many changed models are not among these.
    pub(crate) left_out: usize,
}

/// An authenticator model that changed.
#[derive(Debug, Clone)]
pub(crate) struct ChangedModel {
    /// The AAGUID, if it is a FIDO2 model.
    pub(crate) aaguid: Option<Aaguid>,
    /// The AAGUID, or another identifier.
    pub(crate) key: String,
    /// The vendor's name of the model.
    pub(crate) name: Option<String>,
    /// What changed, in words, such as `status REVOKED was reported`.
    pub(crate) changes: Vec<String>,
    /// Whether a status was reported or withdrawn, or the model was added or removed: a registration may be judged otherwise
    /// now.
    pub(crate) is_status: bool,
}

impl LastChange {
    /// Compares two BLOBs.
    pub(super) fn between(old: &Blob, new: &Blob, at: Timestamp) -> Self {
        let mut change = Self { from: old.number(), to: new.number(), at, models: Vec::new(), left_out: 0 };
        let mut last: Option<ModelKey> = None;
        // The changes of a model follow each other.
        for one in diff(old, new) {
            let is_new = last != Some(one.key);
            last = Some(one.key);
            if is_new && change.models.len() >= MODELS_MAX {
                change.left_out = change.left_out.saturating_add(1);
            } else if is_new {
                change.models.push(ChangedModel::of(&one));
            } else if change.left_out == 0
                && let Some(model) = change.models.last_mut()
            {
                model.add(&one.change);
            }
        }
        change
    }
}

impl ChangedModel {
    fn of(change: &ModelChange<'_>) -> Self {
        let aaguid = match change.key {
            ModelKey::Aaguid(aaguid) => Some(aaguid),
            _ => None,
        };
        let name = change.description.as_deref().map(|name| printable(name, TEXT_MAX).into_owned());
        let mut model =
            Self { aaguid, key: change.key.to_string(), name, changes: Vec::new(), is_status: false };
        model.add(&change.change);
        model
    }

    fn add(&mut self, change: &Change<'_>) {
        let is_status = matches!(
            change,
            Change::Added
                | Change::Removed
                | Change::Reported(_)
                | Change::Withdrawn(_)
                | Change::Unreadable(_)
        );
        self.is_status |= is_status;
        if self.changes.len() < CHANGES_MAX {
            self.changes.push(words(change));
        }
    }
}

fn words(change: &Change<'_>) -> String {
    let status = |status: &str| printable(status, TEXT_MAX).into_owned();
    match change {
        Change::Added => "the model is new".into(),
        Change::Removed => "the model was removed".into(),
        Change::Reported(report) => format!("status {} was reported", status(report.status.as_str())),
        Change::Withdrawn(report) => format!("status {} was withdrawn", status(report.status.as_str())),
        Change::Roots { added, removed } => format!("{added} new root certificates, {removed} removed"),
        Change::Version { from, to } => format!("version {to} of its statement, in place of {from}"),
        Change::Unreadable(_) => "its entry can’t be read any more".into(),
        _ => "its statement changed".into(),
    }
}
