//! `countersign keys`: the keys that ceremonies are sealed with.

use clap::{Args, Subcommand};
use countersign_server::Rotation;
use countersign_server::config::Sources;

use crate::database_arguments::DatabaseArguments;

/// The arguments of `keys`.
#[derive(Debug, Args)]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Add a sealing key, which all running servers of the database use two minutes later, and remove those that were
    /// replaced more than a day ago; no user is signed out
    Rotate(DatabaseArguments),
}

impl KeysArguments {
    /// The sources of the configuration that names the database.
    pub(crate) fn into_sources(self) -> Sources {
        let KeysCommand::Rotate(database) = self.command;
        database.into_sources()
    }
}

/// The report of a rotation.
pub(crate) fn report(rotation: &Rotation) -> String {
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
