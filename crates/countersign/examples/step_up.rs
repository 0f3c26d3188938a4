//! A user who is signed in confirms a payment with a passkey. The program prints:
//!
//! ```text
//! confirmed: {"to":"Shop","amount":"12.00 EUR","order":4711}
//! another amount: challenge-mismatch
//! a sign-in instead of a confirmation: the ceremony state was made for another purpose (7.2 step 1, configure the options)
//! ```
//!
//! The guide [step-up](https://github.com/countersign/countersign/blob/main/docs/guide/step-up.md) says what to watch.

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

mod browser;

use std::{error::Error, time::SystemTime};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, Code, CredentialIdStatus,
    CredentialRecord, CredentialUpdate, Policy, RegistrationRequest, RegistrationResponse, RelyingParty,
    Timestamp, User,
    ceremony::{BoundAuthenticationState, new_user_handle},
};
use countersign_authenticator::Authenticator;

use crate::browser::Browser;

/// The payment comes from the server's database, and the account from the session; the page shows both.
fn start(
    rp: &RelyingParty,
    record: &CredentialRecord,
    payment: &str,
) -> Result<(String, BoundAuthenticationState), Box<dyn Error>> {
    let credentials = [record.descriptor()];
    let request = AuthenticationRequest::identified(record.user_handle(), &credentials);
    let data = payment.as_bytes();
    let (options, state) = rp.start_bound_authentication(
        request,
        data,
        &mut getrandom::fill,
        Timestamp::from(SystemTime::now()),
    )?;
    Ok((serde_json::to_string(&options)?, state))
}

/// The server pays in the transaction that stores the update.
fn finish(
    rp: &RelyingParty,
    record: &CredentialRecord,
    state: AuthenticationState,
    body: &str,
) -> Result<CredentialUpdate, Box<dyn Error>> {
    let response = AuthenticationResponse::from_json(body.as_bytes())?;
    let authenticated =
        rp.finish_authentication(state, &response, record, Timestamp::from(SystemTime::now()))?;
    Ok(authenticated.update().clone())
}

fn main() -> Result<(), Box<dyn Error>> {
    // Both have the RP ID in common. Each has a purpose, so that a ceremony of one can't be finished at the other.
    let builder = || RelyingParty::builder("example.org", "Example").origin("https://example.org");
    let sign_in = builder().purpose("sign-in").build()?;
    let step_up = builder().purpose("step-up").policy(Policy::passkeys()).build()?;
    let mut browser = Browser::new(Authenticator::phone("a phone"));
    let mut record = register(&sign_in, &mut browser)?;

    let payment = r#"{"to":"Shop","amount":"12.00 EUR","order":4711}"#;
    let (options, state) = start(&step_up, &record, payment)?;
    let body = browser.get(&options)?;
    let update = finish(&step_up, &record, state.confirm(payment.as_bytes())?, &body)?;
    record.apply(&update)?;
    println!("confirmed: {payment}");

    let (_, state) = start(&step_up, &record, payment)?;
    let other = payment.replace("12.00", "1200.00");
    let error = state.confirm(other.as_bytes()).expect_err("the state is bound to the payment");
    println!("another amount: {}", error.code());
    assert_eq!(error.code(), Code::ChallengeMismatch);

    let request = AuthenticationRequest::discoverable();
    let (options, state) =
        sign_in.start_authentication(request, &mut getrandom::fill, Timestamp::from(SystemTime::now()))?;
    let body = browser.get(&serde_json::to_string(&options)?)?;
    let error = finish(&step_up, &record, state, &body).expect_err("it was started to sign in");
    println!("a sign-in instead of a confirmation: {error}");
    Ok(())
}

fn register(rp: &RelyingParty, browser: &mut Browser) -> Result<CredentialRecord, Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let user = User::new(new_user_handle(&mut getrandom::fill)?, "jo@example.org", "Jo");
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user), &mut getrandom::fill, now)?;
    let body = browser.create(&serde_json::to_string(&options)?)?;
    let response = RegistrationResponse::from_json(body.as_bytes())?;
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, now)?;
    Ok(registered.into_credential())
}
