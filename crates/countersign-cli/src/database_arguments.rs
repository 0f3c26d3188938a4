//! The arguments of commands that work on the database of a server.

use std::path::PathBuf;

use clap::Args;
use countersign_server::config::Sources;

use crate::serve::sources;

/// Which database a command works on.
#[derive(Debug, Args)]
pub(crate) struct DatabaseArguments {
    #[arg(
        long,
        value_name = "FILE",
        help = "Configuration file of the server, in TOML [default: the one that COUNTERSIGN_CONFIG names, or none]"
    )]
    config: Option<PathBuf>,
    /// Database: the path of an SQLite file, or the address of a PostgreSQL database [default: that of the configuration]
    #[arg(long, value_name = "FILE|URL")]
    database: Option<String>,
}

impl DatabaseArguments {
    /// The sources of the configuration that names the database.
    pub(crate) fn into_sources(self) -> Sources {
        let sources = sources(self.config);
        match self.database {
            Some(database) => sources.option("database", [database]),
            None => sources,
        }
    }
}
