//! A configuration that was loaded from its sources.

use super::configuration::Config;
use super::finding::Finding;
use super::given::{Given, GivenValues};
use super::problem::{Place, Problem};
use super::setting::{Effect, Setting};
use super::settings::settings;

/// A configuration that was loaded, with the place of each value.
#[derive(Clone)]
pub struct Loaded {
    config: Config,
    given: GivenValues,
    warnings: Vec<Problem>,
    file: FileState,
}

/// Whether the configuration file, if there is one, could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileState {
    Read,
    Unreadable,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Loaded {
    pub(crate) const fn new(
        config: Config,
        given: GivenValues,
        warnings: Vec<Problem>,
        file: FileState,
    ) -> Self {
        Self { config, given, warnings, file }
    }

    /// Whether the configuration file, if there is one, could be read.
    pub(crate) const fn file(&self) -> FileState {
        self.file
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What is probably unintended in the sources.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The place of the setting with this key, or of one of the texts of its list.
    pub(crate) fn place_of(&self, key: &'static str, position: Option<usize>) -> Place {
        let place =
            |given: &Given| position.map_or_else(|| given.place.clone(), |position| given.place_of(position));
        self.given.get(key).map_or(Place::Default(key), place)
    }

    /// What a check found, as problems at the places of the values.
    pub fn located(&self, findings: &[Finding]) -> Vec<Problem> {
        let located = |finding: &Finding| match finding.key {
            Some(key) => Problem::of(key, self.place_of(key, finding.position), &finding.message),
            None => Problem::anywhere(finding.message.clone()),
        };
        findings.iter().map(located).collect()
    }

    /// The settings whose values differ in another configuration.
    pub fn changed(&self, other: &Self) -> Vec<&'static Setting> {
        let texts = |loaded: &'_ Self, setting: &Setting| {
            let given = loaded.given.get(setting.key);
            given.map(|given| given.texts.iter().map(|(text, _)| text.clone()).collect()).unwrap_or_default()
        };
        let is_same = |setting: &Setting| {
            let own: Vec<String> = texts(self, setting);
            own == texts(other, setting)
        };
        settings().filter(|setting| !is_same(setting)).collect()
    }

    /// The settings whose values differ in another configuration, and are used only by a server that starts.
    pub fn changed_at_restart(&self, other: &Self) -> Vec<&'static Setting> {
        let mut changed = self.changed(other);
        changed.retain(|setting| setting.effect == Effect::Restart);
        changed
    }
}
