//! Where a value comes from, and what is wrong with it.

use std::{fmt, path::PathBuf};

/// Where a value comes from, in the order in which problems are reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// A place in the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// The character of the line, from 1 on.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
    /// An option of the command line, with its hyphens.
    Option(String),
    /// Nowhere: the value is the default of this setting.
    Default(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) | Self::Option(name) => f.write_str(name),
            Self::Default(key) => write!(f, "{key}, by default"),
        }
    }
}

/// Something that is wrong with a configuration, or probably unintended. `Display` is one line for the operator: the place,
/// and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is; `None` if it has no place.
    pub place: Option<Place>,
    /// The key of the setting that it is about; `None` if it is about none.
    pub key: Option<&'static str>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Problem {
    /// A problem with a setting.
    pub(crate) fn of(key: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), key: Some(key), message: message.into() }
    }

    /// A problem that is about no setting.
    pub(crate) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), key: None, message: message.into() }
    }

    /// Sorts problems by their places.
    pub(crate) fn sort(problems: &mut [Self]) {
        problems.sort_by(|one, other| one.place.cmp(&other.place));
    }

    /// A problem without a place.
    pub(crate) const fn anywhere(message: String) -> Self {
        Self { place: None, key: None, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place @ (Place::File { .. } | Place::Variable(_) | Place::Option(_))) => {
                write!(f, "{place}: ")?;
            }
            // The key says enough.
            Some(Place::Default(_)) | None => {}
        }
        if let Some(key) = self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Why a configuration can't be used: everything that is wrong with it. `Display` has a line for each problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// What is wrong, at least one problem.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    /// The error with these problems; `None` if there are none.
    pub fn of(problems: Vec<Problem>) -> Option<Self> {
        (!problems.is_empty()).then_some(Self { problems })
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
