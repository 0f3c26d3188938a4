//! The answers to operators have the described form.

use axum::http::Method;
use countersign::types::base64url;
use serde_json::json;

use crate::attested::register;
use crate::document::OPERATOR_DOCUMENT;
use crate::life::{Answers, check, recorded};
use crate::operators::{link, operator, settled, with_metadata};
use crate::site::{Client, Site};

const ACCOUNTS: &str = "/operator/api/accounts";

fn of(client: &Client, rest: &str) -> String {
    format!("{ACCOUNTS}/{}{rest}", client.account.as_ref().unwrap())
}

/// Links, and the role.
async fn roles(site: &Site, new: &Client, ada: &mut Client) {
    let (mut bob, _) = site.account("Bob", 3).await;
    bob.router = new.router.clone();
    let body = json!({ "link": link(site).await });
    new.clone().post("/operator/api/link", &body).await.expect(200);
    new.clone().post("/operator/api/role", &body).await.expect_error(401, "not-signed-in");
    bob.post("/operator/api/role", &body).await.expect(204);
    new.clone().post("/operator/api/link", &body).await.expect_error(403, "operator-link-invalid");
    ada.get("/operator/api/session").await.expect(200);
    ada.get("/operator/api/operators").await.expect(200);
    let path = format!("/operator/api/operators/{}", bob.account.as_ref().unwrap());
    ada.delete(&path).await.expect(204);
    bob.get("/operator/api/session").await.expect_error(404, "not-found");
    ada.send(Method::PUT, &path, None).await.expect(204);
    let own = format!("/operator/api/operators/{}", ada.account.as_ref().unwrap());
    ada.delete(&own).await.expect_error(409, "own-account");
    new.clone().get("/operator/openapi.json").await.expect(200);
}

/// An account, its passkeys and its sessions.
async fn accounts(site: &Site, ada: &mut Client) {
    let (mut eve, passkey) = site.account("Eve", 2).await;
    ada.get(ACCOUNTS).await.expect(200);
    ada.get(&format!("{ACCOUNTS}?text=e")).await.expect(200);
    ada.get(&format!("{ACCOUNTS}?name=e")).await.expect_error(400, "query-malformed");
    let credential = of(&eve, &format!("/credentials/{}", passkey.id()));
    let flag = format!("{credential}/flag");
    ada.send(Method::PUT, &flag, Some(&json!({ "reason": "" }))).await.expect_error(400, "request-malformed");
    ada.send(Method::PUT, &flag, Some(&json!({ "reason": "lost" }))).await.expect(204);
    ada.get(&of(&eve, "")).await.expect(200);
    ada.delete(&flag).await.expect(204);
    ada.delete(&credential).await.expect_error(409, "last-credential");
    eve.sign_in(&passkey).await.expect(200);
    eve.add(4).await.1.expect(201);
    let shown = ada.get(&of(&eve, "")).await.expect(200).json();
    let session = shown["sessions"][0]["id"].as_str().unwrap();
    ada.delete(&of(&eve, &format!("/sessions/{session}"))).await.expect(204);
    ada.delete(&of(&eve, "/sessions")).await.expect(200);
    ada.delete(&credential).await.expect(204);
    ada.delete(&of(&eve, "")).await.expect(204);
    ada.get(&of(&eve, "")).await.expect_error(404, "not-found");
    ada.delete(&of(ada, "")).await.expect_error(409, "own-account");
    ada.get(&format!("/operator/api/audit?account={}", base64url::encode([1]))).await.expect(200);
    ada.get("/operator/api/audit").await.expect(200);
    ada.get("/operator/api/audit?account==").await.expect_error(400, "query-malformed");
    ada.post("/operator/api/invitations", &json!({ "days": 1 })).await.expect(201);
}

/// What an operator sees of all accounts, with a compromised passkey.
async fn overview(site: &Site, ada: &mut Client) {
    assert_eq!(register(&mut site.client(), "Zoe").await.0, 201);
    ada.get("/operator/api/counts").await.expect(200);
    settled(ada, "/operator/api/models").await;
    let metadata = ada.get("/operator/api/metadata").await.expect(200).json();
    assert_eq!(metadata["number"], 7);
    ada.get("/operator/api/assessment").await.expect(200);
    ada.post("/operator/api/assessment", &json!({ "compromised": "flag" })).await.expect(202);
    let latest = settled(ada, "/operator/api/assessment").await["latest"].clone();
    assert_eq!(latest["newlyFlagged"], 1, "{latest}");
}

#[tokio::test]
async fn every_answer_to_an_operator_has_the_described_form() {
    let (site, _folder) = with_metadata("USER_KEY_REMOTE_COMPROMISE").await;
    let answers = Answers::default();
    let new = Client::of(&recorded(&site.router, &answers));
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    ada.router = new.router.clone();
    roles(&site, &new, &mut ada).await;
    accounts(&site, &mut ada).await;
    overview(&site, &mut ada).await;
    check(OPERATOR_DOCUMENT, &answers);
}
