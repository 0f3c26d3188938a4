//! A security key after a password. The program prints:
//!
//! ```text
//! jo@example.org has registered a security key
//! jo@example.org is signed in with password and security key, counter 2
//! a copy of the key: the signature counter is 2 after 2 (7.2 step 22, compare the signature counter)
//! ```
//!
//! The guide [second factor](https://github.com/countersign/countersign/blob/main/docs/guide/second-factor.md) says what
//! to watch.

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

mod browser;

use std::{error::Error, time::SystemTime};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, CredentialIdStatus, CredentialRecord, Policy,
    RegistrationRequest, RegistrationResponse, RelyingParty, Timestamp, User, ceremony::new_user_handle,
};
use countersign_authenticator::Authenticator;

use crate::browser::Browser;

/// In a session whose password was checked.
fn register(rp: &RelyingParty, user: &User, key: &mut Browser) -> Result<CredentialRecord, Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(user), &mut getrandom::fill, now)?;
    let body = key.create(&serde_json::to_string(&options)?)?;
    let response = RegistrationResponse::from_json(body.as_bytes())?;
    let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, now)?;
    Ok(registered.into_credential())
}

/// After the password of `user` was right, and before the session is opened: one of the account's own keys.
fn sign_in(
    rp: &RelyingParty,
    user: &User,
    records: &mut [CredentialRecord],
    key: &mut Browser,
) -> Result<(), Box<dyn Error>> {
    let now = Timestamp::from(SystemTime::now());
    let credentials: Vec<_> = records.iter().map(CredentialRecord::descriptor).collect();
    let request = AuthenticationRequest::identified(&user.handle, &credentials);
    let (options, state) = rp.start_authentication(request, &mut getrandom::fill, now)?;
    let body = key.get(&serde_json::to_string(&options)?)?;
    let response = AuthenticationResponse::from_json(body.as_bytes())?;
    let record = records.iter_mut().find(|record| record.id() == response.credential_id());
    let authenticated = rp.finish_authentication(state, &response, record.as_deref(), now)?;
    record.ok_or("a record was verified")?.apply(authenticated.update())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let rp = RelyingParty::builder("example.org", "Example")
        .origin("https://example.org")
        .policy(Policy::second_factor())
        .build()?;
    let user = User::new(new_user_handle(&mut getrandom::fill)?, "jo@example.org", "Jo");
    let mut key = Browser::new(Authenticator::security_key("the key of jo"));
    let mut records = [register(&rp, &user, &mut key)?];
    println!("{} has registered a security key", user.name);

    let mut copy = key.clone();
    sign_in(&rp, &user, &mut records, &mut key)?;
    let count = records[0].sign_count();
    println!("{} is signed in with password and security key, counter {count}", user.name);

    // A copy that was made before has the old counter.
    let refused = sign_in(&rp, &user, &mut records, &mut copy).expect_err("the counter is that of a copy");
    println!("a copy of the key: {refused}");
    assert_eq!(records[0].sign_count(), count);
    Ok(())
}
