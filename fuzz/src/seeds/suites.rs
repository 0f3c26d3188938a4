//! The inputs for each target in the accepted cases of our own conformance suites.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::PathBuf,
    sync::LazyLock,
};

use countersign_conformance::format::{Case, Expectation, Expected, Suite};
use countersign_cose::hash::sha256;
use countersign_types::{AttestationObject, AuthenticationResponse, AuthenticatorData, RegistrationResponse};

/// The inputs by the name of their target, and the known data that the oracles compare with, in the order of the suites and
/// without repetition.
#[derive(Default)]
pub(super) struct Derived(BTreeMap<String, Vec<Vec<u8>>>, BTreeSet<(String, Vec<u8>)>);

/// The inputs and known data of all suites.
pub(super) static DERIVED: LazyLock<BTreeMap<String, Vec<Vec<u8>>>> = LazyLock::new(|| {
    let mut all = Derived::default();
    for case in [TEST_VECTORS, AUTHENTICATOR_FORMATS].into_iter().flat_map(cases) {
        seed(&case, &mut all).unwrap_or_else(|error| panic!("{}: {error}", case.id));
    }
    all.0
});

/// The folder of this workspace.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The suites that targets start from. They are compiled in, because a fuzzing service runs the programs without the
/// repository.
pub(super) const TEST_VECTORS: &str = include_str!("../../../conformance/test-vectors.json");
const AUTHENTICATOR_FORMATS: &str = include_str!("../../../conformance/authenticator-formats.json");

/// The cases of one of our suites.
pub(super) fn cases(suite: &str) -> Vec<Case> {
    Suite::from_json(suite).unwrap().cases
}

impl Derived {
    fn add(&mut self, target: &str, data: &[u8]) {
        if self.1.insert((target.to_owned(), data.to_vec())) {
            self.0.entry(target.to_owned()).or_default().push(data.to_vec());
        }
    }
}

fn accepted(expectation: &Expectation) -> bool {
    matches!(expectation.verdict, Expected::Accept(_))
}

fn seed(case: &Case, into: &mut Derived) -> Result<(), Box<dyn Error>> {
    let mut key = case.credential.as_ref().map(|credential| credential.public_key.to_vec());
    if let Some(step) = case.registration.as_ref().filter(|step| accepted(&step.expect)) {
        let text = step.response().as_bytes();
        let response = RegistrationResponse::from_json(text)?;
        into.add("registration_response", text);
        into.add("inspect", text);
        into.add("registration_ceremony", text);
        into.add("client_data", response.client_data_json());
        let bytes = response.attestation_object();
        let object = AttestationObject::parse(bytes)?;
        into.add("attestation_object", bytes);
        into.add("inspect", bytes);
        into.add("strict_cbor", bytes);
        into.add("authenticator_data", object.authenticator_data);
        let data = AuthenticatorData::parse(object.authenticator_data)?;
        let credential = data.attested_credential_data.ok_or("no attested credential data")?;
        into.add("cose_key", credential.public_key);
        into.add("strict_cbor", credential.public_key);
        key = Some(credential.public_key.to_vec());
        if object.format != "none" {
            let seed = [&sha256(&[response.client_data_json()]), bytes].concat();
            into.add("attestations", &seed);
            into.add(&format!("attestation_{}", object.format.replace('-', "_")), &seed);
            certificates(object.statement, into)?;
        }
    }
    for step in case.authentications.iter().filter(|step| accepted(&step.expect)) {
        let text = step.response().as_bytes();
        let response = AuthenticationResponse::from_json(text)?;
        into.add("authentication_response", text);
        into.add("inspect", text);
        into.add("authentication_ceremony", text);
        into.add("client_data", response.client_data_json());
        into.add("authenticator_data", response.authenticator_data());
        if let Some(key) = &key {
            let hash = sha256(&[response.client_data_json()]);
            let parts = [key, response.authenticator_data(), &hash, response.signature()];
            into.add("assertions", &pieces(&parts)?);
        }
    }
    Ok(())
}

/// The certificates of `x5c`, one by one and as a path.
fn certificates(statement: &[u8], into: &mut Derived) -> Result<(), Box<dyn Error>> {
    let value: ciborium::Value = ciborium::from_reader(statement)?;
    for (name, value) in value.as_map().into_iter().flatten() {
        if name.as_text() != Some("x5c") {
            continue;
        }
        let x5c: Vec<_> = value.as_array().into_iter().flatten().filter_map(|it| it.as_bytes()).collect();
        for certificate in &x5c {
            into.add("certificate", certificate);
            into.add("inspect", certificate);
            if let Ok(certificate) = countersign_attestation::Certificate::from_der(certificate) {
                into.add("spki_key", certificate.subject_public_key_info());
            }
        }
        let last = 1_u8.checked_shl(u32::try_from(x5c.len().saturating_sub(1))?).unwrap_or(0);
        let x5c: Vec<&[u8]> = x5c.into_iter().map(Vec::as_slice).collect();
        let now = 1_767_225_600_u32.to_be_bytes();
        let path = [[last].as_slice(), &now, &pieces(&x5c)?].concat();
        into.add("certificate_path", &path);
        into.add("remembered_links", &path);
    }
    Ok(())
}

fn pieces(parts: &[&[u8]]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(u16::try_from(part.len())?.to_be_bytes());
        all.extend(*part);
    }
    Ok(all)
}
