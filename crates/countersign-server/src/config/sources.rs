//! The sources of a configuration: a file, environment variables, and options of the command line, which win in this order.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use super::draft::Draft;
use super::file::{self, Content};
use super::given::{Given, GivenValues, apply};
use super::loaded::{FileState, Loaded};
use super::policy::{draft::PolicyDraft, entries as policy_entries};
use super::problem::{ConfigError, Place, Problem};
use super::setting::{CommandOption, Setting, VARIABLE_PREFIX};
use super::settings::{entries, settings};

/// The environment variable that names the configuration file.
const FILE_VARIABLE: &str = "COUNTERSIGN_CONFIG";

/// Environment variables that begin like those of settings and are none.
const OTHER_VARIABLES: [&str; 3] = [FILE_VARIABLE, "COUNTERSIGN_LOG", "COUNTERSIGN_LOG_FORMAT"];

/// The sources of a configuration: a file in TOML, environment variables that begin with `COUNTERSIGN_`, and options of the
/// command line. A later one wins; a list replaces the list of an earlier one.
///
/// ```no_run
/// use countersign_server::config::Sources;
///
/// let sources = Sources::new().file("/etc/countersign.toml").variables(std::env::vars_os());
/// let loaded = sources.load()?;
/// println!("{}", loaded.config().rp_id);
/// # Ok::<(), countersign_server::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    variables: Vec<(String, OsString)>,
    options: Vec<(String, Vec<String>)>,
    default_database: Option<PathBuf>,
}

/// Without the values, some of which are secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Sources {
    /// No sources: every setting has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads this file. Without one, the environment variable `COUNTERSIGN_CONFIG` may name a file.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Reads those of these environment variables that begin with `COUNTERSIGN_`.
    pub fn variables(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(VARIABLE_PREFIX))?;
            Some((name, value))
        });
        self.variables.extend(ours);
        self
    }

    /// Sets the setting with this key as an option of the command line does: one text, or those of a list.
    pub fn option(
        mut self,
        key: impl Into<String>,
        texts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.options.push((key.into(), texts.into_iter().map(Into::into).collect()));
        self
    }

    /// Uses this database if no source names one.
    pub fn default_database(mut self, path: impl Into<PathBuf>) -> Self {
        self.default_database = Some(path.into());
        self
    }

    /// Reads the sources, and the files of secrets that they name. Fails with everything that is wrong.
    pub fn load(&self) -> Result<Loaded, ConfigError> {
        let (loaded, problems) = self.load_in_part();
        ConfigError::of(problems).map_or(Ok(loaded), Err)
    }

    /// What can be read of the sources, with defaults for the rest, and everything that is wrong.
    pub(crate) fn load_in_part(&self) -> (Loaded, Vec<Problem>) {
        let (given, mut problems, file) = self.given();
        let mut draft = Draft::new(self.default_database.as_deref());
        problems.extend(apply(entries(), &given, &mut draft));
        let mut policy = PolicyDraft::server();
        problems.extend(apply(policy_entries(), &given, &mut policy));
        let (config, more) = draft.finish(policy, &given);
        problems.extend(more);
        Problem::sort(&mut problems);
        (Loaded::new(config, given, self.unknown_variables(), file), problems)
    }

    /// The values of all sources, of which the last one that gives a value wins.
    fn given(&self) -> (GivenValues, Vec<Problem>, FileState) {
        let settings: Vec<_> = settings().collect();
        let content = self.path().map_or_else(|| Ok(Content::default()), |path| file::read(&path, &settings));
        let (Content { mut given, mut problems }, state) = match content {
            Ok(content) => (content, FileState::Read),
            Err(problems) => (Content { problems, ..Content::default() }, FileState::Unreadable),
        };
        for setting in settings {
            if let Some(value) = self.variable(&setting.variable()) {
                let place = Place::Variable(setting.variable());
                match value.to_str() {
                    Some(text) => drop(given.insert(setting.key, Given::text(setting, text, place))),
                    None => problems.push(Problem::of(setting.key, place, "the value is not UTF-8")),
                }
            }
            if let Some(value) = self.given_option(setting) {
                given.insert(setting.key, value);
            }
        }
        (given, problems, state)
    }

    /// The configuration file, if there is one.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let variable = || self.variable(FILE_VARIABLE).map(PathBuf::from);
        self.file.clone().or_else(variable)
    }

    fn variable(&self, name: &str) -> Option<&OsStr> {
        let mut named = self.variables.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_os_str())
    }

    fn given_option(&self, setting: &'static Setting) -> Option<Given> {
        let name = setting.option.as_ref().map_or(setting.key, CommandOption::name);
        let place = Place::Option(format!("--{name}"));
        let mut texts =
            self.options.iter().filter(|(key, _)| key == setting.key).flat_map(|(_, texts)| texts).peekable();
        texts.peek()?;
        let texts = texts.map(|text| (text.clone(), place.clone())).collect();
        Some(Given { texts, place })
    }

    /// Warnings about variables that are no settings. They are no errors, because Kubernetes sets such variables for a
    /// service of the name `countersign`.
    fn unknown_variables(&self) -> Vec<Problem> {
        let names: Vec<_> = settings().map(Setting::variable).collect();
        let is_unknown = |name: &&String| !names.contains(name) && !OTHER_VARIABLES.contains(&name.as_str());
        let unknown = self.variables.iter().map(|(name, _)| name).filter(is_unknown);
        unknown
            .map(|name| Problem::at(Place::Variable(name.clone()), "there is no such setting; it is ignored"))
            .collect()
    }
}

#[cfg(test)]
mod tests;
