//! One ceremony of the simulated client.

use countersign::types::{CreationOptions, RequestOptions};
use countersign_authenticator::{
    Attestation, Attester, Authenticator, Backup, CeremonyError, Client, Creation, Format, Frame, Framing,
    TOP_ORIGIN,
};

use super::arguments::{CeremonyArguments, Kind};
use super::error::SimulateError;
use super::quirk::Quirk;

/// The seed of the simulated vendor, whose root `simulate root` prints.
const VENDOR: &str = "countersign simulate";

/// The RP ID whose pages are at a port.
const LOCALHOST: &str = "localhost";

/// A response, and the authenticator after it.
#[derive(Debug)]
pub(super) struct Simulated {
    pub(super) response: String,
    pub(super) authenticator: Authenticator,
}

/// The attestation of a format by the simulated vendor.
pub(super) fn attestation(format: Format) -> Attestation {
    format.attestation(attester(format))
}

/// The simulated vendor's attester for a format.
pub(super) fn attester(format: Format) -> Attester {
    Attester::from_seed(VENDOR.to_owned() + if format == Format::AndroidKeyChain { " android" } else { "" })
}

/// An authenticator without credentials. Each kind is a model of its own.
pub(super) fn authenticator(kind: Kind, seed: &[u8]) -> Authenticator {
    let of = |seed: &[u8]| match kind {
        Kind::Platform => Authenticator::platform(seed),
        Kind::Phone => Authenticator::phone(seed),
        Kind::SecurityKey => Authenticator::security_key(seed),
    };
    let model = of(format!("{VENDOR} {kind:?}").as_bytes()).aaguid();
    of(seed).with_aaguid(model)
}

/// Creates a credential.
pub(super) fn register(
    options: &CreationOptions,
    arguments: &CeremonyArguments,
    (format, is_conditional): (Option<Format>, bool),
    authenticator: Authenticator,
    quirk: Option<Quirk>,
) -> Result<Simulated, SimulateError> {
    let mut authenticator = authenticator;
    let format = format.or(quirk.map(|quirk| quirk.scenario.format)).unwrap_or(Format::None);
    authenticator = authenticator.with_attestation(attestation(format));
    if let Some(quirk) = quirk {
        let algorithm = quirk.scenario.algorithm;
        let is_offered =
            options.pub_key_cred_params.iter().any(|parameters| parameters.alg == algorithm.identifier());
        if is_offered {
            authenticator = authenticator.with_algorithms([algorithm]);
        }
        if quirk.scenario.backup != Backup::NotEligible {
            authenticator = authenticator.with_backup(quirk.scenario.backup);
        }
    }
    let is_conditional =
        is_conditional || quirk.is_some_and(|quirk| quirk.scenario.creation == Creation::Conditional);
    simulated(arguments, options.rp.id.as_deref(), quirk, authenticator, |client, authenticator| {
        if is_conditional {
            client.create_conditionally_json(options, authenticator)
        } else {
            client.create_json(options, authenticator)
        }
    })
}

/// Signs with a credential.
pub(super) fn authenticate(
    options: &RequestOptions,
    arguments: &CeremonyArguments,
    authenticator: Authenticator,
    quirk: Option<Quirk>,
) -> Result<Simulated, SimulateError> {
    simulated(arguments, options.rp_id.as_deref(), quirk, authenticator, |client, authenticator| {
        client.get_json(options, authenticator)
    })
}

/// Runs a ceremony with the change of the fault or profile, which must have an effect.
fn simulated(
    arguments: &CeremonyArguments,
    rp_id: Option<&str>,
    quirk: Option<Quirk>,
    mut authenticator: Authenticator,
    run: impl Fn(&Client, &mut Authenticator) -> Result<String, CeremonyError>,
) -> Result<Simulated, SimulateError> {
    let client = client(arguments, rp_id, quirk);
    let change = quirk.and_then(|quirk| Some((quirk, quirk.change?)));
    let Some((quirk, change)) = change else {
        let response = run(&client, &mut authenticator)?;
        return Ok(Simulated { response, authenticator });
    };
    let plain = run(&client, &mut authenticator.clone())?;
    let response = run(&client.with_change(change), &mut authenticator)?;
    if response == plain {
        return Err(SimulateError::WithoutEffect(quirk.name, quirk.needs()));
    }
    Ok(Simulated { response, authenticator })
}

fn client(arguments: &CeremonyArguments, rp_id: Option<&str>, quirk: Option<Quirk>) -> Client {
    let origin = arguments.origin.clone().unwrap_or_else(|| match rp_id {
        None | Some(LOCALHOST) => "http://localhost:8080".to_owned(),
        Some(rp_id) => format!("https://{rp_id}"),
    });
    let is_framed = quirk.is_some_and(|quirk| quirk.scenario.frame == Framing::Named);
    let top_origin = arguments.top_origin.clone().or_else(|| is_framed.then(|| TOP_ORIGIN.to_owned()));
    Client::new(origin).with_frame(top_origin.map_or(Frame::TopLevel, Frame::Below))
}
