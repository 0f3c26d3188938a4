//! Prints what a browser's response says, without verifying it:
//!
//! ```text
//! origin https://example.org, UP UV, counter 7
//! ```

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

use countersign_types::{AuthenticationResponse, AuthenticatorData, ClientData};

/// `PublicKeyCredential.toJSON()`.
const BODY: &str = r#"{
    "id": "AQI", "rawId": "AQI", "type": "public-key", "clientExtensionResults": {},
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQVFJIiwib3JpZ2luIjoiaHR0cHM6Ly9leGFtcGxlLm9yZyJ9",
        "authenticatorData": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFAAAABw", "signature": "MAA"
    }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let response = AuthenticationResponse::from_json(BODY.as_bytes())?;
    let client_data = ClientData::parse(response.client_data_json())?;
    let data = AuthenticatorData::parse(response.authenticator_data())?;
    assert!(data.flags.user_verified());
    println!("origin {}, {}, counter {}", client_data.origin, data.flags, data.sign_count);
    Ok(())
}
