//! The command line: the commands, and the texts that describe them.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use countersign_server::config::Sources;

use crate::{
    admin::AdminArguments,
    audit::{AuditArguments, AuditTask},
    backup::{BackupArguments, BackupTask, RestoreArguments},
    explain::arguments::ExplainArguments,
    inspect::arguments::InspectArguments,
    metadata::arguments::MetadataArguments,
    operator::{OperatorArguments, OperatorTask},
    serve::ServeArguments,
    simulate::arguments::SimulateArguments,
    transfer::{ExportArguments, ImportArguments, TransferTask},
    usage_error::UsageError,
    verify::arguments::VerifyArguments,
};

/// The name of the program.
const PROGRAM: &str = "countersign";

/// Passkeys from one program: a Web Authentication server with a page.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version, after_help = "Exit status: 0 after a regular end, 1 after a failure, 2 if the command \
    line is wrong, and 141 if the output is no longer read. The commands verify, audit verify, and metadata diff, show \
    and search have others: see their help.\n\nCOUNTERSIGN_LOG sets what is logged to standard error, such as debug [default: info], and \
    COUNTERSIGN_LOG_FORMAT its form: text or json [default: text].")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(about = "Run a server, by default at http://localhost:8080")]
    Serve(Box<ServeArguments>),
    /// Manage accounts, passkeys, sessions, invitations and keys, also while the server runs
    Admin(Box<AdminArguments>),
    /// Write a checked backup of an SQLite database to a file, while the server runs
    Backup(BackupArguments),
    /// Put a backup in the place of an SQLite database, while the server does not run
    Restore(RestoreArguments),
    /// Write all accounts as lines of JSON, for another database
    Export(ExportArguments),
    /// Create the accounts of an export in a database
    Import(ImportArguments),
    /// Export or verify the audit log of a server
    Audit(Box<AuditArguments>),
    /// Manage who may use the operator's page
    Operator(OperatorArguments),
    /// Fetch and inspect the FIDO Alliance's list of authenticator models
    Metadata(Box<MetadataArguments>),
    /// Explain anything of Web Authentication, such as a response, a certificate, a HAR file or lines of a log
    Inspect(Box<InspectArguments>),
    /// Explain a code of an error, a rule, a step, a flag, a number of COSE, an object identifier or an AAGUID; without
    /// words, list what is explained
    Explain(ExplainArguments),
    /// Judge a response of a browser against its options, with the outcome of every step
    Verify(Box<VerifyArguments>),
    /// Simulate a browser with a passkey, for tests of any server: software keys, faults, device profiles
    Simulate(Box<SimulateArguments>),
    /// Print a completion script for a shell
    Completions {
        /// Shell to complete commands in
        shell: Shell,
    },
    /// Print a man page
    Man {
        /// Command to describe, such as `metadata fetch` [default: the program]
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
}

/// What a command line asks for.
#[derive(Debug)]
pub(crate) enum Task {
    /// Print this text.
    Print(String),
    /// Run a server.
    Serve(Sources),
    /// Check whether a server could run.
    Check(Sources),
    /// Do what an operator does with accounts.
    Admin(Box<AdminArguments>),
    /// Back up or restore a database.
    Backup(BackupTask),
    /// Export or import accounts.
    Transfer(TransferTask),
    /// Export or verify an audit log.
    Audit(AuditTask),
    /// Manage the operators of a database.
    Operator(Sources, OperatorTask),
    /// Inspect metadata.
    Metadata(MetadataArguments),
    /// Explain inputs.
    Inspect(Box<InspectArguments>),
    /// Judge a ceremony.
    Verify(Box<VerifyArguments>),
    /// Simulate a client.
    Simulate(Box<SimulateArguments>),
}

/// Parses a command line, the name of the program first.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Task, UsageError> {
    let command = match CommandLine::try_parse_from(arguments) {
        Ok(parsed) => parsed.command,
        Err(error) if !error.use_stderr() => return Ok(Task::Print(error.render().to_string())),
        Err(error) => return Err(error.into()),
    };
    Ok(match command {
        Command::Serve(arguments) if arguments.is_check() => Task::Check(arguments.into_sources()),
        Command::Serve(arguments) => Task::Serve(arguments.into_sources()),
        Command::Admin(arguments) => Task::Admin(arguments),
        Command::Backup(arguments) => Task::Backup(arguments.into_task()),
        Command::Restore(arguments) => Task::Backup(arguments.into_task()),
        Command::Export(arguments) => Task::Transfer(arguments.into_task()),
        Command::Import(arguments) => Task::Transfer(arguments.into_task()),
        Command::Audit(arguments) => Task::Audit(arguments.into_task()),
        Command::Operator(arguments) => {
            let (sources, task) = arguments.into_task();
            Task::Operator(sources, task)
        }
        Command::Metadata(arguments) => {
            #[cfg(not(feature = "fetch"))]
            arguments.check_features()?;
            Task::Metadata(arguments.join()?)
        }
        Command::Inspect(arguments) => Task::Inspect(arguments),
        Command::Explain(arguments) => Task::Print(arguments.explanation()?),
        Command::Verify(arguments) => Task::Verify(arguments),
        Command::Simulate(arguments) => Task::Simulate(arguments),
        Command::Completions { shell } => Task::Print(completions(shell)),
        Command::Man { path } => Task::Print(man_page(&path)?),
    })
}

fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), PROGRAM, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

fn man_page(path: &[String]) -> Result<String, UsageError> {
    let mut program = CommandLine::command();
    program.build();
    let mut command = &program;
    for name in path {
        command = command.find_subcommand(name).ok_or_else(|| {
            let message = format!("there is no command '{}'", path.join(" "));
            CommandLine::command().error(clap::error::ErrorKind::InvalidSubcommand, message)
        })?;
    }
    let mut page = Vec::new();
    let man =
        clap_mangen::Man::new(command.clone()).source(concat!("countersign ", env!("CARGO_PKG_VERSION")));
    // Writing to memory can't fail.
    let _ = man.render(&mut page);
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(arguments: &[&str]) -> String {
        let arguments = [PROGRAM].iter().chain(arguments).map(OsString::from);
        parse(arguments).unwrap_err().to_string()
    }

    fn printed(arguments: &[&str]) -> String {
        match parse([PROGRAM].iter().chain(arguments).map(OsString::from)).unwrap() {
            Task::Print(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_wrong_command_line_is_one_sentence_with_a_suggestion() {
        assert_eq!(
            sentence(&["sevre"]),
            "unrecognized subcommand 'sevre'; some similar subcommands exist: 'restore', 'serve'; see --help"
        );
    }

    #[test]
    fn a_word_is_explained_or_the_nearest_ones_are_named() {
        assert!(printed(&["explain", "rule", "31"]).starts_with("rule 31: "));
        assert!(printed(&["explain"]).contains("challenge-mismatch"));
        assert!(sentence(&["explain", "chalenge-mismatch"]).contains("'challenge-mismatch'"));
    }

    #[test]
    fn completions_and_man_pages_name_every_option() {
        for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
            assert!(printed(&["completions", shell]).contains("dangerous-backup-upgrade"), "{shell}");
        }
        assert!(printed(&["man"]).contains("countersign\\-serve(1)"));
        assert!(printed(&["man", "serve"]).contains("dangerous\\-backup\\-upgrade"));
        assert!(printed(&["man", "metadata", "verify"]).contains("accept\\-outdated"));
        assert_eq!(sentence(&["man", "burn"]), "there is no command 'burn'; see --help");
    }
}
