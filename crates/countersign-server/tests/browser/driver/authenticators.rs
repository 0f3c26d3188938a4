//! The virtual authenticators of a browser, by the extension commands of
//! [User Agent Automation](https://www.w3.org/TR/webauthn-3/#sctn-automation), which both drivers have.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Browser, Kind, PATIENCE, firefox};

/// A virtual authenticator.
pub(crate) struct Authenticator {
    id: String,
    configuration: Json,
}

/// A virtual authenticator that the browser does not have at the moment.
pub(crate) struct PutAway {
    configuration: Json,
    credentials: Vec<Json>,
}

/// What makes a virtual authenticator one on a USB key.
pub(crate) fn usb() -> Json {
    json!({ "transport": "usb" })
}

impl Browser {
    /// Adds a virtual authenticator: on this device, discoverable, verifying and consenting, except for `changes`.
    pub(crate) async fn add_authenticator(&self, changes: Json) -> Authenticator {
        let protocol = match self.kind {
            Kind::Chromium => "ctap2",
            // One of CTAP 2.0 finds none of several passkeys.
            Kind::Firefox => "ctap2_1",
        };
        let mut configuration = json!({
            "protocol": protocol,
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        for (key, value) in changes.as_object().unwrap() {
            configuration[key] = value.clone();
        }
        self.add_configured(configuration).await
    }

    async fn add_configured(&self, configuration: Json) -> Authenticator {
        let id = self.session.post("webauthn/authenticator", configuration.clone()).await;
        Authenticator { id: id.as_str().unwrap().to_owned(), configuration }
    }

    pub(crate) async fn remove_authenticator(&self, authenticator: Authenticator) {
        self.session.delete(&format!("webauthn/authenticator/{}", authenticator.id)).await;
    }

    /// Removes an authenticator, and keeps what it stores.
    pub(crate) async fn put_away(&self, authenticator: Authenticator) -> PutAway {
        let credentials = self.credentials(&authenticator).await;
        let configuration = authenticator.configuration.clone();
        self.remove_authenticator(authenticator).await;
        PutAway { configuration, credentials }
    }

    /// Brings an authenticator back, with what it stored.
    pub(crate) async fn bring_back(&self, put_away: PutAway) -> Authenticator {
        let authenticator = self.add_configured(put_away.configuration).await;
        for credential in put_away.credentials {
            self.add_credential(&authenticator, credential).await;
        }
        authenticator
    }

    pub(crate) async fn credentials(&self, authenticator: &Authenticator) -> Vec<Json> {
        let path = format!("webauthn/authenticator/{}/credentials", authenticator.id);
        self.session.get(&path).await.as_array().unwrap().clone()
    }

    /// Waits until an authenticator has this many credentials: signals are asynchronous.
    pub(crate) async fn until_credentials(&self, authenticator: &Authenticator, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let there = self.credentials(authenticator).await.len();
            if there == count {
                return;
            }
            assert!(Instant::now() < deadline, "{there} credentials, not {count}");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Waits until signals removed the only credential of an authenticator, or checks that it stays in a browser without signals.
    pub(crate) async fn until_signalled_away(&self, authenticator: &Authenticator) {
        let left = usize::from(!self.has_signals().await);
        self.until_credentials(authenticator, left).await;
    }

    /// Whether the browser passes signals on to the providers of passkeys.
    pub(crate) async fn has_signals(&self) -> bool {
        self.run("return 'signalAllAcceptedCredentials' in PublicKeyCredential").await == json!(true)
    }

    /// Puts a copy of a credential into an authenticator.
    pub(crate) async fn add_credential(&self, authenticator: &Authenticator, credential: Json) {
        let id = &authenticator.id;
        match self.kind {
            Kind::Chromium => {
                self.session.post(&format!("webauthn/authenticator/{id}/credential"), credential).await;
            }
            Kind::Firefox => firefox::add_credential(&self.session, id, credential).await,
        }
    }

    /// Chooses a passkey of the name field's suggestions, as soon as there is one. Chromium's virtual authenticators choose by
    /// themselves.
    pub(crate) async fn choose_suggestion(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.kind == Kind::Firefox && !firefox::choose_suggestion(&self.session).await {
            assert!(Instant::now() < deadline, "no passkey is suggested");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}
