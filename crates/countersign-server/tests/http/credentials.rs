//! Managing passkeys.

use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

async fn list(client: &mut Client) -> Vec<Value> {
    let body = client.get("/api/credentials").await.expect(200).json();
    body["credentials"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_passkey_is_listed_with_its_details() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let [one] = list(&mut client).await.try_into().unwrap();
    assert_eq!(
        one,
        json!({
            "id": passkey.id(), "label": "Passkey", "aaguid": "00000000-0000-0000-0000-000000000000",
            "authenticator": null, "icon": null, "trouble": null, "format": "none", "attestationType": "none", "algorithm": "ES256",
            "transports": ["internal", "hybrid"], "backupEligible": false, "backupState": false,
            "userVerified": true, "signCount": 0, "createdAt": one["createdAt"], "lastUsedAt": null, "current": true,
        })
    );
    let created = one["createdAt"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");

    client.sign_in(&passkey).await.expect(200);
    let [one] = list(&mut client).await.try_into().unwrap();
    assert!(one["lastUsedAt"].as_str().unwrap() >= created);
}

#[tokio::test]
async fn passkeys_of_one_provider_get_different_labels() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    for (seed, label) in [(2, "Passkey (2)"), (3, "Passkey (3)")] {
        let added = client.add(seed).await.1.expect(201).json();
        assert_eq!(added["credential"]["label"], label);
    }
    let path = format!("/api/credentials/{}", list(&mut client).await[1]["id"].as_str().unwrap());
    client.patch(&path, &json!({ "label": "Key ring" })).await.expect(200);
    assert_eq!(client.add(4).await.1.expect(201).json()["credential"]["label"], "Passkey (2)");
    for taken in ["Passkey", "  PASSKEY (2)", "Ｐasskey  (3)"] {
        client.patch(&path, &json!({ "label": taken })).await.expect_error(409, "label-taken");
    }
    assert_eq!(list(&mut client).await[1]["label"], "Key ring");
    client.patch(&path, &json!({ "label": "key ring" })).await.expect(200);
}

#[tokio::test]
async fn a_second_passkey_is_added_where_the_first_is_excluded() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let started = client.start_adding().await;
    let options = &started["options"];
    assert_eq!(
        options["excludeCredentials"],
        json!([{ "id": first.id(), "type": "public-key", "transports": ["internal", "hybrid"] }])
    );
    let mut second = Passkey::new(options, ORIGIN, 2);
    second.aaguid = 0xd548826e_79b4_db40_a3d8_11116f7e8349_u128.to_be_bytes();
    second.flags |= 0x18;
    let body = finish(&started, &second.registration(options));
    let added = client.post("/api/credentials/finish", &body).await.expect(201).json();
    let added = &added["credential"];
    assert_eq!(added["label"], "Bitwarden");
    assert_eq!(added["authenticator"], "Bitwarden");
    assert_eq!((&added["backupEligible"], &added["backupState"]), (&json!(true), &json!(true)));
    assert_eq!(added["current"], false);
    assert_eq!(list(&mut client).await.len(), 2);

    let mut elsewhere = site.client();
    elsewhere.sign_in(&second).await.expect(200);
    assert_eq!(elsewhere.name().await.unwrap(), "Ada");
    let current: Vec<_> = list(&mut elsewhere).await.iter().map(|one| one["current"].clone()).collect();
    assert_eq!(current, [false, true]);
}

#[tokio::test]
async fn a_passkey_is_registered_once_in_any_account() {
    let site = Site::new().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    for client in [&mut ada, &mut eve] {
        let (_, answer) = client.add(1).await;
        answer.expect_error(409, "credential-already-registered");
    }
    assert_eq!(site.rows(), [2, 2, 2]);
}

#[tokio::test]
async fn labels_have_their_rules() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let path = format!("/api/credentials/{}", passkey.id());
    let renamed = client.patch(&path, &json!({ "label": " My phone 📱 " })).await.expect(200).json();
    assert_eq!(renamed["credential"]["label"], "My phone 📱");
    client.patch(&path, &json!({ "label": "l".repeat(64) })).await.expect(200);
    for label in ["", " \t", "a\nb", "a\u{200b}b", &"l".repeat(65)] {
        client.patch(&path, &json!({ "label": label })).await.expect_error(400, "label-invalid");
    }
    assert_eq!(list(&mut client).await[0]["label"], "l".repeat(64));
}

