//! `countersign admin`: what an operator does with accounts, passkeys, sessions, invitations and keys.

use std::io::{self, BufWriter};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign_server::operator::Operator;

use crate::serve::sources;

pub(crate) mod accounts;
pub(crate) mod assess;
pub(crate) mod confirmation;
pub(crate) mod error;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod output;
pub(crate) mod passkeys;
pub(crate) mod selector;
pub(crate) mod sessions;

use error::AdminError;
use output::Output;

/// The arguments of `countersign admin`.
#[derive(Debug, Args)]
#[command(
    after_help = "All commands work on the database, also while servers run, which notice each change with their next request.\n\n\
    Tables are for people and as wide as the terminal; --json writes an object a line, in ASCII, for programs. Commands that \
    remove or end something ask first on a terminal, and need --yes elsewhere."
)]
pub(crate) struct AdminArguments {
    #[command(subcommand)]
    area: Area,
    #[command(flatten)]
    options: AdminOptions,
}

/// The options of all commands.
#[derive(Debug, Args)]
struct AdminOptions {
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help = "Configuration file of the server, in TOML [default: the one that COUNTERSIGN_CONFIG names, or none]"
    )]
    config: Option<PathBuf>,
    /// Database: the path of an SQLite file, or the address of a PostgreSQL database [default: that of the configuration]
    #[arg(long, global = true, value_name = "FILE|URL")]
    database: Option<String>,
    /// Write JSON, an object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Area {
    /// List, find, rename and remove accounts
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// List, flag and remove passkeys
    #[command(subcommand)]
    Passkeys(passkeys::PasskeysCommand),
    /// List and end sessions
    #[command(subcommand)]
    Sessions(sessions::SessionsCommand),
    /// Make, list and revoke invitations, for a server whose users are invited
    #[command(subcommand)]
    Invitations(invitations::InvitationsCommand),
    /// Show and rotate the keys that ceremonies are sealed with
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Assess all stored passkeys by the metadata of today, and report what differs from their registration
    Assess(assess::AssessArguments),
}

/// Runs a command, and prints what it finds.
pub(crate) fn run(arguments: AdminArguments) -> Result<(), AdminError> {
    let AdminArguments { area, options } = arguments;
    let sources = sources(options.config);
    let sources = match options.database {
        Some(database) => sources.option("database", [database]),
        None => sources,
    };
    let loaded = sources.load()?;
    let config = loaded.config();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(AdminError::Runtime)?;
    runtime.block_on(async {
        let operator = Operator::open(config).await?;
        let mut out = Output::new(BufWriter::new(io::stdout().lock()), options.json);
        match area {
            Area::Accounts(command) => command.run(&operator, &mut out).await,
            Area::Passkeys(command) => command.run(&operator, &mut out).await,
            Area::Sessions(command) => command.run(&operator, &mut out).await,
            Area::Invitations(command) => command.run(&operator, &mut out).await,
            Area::Keys(command) => command.run(&operator, &mut out).await,
            Area::Assess(arguments) => arguments.run(&operator, config, &mut out).await,
        }?;
        out.finish()
    })
}
