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
    let exchange = Scenario::of(Format::Packed).run(&[], &[])?; // a security key and its vendor, in software
    let anchors = AnchorList::new([TrustAnchor::from_certificate(Certificate::from_der(&exchange.anchor)?)]);
    let response = RegistrationResponse::from_json(exchange.registration.ok_or("none")?.response.as_bytes())?;
    let object = AttestationObject::parse(response.attestation_object())?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    let attested = data.attested_credential_data.as_ref().ok_or("no credential")?;
    let (key, hash) = (PublicKey::from_cose(attested.public_key)?, sha256(&[response.client_data_json()]));
    let (verifiers, limits) = (Verifiers::default(), PathLimits::default());
    let input = VerificationInput::new(&object, &data, &hash, &key, &verifiers);
    let attestation = Formats::standard().verify(&input)?;
    let now = Timestamp::from_unix_seconds(NOW);
    let trust = attestation.assess_trust(attested.aaguid, &anchors, now, &verifiers, &limits)?;
    let model = trust.attested_aaguid().ok_or("no model")?.get();
    println!("{}, {}, model {model}", attestation.format(), attestation.attestation_type());
    Ok(())
}
