//! Arguments that are one of many names: they are completed, and unlike those of a list not all printed on an error.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use countersign_authenticator::{Fault, Format, Profile};

use crate::explain::nearest;

/// Parses one of the names of something.
#[derive(Debug)]
pub(super) struct Named<T: 'static> {
    what: &'static str,
    list: &'static str,
    all: fn() -> Vec<(&'static str, T)>,
}

impl<T> Clone for Named<T> {
    fn clone(&self) -> Self {
        Self { what: self.what, list: self.list, all: self.all }
    }
}

/// The faults.
pub(super) const FAULTS: Named<&'static Fault> = Named {
    what: "fault",
    list: "countersign simulate faults",
    all: || Fault::all().map(|fault| (fault.name(), fault)).collect(),
};

/// The profiles.
pub(super) const PROFILES: Named<&'static Profile> = Named {
    what: "profile",
    list: "countersign simulate profiles",
    all: || Profile::all().map(|profile| (profile.name(), profile)).collect(),
};

/// The attestation formats.
pub(super) const FORMATS: Named<Format> = Named {
    what: "format",
    list: "countersign simulate register --help",
    all: || Format::ALL.iter().map(|format| (format.name(), *format)).collect(),
};

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Named<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let all = (self.all)();
        let text = value.to_string_lossy();
        if let Some((_, found)) = all.iter().find(|(name, _)| *name == text) {
            return Ok(found.clone());
        }
        let similar = nearest::of(&text, all.iter().map(|(name, _)| (*name).to_owned()));
        let hint = match similar.as_slice() {
            [] => format!("`{}` lists them", self.list),
            similar => {
                let quoted: Vec<_> = similar.iter().map(|name| format!("'{name}'")).collect();
                format!("similar ones exist: {}", quoted.join(", "))
            }
        };
        let place = argument.map(ToString::to_string).unwrap_or_default();
        let message = format!("invalid value '{text}' for '{place}': there is no such {}; {hint}", self.what);
        Err(Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.all)().into_iter().map(|(name, _)| PossibleValue::new(name))))
    }
}
