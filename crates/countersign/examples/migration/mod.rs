//! What every migration does: it imports a table row by row, and signs in with the first row's passkey.

use std::{error::Error, time::SystemTime};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, CredentialRecord, RelyingParty, Timestamp,
    lifecycle::ImportError,
};

use crate::browser::Browser;

/// Makes a record of a row.
type Import = fn(&RelyingParty, &str) -> Result<CredentialRecord, Box<dyn Error>>;

/// Imports each line of the table by `import`. The first line is the passkey of the browser that signs in then.
pub(crate) fn run(table: &str, import: Import) -> Result<(), Box<dyn Error>> {
    let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build()?;
    let mut records = Vec::new();
    for (number, row) in (1..).zip(table.trim().lines()) {
        match import(&rp, row) {
            Ok(record) => records.push(record),
            Err(error) => {
                let code = error.downcast_ref().and_then(ImportError::code);
                let code = code.map_or("no code", |code| code.as_str());
                println!("row {number} is not imported, {code}: {error}");
            }
        }
    }
    println!("{} rows are imported", records.len());
    assert_eq!(records.len(), 2);

    // The owner of the first row signs in.
    let mut browser = Browser::with_passkey([7; 32], b"credential of jo 0001", b"jo has 16 bytes!")?;
    let now = Timestamp::from(SystemTime::now());
    let request = AuthenticationRequest::discoverable();
    let (options, state) = rp.start_authentication(request, &mut getrandom::fill, now)?;
    let body = browser.get(&serde_json::to_string(&options)?)?;
    let response = AuthenticationResponse::from_json(body.as_bytes())?;
    let record = records.iter().find(|record| record.id() == response.credential_id());
    let authenticated = rp.finish_authentication(state, &response, record, now)?;
    let (user, _) = authenticated.user_and_update();
    println!("signed in: {}", String::from_utf8_lossy(user.as_bytes()));
    Ok(())
}
