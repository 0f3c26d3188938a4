//! The configuration file: TOML, with the place of each value.

use std::{fs, io, ops::Range, path::Path};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::given::{Given, GivenValues};
use super::problem::{Place, Problem};
use super::setting::{Form, Setting};
use crate::files;

/// The most bytes of a configuration file. A file with every setting has ten thousand.
const FILE_MAX: usize = 1024 * 1024;

/// How alike two names must be, so that one is named for the other: 1 for the same.
const LIKENESS_MIN: f64 = 0.6;

/// What a configuration file has.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) given: GivenValues,
    /// What is wrong with single keys and values.
    pub(crate) problems: Vec<Problem>,
}

/// Reads the values of these settings from a file. Fails if it can't be read, or is not TOML.
pub(crate) fn read(path: &Path, settings: &[&'static Setting]) -> Result<Content, Vec<Problem>> {
    let text = content(path).map_err(|error| {
        let message = format!("can't read the configuration file {}: {error}", path.display());
        vec![Problem::anywhere(message)]
    })?;
    parse(path, &text, settings)
}

fn content(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not text in UTF-8");
    String::from_utf8(files::read(path, FILE_MAX)?).map_err(not_text)
}

/// Reads the values of these settings from the text of a file.
fn parse(path: &Path, text: &str, settings: &[&'static Setting]) -> Result<Content, Vec<Problem>> {
    let mut reader = Reader { path, text, settings, content: Content::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    let malformed = errors.into_iter().map(|error| {
        let place = reader.place(&error.span().unwrap_or_default());
        Problem::at(place, format!("this is not TOML: {}", error.message()))
    });
    let malformed: Vec<_> = malformed.collect();
    // What can be read of a malformed file may be in the wrong table.
    if !malformed.is_empty() {
        return Err(malformed);
    }
    reader.table(table.get_ref(), "");
    Ok(reader.content)
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    settings: &'a [&'static Setting],
    content: Content,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, prefix: &str) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            if let Some(setting) = self.settings.iter().find(|setting| setting.key == name) {
                self.value(setting, value);
                continue;
            }
            let below = format!("{name}.");
            let is_table = self.settings.iter().any(|setting| setting.key.starts_with(&below));
            match value.get_ref() {
                DeValue::Table(table) if is_table => self.table(table, &below),
                _ if is_table => self.problem(key.span(), format!("{name} is a table: write [{name}]")),
                _ => self.problem(key.span(), self.unknown(&name, value.get_ref())),
            }
        }
    }

    /// A sentence about a name that is no setting or no table, with the one that is most like it.
    fn unknown(&self, name: &str, value: &DeValue<'_>) -> String {
        let is_table = matches!(value, DeValue::Table(_));
        let keys = self.settings.iter().map(|setting| setting.key);
        let tables = keys.clone().filter_map(|key| Some(key.rsplit_once('.')?.0));
        let known: Vec<_> = if is_table { tables.collect() } else { keys.collect() };
        let likeness = |known: &&&str| strsim::normalized_damerau_levenshtein(name, known);
        let nearest = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        let what = if is_table { "table" } else { "setting" };
        match nearest.filter(|nearest| likeness(nearest) >= LIKENESS_MIN) {
            Some(nearest) => format!("there is no {what} {name}; the nearest is {nearest}"),
            None => format!("there is no {what} {name}"),
        }
    }

    fn value(&mut self, setting: &'static Setting, value: &Spanned<DeValue<'_>>) {
        let texts = match (value.get_ref(), setting.form) {
            (DeValue::Array(values), Form::List(_)) => {
                let texts =
                    values.iter().map(|value| Some((scalar(value.get_ref(), setting.form)?, value.span())));
                texts.collect::<Option<Vec<_>>>()
            }
            (_, Form::List(_)) => None,
            (value_of, form) => scalar(value_of, form).map(|text| vec![(text, value.span())]),
        };
        let place = self.place(&value.span());
        let Some(texts) = texts else {
            let found = value.get_ref().type_str();
            let message = format!("{} is expected, not this {found}", setting.form.expected());
            self.content.problems.push(Problem::of(setting.key, place, message));
            return;
        };
        let texts = texts.into_iter().map(|(text, span)| (text, self.place(&span))).collect();
        self.content.given.insert(setting.key, Given { texts, place });
    }

    fn problem(&mut self, span: Range<usize>, message: String) {
        let place = self.place(&span);
        self.content.problems.push(Problem::at(place, message));
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Place::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count().saturating_add(1),
            column: line.chars().count().saturating_add(1),
        }
    }
}

/// The text of a value that is no list, if it has the type that the form wants.
fn scalar(value: &DeValue<'_>, form: Form) -> Option<String> {
    match (value, form) {
        (DeValue::Boolean(value), Form::Flag) => Some(value.to_string()),
        (DeValue::Integer(number), Form::Number { .. }) => {
            // In an overlong number, or in one that is negative, the parser of the setting finds the fault.
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            Some(parsed.map_or_else(|_| number.to_string(), |number| number.to_string()))
        }
        (DeValue::String(text), Form::Text(_) | Form::Word(_) | Form::List(_)) => {
            Some(text.clone().into_owned())
        }
        _ => None,
    }
}
