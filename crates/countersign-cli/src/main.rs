//! The `countersign` program.
//!
//! What goes wrong is one sentence on standard error. The exit status is 0 after a regular end, 2 where the command
//! line is wrong, and 1 where the command failed.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use countersign_server::{BACKEND, Config, Server, stop_signal};
use tracing_subscriber::EnvFilter;

use crate::command_line::{Command, HELP};

mod command_line;
mod data_folder;
mod metadata;

/// The environment variable that says what is logged, such as `debug` or `countersign_server=debug`.
const LOG_VARIABLE: &str = "COUNTERSIGN_LOG";

fn main() -> ExitCode {
    let command = match command_line::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => return fail(&error, 2),
    };
    match command {
        Command::Help => say(HELP),
        Command::Version => say(concat!("countersign ", env!("CARGO_PKG_VERSION"))),
        Command::MetadataHelp => say(metadata::HELP),
        Command::Metadata(options) => match metadata::run(&options) {
            Ok(metadata::Finding::Fine) => {}
            Ok(metadata::Finding::Other) => return ExitCode::FAILURE,
            Err(error) => return fail(&error, 1),
        },
        Command::Serve(config) => {
            if let Err(error) = serve(&config) {
                return fail(error.as_ref(), 1);
            }
        }
    }
    ExitCode::SUCCESS
}

fn serve(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let server = Server::bind(config)?;
    let addresses: Vec<_> = server.addresses().iter().map(ToString::to_string).collect();
    say(&format!("countersign listens on {}: open {}", addresses.join(" and "), server.url()));
    tracing::info!(database = %config.database.display(), signatures = BACKEND, "serving");
    runtime.block_on(server.serve(stop_signal()))?;
    Ok(())
}

fn start_log() {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// One line for who started the program. Whoever closed the stream doesn't want it.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "countersign: {error}");
    ExitCode::from(status)
}
