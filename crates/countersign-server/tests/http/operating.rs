//! What an operator does with the database of instances that run, and the export and import of accounts.

use countersign::store::{ApplicationStore as _, AuditQuery};
use countersign_server::Config;
use countersign_server::operator::transfer::{ImportMode, Imported, RejectedLine};
use countersign_server::operator::{AccountSelector, Operator};
use serde_json::json;

use crate::site::{Client, Site};
use crate::store;

async fn operator(site: &Site) -> Operator {
    Operator::open(&site.config).await.unwrap()
}

fn named(name: &str) -> AccountSelector {
    AccountSelector::Name(name.to_owned())
}

#[tokio::test]
async fn instances_notice_each_act_of_an_operator_with_the_next_request() {
    let site = Site::new().await;
    let (mut ada, adas) = site.account("Ada", 1).await;
    let (mut eve, eves) = site.account("Eve", 2).await;
    let operator = operator(&site).await;
    let account = operator.account(&named("ada")).await.unwrap();

    operator.rename_account(&account.handle, "Ada Lovelace").await.unwrap();
    assert_eq!(ada.name().await.as_deref(), Some("Ada Lovelace"));
    assert_eq!(operator.account(&named("Ada")).await.unwrap_err().code(), "account-unknown");
    let taken = operator.rename_account(&account.handle, "EVE").await.unwrap_err();
    assert_eq!(taken.code(), "name-taken");

    assert_eq!(operator.end_sessions(&account.handle).await.unwrap(), 1);
    assert_eq!((ada.name().await, eve.name().await.as_deref()), (None, Some("Eve")));
    ada.sign_in(&adas).await.expect(200);

    let details = operator.details(account.clone()).await.unwrap();
    let id = details.passkeys[0].record.id().clone();
    assert_eq!(operator.flag_passkey(&id, "lost").await.unwrap(), 1);
    assert_eq!((ada.name().await, eve.name().await.as_deref()), (None, Some("Eve")));
    ada.sign_in(&adas).await.expect_error(401, "authenticator-not-accepted");
    operator.clear_flag(&id).await.unwrap();
    ada.sign_in(&adas).await.expect(200);
    let last = operator.remove_passkey(&account.handle, &id).await.unwrap_err();
    assert_eq!(last.code(), "last-credential");

    operator.remove_account(&account.handle).await.unwrap();
    assert_eq!(ada.name().await, None);
    operator.invite(1).await.unwrap();
    let invitations = operator.invitations(None, 10).await.unwrap();
    operator.revoke_invitation(&invitations[0].code).await.unwrap();
    // Each act is a row of the audit log, and none of those that were rejected.
    let mut rows = operator.database().audit_rows(&AuditQuery::Newest, 100).await.unwrap();
    rows.retain(|row| row.actor == "operator");
    let acts: Vec<_> = rows.iter().rev().map(|row| row.kind.as_str()).collect();
    let expected = [
        "account-renamed",
        "sessions-ended",
        "credential-flagged",
        "credential-unflagged",
        "account-removed",
        "invitation-made",
        "invitation-revoked",
    ];
    assert_eq!(acts, expected);
    assert_eq!(operator.remove_account(&account.handle).await.unwrap_err().code(), "account-unknown");
    assert_eq!(operator.flag_passkey(&id, "").await.unwrap_err().code(), "passkey-unknown");
    eve.sign_in(&eves).await.expect(200);
}

async fn export(config: &Config) -> String {
    let operator = Operator::open(config).await.unwrap();
    let mut out = Vec::new();
    operator.export(&config.rp_id, &mut out, |_, _| {}).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// Imports into a new database, and returns what is exported from there.
async fn moved(config: &Config, export_of_old: &str) -> String {
    let operator = Operator::open_or_create(config).await.unwrap();
    for (created, unchanged) in [(3, 0), (0, 3)] {
        let mut rejected = Vec::new();
        let input = export_of_old.as_bytes();
        let note = |line: &RejectedLine| rejected.push(line.clone());
        let imported: Imported =
            operator.import(&config.rp_id, input, ImportMode::Store, note, |_| {}).await.unwrap();
        assert_eq!((imported.created, imported.unchanged, rejected), (created, unchanged, vec![]));
    }
    export(config).await
}

#[tokio::test]
async fn accounts_move_to_sqlite_and_back_without_a_loss() {
    let site = Site::new().await;
    let (mut ada, passkey) = site.account("Ada", 1).await;
    ada.confirm(json!({ "kind": "make-recovery-codes" })).await;
    ada.post("/api/recovery-codes", &json!({})).await.expect(201);
    site.account("Eve", 2).await;
    site.account("Zo\u{eb} \u{1f511}", 3).await;
    let original = export(&site.config).await;
    assert_eq!(original.lines().count(), 5);
    assert!(original.contains("\"codes\":[\""));
    let folder = tempfile::tempdir().unwrap();
    let file = Config::new(folder.path().join("moved.sqlite3"));
    assert_eq!(moved(&file, &original).await, original);
    let back = Config::new(store::address(&folder.path().join("back")).as_str());
    assert_eq!(moved(&back, &original).await, original);
    let mut client = Client::of(&store::open(&back).await);
    client.sign_in(&passkey).await.expect(200);
}
