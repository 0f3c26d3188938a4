//! What a case is, and how it runs.

use countersign_authenticator::{
    Algorithm, Attestation, Attester, Authenticator, Change, Client, Counter, RsaKey, UserVerification,
    types::{CreationOptions, RequestOptions},
};
use serde_json::{Value, json};

use crate::models;
use crate::tool::{Answer, Tool};

/// The cases of one of FIDO's identifiers.
pub(crate) struct Group {
    /// FIDO's name for it.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) title: &'static str,
    pub(crate) cases: &'static [Case],
}

/// A case.
pub(crate) struct Case {
    /// FIDO's number in the group.
    pub(crate) id: &'static str,
    /// What is sent.
    pub(crate) what: &'static str,
    pub(crate) run: Run,
    pub(crate) outcome: Outcome,
}

/// What the server does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// It answers `ok`, as FIDO demands.
    Accepted,
    /// It answers `failed` with this code, as FIDO demands.
    Rejected(&'static str),
    /// It answers `failed` with this code, and FIDO wants `ok`.
    Differs { code: &'static str, why: &'static str },
}

/// How a case runs.
pub(crate) enum Run {
    Register(Registration),
    Authenticate(Assertion),
    /// A check of options, of the server's answers.
    Options(fn(&Options) -> Result<(), String>),
}

/// The options of both ceremonies, each asked for twice.
pub(crate) struct Options {
    pub(crate) creation: [Value; 2],
    /// The options after a registration.
    pub(crate) creation_again: Value,
    pub(crate) request: [Value; 2],
    /// The ID of the registered credential.
    pub(crate) id: String,
    /// The options without attestation.
    pub(crate) without_attestation: Value,
}

/// A registration.
pub(crate) struct Registration {
    pub(crate) attestation: fn(Attester) -> Attestation,
    pub(crate) algorithm: Algorithm,
    pub(crate) conveyance: &'static str,
    /// The AAGUID of the authenticator.
    pub(crate) model: &'static str,
    pub(crate) changes: &'static [Change],
}

impl Registration {
    /// A certified `packed` statement with ES256.
    pub(crate) const PACKED: Self = Self::of(Attestation::Packed);

    pub(crate) const fn of(attestation: fn(Attester) -> Attestation) -> Self {
        Self {
            attestation,
            algorithm: Algorithm::Es256,
            conveyance: "direct",
            model: models::MODEL,
            changes: &[],
        }
    }

    pub(crate) const fn algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    pub(crate) const fn model(self, model: &'static str) -> Self {
        Self { model, ..self }
    }

    pub(crate) const fn without_conveyance(self) -> Self {
        Self { conveyance: "none", ..self }
    }

    pub(crate) const fn with(self, changes: &'static [Change]) -> Self {
        Self { changes, ..self }
    }

    fn authenticator(&self, seed: &str) -> Authenticator {
        Authenticator::platform(seed)
            .with_aaguid(self.model.parse().unwrap())
            .with_attestation((self.attestation)(models::attester(self.model)))
            .with_algorithms([self.algorithm])
            .with_rsa_key(RsaKey::test_key())
    }
}

/// An assertion after a registration without attestation.
pub(crate) struct Assertion {
    /// What the server is asked to require.
    pub(crate) verification: &'static str,
    pub(crate) user: UserVerification,
    pub(crate) counter: Counter,
    pub(crate) changes: &'static [Change],
}

impl Assertion {
    pub(crate) const PLAIN: Self = Self {
        verification: "preferred",
        user: UserVerification::OnRequest,
        counter: Counter::Increasing,
        changes: &[],
    };

    pub(crate) const fn with(self, changes: &'static [Change]) -> Self {
        Self { changes, ..self }
    }

    pub(crate) const fn verification(self, verification: &'static str) -> Self {
        Self { verification, ..self }
    }

    pub(crate) const fn user(self, user: UserVerification) -> Self {
        Self { user, ..self }
    }

    pub(crate) const fn counter(self, counter: Counter) -> Self {
        Self { counter, ..self }
    }
}

/// The body of a request for creation options.
pub(crate) fn creation_request(user: &str, conveyance: &str) -> Value {
    json!({
        "username": user,
        "displayName": "A User",
        "authenticatorSelection": {
            "requireResidentKey": false, "authenticatorAttachment": "platform", "userVerification": "preferred",
        },
        "attestation": conveyance,
        "extensions": { "example.extension": "a test" },
    })
}

