//! What an operator does to accounts, their passkeys and their sessions, and what is rejected.

use axum::body::Body;
use axum::http::{Method, Request, header};
use countersign::types::base64url;
use serde_json::{Value, json};

use crate::operators::{operator, site, site_with};
use crate::site::{Client, ORIGIN};

fn account_path(client: &Client) -> String {
    format!("/operator/api/accounts/{}", client.account.as_ref().unwrap())
}

#[tokio::test]
async fn accounts_are_found_by_the_beginning_of_a_name_an_id_or_a_passkey() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (adam, passkey) = site.account("Ädam", 2).await;
    site.account("Bob", 3).await;
    let names = async |client: &mut Client, query: &str| {
        let found = client.get(&format!("/operator/api/accounts?{query}")).await.expect(200).json();
        let names =
            found["accounts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), found["next"].clone())
    };
    let (handle, id) = (adam.account.clone().unwrap(), passkey.id());
    for (query, expected) in [
        ("", &["Ada", "Bob", "Ädam"][..]),
        ("text=AD", &["Ada"]),
        ("text=%C3%A4d", &["Ädam"]),
        ("text=zoe", &[]),
        (&format!("text={handle}"), &["Ädam"]),
        (&format!("text={id}"), &["Ädam"]),
    ] {
        assert_eq!(
            names(&mut ada, query).await,
            (expected.iter().map(ToString::to_string).collect(), Value::Null),
            "{query}"
        );
    }
    for number in 4..=30 {
        site.account(&format!("User {number:02}"), number).await;
    }
    let (first, next) = names(&mut ada, "text=user").await;
    assert_eq!((first.len(), first.last().map(String::as_str)), (25, Some("User 28")));
    let after = url::form_urlencoded::byte_serialize(next.as_str().unwrap().as_bytes()).collect::<String>();
    let (rest, next) = names(&mut ada, &format!("text=user&after={after}")).await;
    assert_eq!((rest, next), (vec!["User 29".into(), "User 30".into()], Value::Null));
    let long = format!("text={}", "a".repeat(1401));
    for query in ["name=a", "text=a&text=b", &long] {
        let answer = ada.get(&format!("/operator/api/accounts?{query}")).await;
        answer.expect_error(400, "query-malformed");
    }
}

#[tokio::test]
async fn an_account_is_shown_with_its_passkeys_and_sessions() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (eve, passkey) = site.account("Eve", 2).await;
    let shown = ada.get(&account_path(&eve)).await.expect(200).json();
    assert_eq!(
        (&shown["name"], &shown["own"], &shown["operatorSince"]),
        (&json!("Eve"), &json!(false), &Value::Null)
    );
    assert_eq!(shown["passkeys"][0]["id"], passkey.id());
    assert_eq!(shown["passkeys"][0]["flag"], Value::Null);
    let attestation = &shown["passkeys"][0]["attestation"];
    assert_eq!((&attestation["format"], &attestation["proof"]), (&json!("none"), &json!("none")));
    assert_eq!(
        attestation["sentences"],
        json!(["The authenticator attested nothing.", "Its model is unknown."])
    );
    assert_eq!(shown["sessions"].as_array().unwrap().len(), 1);
    let text = shown.to_string();
    assert!(!text.contains(eve.cookie.as_ref().unwrap().split('=').next_back().unwrap()), "a token is shown");
    let own = ada.get(&account_path(&ada)).await.expect(200).json();
    assert_eq!(
        (&own["own"], own["operatorSince"].is_string(), &own["sessions"][0]["current"]),
        (&json!(true), true, &json!(true))
    );
    let none = format!("/operator/api/accounts/{}", base64url::encode([7; 16]));
    for path in [none.as_str(), "/operator/api/accounts/=", "/operator/api/accounts/%FF"] {
        ada.get(path).await.expect_error(404, "not-found");
    }
}

