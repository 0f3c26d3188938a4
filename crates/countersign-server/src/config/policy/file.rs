//! A policy in a file of its own.

use std::path::Path;

use countersign::Policy;

use super::{draft::PolicyDraft, entries};
use crate::config::file::{self, Content};
use crate::config::given::apply;
use crate::config::problem::ConfigError;
use crate::config::setting::Setting;

/// Reads a policy from a file in TOML: its table `[policy]`, as in the configuration of a server. What it does not set is
/// that of the preset. Fails with everything that is wrong.
pub fn read_policy(path: &Path) -> Result<Policy, ConfigError> {
    let settings: Vec<&'static Setting> = entries().map(|entry| &entry.setting).collect();
    let content = file::read(path, &settings).map_err(|problems| ConfigError { problems })?;
    let Content { given, mut problems } = content;
    let mut draft = PolicyDraft::new();
    problems.extend(apply(entries(), &given, &mut draft));
    let (policy, more) = draft.finish(&given);
    problems.extend(more);
    ConfigError::of(problems).map_or(Ok(policy), Err)
}
