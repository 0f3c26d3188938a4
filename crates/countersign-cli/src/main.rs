//! The `countersign` program.
//!
//! A failure is one sentence on standard error. The exit status is 0 after a regular end, 2 if the command line is
//! wrong, and 1 if the command failed (2 for `metadata diff` and `verify`, whose 1 is a difference and a rejection). If standard output is a pipe
//! that is no longer read, the program ends without a message, with the status that shells report for a program that
//! SIGPIPE (13) ends: 141.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

use std::io::{self, Write as _};
use std::process::ExitCode;

use countersign::store::{AuditSummary, ChainHead};
use countersign_server::config::{ConfigError, Place, Sources};
use countersign_server::{
    AuditError, AuditTimes, BACKEND, ReloadSignals, Server, check_sources, printable, stop_signal,
};

use crate::admin::error::AdminError;
use crate::audit::AuditTask;
use crate::command_line::Task;
use crate::inspect::{
    arguments::InspectArguments, command as inspect_command, command::Recognised, error::InspectError,
};
use crate::metadata::{arguments::MetadataArguments, command, error::MetadataCommandError, report::Finding};
use crate::operator::OperatorTask;
use crate::simulate::error::SimulateError;
use crate::verify::{arguments::VerifyArguments, error::VerifyError, judgement::Ending};

mod admin;
mod ascii_json;
mod audit;
mod backup;
mod command_line;
mod data_folder;
mod database_arguments;
mod explain;
mod inspect;
mod log;
mod metadata;
mod operator;
mod progress;
mod serve;
mod setting_options;
mod simulate;
mod table;
mod time;
mod transfer;
mod usage_error;
mod verify;

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
        Ok(Task::Inspect(arguments)) => inspect(&arguments),
        Ok(Task::Check(sources)) => match check(&sources) {
            Ok(()) => print(CHECKED),
            Err(error) => fail_to_run(error.as_ref()),
        },
        Ok(Task::Admin(arguments)) => ended(admin::run(*arguments)),
        Ok(Task::Backup(task)) => match task.run() {
            Ok(report) => print(&report),
            Err(error) => ended(Err(error)),
        },
        Ok(Task::Transfer(task)) => ended(task.run()),
        Ok(Task::Audit(task)) => audit(task),
        Ok(Task::Verify(arguments)) => verify(&arguments),
        Ok(Task::Simulate(arguments)) => match simulate::command::run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(SimulateError::Output(error)) => not_written(&error, 1),
            Err(error) => fail(&error, 1),
        },
        Ok(Task::Operator(sources, task)) => match operate(&sources, task) {
            Ok(report) => print(&report),
            Err(error) => fail_to_run(error.as_ref()),
        },
        Ok(Task::Serve(sources)) => match serve(&sources) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail_to_run(error.as_ref()),
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

fn inspect(arguments: &InspectArguments) -> ExitCode {
    match inspect_command::run(arguments) {
        Ok(Recognised::All) => ExitCode::SUCCESS,
        Ok(Recognised::NotAll) => ExitCode::FAILURE,
        Err(InspectError::Output(error)) => not_written(&error, 1),
        Err(error @ InspectError::Nothing) => fail(&error, 2),
        Err(error) => fail(&error, 1),
    }
}

/// Judges ceremonies. Status 1 is that of a rejected response, and 2 that of one without a verdict.
fn verify(arguments: &VerifyArguments) -> ExitCode {
    match verify::command::run(arguments) {
        Ok(Ending::Accepted) => ExitCode::SUCCESS,
        Ok(Ending::Rejected) => ExitCode::FAILURE,
        Ok(Ending::Unjudged) => ExitCode::from(2),
        Err(VerifyError::Output(error)) => not_written(&error, 2),
        Err(error) => fail(&error, 2),
    }
}

/// Ends a command of an operator.
fn ended(outcome: Result<(), AdminError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.of_output() {
            Some(error) => not_written(error, 1),
            None => fail_to_run(error.root()),
        },
    }
}

