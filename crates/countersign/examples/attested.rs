//! Only authenticators of one vendor, and of one model, may be registered. The program prints:
//!
//! ```text
//! registered: packed attestation, model 11111111-2222-3333-4444-555555555555
//! another model of the vendor: authenticator-not-accepted
//! another vendor: attestation-untrusted
//! an authenticator without attestation: attestation-not-accepted
//! ```
//!
//! The guide [attested authenticators](https://github.com/countersign/countersign/blob/main/docs/guide/attested.md) says
//! what to watch, and how to accept what the FIDO metadata lists.

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

mod browser;

use std::{error::Error, sync::Arc, time::SystemTime};

use countersign::{
    Code, CredentialIdStatus, Policy, RegistrationRequest, RegistrationResponse, RelyingParty, Timestamp,
    User,
    attestation::{AnchorList, Certificate, ModelList, TrustAnchor},
    ceremony::{Registered, new_user_handle},
    relying_party::policy::AttestationPolicy,
    types::Aaguid,
};
use countersign_authenticator::{Attestation, Attester, Authenticator};

use crate::browser::Browser;

/// The model that is bought.
const MODEL: Aaguid = Aaguid::from_bytes([
    0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
]);

/// `root` is the vendor's certificate in DER, from its site, the FIDO metadata, or `attestation::roots`.
fn relying_party(root: &[u8]) -> Result<RelyingParty, Box<dyn Error>> {
    let anchors = AnchorList::new([TrustAnchor::from_certificate(Certificate::from_der(root)?)]);
    let rp = RelyingParty::builder("example.org", "Example")
        .origin("https://example.org")
        .policy(Policy::attested(AttestationPolicy::new()))
        .trust_anchors(Arc::new(anchors))
        .model_policy(Arc::new(ModelList::only([MODEL])));
    Ok(rp.build()?)
}

fn register(rp: &RelyingParty, key: Authenticator) -> Result<Registered, Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let user = User::new(new_user_handle(&mut getrandom::fill)?, "jo@example.org", "Jo");
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user), &mut getrandom::fill, now)?;
    let body = Browser::new(key).create(&serde_json::to_string(&options)?)?;
    let response = RegistrationResponse::from_json(body.as_bytes())?;
    Ok(rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, now)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let vendor = Attester::from_seed("the vendor");
    let rp = relying_party(&vendor.authority().certificate())?;

    let key = Authenticator::security_key("a key").with_aaguid(MODEL);
    let bought = key.clone().with_attestation(Attestation::Packed(vendor.clone()));
    let registered = register(&rp, bought)?;
    let model = registered.attested_aaguid().ok_or("the vendor names the model")?.get();
    println!("registered: {} attestation, model {model}", registered.attestation().format());
    assert_eq!(model, MODEL);

    let other_model = Authenticator::security_key("another").with_attestation(Attestation::Packed(vendor));
    let other_vendor = Attestation::Packed(Attester::from_seed("another vendor"));
    for (what, authenticator, code) in [
        ("another model of the vendor", other_model, Code::AuthenticatorNotAccepted),
        ("another vendor", key.clone().with_attestation(other_vendor), Code::AttestationUntrusted),
        ("an authenticator without attestation", key, Code::AttestationNotAccepted),
    ] {
        let error = register(&rp, authenticator).err().ok_or("accepted")?;
        let error = error.downcast::<countersign::Error>()?;
        println!("{what}: {}", error.code());
        assert_eq!(error.code(), code);
    }
    Ok(())
}
