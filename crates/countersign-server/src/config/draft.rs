//! A configuration while its settings are applied, before what belongs together is put together.

use std::path::{Path, PathBuf};

use countersign_metadata::MetadataPolicy;

use super::configuration::Config;
use super::database::DatabaseAddress;
use super::given::GivenValues;
use super::policy::draft::PolicyDraft;
use super::problem::{Place, Problem};
use crate::fido_conformance::config::FidoConformanceApi;
use crate::limits::config::{Limit, LimitsConfig};
use crate::metadata::config::{MetadataConfig, MetadataSource};
use crate::tls::TlsConfig;
use crate::{auth::percent, files};

/// The most bytes of a file with a password.
const PASSWORD_FILE_MAX: usize = 4096;

/// A configuration while its settings are applied.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) config: Config,
    pub(crate) has_database: bool,
    pub(crate) database_password_file: Option<PathBuf>,
    pub(crate) metadata: MetadataDraft,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    /// Whether there are no limits but those that are set.
    pub(crate) limits_off: bool,
    pub(crate) limits: Vec<SetLimit>,
}

/// A limit that is set, and its place in the configuration.
pub(crate) type SetLimit = (fn(&mut LimitsConfig) -> &mut Limit, Limit);

/// The settings of metadata, which make a [`MetadataConfig`] if there is a source.
#[derive(Debug)]
pub(crate) struct MetadataDraft {
    pub(crate) file: Option<PathBuf>,
    pub(crate) url: Option<String>,
    pub(crate) authorities: Vec<PathBuf>,
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) policy: MetadataPolicy,
}

impl Draft {
    /// A draft with the defaults.
    pub(crate) fn new(default_database: Option<&Path>) -> Self {
        Self {
            config: Config::new(default_database.unwrap_or(Path::new(""))),
            has_database: default_database.is_some(),
            database_password_file: None,
            metadata: MetadataDraft {
                file: None,
                url: None,
                authorities: Vec::new(),
                roots: Vec::new(),
                folder: None,
                policy: MetadataPolicy::fido(),
            },
            tls_certificate: None,
            tls_key: None,
            limits_off: false,
            limits: Vec::new(),
        }
    }

    /// Puts together what belongs together. Returns what is wrong, too.
    pub(crate) fn finish(mut self, policy: PolicyDraft, given: &GivenValues) -> (Config, Vec<Problem>) {
        let place =
            |key: &'static str| given.get(key).map_or(Place::Default(key), |given| given.place.clone());
        let mut problems = Vec::new();
        let mut report = |key: &'static str, message: &str| {
            problems.push(Problem::of(key, place(key), message));
        };
        if !self.has_database && !given.contains_key("database") {
            report("database", "there is no home folder to store the database in: set its path");
        }
        if let Some(path) = &self.database_password_file {
            match with_password(&self.config.database, path) {
                Ok(database) => self.config.database = database,
                Err(message) => report("database_password_file", &message),
            }
        }
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => self.config.tls = Some(TlsConfig::new(certificate, key)),
            (Some(_), None) => report("tls.certificate", "needs tls.key"),
            (None, Some(_)) => report("tls.key", "needs tls.certificate"),
            (None, None) => {}
        }
        if self.config.proxies.trusted.is_empty() && given.contains_key("proxies.field") {
            report("proxies.field", "needs proxies.trusted");
        }
        let is_attested = policy.is_attested();
        if is_attested && !self.metadata.has_source() {
            report("policy.preset", "attested needs metadata: set metadata.url or metadata.file");
        }
        if !is_attested {
            for key in given.keys().filter(|key| DEMANDS.contains(key)) {
                report(key, "has no effect unless policy.preset is attested");
            }
        }
        self.report_idle(given, &mut report);
        if !self.metadata.has_source() {
            for key in given.keys().filter(|key| OF_SOURCE.contains(key)) {
                report(key, "needs metadata: set metadata.url or metadata.file");
            }
        } else if self.metadata.url.is_none() && given.contains_key("metadata.authorities") {
            report("metadata.authorities", "needs metadata.url");
        }
        if self.metadata.file.is_some() && self.metadata.url.is_some() {
            report("metadata.file", "there is metadata.url too: leave one of them out");
        }
        if cfg!(not(feature = "fetch")) && self.metadata.url.is_some() {
            report("metadata.url", "this program was built without the feature fetch, which it needs");
        }
        self.config.limits = self.finish_limits();
        self.config.metadata = self.metadata.finish();
        let (policy, more) = policy.finish(given);
        self.config.policy = policy;
        problems.extend(more);
        (self.config, problems)
    }
}

impl Draft {
    /// Reports settings of what is off.
    fn report_idle(&self, given: &GivenValues, report: &mut impl FnMut(&'static str, &str)) {
        if self.config.fido_conformance.api == FidoConformanceApi::Off {
            let is_of_api = |key: &&&'static str| key.starts_with("fido_conformance.") && **key != API;
            for key in given.keys().filter(is_of_api) {
                report(key, "has no effect unless fido_conformance.api is set");
            }
        }
        if self.config.relying_party.safetynet.is_none() {
            for key in given.keys().filter(|key| OF_SAFETYNET.contains(key)) {
                report(key, "has no effect unless formats.safetynet is set");
            }
        }
    }

    /// The limits, with those that are set.
    pub(super) fn finish_limits(&self) -> LimitsConfig {
        let mut limits = if self.limits_off { LimitsConfig::off() } else { LimitsConfig::default() };
        for (place, limit) in &self.limits {
            *place(&mut limits) = *limit;
        }
        limits
    }
}

/// The setting that the others of the API for FIDO's conformance tests need.
const API: &str = "fido_conformance.api";

/// The settings that need the format SafetyNet.
const OF_SAFETYNET: [&str; 2] =
    ["policy.attestation.safetynet_max_age_seconds", "policy.attestation.safetynet_clock_skew_seconds"];

/// The settings that need a source of metadata.
const OF_SOURCE: [&str; 2] = ["metadata.roots", "metadata.folder"];

/// The settings that say which attested models are accepted.
const DEMANDS: [&str; 7] = [
    "metadata.certification",
    "metadata.key_protection",
    "metadata.rejected_statuses",
    "metadata.dangerous_accepted_statuses",
    "metadata.unlisted_algorithms",
    "metadata.unlisted_user_verification",
    "metadata.unnamed_models",
];

impl MetadataDraft {
    const fn has_source(&self) -> bool {
        self.file.is_some() || self.url.is_some()
    }

    fn finish(self) -> Option<MetadataConfig> {
        let mut config = MetadataConfig::from_source(self.source()?);
        config.roots = self.roots;
        config.folder = self.folder;
        config.policy = self.policy;
        Some(config)
    }

    fn source(&self) -> Option<MetadataSource> {
        #[cfg(feature = "fetch")]
        if let Some(url) = &self.url {
            let mut fetch = crate::fetch::config::FetchConfig::new(url);
            fetch.authorities.clone_from(&self.authorities);
            return Some(MetadataSource::Url(fetch));
        }
        self.file.clone().map(MetadataSource::File)
    }
}

/// The address of a database with the password in a file. The error is a sentence without it.
fn with_password(database: &DatabaseAddress, path: &Path) -> Result<DatabaseAddress, String> {
    let content = files::read(path, PASSWORD_FILE_MAX)
        .map_err(|error| format!("can't read {}: {error}", path.display()))?;
    let password = String::from_utf8(content).map_err(|_| format!("{} is not UTF-8", path.display()))?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(format!("{} is empty", path.display()));
    }
    database.with_password(&percent::encoded(password))
}
