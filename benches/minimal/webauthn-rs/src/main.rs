//! The same program over webauthn-rs: reads the stored passkey, prints options, reads the browser's response.

use std::{error::Error, io};

use webauthn_rs::prelude::{Passkey, PublicKeyCredential, Url, WebauthnBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let webauthn = WebauthnBuilder::new("example.org", &Url::parse("https://example.org")?)?.build()?;
    let mut lines = io::stdin().lines();
    let mut line = || lines.next().ok_or("a line of JSON is missing");
    let passkey: Passkey = serde_json::from_str(&line()??)?;
    let (options, state) = webauthn.start_passkey_authentication(&[passkey])?;
    println!("{}", serde_json::to_string(&options)?);
    let response: PublicKeyCredential = serde_json::from_str(&line()??)?;
    let result = webauthn.finish_passkey_authentication(&response, &state)?;
    println!("signature counter {}", result.counter());
    Ok(())
}
