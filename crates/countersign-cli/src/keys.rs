//! `countersign keys`: the keys that ceremonies are sealed with.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign_server::{Config, Rotation};

use crate::{data_folder, usage_error::UsageError};

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
    Rotate {
        /// Database: the path of an SQLite file, or the address of a PostgreSQL database [default:
        /// countersign/countersign.sqlite3 in your data folder]
        #[arg(long, value_name = "FILE|URL")]
        database: Option<PathBuf>,
    },
}

impl KeysArguments {
    /// The configuration with the database.
    pub(crate) fn into_config(self) -> Result<Config, UsageError> {
        let KeysCommand::Rotate { database } = self.command;
        Ok(Config::new(data_folder::given_or_default(database)?))
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