/// The body of a request for request options.
pub(crate) fn get_request(user: &str, verification: &str) -> Value {
    json!({
        "username": user,
        "userVerification": verification,
        "extensions": { "example.extension": "a test" },
    })
}

impl Run {
    /// Runs the case for this user, and compares the outcome. Returns what differs.
    pub(crate) async fn run(&self, tool: &Tool, user: &str, outcome: &Outcome) -> Result<(), String> {
        match self {
            Self::Register(registration) => expect(&registration.run(tool, user).await, outcome),
            Self::Authenticate(assertion) => expect(&assertion.run(tool, user).await, outcome),
            Self::Options(check) => check(&Options::of(tool, user).await),
        }
    }
}

impl Registration {
    pub(crate) async fn run(&self, tool: &Tool, user: &str) -> Answer {
        let started = tool.post("/attestation/options", &creation_request(user, self.conveyance), None).await;
        let mut options: CreationOptions = serde_json::from_value(started.body.clone()).unwrap();
        let mut authenticator = self.authenticator(user);
        let client =
            self.changes.iter().fold(Client::new(&tool.origin), |client, change| client.with_change(*change));
        // The tests send an attestation even if none was asked for.
        options.attestation = "direct".into();
        let response = client.create_json(&options, &mut authenticator).unwrap();
        tool.finish("/attestation/result", &response, &started).await
    }
}

impl Assertion {
    async fn run(&self, tool: &Tool, user: &str) -> Answer {
        let started = tool.post("/attestation/options", &creation_request(user, "none"), None).await;
        let options: CreationOptions = serde_json::from_value(started.body.clone()).unwrap();
        let mut authenticator =
            Authenticator::platform(user).with_counter(self.counter).with_user_verification(self.user);
        let response = Client::new(&tool.origin).create_json(&options, &mut authenticator).unwrap();
        tool.finish("/attestation/result", &response, &started).await.expect_ok();

        let started = tool.post("/assertion/options", &get_request(user, self.verification), None).await;
        let options: RequestOptions = serde_json::from_value(started.body.clone()).unwrap();
        let client =
            self.changes.iter().fold(Client::new(&tool.origin), |client, change| client.with_change(*change));
        let response = client.get_json(&options, &mut authenticator).unwrap();
        tool.finish("/assertion/result", &response, &started).await
    }
}

impl Options {
    async fn of(tool: &Tool, user: &str) -> Self {
        let creation = |conveyance: &'static str| async move {
            tool.post("/attestation/options", &creation_request(user, conveyance), None).await
        };
        let first = creation("direct").await;
        let second = creation("direct").await;
        let options: CreationOptions = serde_json::from_value(first.body.clone()).unwrap();
        let mut authenticator = Authenticator::platform(user);
        let response = Client::new(&tool.origin).create_json(&options, &mut authenticator).unwrap();
        let id = serde_json::from_str::<Value>(&response).unwrap()["id"].as_str().unwrap().to_owned();
        tool.finish("/attestation/result", &response, &first).await.expect_ok();
        let request =
            || async { tool.post("/assertion/options", &get_request(user, "required"), None).await.body };
        Self {
            creation_again: creation("direct").await.body,
            without_attestation: creation("none").await.body,
            request: [request().await, request().await],
            creation: [first.body, second.body],
            id,
        }
    }
}

/// Compares an answer with the outcome: status, form and code.
fn expect(answer: &Answer, outcome: &Outcome) -> Result<(), String> {
    let (status, body) = match outcome {
        Outcome::Accepted => (200, json!({ "status": "ok", "errorMessage": "" })),
        Outcome::Rejected(code) | Outcome::Differs { code, .. } => {
            let message = answer.body["errorMessage"].as_str().unwrap_or_default();
            if message.split(": ").next() != Some(code) || message.len() <= code.len() + 2 {
                return Err(format!("{code} is expected: {} {}", answer.status, answer.body));
            }
            (400, json!({ "status": "failed", "errorMessage": message }))
        }
    };
    if (answer.status, &answer.body) == (status, &body) {
        Ok(())
    } else {
        Err(format!("{outcome:?} is expected: {} {}", answer.status, answer.body))
    }
}