#[tokio::test]
async fn a_passkey_is_removed_unless_it_is_the_last() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut eve, first) = site.account("Eve", 2).await;
    let path = format!("{}/credentials/{}", account_path(&eve), first.id());
    ada.delete(&path).await.expect_error(409, "last-credential");
    eve.add(3).await.1.expect(201);
    ada.delete(&path).await.expect(204);
    // Its session has ended.
    assert_eq!(eve.name().await, None);
    ada.delete(&path).await.expect_error(404, "not-found");
    // One of another account is not found at this one.
    let others = format!("{}/credentials/{}", account_path(&ada), first.id());
    ada.delete(&others).await.expect_error(404, "not-found");
}

#[tokio::test]
async fn a_flagged_passkey_can_not_sign_in_until_its_flag_is_removed() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut eve, passkey) = site.account("Eve", 2).await;
    let path = format!("{}/credentials/{}/flag", account_path(&eve), passkey.id());
    let reason = "stolen\u{202e}\u{7}";
    ada.send(Method::PUT, &path, Some(&json!({ "reason": reason }))).await.expect(204);
    assert_eq!(eve.name().await, None);
    eve.sign_in(&passkey).await.expect_error(401, "authenticator-not-accepted");
    let shown = ada.get(&account_path(&eve)).await.expect(200).json();
    // What would hide or change the text next to it is replaced.
    assert_eq!(shown["passkeys"][0]["flag"]["reason"], "stolen\u{fffd}\u{fffd}");
    ada.delete(&path).await.expect(204);
    eve.sign_in(&passkey).await.expect(200);
    for reason in [String::new(), "  ".into(), "x".repeat(501)] {
        let answer = ada.send(Method::PUT, &path, Some(&json!({ "reason": reason }))).await;
        answer.expect_error(400, "request-malformed");
    }
    let other = format!("{}/credentials/{}/flag", account_path(&ada), passkey.id());
    ada.send(Method::PUT, &other, Some(&json!({ "reason": "x" }))).await.expect_error(404, "not-found");
    ada.delete(&other).await.expect_error(404, "not-found");
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_or_all_but_the_operators_own() {
    let site = site().await;
    let (mut ada, own) = operator(&site, "Ada", 1).await;
    let (mut eve, passkey) = site.account("Eve", 2).await;
    let mut elsewhere = site.client();
    elsewhere.sign_in(&passkey).await.expect(200);
    let path = account_path(&eve);
    let shown = ada.get(&path).await.expect(200).json();
    let id = shown["sessions"][0]["id"].as_str().unwrap();
    ada.delete(&format!("{path}/sessions/{id}")).await.expect(204);
    ada.delete(&format!("{path}/sessions/{id}")).await.expect_error(404, "not-found");
    let ended = ada.delete(&format!("{path}/sessions")).await.expect(200).json();
    assert_eq!(ended, json!({ "ended": 1 }));
    assert_eq!((eve.name().await, elsewhere.name().await), (None, None));
    let mut second = site.client();
    second.sign_in(&own).await.expect(200);
    let path = format!("{}/sessions", account_path(&ada));
    assert_eq!(ada.delete(&path).await.expect(200).json(), json!({ "ended": 1 }));
    assert_eq!((ada.name().await.as_deref(), second.name().await), (Some("Ada"), None));
}

#[tokio::test]
async fn an_account_is_removed_with_all_that_belongs_to_it() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut eve, passkey) = operator(&site, "Eve", 2).await;
    let path = account_path(&eve);
    ada.delete(&path).await.expect(204);
    assert_eq!(site.rows(), [1, 1, 1]);
    assert_eq!(site.sql("SELECT count(*) FROM operators"), 1);
    eve.get("/operator/api/session").await.expect_error(404, "not-found");
    eve.sign_in(&passkey).await.expect_error(401, "credential-unknown");
    ada.delete(&path).await.expect_error(404, "not-found");
}

