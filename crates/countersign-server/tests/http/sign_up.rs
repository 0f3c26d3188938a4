//! Who may create an account, by the configuration.

use countersign_server::{SignUp, operator::Operator};
use serde_json::json;

use crate::authenticator::Passkey;
use crate::site::{Site, finish};

#[tokio::test]
async fn the_configuration_decides_who_may_create_an_account() {
    let site = Site::with(|config, _| config.sign_up = SignUp::Closed).await;
    let mut client = site.client();
    assert_eq!(client.get("/api/session").await.json()["signUp"], "closed");
    client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.expect_error(403, "sign-up-closed");

    let site = Site::with(|config, _| config.sign_up = SignUp::Invited).await;
    let mut client = site.client();
    assert_eq!(client.get("/api/session").await.json()["signUp"], "invited");
    let (code, _) = Operator::open(&site.config).await.unwrap().invite(1).await.unwrap();
    let body = json!({ "name": "Ada", "invitation": code.to_string() });
    let started = client.post("/api/accounts/start", &body).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], client.origin, 1);
    let body = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &body).await.expect(201);
}

#[tokio::test]
async fn an_invitation_needs_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let config = countersign_server::Config::new(folder.path().join("none.sqlite3"));
    let error = Operator::open(&config).await.map(drop).unwrap_err();
    assert_eq!(error.code(), "database-missing");
    assert!(error.to_string().starts_with("there is no database "), "{error}");
}
