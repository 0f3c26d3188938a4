//! `countersign admin keys`.

use clap::Subcommand;
use countersign_server::{Rotation, operator::Operator};
use serde_json::json;

use super::{error::AdminError, output::Out};

/// What is done with sealing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Show the numbers of the sealing keys, and from when each seals; the keys themselves are never shown
    Show,
    /// Add a sealing key, which all running servers of the database use two minutes later, and remove those that were
    /// replaced more than a day ago; no user is signed out
    Rotate,
}

impl KeysCommand {
    pub(crate) async fn run(self, operator: &Operator, out: &mut Out<'_>) -> Result<(), AdminError> {
        match self {
            Self::Show => out.rows(
                ["key", "seals from"],
                &operator.keys().await?,
                |(number, from)| [number.to_string(), from.to_string()],
                |(number, from)| json!({ "key": number, "seals_from": from.to_string() }),
            ),
            Self::Rotate => {
                let rotation = operator.rotate_keys().await?;
                let object = json!({
                    "added": rotation.added,
                    "seals_from": rotation.seals_from.to_string(),
                    "removed": rotation.removed,
                });
                out.sentence(&report(&rotation), &object)
            }
        }
    }
}

/// The report of a rotation.
fn report(rotation: &Rotation) -> String {
    let removed = match rotation.removed.as_slice() {
        [] => "no key was removed".to_owned(),
        [one] => format!("key {one} was removed"),
        several => {
            let numbers: Vec<_> = several.iter().map(ToString::to_string).collect();
            format!("keys {} were removed", numbers.join(", "))
        }
    };
    format!("key {} seals from {} on; {removed}", rotation.added, rotation.seals_from)
}