/// Exports or verifies an audit log. A wrong row is status 1, and a log that can't be verified is status 2.
fn audit(task: AuditTask) -> ExitCode {
    let verified = match task {
        AuditTask::Export(sources, times) => {
            return match export_audit(&sources, times) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => match error.downcast_ref() {
                    Some(AuditError::Output(error)) => not_written(error, 1),
                    Some(_) => fail_with_code(error.as_ref(), 1),
                    None => fail_to_run(error.as_ref()),
                },
            };
        }
        AuditTask::Verify(sources, anchors) => verify_audit(&sources, &anchors),
        AuditTask::VerifyFile(path, anchors) => {
            countersign_server::verify_audit_file(&path, &anchors).map_err(Into::into)
        }
    };
    match verified {
        Ok(summary) => print(&audit::report(&summary)),
        Err(error) => {
            let is_fault = matches!(error.downcast_ref(), Some(AuditError::Fault(_)));
            fail_with_code(error.as_ref(), if is_fault { 1 } else { 2 })
        }
    }
}

fn export_audit(sources: &Sources, times: AuditTimes) -> Result<(), Box<dyn std::error::Error>> {
    let loaded = sources.load()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = io::BufWriter::new(io::stdout());
    runtime.block_on(countersign_server::export_audit(loaded.config(), times, &mut out))?;
    Ok(())
}

fn verify_audit(
    sources: &Sources,
    anchors: &[ChainHead],
) -> Result<AuditSummary, Box<dyn std::error::Error>> {
    let loaded = sources.load()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(countersign_server::verify_audit(loaded.config(), anchors))?)
}

fn operate(sources: &Sources, task: OperatorTask) -> Result<String, Box<dyn std::error::Error>> {
    let loaded = sources.load()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(operator::run(loaded.config(), task))?)
}

fn check(sources: &Sources) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(check_sources(sources));
    for warning in report.warnings {
        let _ =
            writeln!(io::stderr(), "countersign: warning: {}", printable(&warning.to_string(), usize::MAX));
    }
    ConfigError::of(report.problems).map_or(Ok(()), |error| Err(error.into()))
}

fn serve(sources: &Sources) -> Result<(), Box<dyn std::error::Error>> {
    let loaded = sources.load()?;
    let config = loaded.config();
    log::start()?;
    for warning in loaded.warnings() {
        tracing::warn!(%warning, "the configuration is probably not meant like this");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let signals = {
        let _in_runtime = runtime.enter();
        ReloadSignals::install()?
    };
    let server = runtime.block_on(Server::bind(config))?;
    let addresses: Vec<_> = server.addresses().iter().map(ToString::to_string).collect();
    // The server is useful even if its address can't be printed.
    if let Err(error) =
        say(&format!("countersign listens on {}: open {}", addresses.join(" and "), server.url()))
    {
        tracing::warn!(%error, url = server.url(), "standard output can't be written to");
    }
    print_first_link(&runtime, &server)?;
    tracing::info!(database = %config.database, signatures = BACKEND, "serving");
    runtime.spawn(server.reloader().follow(signals, sources.clone(), loaded));
    runtime.block_on(server.serve(stop_signal()))?;
    Ok(())
}

/// Prints a link for the first operator, if there is a page for operators and no operator yet. It is no event of the log.
fn print_first_link(
    runtime: &tokio::runtime::Runtime,
    server: &Server,
) -> Result<(), Box<dyn std::error::Error>> {
    let Some(link) = runtime.block_on(server.first_operator_link())? else { return Ok(()) };
    let text = format!(
        "there is no operator yet: until {}, one account can become it at\n{}",
        link.expires_at, link.url
    );
    if let Err(error) = say(&text) {
        tracing::warn!(%error, "standard output can't be written to");
    }
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

/// Ends a program that could not do what it should: with status 2 if its command line is wrong.
fn fail_to_run(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    let is_of_command_line = |error: &ConfigError| {
        error.problems.iter().any(|problem| matches!(problem.place, Some(Place::Option(_))))
    };
    let is_usage = error.downcast_ref::<ConfigError>().is_some_and(is_of_command_line);
    fail(error, if is_usage { 2 } else { 1 })
}

/// Ends with an error of the audit log, behind which its code is.
fn fail_with_code(error: &(dyn std::error::Error + 'static), status: u8) -> ExitCode {
    match error.downcast_ref::<AuditError>() {
        Some(known) => {
            let coded: Box<dyn std::error::Error> = format!("{known} ({})", known.code()).into();
            fail(coded.as_ref(), status)
        }
        None => fail(error, status),
    }
}

fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    for line in error.to_string().lines() {
        // A line may contain words of a file, which a terminal must not interpret as commands.
        let _ = writeln!(io::stderr(), "countersign: {}", printable(line, usize::MAX));
    }
    ExitCode::from(status)
}
