//! Values as they were given, before they are parsed: texts with their places.

use std::collections::BTreeMap;

use super::problem::{Place, Problem};
use super::setting::{Entry, Form, ListErrors, Set, Setting, quoted};

/// The value of a setting, as it was given. Files, environment variables and options all become this, so that there is one
/// way to parse each setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// One text, or those of a list, each with its place.
    pub(crate) texts: Vec<(String, Place)>,
    /// The place of the whole.
    pub(crate) place: Place,
}

/// The values that were given, by key.
pub(crate) type GivenValues = BTreeMap<&'static str, Given>;

impl Given {
    /// The value of an environment variable or an option with one text.
    pub(crate) fn text(setting: &Setting, text: &str, place: Place) -> Self {
        let one = |text: &str| (text.trim().to_owned(), place.clone());
        let texts = match setting.form {
            Form::List(_) => text.split(',').filter(|text| !text.trim().is_empty()).map(one).collect(),
            _ => vec![(text.to_owned(), place.clone())],
        };
        Self { texts, place }
    }

    /// The place of a text of a list, or else that of the whole.
    pub(crate) fn place_of(&self, position: usize) -> Place {
        self.texts.get(position).map_or(&self.place, |(_, place)| place).clone()
    }
}

/// Changes a `T` by these values, in the order of the entries. Returns everything that is wrong.
pub(crate) fn apply<T: 'static>(
    entries: impl Iterator<Item = &'static Entry<T>>,
    given: &GivenValues,
    target: &mut T,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in entries {
        if let Some(given) = given.get(entry.setting.key) {
            let errors = entry.apply(given, target).err().unwrap_or_default();
            problems.extend(
                errors
                    .into_iter()
                    .map(|(position, error)| Problem::of(entry.setting.key, given.place_of(position), error)),
            );
        }
    }
    problems
}

impl<T> Entry<T> {
    fn apply(&self, given: &Given, target: &mut T) -> Result<(), ListErrors> {
        if let Set::List(set) = self.set {
            let texts: Vec<_> = given.texts.iter().map(|(text, _)| text.as_str()).collect();
            return set(target, &texts);
        }
        let text = given.texts.first().map_or("", |(text, _)| text.as_str());
        self.apply_text(text, target).map_err(|error| vec![(0, error)])
    }

    fn apply_text(&self, text: &str, target: &mut T) -> Result<(), String> {
        let expected = || format!("{text:?} is not {}", self.setting.form.expected());
        match (self.set, self.setting.form) {
            (Set::Flag(set), _) => set(target, text.parse().map_err(|_| expected())?),
            (Set::Number(set), Form::Number { min, max, .. }) => {
                let number = text.parse::<u32>().ok().filter(|number| (min..=max).contains(number));
                set(target, number.ok_or_else(expected)?);
            }
            (Set::Text(_), Form::Word(words)) if !words.contains(&text) => {
                return Err(format!("{text:?} is not one of {}", quoted(words)));
            }
            (Set::Text(set), _) => set(target, text)?,
            // Constructors of entries make no others.
            (Set::Number(_) | Set::List(_), _) => {}
        }
        Ok(())
    }
}
