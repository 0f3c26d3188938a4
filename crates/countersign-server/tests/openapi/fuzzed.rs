//! A real server answers in the described form whatever schemathesis asks it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::{fs, future};

use axum::http::StatusCode;
use countersign::types::{UserHandle, base64url};
use countersign_server::operator::Operator;
use countersign_server::{ClientConfig, Config, LimitsConfig, Listen, OperatorPage, Server, router};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::authenticator::Passkey;
use crate::document::{DOCUMENT, OPERATOR_DOCUMENT};
use crate::life::SECRET;
use crate::site::{Client, finish};
use crate::{python, vendor};

const ORIGIN: &str = "https://example.org";

/// The value of a cookie.
fn value(cookie: Option<&String>) -> String {
    cookie.unwrap().split_once('=').unwrap().1.to_owned()
}

/// A server with https names, so that its cookies have the names of the document.
struct Instance {
    address: SocketAddr,
    config: Config,
    runtime: Runtime,
}

impl Instance {
    fn start(folder: &Path) -> Self {
        let mut config = Config::new(folder.join("countersign.sqlite3"));
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        config.rp_id = "example.org".into();
        config.origins = vec![ORIGIN.into()];
        // So that the document of related origins is there.
        config.relying_party.related_origins = vec!["https://example.com".into()];
        config.return_addresses = vec!["https://app.example.org".into()];
        config.operator_page = OperatorPage::On;
        // So that passkeys can be assessed.
        vendor::write(folder, 7, "FIDO_CERTIFIED_L1");
        config.metadata = vendor::config(folder, vendor::any()).metadata;
        config.limits = LimitsConfig::off();
        let secret = folder.join("secret");
        fs::write(&secret, SECRET).unwrap();
        config.clients = vec![ClientConfig::new("test", secret)];
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(&config)).unwrap();
        let address = server.addresses()[0];
        runtime.spawn(server.serve(future::pending()));
        Self { address, config, runtime }
    }

    /// A signed-in browser of a new account: its cookies and its account.
    fn sign_in(&self, name: &str, seed: u8) -> Client {
        self.runtime.block_on(async {
            let mut client = Client::of(&router(&self.config).await.unwrap());
            client.origin = ORIGIN;
            let started = client.post("/api/accounts/start", &json!({ "name": name })).await.json();
            let passkey = Passkey::new(&started["options"], ORIGIN, seed);
            let finish = finish(&started, &passkey.registration(&started["options"]));
            let answer = client.post("/api/accounts/finish", &finish).await;
            assert_eq!(answer.status, StatusCode::CREATED);
            client
        })
    }
}

/// A run of schemathesis.
struct Run<'a> {
    document: &'a str,
    configuration: String,
    /// Checks that don't apply.
    checks: &'a [&'a str],
    /// Operations that are left out.
    operations: &'a [&'a str],
}

impl Run<'_> {
    /// A run as a stranger.
    fn new(document: &str) -> Run<'_> {
        Run { document, configuration: String::new(), checks: &[], operations: &[] }
    }

    /// Runs it. The seed is fixed, so that each run asks the same, and the origin is an accepted one, so that more than the
    /// check of the origin is asked.
    fn on(&self, instance: &Instance, folder: &Path) {
        let file = folder.join("schemathesis.toml");
        let configuration = &self.configuration;
        fs::write(&file, format!("[parameters]\n\"header.Origin\" = \"{ORIGIN}\"\n{configuration}")).unwrap();
        // A name or a code of the described form may still be invisible, taken or wrong.
        let checks = [&["positive_data_acceptance"], self.checks].concat().join(",");
        let mut schemathesis = Command::new(python::programs().join("st"));
        schemathesis
            .arg("--config-file")
            .arg(file)
            .args(["run", self.document, "--url", &format!("http://{}", instance.address)])
            .args(["--phases", "coverage,fuzzing", "--max-examples", "4", "--generation-deterministic"])
            .args(["--no-shrink", "--no-color", "--continue-on-failure", "--warnings", "off"])
            .args(["--request-timeout", "60", "--checks", "all", "--exclude-checks", &checks])
            .args(self.operations.iter().flat_map(|id| ["--exclude-operation-id", *id]))
            .current_dir(folder);
        let output = schemathesis.output().unwrap();
        let report =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{schemathesis:?}\n{report}");
    }
}

#[test]
fn a_server_answers_strangers_in_the_described_form() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(folder.path());
    Run::new(DOCUMENT).on(&instance, folder.path());
    // Strangers get 404 from the operator's page whatever they ask, and the checks expect 400 or 401.
    let checks = &["ignored_auth", "missing_required_header"];
    Run { checks, ..Run::new(OPERATOR_DOCUMENT) }.on(&instance, folder.path());
}

#[test]
fn a_server_answers_signed_in_users_and_clients_in_the_described_form() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(folder.path());
    let mut client = instance.sign_in("Ada", 1);
    let [session, browser] = [client.cookie.as_ref(), client.browser.as_ref()].map(value);
    let account = client.account.clone().unwrap();
    let configuration = format!(
        "\"header.countersign-account\" = \"{account}\"\n\
         [auth.openapi.session]\napi_key = \"{session}\"\n\
         [auth.openapi.browser]\napi_key = \"{browser}\"\n\
         [auth.openapi.client]\nbearer = \"{SECRET}\"\n"
    );
    // Either would be the last request with the session, whose ID schemathesis finds in the list.
    let operations = &["endSession", "endOneSession"];
    Run { configuration, operations, ..Run::new(DOCUMENT) }.on(&instance, folder.path());
    let still_signed_in = instance.runtime.block_on(client.get("/api/sessions"));
    assert_eq!(still_signed_in.status, StatusCode::OK, "the requests had a session to the last");
}

#[test]
fn a_server_answers_operators_in_the_described_form() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(folder.path());
    let mut client = instance.sign_in("Ada", 1);
    instance.sign_in("Eve", 2);
    let (session, account) = (value(client.cookie.as_ref()), client.account.clone().unwrap());
    instance.runtime.block_on(async {
        let operator = Operator::open(&instance.config).await.unwrap();
        let handle = UserHandle::new(base64url::decode(&account).unwrap()).unwrap();
        operator.grant_role(&handle).await.unwrap();
    });
    let configuration = format!(
        "\"header.countersign-account\" = \"{account}\"\n\
         [auth.openapi.session]\napi_key = \"{session}\"\n"
    );
    let run = Run {
        configuration,
        // A request without the session gets 404, and the check expects 401.
        checks: &["ignored_auth"],
        // Either may end the session of the requests, whose ID and passkey schemathesis finds in the account.
        operations: &["endSessionOfUser", "flagPasskey"],
        ..Run::new(OPERATOR_DOCUMENT)
    };
    run.on(&instance, folder.path());
    let is_still_operator = instance.runtime.block_on(client.get("/operator/api/session"));
    assert_eq!(
        is_still_operator.status,
        StatusCode::OK,
        "the requests had an operator's session to the last"
    );
}
