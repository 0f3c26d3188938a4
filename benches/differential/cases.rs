//! The steps of the comparison: the suites, and ceremonies made here with a challenge of a length that every peer accepts.

use std::{error::Error, fs, path::Path};

use countersign::cose::Verifiers;
use countersign_authenticator::{
    Algorithm, Backup, Ceremony as Part, Exchange, Fault, Format, Scenario, SignIn, Trust,
};
use countersign_conformance::{
    differential::JudgedStep, format::Suite, library::Library, protocol::Ceremony, vectors::authenticator,
};
use serde_json::{Value, json};

use crate::mutate;

/// A step, with the content that decides whether a peer supports it.
pub struct Asked {
    pub step: JudgedStep,
    /// The attestation statement's format, as far as it can be read.
    pub format: Option<String>,
    /// Whether the attestation object has certificates.
    pub certified: bool,
    /// The algorithm of the credential's key, as far as it can be read.
    pub algorithm: Option<i64>,
    /// The rules that it breaks, if they are known.
    pub rules: Vec<u16>,
}

/// The length of every challenge of webauthn_rp.
const CHALLENGE_LENGTH: usize = 16;

fn challenges() -> [Vec<u8>; 2] {
    [vec![0x5a; CHALLENGE_LENGTH], vec![0xa5; CHALLENGE_LENGTH]]
}

impl Asked {
    fn new(step: JudgedStep, rules: &[u16]) -> Self {
        let json: Value = serde_json::from_str(&step.request.response).unwrap_or_default();
        let object = json["response"]["attestationObject"].as_str().map(decode).unwrap_or_default();
        let key = match &step.request.credential {
            Some(credential) => credential.public_key.to_vec(),
            None => key(&object).unwrap_or_default().to_vec(),
        };
        Self {
            format: format(&object),
            certified: find(&object, b"cx5c").is_some() || find(&object, b"hresponse").is_some(),
            algorithm: algorithm(&key),
            rules: rules.to_vec(),
            step,
        }
    }

    /// Whether it is an authentication, for the counts.
    pub fn is_authentication(&self) -> bool {
        self.step.request.ceremony == Ceremony::Authentication
    }
}

