//! Pages of rows for the operator, on both databases.
#![cfg(all(feature = "postgres", feature = "sqlite"))]

#[path = "support/samples.rs"]
mod samples;
#[path = "support/sqlite_file.rs"]
mod sqlite_file;
mod support;

use countersign::record::AttestationEvidence;
use countersign::store::{Account, Evidence, Invitation, Operation, Recovery, StoredCredential};
use countersign::types::{CredentialId, UserHandle};
use countersign_store::Database;
use countersign_store::listing::{CredentialRow, PAGE_MAX, Totals, WHOLE_ACCOUNTS_MAX, WholeAccount};

use samples::{NOW, accept, account, credential, handle, id, sign_up, token};

/// Runs SQL on a database, with the table names of either.
type Sql = Box<dyn Fn(&str)>;

/// An empty database of each kind.
async fn databases() -> Vec<(Database, Sql)> {
    let (folder, path) = sqlite_file::path();
    let url = support::schema();
    let file = Database::open(path.to_str().unwrap()).await.unwrap();
    let server = Database::open(&url).await.unwrap();
    let on_file: Sql = Box::new(move |sql| {
        let _ = &folder;
        sqlite_file::sql(&path, sql);
    });
    let on_server: Sql = Box::new(move |sql| {
        let sql = sql.replace("UPDATE ", "UPDATE countersign_").replace(" static", " fixed");
        support::sql(&url, &sql);
    });
    vec![(file, on_file), (server, on_server)]
}

#[tokio::test]
async fn accounts_are_listed_by_name_and_pages_follow_each_other() {
    for (database, _) in databases().await {
        assert_eq!(database.accounts("", None, 10).await.unwrap(), []);
        // A prefix of another name, the last character of all, and characters that a pattern would interpret.
        let names = ["Ada", "ada lovelace", "ADA%", "b", "\u{10ffff}", "A_a"];
        for name in names {
            accept(&database, sign_up(name)).await;
        }
        accept(&database, vec![Operation::InsertCredential(Box::new(credential("b", "second")))]).await;
        let mut expected: Vec<_> = names.iter().map(|name| name.to_uppercase()).collect();
        expected.sort();
        for size in 1..=7 {
            let (mut listed, mut after) = (Vec::new(), None::<String>);
            loop {
                let page = database.accounts("", after.as_deref(), size).await.unwrap();
                assert!(page.len() <= size);
                let Some(last) = page.last() else { break };
                after = Some(last.account.name_key.clone());
                listed.extend(page.iter().map(|one| (one.account.name_key.clone(), one.credentials)));
            }
            let keys: Vec<_> = listed.iter().map(|(key, _)| key.clone()).collect();
            assert_eq!(keys, expected, "{size}");
            let counts: Vec<_> =
                listed.iter().filter(|(key, _)| key == "B").map(|(_, count)| *count).collect();
            assert_eq!(counts, [2]);
        }
        for (prefix, found) in
            [("ADA", &["ADA", "ADA LOVELACE", "ADA%"][..]), ("A_", &["A_A"]), ("ADA%", &["ADA%"]), ("C", &[])]
        {
            let page = database.accounts(prefix, None, 10).await.unwrap();
            let keys: Vec<_> = page.iter().map(|one| one.account.name_key.as_str()).collect();
            assert_eq!(keys, found, "{prefix}");
        }
        let rest = database.accounts("ADA", Some("ADA"), 1).await.unwrap();
        assert_eq!(rest[0].account.name_key, "ADA LOVELACE");
    }
}

#[tokio::test]
async fn an_account_is_listed_with_its_recovery_codes() {
    for (database, _) in databases().await {
        accept(&database, sign_up("ada")).await;
        accept(&database, sign_up("eve")).await;
        let recovery = Recovery {
            codes: [token("one"), token("two")].into(),
            created_at: Some(NOW),
            used_at: Some(NOW.plus_seconds(3)),
        };
        let restore =
            Operation::RestoreRecovery { account: handle("ada"), recovery: Box::new(recovery.clone()) };
        accept(&database, vec![restore]).await;
        let page = database.accounts("", None, 10).await.unwrap();
        assert_eq!(page[0].recovery, recovery.status());
        assert_eq!((page[0].recovery.unused, page[1].recovery.unused), (2, 0));
        assert_eq!(page[1].recovery.created_at, None);
    }
}

fn with_evidence(owner: &str, name: &str) -> StoredCredential {
    let mut stored = credential(owner, name);
    let evidence = AttestationEvidence::new("packed", "basic", [1, 2], [3]);
    stored.record = stored.record.with_evidence(evidence);
    stored.attestation = Some(("packed".to_owned(), "basic".to_owned()));
    stored
}

