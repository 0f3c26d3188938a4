//! The `countersign` program.
//!
//! A failure is one sentence on standard error. The exit status is 0 after a regular end, 2 if the command line is
//! wrong, and 1 if the command failed (2 for `metadata diff`, whose 1 is a difference). If standard output is a pipe
//! that is no longer read, the program ends without a message, with the status that shells report for a program that
//! SIGPIPE (13) ends: 141.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

use std::io::{self, Write as _};
use std::process::ExitCode;

use countersign_server::{BACKEND, Config, Server, printable, stop_signal};

use crate::command_line::Task;
use crate::metadata::{arguments::MetadataArguments, command, error::MetadataCommandError, report::Finding};

mod command_line;
mod data_folder;
mod explain;
mod invite;
mod keys;
mod log;
mod metadata;
mod serve;
mod usage_error;

/// The report of a check that found no problem.
const CHECKED: &str = "\
the configuration, its metadata and the passkeys in the database are good
not checked: whether the addresses are free, whether the database can be written to, and what --metadata-url has";

/// 128 and the number of SIGPIPE.
const BROKEN_PIPE: u8 = 141;

fn main() -> ExitCode {
    match command_line::parse(std::env::args_os()) {
        Ok(Task::Print(text)) => print(text.trim_end()),
        Ok(Task::Metadata(arguments)) => metadata(&arguments),
        Ok(Task::Check(config)) => match check(&config) {
            Ok(()) => print(CHECKED),
            Err(error) => fail(error.as_ref(), 1),
        },
        Ok(Task::RotateKeys(config)) => match rotate_keys(&config) {
            Ok(report) => print(&report),
            Err(error) => fail(error.as_ref(), 1),
        },
        Ok(Task::Invite(config, days)) => match invite(&config, days) {
            Ok(report) => print(&report),
            Err(error) => fail(error.as_ref(), 1),
        },
        Ok(Task::Serve(config)) => match serve(&config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error.as_ref(), 1),
        },
        Err(error) => fail(&error, 2),
    }
}

fn metadata(arguments: &MetadataArguments) -> ExitCode {
    match command::run(arguments) {
        Ok(Finding::Fine) => ExitCode::SUCCESS,
        Ok(Finding::Other) => ExitCode::FAILURE,
        Err(MetadataCommandError::Output(error)) => not_written(&error, arguments.failure_status()),
        Err(error) => fail(&error, arguments.failure_status()),
    }
}

fn rotate_keys(config: &Config) -> Result<String, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rotation = runtime.block_on(countersign_server::rotate_keys(config))?;
    Ok(keys::report(&rotation))
}

fn invite(config: &Config, days: u16) -> Result<String, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (code, expires_at) = runtime.block_on(countersign_server::make_invitation(config, days))?;
    Ok(invite::report(&code, expires_at))
}

fn check(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(Server::check(config))?)
}

fn serve(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    log::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let server = runtime.block_on(Server::bind(config))?;
    let addresses: Vec<_> = server.addresses().iter().map(ToString::to_string).collect();
    // The server is useful even if its address can't be printed.
    if let Err(error) =
        say(&format!("countersign listens on {}: open {}", addresses.join(" and "), server.url()))
    {
        tracing::warn!(%error, url = server.url(), "standard output can't be written to");
    }
    tracing::info!(database = config.database_name(), signatures = BACKEND, "serving");
    runtime.block_on(server.serve(stop_signal()))?;
    Ok(())
}

/// Writes a text to standard output, which is all that the command does.
fn print(text: &str) -> ExitCode {
    say(text).map_or_else(|error| not_written(&error, 1), |()| ExitCode::SUCCESS)
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Ends a program whose output can't be written.
fn not_written(error: &io::Error, status: u8) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::from(BROKEN_PIPE);
    }
    let _ = writeln!(io::stderr(), "countersign: standard output can't be written to: {error}");
    ExitCode::from(status)
}

fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    // A sentence may contain words of a file, which a terminal must not interpret as commands.
    let _ = writeln!(io::stderr(), "countersign: {}", printable(&error.to_string(), usize::MAX));
    ExitCode::from(status)
}
