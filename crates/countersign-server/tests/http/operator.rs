//! Who may use the operator's page: the link that makes an operator, the role, and the session.

use axum::http::Method;
use countersign_server::operator::{AccountSelector, Operator};
use countersign_server::{Config, Listen, OperatorPage, Server, SignUp};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::operators::{link, operator, site, site_with, token};
use crate::site::{ORIGIN, Site, finish};

/// Every request below `/operator/api` that an operator may send, about the account and the credential.
fn requests(account: &str, credential: &str) -> Vec<(Method, String, Option<Value>)> {
    let of = |rest: &str| format!("/operator/api/accounts/{account}{rest}");
    let passkey = format!("/credentials/{credential}");
    let get = |path: &str| (Method::GET, format!("/operator/api/{path}"), None);
    vec![
        get("session"),
        get("operators"),
        get("accounts?text=a"),
        get("counts"),
        get("metadata"),
        get("models"),
        get("assessment"),
        get("audit"),
        (Method::GET, of(""), None),
        (Method::PUT, format!("/operator/api/operators/{account}"), None),
        (Method::DELETE, format!("/operator/api/operators/{account}"), None),
        (Method::POST, "/operator/api/invitations".into(), Some(json!({ "days": 1 }))),
        (Method::POST, "/operator/api/assessment".into(), Some(json!({ "compromised": "report" }))),
        (Method::PUT, of(&format!("{passkey}/flag")), Some(json!({ "reason": "lost" }))),
        (Method::DELETE, of(&format!("{passkey}/flag")), None),
        (Method::DELETE, of("/sessions/AA"), None),
        (Method::DELETE, of("/sessions"), None),
        (Method::DELETE, of(&passkey), None),
        (Method::DELETE, of(""), None),
    ]
}

#[tokio::test]
async fn a_user_without_the_role_gets_the_answer_of_a_stranger_from_every_route() {
    let site = site().await;
    let (ada, passkey) = site.account("Ada", 1).await;
    let (user, _) = site.account("Eve", 2).await;
    let handle = ada.account.clone().unwrap();
    let before = site.rows();
    let nothing = site.client().get("/operator/api/unheard-of").await;
    nothing.expect_error(404, "not-found");
    for (method, path, body) in requests(&handle, &passkey.id()) {
        for mut client in [site.client(), user.clone(), ada.clone()] {
            let answer = client.send(method.clone(), &path, body.as_ref()).await;
            assert_eq!((answer.status, &answer.body), (nothing.status, &nothing.body), "{method} {path}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    assert_eq!(site.rows(), before);
}

#[tokio::test]
async fn without_the_setting_there_is_no_page() {
    let site = Site::new().await;
    let mut client = site.client();
    for path in ["/operator", "/operator/app.js", "/operator/api/session"] {
        client.get(path).await.expect(404);
    }
    client.post("/operator/api/link", &json!({ "link": "x" })).await.expect_error(404, "not-found");
}

#[tokio::test]
async fn the_page_loads_only_its_own_files_and_is_shown_in_no_frame() {
    let site = site().await;
    let mut client = site.client();
    let page = client.get("/operator").await.expect(200);
    let policy = page.header("content-security-policy").to_owned();
    for demand in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(demand), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-cache"));
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains(" style=") && !html.contains("onclick"), "inline code");
    let mut files = 0;
    for path in html.split('"').filter(|text| text.starts_with("/operator/") || text.contains(".js")) {
        client.get(path).await.expect(200);
        files += 1;
    }
    assert!(files > 8, "{files}");
}

#[tokio::test]
async fn a_request_from_another_origin_changes_nothing() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (eve, _) = site.account("Eve", 2).await;
    let path = format!("/operator/api/accounts/{}", eve.account.unwrap());
    ada.origin = "https://evil.example";
    ada.delete(&path).await.expect_error(403, "origin-not-allowed");
    ada.origin = ORIGIN;
    ada.delete(&path).await.expect(204);
}

#[tokio::test]
async fn the_link_of_the_start_makes_the_first_operator_and_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.operator_page = OperatorPage::On;
    config.origins = vec![ORIGIN.into()];
    config.listen = Listen::Localhost(0);
    let server = Server::bind(&config).await.unwrap();
    let first = server.first_operator_link().await.unwrap().unwrap();
    let second = server.first_operator_link().await.unwrap().unwrap();
    assert_ne!(first.url, second.url);
    assert_eq!(token(&first.url).len(), 43);

    let site = Site::with(|own, _| {
        own.operator_page = OperatorPage::On;
        own.database = config.database.clone();
    })
    .await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    let (first, second) = (json!({ "link": token(&first.url) }), json!({ "link": token(&second.url) }));
    site.client().post("/operator/api/link", &first).await.expect(200);
    site.client().post("/operator/api/role", &first).await.expect_error(401, "not-signed-in");
    ada.post("/operator/api/role", &first).await.expect(204);
    assert_eq!(ada.get("/operator/api/session").await.expect(200).json()["name"], "Ada");
    // Used up, and void now that there is an operator.
    for link in [&first, &second] {
        site.client().post("/operator/api/link", link).await.expect_error(403, "operator-link-invalid");
        eve.post("/operator/api/role", link).await.expect_error(403, "operator-link-invalid");
    }
    eve.get("/operator/api/session").await.expect_error(404, "not-found");
    assert!(server.first_operator_link().await.unwrap().is_none());
    // The database has no token, only hashes.
    let database = std::fs::read(folder.path().join("test.sqlite3")).unwrap();
    let text = token(&server_link(&site).await);
    assert!(!database.windows(43).any(|window| window == text.as_bytes()));
}

