//! A real server answers in the described form whatever schemathesis asks it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::{fs, future};

use axum::http::StatusCode;
use countersign_server::{ClientConfig, Config, LimitsConfig, Listen, Server, router};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::authenticator::Passkey;
use crate::document::DOCUMENT;
use crate::life::SECRET;
use crate::python;
use crate::site::{Client, finish};

const ORIGIN: &str = "https://example.org";

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

    /// A signed-in browser: its cookies and its account.
    fn sign_in(&self) -> Client {
        self.runtime.block_on(async {
            let mut client = Client::of(&router(&self.config).await.unwrap());
            client.origin = ORIGIN;
            let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
            let passkey = Passkey::new(&started["options"], ORIGIN, 1);
            let finish = finish(&started, &passkey.registration(&started["options"]));
            let answer = client.post("/api/accounts/finish", &finish).await;
            assert_eq!(answer.status, StatusCode::CREATED);
            client
        })
    }
}

/// Runs schemathesis with a configuration and these arguments. The seed is fixed, so that each run asks the same, and the
/// origin is an accepted one, so that more than the check of the origin is asked.
fn run(instance: &Instance, folder: &Path, configuration: &str, arguments: &[&str]) {
    let file = folder.join("schemathesis.toml");
    fs::write(&file, format!("[parameters]\n\"header.Origin\" = \"{ORIGIN}\"\n{configuration}")).unwrap();
    let mut schemathesis = Command::new(python::programs().join("st"));
    schemathesis
        .arg("--config-file")
        .arg(file)
        .args(["run", DOCUMENT, "--url", &format!("http://{}", instance.address)])
        .args(["--phases", "coverage,fuzzing", "--max-examples", "4", "--generation-deterministic"])
        .args(["--no-shrink", "--no-color", "--continue-on-failure", "--warnings", "off"])
        .args(["--request-timeout", "60"])
        // A name or a code of the described form may still be invisible, taken or wrong.
        .args(["--checks", "all", "--exclude-checks", "positive_data_acceptance"])
        .args(arguments)
        .current_dir(folder);
    let output = schemathesis.output().unwrap();
    let report =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{schemathesis:?}\n{report}");
}

#[test]
fn a_server_answers_strangers_in_the_described_form() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(folder.path());
    run(&instance, folder.path(), "", &[]);
}

#[test]
fn a_server_answers_signed_in_users_and_clients_in_the_described_form() {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(folder.path());
    let mut client = instance.sign_in();
    let value = |cookie: Option<String>| cookie.unwrap().split_once('=').unwrap().1.to_owned();
    let [session, browser] = [&client.cookie, &client.browser].map(|cookie| value(cookie.clone()));
    let account = client.account.clone().unwrap();
    let configuration = format!(
        "\"header.countersign-account\" = \"{account}\"\n\
         [auth.openapi.session]\napi_key = \"{session}\"\n\
         [auth.openapi.browser]\napi_key = \"{browser}\"\n\
         [auth.openapi.client]\nbearer = \"{SECRET}\"\n"
    );
    // Either would be the last request with the session, whose ID schemathesis finds in the list.
    let ending = ["--exclude-operation-id", "endSession", "--exclude-operation-id", "endOneSession"];
    run(&instance, folder.path(), &configuration, &ending);
    let still_signed_in = instance.runtime.block_on(client.get("/api/sessions"));
    assert_eq!(still_signed_in.status, StatusCode::OK, "the requests had a session to the last");
}