#[tokio::test]
async fn credentials_of_all_accounts_are_listed_by_id_and_unreadable_ones_too() {
    for (database, sql) in databases().await {
        for name in ["ada", "bob", "eve"] {
            let account = Operation::InsertAccount(account(name));
            let first = Operation::InsertCredential(Box::new(with_evidence(name, name)));
            accept(&database, vec![account, first]).await;
        }
        let bobs = format!("{:02x?}", id("bob").as_bytes()).replace(['[', ',', ' ', ']'], "");
        let is_bobs = if matches!(database, Database::Sqlite(_)) {
            format!("x'{bobs}'")
        } else {
            format!("'\\x{bobs}'")
        };
        sql(&format!("UPDATE credentials SET static = 'x' WHERE id = {is_bobs}"));
        let mut after = None::<CredentialId>;
        let mut listed = Vec::new();
        loop {
            let page = database.all_credentials(after.as_ref(), Evidence::Read, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            listed.extend(page);
        }
        let rows: Vec<_> = listed.iter().map(|row| (row.id.clone(), row.owner.clone())).collect();
        assert_eq!(rows, ["ada", "bob", "eve"].map(|name| (id(name), handle(name))));
        assert_eq!(listed[0].credential, Ok(with_evidence("ada", "ada")));
        assert!(listed[1].credential.as_ref().unwrap_err().contains("can't be read"), "{:?}", listed[1]);
        assert_eq!(listed[2].credential, Ok(with_evidence("eve", "eve")));
        let page = database.all_credentials(None, Evidence::Omit, 1).await.unwrap();
        assert_eq!(page[0].credential.as_ref().unwrap().record.evidence(), None);
        // The record of another credential, as a mistaken program might have stored it.
        sql("UPDATE credentials SET static = (SELECT static FROM credentials c WHERE c.label = 'eve')"
            .replace(
                "FROM credentials c",
                if matches!(database, Database::Sqlite(_)) {
                    "FROM credentials c"
                } else {
                    "FROM countersign_credentials c"
                },
            )
            .as_str());
        let page = database.all_credentials(None, Evidence::Omit, 1).await.unwrap();
        assert_eq!(page[0].credential, Err("the record is another credential's".to_owned()));
    }
}

#[tokio::test]
async fn open_invitations_are_listed_by_their_end() {
    for (database, _) in databases().await {
        let invitation = |name: &str, from: i64, to: i64| Invitation {
            code: token(name),
            created_at: NOW.plus_seconds(from),
            expires_at: NOW.plus_seconds(to),
        };
        let mut same = [invitation("c", 0, 50), invitation("d", 0, 50), invitation("e", 0, 50)];
        same.sort_by_key(|one| *one.code.as_bytes());
        let open = [vec![invitation("a", 0, 1)], same.to_vec(), vec![invitation("b", 0, 100)]].concat();
        for one in open.iter().cloned().chain([invitation("over", -9, 0), invitation("past", -9, -5)]) {
            accept(&database, vec![Operation::AddInvitation(one)]).await;
        }
        for size in 1..=6 {
            let mut listed: Vec<Invitation> = Vec::new();
            loop {
                let page = database.invitations(listed.last(), NOW, size).await.unwrap();
                if page.is_empty() {
                    break;
                }
                listed.extend(page);
            }
            assert_eq!(listed, open, "{size}");
        }
    }
}

#[tokio::test]
async fn whole_accounts_have_all_that_is_exported() {
    for (database, _) in databases().await {
        let recovery = Recovery { codes: [token("one")].into(), created_at: Some(NOW), used_at: None };
        let mut expected = Vec::new();
        for name in ["ada", "bob", "eve"] {
            let second = format!("{name} 2");
            let credentials = [with_evidence(name, &second), credential(name, name)];
            let mut operations = vec![Operation::InsertAccount(account(name))];
            operations.extend(credentials.iter().cloned().map(Box::new).map(Operation::InsertCredential));
            if name == "bob" {
                let recovery = Box::new(recovery.clone());
                operations.push(Operation::RestoreRecovery { account: handle(name), recovery });
            }
            accept(&database, operations).await;
            let rows = credentials.map(|credential| CredentialRow {
                id: credential.record.id().clone(),
                owner: handle(name),
                credential: Ok(credential),
            });
            let recovery = if name == "bob" { recovery.clone() } else { Recovery::default() };
            expected.push(WholeAccount { account: account(name), credentials: rows.to_vec(), recovery });
        }
        let mut listed: Vec<WholeAccount> = Vec::new();
        loop {
            let after = listed.last().map(|whole| whole.account.handle.clone());
            let page = database.whole_accounts(after.as_ref(), 2).await.unwrap();
            if page.is_empty() {
                break;
            }
            listed.extend(page);
        }
        assert_eq!(listed, expected);
        assert_eq!(database.totals().await.unwrap(), Totals { accounts: 3, credentials: 6 });
    }
}

#[tokio::test]
async fn a_page_is_cut_to_its_limit() {
    for (database, _) in databases().await {
        let one = |number: usize| {
            let name = format!("{number:05}");
            let handle = UserHandle::new(&name).unwrap();
            Operation::InsertAccount(Account { handle, name_key: name.clone(), name, created_at: NOW })
        };
        accept(&database, (0..=PAGE_MAX).map(one).collect()).await;
        assert_eq!(database.accounts("", None, usize::MAX).await.unwrap().len(), PAGE_MAX);
        assert_eq!(database.whole_accounts(None, usize::MAX).await.unwrap().len(), WHOLE_ACCOUNTS_MAX);
        assert_eq!(database.accounts("", None, 0).await.unwrap(), []);
    }
}
