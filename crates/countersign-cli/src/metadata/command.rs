//! The metadata commands.

use std::io::{self, BufWriter, Write as _};
use std::{path::Path, time::SystemTime};

use countersign_metadata::{Date, Seen};

use super::arguments::{Action, MetadataArguments};
#[cfg(feature = "fetch")]
use super::fetch;
use super::report::{Finding, differences, list, matches, one, summary};
use super::{error::MetadataCommandError, load};

/// Runs a command, and prints what it finds.
pub(crate) fn run(arguments: &MetadataArguments) -> Result<Finding, MetadataCommandError> {
    let options = &arguments.options;
    let now = options.at.map_or_else(|| SystemTime::now().into(), Date::start);
    let policy = load::policy(options)?;
    let load = |path: &Path, seen| load::load(path, &policy, seen, now);
    let seen = options.newer_than.map_or(Seen::Nothing, Seen::NewerThan);
    let mut out = BufWriter::new(io::stdout().lock());
    let finding = match &arguments.action {
        #[cfg(feature = "fetch")]
        Action::Fetch { arguments, .. } => {
            let (blob, sentence) = fetch::fetch(arguments, options.newer_than, &policy, now)?;
            writeln!(out, "{sentence}\n").and_then(|()| summary(&mut out, &blob, now))
        }
        #[cfg(not(feature = "fetch"))]
        Action::Fetch { .. } => return Ok(Finding::Other),
        Action::Verify { file, .. } => summary(&mut out, &load(file, seen)?, now),
        Action::Show { file, key: None, .. } => {
            list(&mut out, &load(file, seen)?, now, |_| true).map(|_| Finding::Fine)
        }
        Action::Show { file, key: Some(key), .. } => one(&mut out, &load(file, seen)?, *key, now),
        Action::Search { file, text, .. } => {
            list(&mut out, &load(file, seen)?, now, |entry| matches(entry, text))
        }
        Action::Diff { old, new, .. } => {
            let (old, new) = (load(old, Seen::Nothing)?, load(new, seen)?);
            differences(&mut out, &old, &new)
        }
    };
    finding.and_then(|finding| out.flush().map(|()| finding)).map_err(MetadataCommandError::Output)
}