#[tokio::test]
async fn passkeys_of_other_accounts_can_not_be_changed() {
    let site = Site::new().await;
    let (_, ada) = site.account("Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    eve.add(3).await.1.expect(201);
    let path = format!("/api/credentials/{}", ada.id());
    eve.patch(&path, &json!({ "label": "mine" })).await.expect_error(404, "not-found");
    eve.delete(&path).await.expect_error(404, "not-found");
    assert_eq!(site.sql("SELECT count(*) FROM credentials WHERE label LIKE 'Passkey%'"), 3);
}

#[tokio::test]
async fn a_request_without_a_session_is_not_signed_in() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let mut client = site.client();
    client.cookie = Some("countersign-session-8080=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into());
    let path = format!("/api/credentials/{}", passkey.id());
    client.get("/api/credentials").await.expect_error(401, "not-signed-in");
    client.post("/api/credentials/start", &json!({})).await.expect_error(401, "not-signed-in");
    client.post("/api/credentials/finish", &json!({})).await.expect_error(401, "not-signed-in");
    client.patch(&path, &json!({ "label": "mine" })).await.expect_error(401, "not-signed-in");
    client.delete(&path).await.expect_error(401, "not-signed-in");
    client.delete("/api/account").await.expect_error(401, "not-signed-in");
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn the_last_passkey_stays() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let path = format!("/api/credentials/{}", first.id());
    client.delete(&path).await.expect_error(409, "last-credential");
    client.add(2).await.1.expect(201);
    client.remove(&first).await.expect(200);
    client.sign_in(&first).await.expect_error(401, "credential-unknown");
    assert_eq!(site.sql("SELECT count(*) FROM credentials"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_passkeys_removed_at_once_one_stays() {
    let site = Site::new().await;
    for round in 0..10 {
        let (client, first) = site.account(&format!("Ada {round}"), 2 * round).await;
        let (second, added) = client.clone().add(2 * round + 1).await;
        added.expect(201);
        let mut other = site.client();
        other.sign_in(&second).await.expect(200);
        // Each removes the passkey that the other's session was created with, or its own.
        let tasks = [(client, first), (other, second)].map(|(mut client, passkey)| {
            tokio::spawn(async move {
                let act = json!({ "kind": "remove-credential", "credential": passkey.id() });
                let answer = client.post("/api/step-up/start", &json!({ "act": act })).await;
                if answer.status != 200 {
                    return answer;
                }
                let started = answer.json();
                let response = client.passkey.as_ref().unwrap().authentication(&started["options"]);
                let answer = client.post("/api/step-up/finish", &finish(&started, &response)).await;
                if answer.status != 204 {
                    return answer;
                }
                client.delete(&format!("/api/credentials/{}", passkey.id())).await
            })
        });
        for task in tasks {
            let answer = task.await.unwrap();
            assert!([200, 401, 409].contains(&answer.status.as_u16()), "{answer:?}");
        }
        assert_eq!(site.sql("SELECT count(*) FROM credentials"), i64::from(round) + 1);
    }
}

#[tokio::test]
async fn an_account_has_a_limit_of_passkeys() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    for seed in 10..72 {
        client.add(seed).await.1.expect(201);
    }
    // The last place is used while another registration is under way.
    let late = client.start_adding().await;
    let mut window = site.client();
    window.sign_in(&passkey).await.expect(200);
    window.add(2).await.1.expect(201);
    let response = Passkey::new(&late["options"], ORIGIN, 3).registration(&late["options"]);
    let answer = client.post("/api/credentials/finish", &finish(&late, &response)).await;
    answer.expect_error(409, "too-many-credentials");
    // From now on no registration starts.
    let act = json!({ "act": { "kind": "add-credential" } });
    client.post("/api/step-up/start", &act).await.expect_error(409, "too-many-credentials");
    client.post("/api/credentials/start", &json!({})).await.expect_error(409, "too-many-credentials");
    assert_eq!(site.sql("SELECT count(*) FROM credentials"), 64);
}

#[tokio::test]
async fn removing_an_account_removes_all_of_it_and_frees_its_name() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.add(2).await.1.expect(201);
    let mut elsewhere = site.client();
    elsewhere.sign_in(&passkey).await.expect(200);
    let (mut eve, _) = site.account("Eve", 3).await;

    client.delete_account().await.expect(200);
    assert_eq!(client.cookie, None);
    assert_eq!(site.rows(), [1, 1, 1]);
    assert_eq!(elsewhere.name().await, None);
    assert_eq!(eve.name().await.unwrap(), "Eve");
    site.client().sign_in(&passkey).await.expect_error(401, "credential-unknown");
    site.account("ADA", 1).await;
}

#[tokio::test]
async fn rule_397_a_registration_with_long_client_data_is_not_stored() {
    let site = Site::new().await;
    let mut client = site.client();
    for (padding, is_stored) in [(16 * 1024, false), (15 * 1024, true)] {
        let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.expect(200).json();
        let passkey = Passkey { padding, ..Passkey::new(&started["options"], ORIGIN, 1) };
        let body = finish(&started, &passkey.registration(&started["options"]));
        let answer = client.post("/api/accounts/finish", &body).await;
        if is_stored {
            answer.expect(201);
        } else {
            answer.expect_error(400, "client-data-too-long");
            assert_eq!(site.rows(), [0, 0, 0]);
        }
    }
    // An authentication does not store client data.
    let options = json!({ "rp": { "id": "localhost" }, "user": { "id": client.account.clone() } });
    let passkey = Passkey { padding: 60 * 1024, ..Passkey::new(&options, ORIGIN, 1) };
    client.sign_in(&passkey).await.expect(200);
}

#[tokio::test]
async fn a_list_reads_no_evidence() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let before = list(&mut client).await;
    assert_eq!(before[0]["format"], "none");
    assert_eq!(site.sql("SELECT count(*) FROM credentials WHERE static LIKE '%clientData%'"), 0);
    site.sql("UPDATE evidence SET evidence = 'not read'");
    assert_eq!(list(&mut client).await, before);
    let act = json!({ "act": { "kind": "delete-account" } });
    client.post("/api/step-up/start", &act).await.expect(200);
    client.sign_in(&passkey).await.expect(200);
}
