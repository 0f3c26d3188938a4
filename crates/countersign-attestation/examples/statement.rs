//! Verifies an attestation statement and the path to a trust anchor, without a ceremony:
//!
//! ```text
//! packed, uncertain, model 1c4771d5-ca1a-61cf-ef9c-3fffdf8f07c5
//! ```
#![allow(clippy::print_stdout, reason = "an example prints what it did")]

use countersign_attestation::cose::{PublicKey, Verifiers, hash::sha256};
use countersign_attestation::types::{AttestationObject, AuthenticatorData, RegistrationResponse, Timestamp};
use countersign_attestation::{AnchorList, Certificate, Formats, PathLimits, TrustAnchor, VerificationInput};
use countersign_authenticator::{Format, NOW, Scenario};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A security key and its vendor, in software.
    let exchange = Scenario::of(Format::Packed).run(&[], &[])?;
    let anchor = TrustAnchor::from_certificate(Certificate::from_der(&exchange.anchor)?);
    let json = exchange.registration.ok_or("a registration")?.response;

    let response = RegistrationResponse::from_json(json.as_bytes())?;
    let object = AttestationObject::parse(response.attestation_object())?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    let attested = data.attested_credential_data.as_ref().ok_or("no credential")?;
    let key = PublicKey::from_cose(attested.public_key)?;
    let (hash, verifiers) = (sha256(&[response.client_data_json()]), Verifiers::default());
    let input = VerificationInput {
        format: object.format,
        statement: object.statement,
        authenticator_data: &data,
        client_data_hash: &hash,
        credential_key: &key,
        prepared_credential_key: None,
        verifiers: &verifiers,
    };
    let attestation = Formats::standard().verify(&input)?;
    let (anchors, now) = (AnchorList::new([anchor]), Timestamp::from_unix_seconds(NOW));
    let trust =
        attestation.assess_trust(attested.aaguid, &anchors, now, &verifiers, &PathLimits::default())?;
    let model = trust.attested_aaguid().ok_or("no model")?.get();
    assert_eq!(model, attested.aaguid);
    println!("{}, {}, model {model}", attestation.format(), attestation.attestation_type());
    Ok(())
}
