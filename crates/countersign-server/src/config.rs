//! The configuration of a server: its values, and how they are read from a file, environment variables and options.
//!
//! Every setting is one entry of `config/settings/`, or of `config/policy/` if it is part of the policy of `countersign`:
//! its key in the file, its form, its default, its meaning, its option, and a function that sets it. The table in
//! `docs/CONFIGURATION.md`, the options of the program and the checks of the file come from these entries.

pub(crate) mod configuration;
pub(crate) mod database;
mod draft;
mod file;
pub(crate) mod finding;
mod given;
pub(crate) mod loaded;
mod policy;
pub(crate) mod problem;
pub(crate) mod relying_party;
pub(crate) mod setting;
mod settings;
pub(crate) mod sources;
mod words;

pub use self::configuration::{ClientConfig, Config, InspectPage, Listen, OperatorPage};
pub use self::database::DatabaseAddress;
pub use self::finding::{Finding, Findings};
pub use self::loaded::Loaded;
pub use self::policy::file::read_policy;
pub use self::problem::{ConfigError, Place, Problem};
pub use self::relying_party::{PaddedIntegers, PublicSuffixRpId, RelyingPartyConfig, RsaKeys};
pub use self::setting::{CommandOption, Effect, Form, Setting};
pub use self::settings::settings;
pub use self::sources::Sources;