async fn server_link(site: &Site) -> String {
    Operator::open(&site.config).await.unwrap().link(&site.config).await.unwrap().url
}

#[tokio::test]
async fn a_server_without_the_page_prints_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.listen = Listen::Localhost(0);
    let server = Server::bind(&config).await.unwrap();
    assert!(server.first_operator_link().await.unwrap().is_none());
}

#[tokio::test]
async fn a_further_link_works_although_there_is_an_operator_and_expires() {
    let site = site().await;
    let (_, _) = operator(&site, "Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    let good = link(&site).await;
    let late = link(&site).await;
    site.sql("UPDATE operator_links SET expires_at = expires_at - 3600 WHERE created_at = (SELECT max(created_at) FROM operator_links)");
    for wrong in [late.as_str(), "", "x", &good[1..], &good.replace(|_| true, "A")] {
        let body = json!({ "link": wrong });
        site.client().post("/operator/api/link", &body).await.expect_error(403, "operator-link-invalid");
        eve.post("/operator/api/role", &body).await.expect_error(403, "operator-link-invalid");
    }
    site.sql("UPDATE operator_links SET expires_at = expires_at + 3600");
    eve.post("/operator/api/role", &json!({ "link": good })).await.expect(204);
    eve.get("/operator/api/session").await.expect(200);
}

#[tokio::test]
async fn the_holder_of_a_link_gets_an_invitation_if_accounts_need_one() {
    let site = site_with(|config| config.sign_up = SignUp::Invited).await;
    let body = json!({ "link": link(&site).await });
    let mut client = site.client();
    let described = client.post("/operator/api/link", &body).await.expect(200).json();
    let start = json!({ "name": "Ada", "invitation": described["invitation"] });
    let started = client.post("/api/accounts/start", &start).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], ORIGIN, 1);
    let finish = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &finish).await.expect(201);
    client.post("/operator/api/role", &body).await.expect(204);

    let open = crate::operators::site().await;
    let body = json!({ "link": link(&open).await });
    let described = open.client().post("/operator/api/link", &body).await.expect(200).json();
    assert_eq!(described["invitation"], Value::Null);
}

