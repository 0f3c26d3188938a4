//! What is not part of the server: a browser and the user's device, in software. JSON goes in and comes out, as with
//! `navigator.credentials` and `toJSON()`.

#![allow(dead_code, reason = "each example uses a part")]

use std::error::Error;

use countersign::{
    CredentialId,
    cose::Algorithm,
    types::{CreationOptions, RequestOptions, base64url},
};
use countersign_authenticator::{Authenticator, Client, PrivateKey};
use serde_json::json;

/// A page of `https://example.org` in a browser, with one authenticator.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    authenticator: Authenticator,
}

impl Browser {
    pub(crate) fn new(authenticator: Authenticator) -> Self {
        Self { client: Client::new("https://example.org"), authenticator }
    }

    /// A browser whose authenticator has had this ES256 passkey since before the examples began.
    pub(crate) fn with_passkey(secret: [u8; 32], id: &[u8], user: &[u8]) -> Result<Self, Box<dyn Error>> {
        let key = PrivateKey::from_bytes(Algorithm::Es256, &secret).ok_or("no scalar of P-256")?;
        let id = CredentialId::new(id).ok_or("an empty credential ID")?;
        let mut browser = Self::new(Authenticator::phone("a phone").with_next_credential(key, id));
        let options = json!({
            "rp": { "id": "example.org", "name": "Example" },
            "user": { "id": base64url::encode(user), "name": "", "displayName": "" },
            "challenge": "AAECAwQFBgcICQoLDA0ODw",
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        });
        browser.create(&options.to_string())?;
        Ok(browser)
    }

    /// `navigator.credentials.create()` with the options of the server.
    pub(crate) fn create(&mut self, options: &str) -> Result<String, Box<dyn Error>> {
        let options: CreationOptions = serde_json::from_str(options)?;
        Ok(self.client.create_json(&options, &mut self.authenticator)?)
    }

    /// `navigator.credentials.get()` with the options of the server.
    pub(crate) fn get(&mut self, options: &str) -> Result<String, Box<dyn Error>> {
        let options: RequestOptions = serde_json::from_str(options)?;
        Ok(self.client.get_json(&options, &mut self.authenticator)?)
    }
}
