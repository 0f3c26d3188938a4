//! What a setting is: its names, its form, its meaning, and how it changes a configuration.

/// A setting: a row of `docs/CONFIGURATION.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The name in the configuration file: the tables that it is in and its key, with dots between.
    pub key: &'static str,
    /// The form of its value.
    pub form: Form,
    /// The option of the command line, if it has one.
    pub option: Option<CommandOption>,
    /// The value by default, as text for a reader.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// When a changed value is used.
    pub effect: Effect,
}

/// The form of a setting's value. In environment variables and options every value is text: see [`Form::expected`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// `true` or `false`.
    Flag,
    /// A whole number in these bounds.
    Number {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// What is counted, such as `seconds`.
        unit: &'static str,
    },
    /// One of these words.
    Word(&'static [&'static str]),
    /// Text, which is described.
    Text(&'static str),
    /// A list of texts, one of which is described.
    List(&'static str),
}

/// The option that sets a value at the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandOption {
    /// An option with a value.
    Value {
        /// Its name, without hyphens before it.
        name: &'static str,
        /// What its value is called in the help.
        value: &'static str,
    },
    /// An option without a value, which sets this text.
    Flag {
        /// Its name, without hyphens before it.
        name: &'static str,
        /// The text that it sets.
        sets: &'static str,
    },
}

/// When a changed value is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// When the running server is asked to read its configuration again.
    Reload,
    /// When the server is started again.
    Restart,
}

impl Setting {
    /// The environment variable that sets the value: `COUNTERSIGN_` and the key in upper case, with underscores for dots.
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.to_ascii_uppercase().replace('.', "_"))
    }
}

impl CommandOption {
    /// Its name, without hyphens before it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Value { name, .. } | Self::Flag { name, .. } => name,
        }
    }
}

impl Form {
    /// What is expected in the configuration file, for a message.
    pub fn expected(&self) -> String {
        match self {
            Self::Flag => "true or false".into(),
            Self::Number { min, max, unit } => format!("a number from {min} to {max} ({unit})"),
            Self::Word(words) => format!("one of {}", quoted(words)),
            Self::Text(what) => format!("{what}, in quotation marks"),
            Self::List(what) => format!("a list of {what}, in brackets and with commas between"),
        }
    }
}

/// How the environment variables of settings begin.
pub(crate) const VARIABLE_PREFIX: &str = "COUNTERSIGN_";

/// Words in quotation marks.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// A setting, and how it changes a `T`.
pub(crate) struct Entry<T: 'static> {
    pub(crate) setting: Setting,
    pub(crate) set: Set<T>,
}

/// How a setting changes a `T`. An error is the rest of a sentence that begins with the value: `is not …`.
pub(crate) enum Set<T> {
    Flag(fn(&mut T, bool)),
    Number(fn(&mut T, u32)),
    Text(fn(&mut T, &str) -> Result<(), String>),
    /// All texts of a list at once; each error has the position of its text.
    List(fn(&mut T, &[&str]) -> Result<(), ListErrors>),
}

impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Set<T> {}

/// What is wrong with the texts of a list, each with its position.
pub(crate) type ListErrors = Vec<(usize, String)>;

/// Parses the texts of a list.
pub(crate) fn each<T>(
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, ListErrors> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for (position, text) in texts.iter().enumerate() {
        match parse(text) {
            Ok(value) => values.push(value),
            Err(error) => errors.push((position, error)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

/// How settings are written down: `text("rp_name", …).meaning("…").option("rp-name", "NAME")`.
impl<T> Entry<T> {
    /// A setting that is `true` or `false`, and false by default.
    pub(crate) const fn flag(key: &'static str, set: fn(&mut T, bool)) -> Self {
        Self::new(key, Form::Flag, "false", Set::Flag(set))
    }

    /// A setting that is a number in these bounds.
    pub(crate) const fn number(
        key: &'static str,
        (min, max): (u32, u32),
        unit: &'static str,
        set: fn(&mut T, u32),
    ) -> Self {
        Self::new(key, Form::Number { min, max, unit }, "", Set::Number(set))
    }

    /// A setting that is one of these words, by default the first.
    pub(crate) const fn word(
        key: &'static str,
        words: &'static [&'static str],
        set: fn(&mut T, &str) -> Result<(), String>,
    ) -> Self {
        let default = match words {
            [first, ..] => first,
            [] => "",
        };
        Self::new(key, Form::Word(words), default, Set::Text(set))
    }

    /// A setting that is a text, such as `what`.
    pub(crate) const fn text(
        key: &'static str,
        what: &'static str,
        set: fn(&mut T, &str) -> Result<(), String>,
    ) -> Self {
        Self::new(key, Form::Text(what), "", Set::Text(set))
    }

    /// A setting that is a list of texts, such as `what`, and empty by default.
    pub(crate) const fn list(
        key: &'static str,
        what: &'static str,
        set: fn(&mut T, &[&str]) -> Result<(), ListErrors>,
    ) -> Self {
        Self::new(key, Form::List(what), "", Set::List(set))
    }

    const fn new(key: &'static str, form: Form, default: &'static str, set: Set<T>) -> Self {
        let setting = Setting { key, form, option: None, default, meaning: "", effect: Effect::Reload };
        Self { setting, set }
    }

    /// Sets what it means.
    pub(crate) const fn meaning(mut self, meaning: &'static str) -> Self {
        self.setting.meaning = meaning;
        self
    }

    /// Sets the default, as text for a reader.
    pub(crate) const fn default(mut self, default: &'static str) -> Self {
        self.setting.default = default;
        self
    }

    /// Gives it an option with a value.
    pub(crate) const fn option(mut self, name: &'static str, value: &'static str) -> Self {
        self.setting.option = Some(CommandOption::Value { name, value });
        self
    }

    /// Gives it an option without a value, which sets this text.
    pub(crate) const fn option_that_sets(mut self, name: &'static str, sets: &'static str) -> Self {
        self.setting.option = Some(CommandOption::Flag { name, sets });
        self
    }

    /// A change needs a restart.
    pub(crate) const fn at_restart(mut self) -> Self {
        self.setting.effect = Effect::Restart;
        self
    }
}