#[tokio::test]
async fn a_lost_role_ends_access_at_once_on_every_route() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut eve, _) = operator(&site, "Eve", 2).await;
    let (bob, passkey) = site.account("Bob", 3).await;
    eve.get("/operator/api/session").await.expect(200);
    let path = format!("/operator/api/operators/{}", eve.account.as_ref().unwrap());
    ada.delete(&path).await.expect(204);
    let before = site.rows();
    for (method, path, body) in requests(bob.account.as_ref().unwrap(), &passkey.id()) {
        eve.send(method, &path, body.as_ref()).await.expect_error(404, "not-found");
    }
    assert_eq!(site.rows(), before);
    // The account is still a user's.
    assert_eq!(eve.name().await.as_deref(), Some("Eve"));
    // Given again, and taken on the machine of the server.
    ada.send(Method::PUT, &path, None).await.expect(204);
    eve.get("/operator/api/session").await.expect(200);
    let operators = ada.get("/operator/api/operators").await.expect(200).json();
    let mut names: Vec<_> =
        operators["operators"].as_array().unwrap().iter().map(|one| one["name"].to_string()).collect();
    names.sort();
    assert_eq!(names, ["\"Ada\"", "\"Eve\""]);
    let machine = Operator::open(&site.config).await.unwrap();
    let eves = machine.account(&AccountSelector::Name("Eve".into())).await.unwrap().handle;
    machine.revoke_role(&eves).await.unwrap();
    eve.get("/operator/api/session").await.expect_error(404, "not-found");
    // Taken twice: no such operator.
    ada.delete(&path).await.expect_error(404, "not-found");
}

#[tokio::test]
async fn an_operator_can_not_remove_the_own_account_or_role() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let own = ada.account.clone().unwrap();
    for path in [format!("/operator/api/operators/{own}"), format!("/operator/api/accounts/{own}")] {
        ada.delete(&path).await.expect_error(409, "own-account");
    }
    ada.get("/operator/api/session").await.expect(200);
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn acts_need_a_verification_in_the_last_minutes_and_sight_one_in_the_last_hours() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (eve, passkey) = site.account("Eve", 2).await;
    let all = requests(eve.account.as_ref().unwrap(), &passkey.id());
    let before = site.rows();
    for (age, sees) in [(301, true), (12 * 60 * 60 + 1, false)] {
        site.sql(&format!("UPDATE sessions SET verified_at = created_at - {age}"));
        for (method, path, body) in &all {
            let answer = ada.send(method.clone(), path, body.as_ref()).await;
            if *method == Method::GET && sees {
                answer.expect(200);
            } else {
                answer.expect_error(401, "reauthentication-required");
            }
        }
    }
    assert_eq!(site.rows(), before);
    ada.confirm(json!({ "kind": "verify" })).await;
    ada.get("/operator/api/session").await.expect(200);
    ada.delete(&format!("/operator/api/accounts/{}/sessions", eve.account.unwrap())).await.expect(200);
}

#[tokio::test]
async fn an_old_verification_makes_no_operator() {
    let site = site().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let body = json!({ "link": link(&site).await });
    site.sql("UPDATE sessions SET verified_at = verified_at - 301");
    ada.post("/operator/api/role", &body).await.expect_error(401, "reauthentication-required");
    ada.confirm(json!({ "kind": "verify" })).await;
    ada.post("/operator/api/role", &body).await.expect(204);
}

#[tokio::test]
async fn a_change_names_the_account_of_the_operator() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (eve, _) = site.account("Eve", 2).await;
    let path = format!("/operator/api/accounts/{}", eve.account.as_ref().unwrap());
    let own = ada.account.take();
    ada.delete(&path).await.expect_error(400, "account-missing");
    ada.account = eve.account;
    ada.delete(&path).await.expect_error(409, "account-changed");
    ada.account = own;
    ada.delete(&path).await.expect(204);
}

#[tokio::test]
async fn the_page_can_not_be_combined_with_a_cookie_for_other_hosts() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    config.operator_page = OperatorPage::On;
    countersign_server::router(&config).await.map(drop).unwrap();
    config.cookie_domain = Some("example.org".into());
    let error = countersign_server::router(&config).await.map(drop).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the operator's page can't be on with a cookie domain: each host of the domain could act for operators"
    );
    let findings = Server::check(&config).await;
    assert_eq!(findings.problems.iter().filter(|finding| finding.key == Some("operator.page")).count(), 1);
}
