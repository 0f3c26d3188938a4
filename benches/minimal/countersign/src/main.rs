//! The smallest program that verifies a sign-in: reads the stored record, prints options, reads the browser's response.

use std::{error::Error, io, time::SystemTime};

use countersign::{AuthenticationRequest, AuthenticationResponse, CredentialRecord, RelyingParty, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
    let mut lines = io::stdin().lines();
    let mut line = || lines.next().ok_or("a line of JSON is missing");
    let record: CredentialRecord = serde_json::from_str(&line()??)?;
    let request = AuthenticationRequest::discoverable();
    let (options, state) =
        rp.start_authentication(request, &mut getrandom::fill, Timestamp::from(SystemTime::now()))?;
    println!("{}", serde_json::to_string(&options)?);
    let response = AuthenticationResponse::from_json(line()??.as_bytes())?;
    let authenticated =
        rp.finish_authentication(state, &response, &record, Timestamp::from(SystemTime::now()))?;
    println!("signature counter {}", authenticated.update().next.sign_count());
    Ok(())
}