#[tokio::test]
async fn an_invitation_of_an_operator_creates_an_account() {
    let site = site_with(|_| {}).await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let made = ada.post("/operator/api/invitations", &json!({ "days": 7 })).await.expect(201).json();
    assert_eq!(made["code"].as_str().unwrap().len(), 29);
    assert_eq!(site.sql("SELECT count(*) FROM invitations"), 1);
    for days in [json!(0), json!(366), json!(-1), json!("7")] {
        let answer = ada.post("/operator/api/invitations", &json!({ "days": days })).await;
        answer.expect_error(400, "request-malformed");
    }
}

#[tokio::test]
async fn bodies_are_json_objects_of_a_limited_length() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let send = async |client: &mut Client, content_type: Option<&str>, body: String| {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/operator/api/invitations")
            .header(header::ORIGIN, ORIGIN);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        client.request(request.body(Body::from(body)).unwrap()).await
    };
    let good = json!({ "days": 1 }).to_string();
    for content_type in [None, Some("text/plain")] {
        send(&mut ada, content_type, good.clone()).await.expect_error(415, "content-type-unsupported");
    }
    for body in ["", "[1]", "{}", r#"{"days":1,"more":1}"#, r#"{"days":1"#] {
        let answer = send(&mut ada, Some("application/json"), body.into()).await;
        answer.expect_error(400, "request-malformed");
    }
    let long = format!("{good}{}", " ".repeat(256 * 1024));
    send(&mut ada, Some("application/json"), long).await.expect_error(413, "body-too-large");
    send(&mut ada, Some("application/json; charset=utf-8"), good).await.expect(201);
}

#[tokio::test]
async fn each_act_of_an_operator_is_a_row_of_the_audit_log() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut eve, passkey) = site.account("Eve", 2).await;
    eve.add(3).await.1.expect(201);
    let (path, handle) = (account_path(&eve), eve.account.clone().unwrap());
    let flag = format!("{path}/credentials/{}/flag", passkey.id());
    ada.send(Method::PUT, &flag, Some(&json!({ "reason": "lost" }))).await.expect(204);
    ada.delete(&flag).await.expect(204);
    ada.send(Method::PUT, &format!("/operator/api/operators/{handle}"), None).await.expect(204);
    ada.delete(&format!("/operator/api/operators/{handle}")).await.expect(204);
    ada.delete(&format!("{path}/sessions")).await.expect(200);
    ada.delete(&format!("{path}/credentials/{}", passkey.id())).await.expect(204);
    let kinds = async |client: &mut Client, query: &str| {
        let log = client.get(&format!("/operator/api/audit{query}")).await.expect(200).json();
        let rows = log["rows"].as_array().unwrap().clone();
        let of_operator = rows.into_iter().filter(|row| row["actor"] == "operator");
        let mut kinds: Vec<_> = of_operator.map(|row| row["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    let of_eve = [
        "credential-flagged",
        "credential-removed",
        "credential-unflagged",
        "operator-granted",
        "operator-revoked",
        "sessions-ended",
    ];
    assert_eq!(kinds(&mut ada, &format!("?account={handle}")).await, of_eve);
    // A rejected act is no row.
    let last = ada.get(&path).await.expect(200).json()["passkeys"][0]["id"].as_str().unwrap().to_owned();
    ada.delete(&format!("{path}/credentials/{last}")).await.expect_error(409, "last-credential");
    assert_eq!(kinds(&mut ada, &format!("?account={handle}")).await, of_eve);
    ada.delete(&path).await.expect(204);
    ada.post("/operator/api/invitations", &json!({ "days": 1 })).await.expect(201);
    let all = kinds(&mut ada, "").await;
    assert_eq!(all.len(), of_eve.len() + 3, "{all:?}");
    for kind in ["account-removed", "invitation-made"] {
        assert!(all.iter().any(|found| found == kind), "{all:?}");
    }
    for query in ["?account==", "?name=Eve"] {
        ada.get(&format!("/operator/api/audit{query}")).await.expect_error(400, "query-malformed");
    }
}
