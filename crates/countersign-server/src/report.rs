//! A check of the sources of a configuration.

use crate::config::finding::Findings;
use crate::config::loaded::FileState;
use crate::config::{problem::Problem, sources::Sources};
use crate::server::Server;

/// What is wrong with the configuration of a server, with the places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// What keeps a server from running, or from working for its users.
    pub problems: Vec<Problem>,
    /// What is valid but probably unintended.
    pub warnings: Vec<Problem>,
}

/// Checks the sources of a configuration as [`Server::check`](crate::Server::check) checks the configuration. Reports what is
/// wrong with the sources themselves too, and then what is wrong with the rest of them.
pub async fn check_sources(sources: &Sources) -> Report {
    let (loaded, mut problems) = sources.load_in_part();
    // Without the file, the defaults would be checked.
    if loaded.file() == FileState::Unreadable {
        return Report { problems, warnings: loaded.warnings().to_vec() };
    }
    let Findings { problems: mut found, warnings } = Server::check(loaded.config()).await;
    // What was wrong with the text of a setting is reported, and its value is the default.
    found.retain(|finding| !problems.iter().any(|problem| problem.key == finding.key));
    problems.extend(loaded.located(&found));
    Problem::sort(&mut problems);
    let mut warnings: Vec<_> = loaded.warnings().iter().cloned().chain(loaded.located(&warnings)).collect();
    Problem::sort(&mut warnings);
    Report { problems, warnings }
}
