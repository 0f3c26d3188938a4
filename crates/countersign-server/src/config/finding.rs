//! What a check of a configuration finds.

/// Something that a check found in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The key of the setting that it is about; `None` if it is about none.
    pub key: Option<&'static str>,
    /// Which text of the setting's list it is about, from 0 on.
    pub position: Option<usize>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// What a check found in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Findings {
    /// What keeps a server from running, or from working for its users.
    pub problems: Vec<Finding>,
    /// What is valid but probably unintended.
    pub warnings: Vec<Finding>,
}

impl Finding {
    pub(crate) fn of(key: &'static str, message: &impl ToString) -> Self {
        Self { key: Some(key), position: None, message: message.to_string() }
    }

    pub(crate) fn in_list(key: &'static str, position: usize, message: &impl ToString) -> Self {
        Self { key: Some(key), position: Some(position), message: message.to_string() }
    }
}
