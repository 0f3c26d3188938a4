//! What a server accepts beyond its own pages: related origins, apps, extensions, and an AppID.

use countersign_server::{Config, Server, config::PublicSuffixRpId};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Answer, Client, ORIGIN, Site, finish};

const ANDROID: &str = "android:apk-key-hash:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";
const IOS: &str = "ios:bundle-id:org.example.App";
const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";

/// Registers a new account, with client data of this origin.
async fn register(site: &Site, origin: &str, seed: u8) -> Answer {
    let mut client = site.client();
    let started = client.post("/api/accounts/start", &json!({ "name": origin })).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], origin, seed);
    client.post("/api/accounts/finish", &finish(&started, &passkey.registration(&started["options"]))).await
}

#[tokio::test]
async fn configured_origins_are_accepted_and_no_others() {
    type Change = fn(&mut Config);
    let related: Change = |config| config.relying_party.related_origins = vec!["https://example.com".into()];
    for (origin, change) in [
        ("https://example.com", related),
        (ANDROID, |config| config.relying_party.app_origins = vec![ANDROID.into(), IOS.into()]),
        (IOS, |config| config.relying_party.app_origins = vec![ANDROID.into(), IOS.into()]),
        (EXTENSION, |config| config.relying_party.extension_origins = vec![EXTENSION.into()]),
        ("http://localhost:4711", |config| {
            config.relying_party.any_port_origins = vec!["http://localhost".into()];
        }),
    ] {
        let without = Site::new().await;
        register(&without, origin, 1).await.expect_error(400, "origin-mismatch");
        let with = Site::with(|config, _| change(config)).await;
        register(&with, origin, 1).await.expect(201);
        register(&with, ORIGIN, 2).await.expect(201);
        register(&with, "https://example.net", 3).await.expect_error(400, "origin-mismatch");
    }
}

#[tokio::test]
async fn subdomains_and_insecure_pages_are_accepted_if_they_are_configured() {
    type Change = fn(&mut Config);
    let subdomains: Change =
        |config| config.relying_party.subdomain_origins = vec!["https://example.org".into()];
    let insecure: Change =
        |config| config.relying_party.dangerous_insecure_origins = vec!["http://example.org".into()];
    let none: Change = |_| {};
    for (origin, change, status) in [
        ("https://app.example.org", none, 400),
        ("https://app.example.org", subdomains, 201),
        ("http://example.org", none, 400),
        ("http://example.org", insecure, 201),
    ] {
        let site = Site::with(|config, _| {
            config.rp_id = "example.org".into();
            change(config);
        })
        .await;
        let mut client = Client { origin: "https://example.org", ..site.client() };
        let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.expect(200).json();
        let passkey = Passkey::new(&started["options"], origin, 1);
        let response = passkey.registration(&started["options"]);
        client.post("/api/accounts/finish", &finish(&started, &response)).await.expect(status);
    }
}

#[tokio::test]
async fn related_origins_are_in_the_well_known_document() {
    let path = "/.well-known/webauthn";
    Site::new().await.client().get(path).await.expect(404);
    let origins = ["https://example.com", "https://example.net"];
    let site = Site::with(|config, _| {
        config.relying_party.related_origins = origins.map(str::to_owned).to_vec();
    })
    .await;
    let document = site.client().get(path).await.expect(200).json();
    assert_eq!(document, json!({ "origins": origins }));
    // Pages of these origins may ask.
    let mut client = Client { origin: "https://example.com", ..site.client() };
    client.post("/api/sessions/start", &json!({})).await.expect(200);
    let mut client = Client { origin: "https://example.org", ..site.client() };
    client.post("/api/sessions/start", &json!({})).await.expect_error(403, "origin-not-allowed");
}

#[tokio::test]
async fn an_appid_is_sent_with_sign_ins_and_with_further_registrations() {
    let appid = "https://localhost/u2f";
    let site = Site::with(|config, _| config.relying_party.appid = Some(appid.into())).await;
    let (mut client, _) = site.account("Ada", 1).await;
    let started = client.post("/api/sessions/start", &json!({})).await.expect(200).json();
    assert_eq!(started["options"]["extensions"]["appid"], appid);
    let started = client.start_adding().await;
    assert_eq!(started["options"]["extensions"]["appidExclude"], appid);
    let started = client.post("/api/accounts/start", &json!({ "name": "Eve" })).await.expect(200).json();
    assert_eq!(started["options"]["extensions"]["appidExclude"], Value::Null);
}

/// The settings of the problems that a check finds, with their positions.
async fn found(change: impl FnOnce(&mut Config)) -> Vec<(&'static str, Option<usize>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("countersign.sqlite3"));
    config.rp_id = "example.org".into();
    change(&mut config);
    let findings = Server::check(&config).await;
    findings.problems.iter().map(|finding| (finding.key.unwrap(), finding.position)).collect()
}

#[tokio::test]
async fn a_check_finds_each_origin_that_can_not_be_accepted() {
    let texts = |texts: &[&str]| texts.iter().copied().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(found(|_| {}).await, []);
    let lists = |config: &mut Config| {
        config.relying_party.related_origins = texts(&["https://example.com", "https://com"]);
        config.relying_party.app_origins = texts(&[ANDROID, IOS, "android:apk-key-hash:AA"]);
        config.relying_party.extension_origins = texts(&["chrome-extension://example"]);
        config.relying_party.any_port_origins = texts(&["https://example.com"]);
        config.relying_party.subdomain_origins = texts(&["https://example.org", "https://example.net"]);
        config.relying_party.dangerous_insecure_origins = texts(&["https://example.org"]);
    };
    assert_eq!(
        found(lists).await,
        [
            ("related_origins", Some(1)),
            ("app_origins", Some(2)),
            ("extension_origins", Some(0)),
            ("any_port_origins", Some(0)),
            ("subdomain_origins", Some(1)),
            ("dangerous_insecure_origins", Some(0)),
        ]
    );
    // Clients support five names.
    let many = |config: &mut Config| {
        config.relying_party.related_origins =
            ["a", "b", "c", "d", "e", "f"].map(|name| format!("https://{name}.com")).to_vec();
    };
    assert_eq!(found(many).await, [("related_origins", Some(5))]);
    let elsewhere = |config: &mut Config| config.relying_party.appid = Some("https://example.com/u2f".into());
    assert_eq!(found(elsewhere).await, [("appid", None)]);
    let bare = |config: &mut Config| config.rp_id = "intranet".into();
    assert_eq!(found(bare).await, [("rp_id", None)]);
    let allowed = |config: &mut Config| {
        config.rp_id = "intranet".into();
        config.relying_party.public_suffix = PublicSuffixRpId::DangerousAccept;
    };
    assert_eq!(found(allowed).await, []);
}
