//! The audit log of what users and operators do.

use countersign::store::{
    ApplicationStore as _, AuditExtent, AuditQuery, AuditRow, AuditSource, AuditVerifier, MemoryStore,
};
use countersign_authenticator::Authenticator;
use countersign_axum::{AuditLog, SignUp, invite, rotate_sealing_keys};
use serde_json::json;

use crate::site::{Site, create, finish, id, sign};

const SOURCE: AuditSource = AuditSource {
    address: Some(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1))),
    trace_id: Some([7; 16]),
};

/// A site whose requests all come from one address.
fn site(sign_up: SignUp) -> Site {
    let mut site = Site::with(MemoryStore::new(), |builder| builder.audit_log(AuditLog::On).sign_up(sign_up));
    site.router = site.router.layer(axum::Extension(SOURCE));
    site
}

/// All rows, which are verified.
async fn rows(site: &Site) -> Vec<AuditRow> {
    let Ok(rows) = site.store.audit_rows(&AuditQuery::Chains { after: None }, 1000).await;
    let mut verifier = AuditVerifier::new(AuditExtent::Whole);
    for row in &rows {
        verifier.note(row);
    }
    rows.iter().try_for_each(|row| verifier.check(row)).unwrap();
    verifier.finish().unwrap();
    rows
}

async fn kinds(site: &Site) -> Vec<String> {
    rows(site).await.into_iter().map(|row| row.kind).collect()
}

#[tokio::test]
async fn each_act_of_a_user_is_a_row() {
    let site = site(SignUp::Open);
    let (mut browser, mut passkey) = site.account("Ada").await;
    let mut elsewhere = site.browser();
    elsewhere.sign_in(&mut passkey).await.expect(200);
    let mut second = Authenticator::phone("second");
    browser.add(&mut passkey, &mut second).await.expect(201);
    browser.patch(&format!("credentials/{}", id(&second)), &json!({ "label": "Blue" })).await.expect(200);
    let removal = json!({ "kind": "remove-credential", "credential": id(&second) });
    browser.confirm(&removal, &mut passkey).await;
    browser.delete(&format!("credentials/{}", id(&second))).await.expect(200);
    browser.confirm(&json!({ "kind": "make-recovery-codes" }), &mut passkey).await;
    let codes = browser.post("recovery-codes", &json!({})).await.expect(201);
    browser.confirm(&json!({ "kind": "rename-account", "name": "Bob" }), &mut passkey).await;
    browser.patch("account", &json!({ "name": "Bob" })).await.expect(200);
    browser.get("account/data").await.expect(200);
    browser.delete("sessions").await.expect(200);
    browser.delete("session").await.expect_empty(204);
    let mut lost = site.browser();
    let recovery = json!({ "name": "Bob", "code": codes["codes"][0] });
    let started = lost.post("recovery/start", &recovery).await.expect(200);
    let mut new = Authenticator::platform("new");
    let body = finish(&started, &create(&started, &mut new));
    lost.post("recovery/finish", &body).await.expect(201);
    // The answer was lost: a repeated finish is no second act.
    lost.post("recovery/finish", &body).await.expect(201);
    lost.confirm(&json!({ "kind": "delete-account" }), &mut new).await;
    lost.delete("account").await.expect(200);
    let expected = [
        "account-created",
        "signed-in",
        "confirmed",
        "credential-added",
        "credential-renamed",
        "confirmed",
        "credential-removed",
        "confirmed",
        "recovery-codes-made",
        "confirmed",
        "account-renamed",
        "data-exported",
        "other-sessions-ended",
        "session-ended",
        "recovery-code-used",
        "confirmed",
        "account-removed",
    ];
    assert_eq!(kinds(&site).await, expected);
    let rows = rows(&site).await;
    for row in &rows {
        assert_eq!((row.actor.as_str(), row.source), ("user", SOURCE), "{}", row.kind);
        assert!(row.account.is_some() && row.account == rows[0].account && row.session.is_some());
    }
    // The session that was created is the one in which the next act was done.
    assert_eq!(rows[0].session, rows[2].session);
    assert_eq!((rows[0].credential, rows[3].credential), (rows[1].credential, rows[4].credential));
    assert_ne!(rows[0].credential, rows[3].credential);
}

#[tokio::test]
async fn what_is_rejected_is_no_row() {
    let site = site(SignUp::Open);
    let (mut browser, mut passkey) = site.account("Ada").await;
    let first = browser.post("sessions/start", &json!({})).await.expect(200);
    let second = browser.post("sessions/start", &json!({})).await.expect(200);
    let rejected = browser.post("sessions/finish", &finish(&second, &sign(&first, &mut passkey))).await;
    assert!(rejected.status.is_client_error(), "{}", rejected.body);
    browser.delete("account").await.expect_error(401, "reauthentication-required");
    browser.delete(&format!("credentials/{}", id(&passkey))).await.expect_error(409, "last-credential");
    assert_eq!(kinds(&site).await, ["account-created"]);
}

#[tokio::test]
async fn acts_of_the_operator_are_rows_and_so_is_the_use_of_an_invitation() {
    let site = site(SignUp::Invited);
    let (now, entropy) = (site.now(), &mut getrandom::fill);
    let code = invite(&site.store, entropy, now.plus_seconds(100), now).await.unwrap().to_string();
    rotate_sealing_keys(&site.store, entropy, now).await.unwrap();
    let mut browser = site.browser();
    let start = json!({ "name": "Ada", "invitation": code });
    let started = browser.post("accounts/start", &start).await.expect(200);
    let body = finish(&started, &create(&started, &mut Authenticator::platform("ada")));
    browser.post("accounts/finish", &body).await.expect(201);
    let rows = rows(&site).await;
    let found: Vec<_> = rows.iter().map(|row| (row.kind.as_str(), row.actor.as_str())).collect();
    let expected = [
        ("invitation-made", "operator"),
        ("keys-rotated", "operator"),
        ("account-created", "user"),
        ("invitation-used", "user"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn without_an_audit_log_users_leave_no_rows() {
    let site = Site::new();
    site.account("Ada").await;
    assert_eq!(kinds(&site).await, [""; 0]);
}