/// The decoded bytes, or none if the text is not base64url.
pub fn decode(text: &str) -> Vec<u8> {
    countersign::types::base64url::decode(text.trim_end_matches('=')).unwrap_or_default()
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

fn format(object: &[u8]) -> Option<String> {
    let at = find(object, b"cfmt")? + 4;
    let length = usize::from(object.get(at)?.checked_sub(0x60)?);
    String::from_utf8(object.get(at + 1..at + 1 + length)?.to_vec()).ok()
}

/// The credential's key, if authenticator data is the last member, as in the usual encoding.
fn key(object: &[u8]) -> Option<&[u8]> {
    let at = find(object, b"hauthData")? + 9;
    let start = at
        + match object.get(at)? {
            0x58 => 2,
            0x59 => 3,
            _ => return None,
        };
    let attested = object.get(start + 37..)?;
    let length = usize::from(u16::from_be_bytes([*attested.get(16)?, *attested.get(17)?]));
    attested.get(18 + length..)
}

/// `alg` of a `COSE_Key` in canonical order.
fn algorithm(key: &[u8]) -> Option<i64> {
    let number = match key {
        [_, 1, _, 3, head @ 0x20..=0x37, ..] => i64::from(head - 0x20),
        [_, 1, _, 3, 0x38, byte, ..] => i64::from(*byte),
        [_, 1, _, 3, 0x39, high, low, ..] => i64::from(u16::from_be_bytes([*high, *low])),
        _ => return None,
    };
    Some(-1 - number)
}

/// Every suite of a folder. Those of the software authenticator are made anew instead, with a shorter challenge.
pub fn of_folder(folder: &Path, verifiers: &Verifiers) -> Result<Vec<Asked>, Box<dyn Error>> {
    let mut asked = Vec::new();
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files.into_iter().map(|entry| entry.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(".json") || name.starts_with("authenticator-f") {
            continue;
        }
        let suite =
            Suite::from_json(&fs::read_to_string(&file)?).map_err(|error| format!("{name}: {error}"))?;
        let steps = JudgedStep::of_suite(&suite, &mut Library::new(verifiers.clone()));
        asked.extend(steps.into_iter().map(|step| Asked::new(step, &[])));
    }
    Ok(asked)
}

/// The steps of cases of one suite, with the rules of each.
fn steps(
    suite: &str,
    cases: &[(Value, Vec<u16>)],
    verifiers: &Verifiers,
) -> Result<Vec<Asked>, Box<dyn Error>> {
    let values: Vec<_> = cases.iter().map(|(case, _)| case.clone()).collect();
    let text = authenticator::suite(suite, "made for a differential run", &values)?.to_string();
    let rules = |id: &str| {
        let case = id.split_once('/').map_or(id, |(_, case)| case);
        let case = case.split('#').next().unwrap_or_default();
        cases.iter().find(|(value, _)| value["id"] == case).map_or(&[][..], |(_, rules)| rules)
    };
    let steps = JudgedStep::of_suite(&Suite::from_json(&text)?, &mut Library::new(verifiers.clone()));
    Ok(steps
        .into_iter()
        .map(|step| {
            let rules = rules(&step.id).to_vec();
            Asked::new(step, &rules)
        })
        .collect())
}

fn case(id: &str, title: &str, scenario: Scenario, exchange: &Exchange) -> Result<Value, Box<dyn Error>> {
    let anything = json!("accept");
    authenticator::case(id, title, scenario, exchange, &anything, &anything)
}

/// Every format with every algorithm and an authentication, and every named fault.
pub fn made(verifiers: &Verifiers) -> Result<Vec<Asked>, Box<dyn Error>> {
    let mut valid = Vec::new();
    for (id, format, _, scenario) in authenticator::valid() {
        let exchange = scenario.run_with_challenges(&challenges(), &[], &[])?;
        valid.push((case(&id, "valid", scenario, &exchange)?, Vec::new()));
        mutate::of_format(format.name().trim_end_matches("-chain"));
        let exchange = scenario.run_with_challenges(&challenges(), &mutate::AS_ELSEWHERE, &[])?;
        let title = "valid, as other libraries expect it";
        valid.push((case(&format!("{id}-elsewhere"), title, scenario, &exchange)?, Vec::new()));
    }
    let mut faults = Vec::new();
    for fault in Fault::all().filter(|fault| authenticator::is_expressible(fault.scenario())) {
        let change = [fault.change()];
        let (first, second): (&[_], &[_]) = match fault.ceremony() {
            Part::Authentication => (&[], &change),
            _ => (&change, &[]),
        };
        let exchange = fault.scenario().run_with_challenges(&challenges(), first, second)?;
        let title = format!("breaks rules {:?}", fault.rules());
        faults.push((case(fault.name(), &title, fault.scenario(), &exchange)?, fault.rules().to_vec()));
    }
    let mut asked = steps("formats", &valid, verifiers)?;
    let mut of_faults = steps("faults", &faults, verifiers)?;
    // The valid registration before a fault is the same each time.
    of_faults.retain(|asked| asked.is_authentication() || asked.step.verdict() != "accept");
    asked.extend(of_faults);
    Ok(asked)
}

/// So many random changes.
pub fn mutated(seed: u64, count: u64, verifiers: &Verifiers) -> Result<Vec<Asked>, Box<dyn Error>> {
    let algorithms = [
        Algorithm::Es256,
        Algorithm::Es256,
        Algorithm::EdDsa,
        Algorithm::Rs256,
        Algorithm::Es384,
        Algorithm::MlDsa44,
    ];
    let formats = [
        Format::None,
        Format::None,
        Format::SelfPacked,
        Format::SelfPacked,
        Format::Packed,
        Format::PackedChain,
        Format::Tpm,
        Format::AndroidKey,
        Format::FidoU2f,
        Format::Apple,
    ];
    let mut cases = Vec::new();
    for index in 0..count {
        mutate::begin(seed, index);
        let algorithm = algorithms[mutate::below(algorithms.len())];
        let format = formats[mutate::below(formats.len())];
        let mut scenario = Scenario::of(format).with_algorithm(algorithm);
        if !scenario.is_possible() {
            scenario = scenario.with_algorithm(Algorithm::Es256);
        }
        if mutate::below(4) == 0 {
            scenario = scenario.with_trust(Trust::Unassessed);
        }
        if mutate::below(4) == 0 {
            scenario = scenario.with_required_verification();
        }
        if mutate::below(3) == 0 {
            scenario = scenario.with_backup([Backup::Eligible, Backup::BackedUp][mutate::below(2)]);
        }
        let without = (mutate::below(4) != 0).then_some(mutate::WITHOUT_COPIES);
        let (what, exchange) = if mutate::below(3) == 0 {
            let sign_in = [SignIn::Identified, SignIn::Discoverable][mutate::below(2)];
            let mut signing_in =
                Scenario::AUTHENTICATION.with_algorithm(scenario.algorithm).with_sign_in(sign_in);
            (signing_in.user_verification, signing_in.backup) = (scenario.user_verification, scenario.backup);
            scenario = signing_in;
            let (what, change) = mutate::of_authentication();
            (what, scenario.run_with_challenges(&challenges(), &[], &[change])?)
        } else {
            let (what, change) = mutate::of_registration();
            mutate::of_format(format.name());
            let mut changes = mutate::AS_ELSEWHERE.to_vec();
            changes.extend(without.into_iter().chain([change]));
            (what, scenario.run_with_challenges(&challenges(), &changes, &[])?)
        };
        cases.push((case(&format!("{seed}-{index}"), what, scenario, &exchange)?, Vec::new()));
    }
    let mut asked = steps("mutated", &cases, verifiers)?;
    let has_authentication = |id: &str| {
        cases
            .iter()
            .any(|(case, _)| case["id"] == id["mutated/".len()..] && case["authentications"].is_array())
    };
    asked.retain(|asked| asked.is_authentication() || !has_authentication(&asked.step.id));
    Ok(asked)
}
