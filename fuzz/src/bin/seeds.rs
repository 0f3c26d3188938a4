//! Writes `seeds/` and the beginnings of `corpus/` from conformance suites.
//!
//! `seeds SUITE.json…`: of each suite the cases that are accepted, one file each, named by the hash of what is in it.

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use countersign_cose::hash::sha256;
use countersign_fuzz::seeds::folder;
use countersign_types::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, RegistrationResponse, base64url,
};
use serde_json::Value;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let suites: Vec<_> = env::args_os().skip(1).collect();
    if suites.is_empty() {
        eprintln!("seeds SUITE.json…");
        return Ok(ExitCode::from(2));
    }
    for path in suites {
        let suite: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let cases = suite.get("cases").and_then(Value::as_array).ok_or("a suite without cases")?;
        for case in cases {
            seed(case)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn accepted(step: &Value) -> bool {
    step["expect"] == "accept" || step["expect"].get("accept").is_some()
}

fn seed(case: &Value) -> Result<(), Box<dyn Error>> {
    let mut key = case.pointer("/credential/public_key").and_then(Value::as_str).map(str::to_owned);
    if let Some(step) = case.get("registration").filter(|step| accepted(step)) {
        let text = serde_json::to_vec(&step["response"])?;
        let response = RegistrationResponse::from_json(&text)?;
        write("corpus/registration_response", &text)?;
        write("corpus/registration_ceremony", &text)?;
        write("corpus/client_data", response.client_data_json())?;
        let bytes = response.attestation_object();
        let object = AttestationObject::parse(bytes)?;
        write("corpus/attestation_object", bytes)?;
        write("corpus/strict_cbor", bytes)?;
        write("corpus/authenticator_data", object.authenticator_data)?;
        let data = AuthenticatorData::parse(object.authenticator_data)?;
        let credential = data.attested_credential_data.ok_or("no attested credential data")?;
        write("corpus/cose_key", credential.public_key)?;
        write("corpus/strict_cbor", credential.public_key)?;
        key = Some(base64url::encode(credential.public_key));
        if object.format != "none" {
            let seed = [&sha256(&[response.client_data_json()]), bytes].concat();
            write("seeds/attestations", &seed)?;
            write(&format!("corpus/attestation_{}", object.format.replace('-', "_")), &seed)?;
            certificates(object.statement)?;
        }
    }
    let steps = case.get("authentications").and_then(Value::as_array);
    for step in steps.into_iter().flatten().filter(|step| accepted(step)) {
        let text = serde_json::to_vec(&step["response"])?;
        let response = AuthenticationResponse::from_json(&text)?;
        write("corpus/authentication_response", &text)?;
        write("corpus/authentication_ceremony", &text)?;
        write("corpus/client_data", response.client_data_json())?;
        write("corpus/authenticator_data", response.authenticator_data())?;
        if let Some(key) = &key {
            let hash = sha256(&[response.client_data_json()]);
            let parts =
                [&base64url::decode(key)?, response.authenticator_data(), &hash, response.signature()];
            write("seeds/assertions", &pieces(&parts)?)?;
        }
    }
    if case["relying_party"].get("id").is_none()
        && case["registration"].get("response").is_some()
        && steps.is_some()
    {
        write("seeds/ceremonies", &serde_json::to_vec(case)?)?;
    }
    Ok(())
}

/// The certificates of `x5c`, one by one and as a path.
fn certificates(statement: &[u8]) -> Result<(), Box<dyn Error>> {
    let value: ciborium::Value = ciborium::from_reader(statement)?;
    for (name, value) in value.as_map().into_iter().flatten() {
        if name.as_text() != Some("x5c") {
            continue;
        }
        let x5c: Vec<_> = value.as_array().into_iter().flatten().filter_map(|it| it.as_bytes()).collect();
        for certificate in &x5c {
            write("corpus/certificate", certificate)?;
            if let Ok(certificate) = countersign_attestation::Certificate::from_der(certificate) {
                write("corpus/spki_key", certificate.subject_public_key_info())?;
            }
        }
        let last = 1_u8.checked_shl(u32::try_from(x5c.len().saturating_sub(1))?).unwrap_or(0);
        let x5c: Vec<&[u8]> = x5c.into_iter().map(Vec::as_slice).collect();
        let now = 1_767_225_600_u32.to_be_bytes();
        write("corpus/certificate_path", &[[last].as_slice(), &now, &pieces(&x5c)?].concat())?;
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

fn write(place: &str, data: &[u8]) -> Result<(), Box<dyn Error>> {
    let name: String = sha256(&[data]).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let place = folder().join(Path::new(place));
    fs::create_dir_all(&place)?;
    Ok(fs::write(place.join(name), data)?)
}
