//! `countersign simulate`: runs a ceremony with the keys of a file, or prints a list.

use std::io::{self, BufWriter, Write as _};

use countersign_authenticator::{Authenticator, Ceremony};

use super::arguments::{CeremonyArguments, RegisterArguments, SimulateArguments, SimulateCommand};
use super::ceremony::{Simulated, authenticate, authenticator, register};
use super::error::SimulateError;
use super::keys::{KeyFile, Keys};
use super::lists::{write_faults, write_profiles, write_root};
use super::quirk::{Quirk, name};
use crate::admin::output::note;
use crate::data_folder;
use crate::verify::error::VerifyError;
use crate::verify::input::Files;
use crate::verify::options::Options;

/// The bytes of a random seed.
const SEED_LENGTH: usize = 32;

/// Runs a command, and prints its response or list.
pub(crate) fn run(arguments: &SimulateArguments) -> Result<(), SimulateError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match &arguments.command {
        SimulateCommand::Register(arguments) => writeln!(out, "{}", registration(arguments)?),
        SimulateCommand::Authenticate(arguments) => writeln!(out, "{}", authentication(arguments)?),
        SimulateCommand::Faults => write_faults(&mut out),
        SimulateCommand::Profiles => write_profiles(&mut out),
        SimulateCommand::Root { attestation } => write_root(&mut out, *attestation),
    };
    written.and_then(|()| out.flush()).map_err(SimulateError::Output)
}

fn registration(arguments: &RegisterArguments) -> Result<String, SimulateError> {
    let RegisterArguments { ceremony: common, attestation, conditional } = arguments;
    let quirk = quirk(common, Ceremony::Registration)?;
    let Options::Creation(options, mediation) = options(common)? else {
        return Err(SimulateError::OtherCeremony(name(Ceremony::Registration)));
    };
    let is_conditional = *conditional || mediation.is_conditional();
    with_keys(common, quirk, |authenticator| {
        register(&options, common, (*attestation, is_conditional), authenticator, quirk)
    })
}

fn authentication(arguments: &CeremonyArguments) -> Result<String, SimulateError> {
    let quirk = quirk(arguments, Ceremony::Authentication)?;
    let Options::Request(options) = options(arguments)? else {
        return Err(SimulateError::OtherCeremony(name(Ceremony::Authentication)));
    };
    with_keys(arguments, quirk, |authenticator| authenticate(&options, arguments, authenticator, quirk))
}

fn quirk(arguments: &CeremonyArguments, ceremony: Ceremony) -> Result<Option<Quirk>, SimulateError> {
    match (arguments.fault, arguments.profile) {
        (Some(fault), _) => Quirk::of_fault(fault, ceremony).map(Some),
        (None, Some(profile)) => Ok(Some(Quirk::of_profile(profile, ceremony))),
        (None, None) => Ok(None),
    }
}

fn options(arguments: &CeremonyArguments) -> Result<Options, SimulateError> {
    let text = Files::default().read_text(&arguments.options)?;
    Ok(Options::from_json(&text).map_err(VerifyError::Options)?)
}

/// Runs a ceremony with the authenticator of the file of keys, and stores its state.
fn with_keys(
    arguments: &CeremonyArguments,
    quirk: Option<Quirk>,
    ceremony: impl FnOnce(Authenticator) -> Result<Simulated, SimulateError>,
) -> Result<String, SimulateError> {
    let path = arguments.keys.clone().or_else(data_folder::simulated_keys).ok_or(SimulateError::NoFolder)?;
    let file = KeyFile::open(&path)?;
    let Keys { ceremonies, credentials } = file.read()?;
    let seed = seed(arguments, ceremonies, getrandom::fill)?;
    let authenticator = authenticator(arguments.authenticator, &seed).with_stored_credentials(&credentials);
    let Simulated { response, authenticator } = ceremony(authenticator.ok_or_else(|| file.malformed())?)?;
    let credentials = authenticator.stored_credentials();
    file.write(&Keys { ceremonies: ceremonies.saturating_add(1), credentials })?;
    note(&format!(
        "the keys in {} are software keys for tests: anyone who reads them can sign in",
        path.display()
    ));
    if let Some(Quirk { name, code, .. }) = quirk {
        note(&match code {
            Some(code) => format!("{name}: a server rejects this response, countersign with {code}"),
            None => format!("{name}: countersign accepts this response by default"),
        });
    }
    Ok(response)
}

/// The seed of this ceremony: random, or from the given one and the number of ceremonies before.
fn seed(
    arguments: &CeremonyArguments,
    ceremonies: u64,
    fill: impl FnOnce(&mut [u8]) -> Result<(), getrandom::Error>,
) -> Result<Vec<u8>, SimulateError> {
    if let Some(text) = &arguments.seed {
        return Ok(format!("{ceremonies} {text}").into_bytes());
    }
    let mut seed = vec![0; SEED_LENGTH];
    fill(&mut seed).map_err(SimulateError::Entropy)?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Simulate {
        #[command(flatten)]
        arguments: CeremonyArguments,
    }

    #[test]
    fn without_random_bytes_there_is_no_ceremony_unless_a_seed_is_given() {
        let broken = |_: &mut [u8]| Err(getrandom::Error::UNEXPECTED);
        let parse = |arguments: &[&str]| {
            let all = ["simulate", "--options", "x"].iter().chain(arguments);
            Simulate::try_parse_from(all).unwrap().arguments
        };
        let error = seed(&parse(&[]), 0, broken).unwrap_err().to_string();
        assert!(error.ends_with(" (entropy-failed)"), "{error}");
        assert_eq!(seed(&parse(&["--seed", "a"]), 3, broken).unwrap(), b"3 a");
    }
}
