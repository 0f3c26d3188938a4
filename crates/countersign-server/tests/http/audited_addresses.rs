//! The addresses of clients in the audit log, as they are configured.

use std::net::SocketAddr;

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use countersign_server::{AuditTimes, AuditedAddresses, export_audit};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

/// Signs up from this peer, which may be a proxy that names its client, and returns the addresses in the rows.
async fn addresses(addresses: AuditedAddresses, peer: &str, client: Option<&str>) -> Vec<Value> {
    let site = Site::with(|config, _| {
        config.audit.addresses = addresses;
        config.proxies.trusted = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let peer: SocketAddr = peer.parse().unwrap();
    let mut browser = Client::of(&site.router.clone().layer(Extension(ConnectInfo(peer))));
    let post = |path: &str, body: &Value| {
        let mut request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(client) = client {
            request = request.header("x-forwarded-for", client);
        }
        request.body(body.to_string().into()).unwrap()
    };
    let started = browser.request(post("/api/accounts/start", &json!({ "name": "Ada" }))).await.json();
    let passkey = Passkey::new(&started["options"], ORIGIN, 1);
    let finish = finish(&started, &passkey.registration(&started["options"]));
    browser.request(post("/api/accounts/finish", &finish)).await.expect(201);
    let mut export = Vec::new();
    export_audit(&site.config, AuditTimes::default(), &mut export).await.unwrap();
    let lines = std::str::from_utf8(&export).unwrap().lines().skip(1);
    let rows = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["kind"] == "account-created").map(|row| row["address"].clone()).collect()
}

#[tokio::test]
async fn a_row_has_of_the_address_what_is_configured() {
    for (peer, network) in [("192.0.2.77:4711", "192.0.2.0"), ("[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1::")]
    {
        let whole = peer.parse::<SocketAddr>().unwrap().ip().to_string();
        assert_eq!(addresses(AuditedAddresses::Network, peer, None).await, [network]);
        assert_eq!(addresses(AuditedAddresses::Full, peer, None).await, [&*whole]);
        assert_eq!(addresses(AuditedAddresses::Omitted, peer, None).await, [Value::Null]);
    }
}

#[tokio::test]
async fn the_address_is_that_of_the_client_of_a_trusted_proxy() {
    let client = Some("198.51.100.23");
    assert_eq!(addresses(AuditedAddresses::Network, "10.1.2.3:4711", client).await, ["198.51.100.0"]);
    assert_eq!(addresses(AuditedAddresses::Full, "10.1.2.3:4711", client).await, ["198.51.100.23"]);
    // The word of another peer counts for nothing.
    assert_eq!(addresses(AuditedAddresses::Full, "192.0.2.77:4711", client).await, ["192.0.2.77"]);
}
