//! The payloads for `signalAllAcceptedCredentials` and `signalUnknownCredential`, because of which a provider deletes
//! passkeys.

use countersign::types::base64url;
use countersign_server::{Config, UnknownSignals, router};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Client, Site, finish};

fn accepted(answer: &Value) -> &Value {
    &answer["signals"]["allAcceptedCredentials"]
}

#[tokio::test]
async fn every_change_of_the_accepted_passkeys_lists_all_of_them() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let handle = base64url::encode(&first.user_handle);
    let all = |ids: &[&Passkey]| {
        let ids: Vec<_> = ids.iter().map(|passkey| passkey.id()).collect();
        json!({ "rpId": "localhost", "userId": handle, "allAcceptedCredentialIds": ids })
    };
    let (second, added) = client.add(2).await;
    assert_eq!(accepted(&added.expect(201).json()), &all(&[&first, &second]));
    // Another window adds one, and this one, which has not seen it, removes another.
    let mut window = site.client();
    window.sign_in(&first).await.expect(200);
    let (third, added) = window.add(3).await;
    assert_eq!(accepted(&added.expect(201).json()), &all(&[&first, &second, &third]));
    let removed = client.remove(&second).await.expect(200).json();
    assert_eq!(accepted(&removed), &all(&[&first, &third]));
    assert_eq!(removed["signedOut"], false);
    assert_eq!(accepted(&client.get("/api/credentials").await.json()), &all(&[&first, &third]));
    assert_eq!(accepted(&client.delete_account().await.expect(200).json()), &all(&[]));
}

#[tokio::test]
async fn no_list_is_sent_while_another_browser_adds_a_passkey() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let mut elsewhere = site.client();
    elsewhere.sign_in(&first).await.expect(200);
    let started = elsewhere.start_adding().await;
    // Its provider may have the passkey by now.
    assert_eq!(accepted(&client.get("/api/credentials").await.json()), &Value::Null);
    let (second, added) = client.add(2).await;
    assert_eq!(accepted(&added.expect(201).json()), &Value::Null);
    assert_eq!(accepted(&client.remove(&second).await.expect(200).json()), &Value::Null);
    assert_eq!(accepted(&client.sign_in(&first).await.expect(200).json()), &Value::Null);
    // The windows of one browser wait for each other.
    assert_ne!(accepted(&elsewhere.get("/api/credentials").await.json()), &Value::Null);
    let third = Passkey::new(&started["options"], elsewhere.origin, 3);
    let body = finish(&started, &third.registration(&started["options"]));
    elsewhere.post("/api/credentials/finish", &body).await.expect(201);
    let all = &accepted(&client.get("/api/credentials").await.json())["allAcceptedCredentialIds"].clone();
    assert_eq!(*all, json!([first.id(), third.id()]));
}

const ELSEWHERE: &str = "https://example.org";

/// A server that is not on localhost, and a client of it.
async fn elsewhere(unknown_signals: UnknownSignals) -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    config.unknown_signals = unknown_signals;
    let client = Client { origin: ELSEWHERE, ..Client::of(&router(&config).await.unwrap()) };
    (folder, client)
}

async fn account(client: &mut Client, name: &str, seed: u8) -> Passkey {
    let started = client.post("/api/accounts/start", &json!({ "name": name })).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], ELSEWHERE, seed);
    let body = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &body).await.expect(201);
    client.passkey = Some(passkey.clone());
    passkey
}

/// The signal after this passkey was rejected as unknown.
async fn unknown(client: &mut Client, passkey: &Passkey) -> Value {
    let answer = client.sign_in(passkey).await;
    answer.expect_error(401, "credential-unknown");
    answer.json()["error"]["signals"]["unknownCredential"].clone()
}

#[tokio::test]
async fn an_unknown_passkey_of_an_account_that_is_or_was_here_may_be_signalled() {
    let (_folder, mut client) = elsewhere(UnknownSignals::Sent).await;
    let passkey = account(&mut client, "Ada", 1).await;
    let mut unregistered = passkey.clone();
    unregistered.id = vec![7; 16];
    let signal = json!({ "rpId": "example.org", "credentialId": unregistered.id() });
    assert_eq!(unknown(&mut client.clone(), &unregistered).await, signal);
    client.delete_account().await.expect(200);
    assert_eq!(unknown(&mut client, &unregistered).await, signal);
    let signal = json!({ "rpId": "example.org", "credentialId": passkey.id() });
    assert_eq!(unknown(&mut client, &passkey).await, signal);
}

#[tokio::test]
async fn a_passkey_that_is_being_added_is_not_signalled_as_unknown() {
    let (folder, mut client) = elsewhere(UnknownSignals::Sent).await;
    account(&mut client, "Ada", 1).await;
    let started = client.start_adding().await;
    let added = Passkey::new(&started["options"], ELSEWHERE, 2);
    let signal = json!({ "rpId": "example.org", "credentialId": added.id() });
    // Its provider has it already, and offers it at each sign-in: in another window, or elsewhere.
    for mut window in [client.clone(), Client { cookie: None, browser: None, ..client.clone() }] {
        assert_eq!(unknown(&mut window, &added).await, Value::Null);
    }
    let mut refused = added.registration(&started["options"]);
    refused["type"] = json!("public key");
    client.post("/api/credentials/finish", &finish(&started, &refused)).await.expect(400);
    // It came to nothing, but another attempt may follow until the confirmation is over.
    assert_eq!(unknown(&mut client, &added).await, Value::Null);
    let database = rusqlite::Connection::open(folder.path().join("test.sqlite3")).unwrap();
    database.execute("DELETE FROM confirmations", ()).unwrap();
    assert_eq!(unknown(&mut client, &added).await, signal);
}

#[tokio::test]
async fn a_passkey_of_another_database_is_not_signalled() {
    let (_folder, mut client) = elsewhere(UnknownSignals::Sent).await;
    let (_other_folder, mut other) = elsewhere(UnknownSignals::Sent).await;
    let passkey = account(&mut other, "Ada", 1).await;
    assert_eq!(unknown(&mut client, &passkey).await, Value::Null);
}

#[tokio::test]
async fn on_localhost_no_passkey_is_signalled_as_unknown() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.delete_account().await.expect(200);
    assert_eq!(unknown(&mut client, &passkey).await, Value::Null);
}

#[tokio::test]
async fn a_server_that_withholds_unknown_signals_has_none() {
    let (_folder, mut client) = elsewhere(UnknownSignals::Withheld).await;
    let passkey = account(&mut client, "Ada", 1).await;
    client.delete_account().await.expect(200);
    assert_eq!(unknown(&mut client, &passkey).await, Value::Null);
}

#[tokio::test]
async fn the_passkey_of_a_rejected_registration_may_be_signalled_if_it_is_unknown_for_good() {
    let (_folder, mut first) = elsewhere(UnknownSignals::Sent).await;
    let existing = account(&mut first, "Ada", 1).await;
    for (status, code, is_signalled) in [
        (400, "user-not-verified", true),
        (409, "credential-already-registered", false),
        // Another ceremony may have created it, and may still accept it.
        (400, "challenge-mismatch", false),
        (409, "name-taken", true),
    ] {
        let mut client = Client { cookie: None, ..first.clone() };
        let mut started =
            client.post("/api/accounts/start", &json!({ "name": "Eve" })).await.expect(200).json();
        let mut passkey = Passkey::new(&started["options"], ELSEWHERE, 2);
        match code {
            "user-not-verified" => passkey.flags = 0x01,
            "credential-already-registered" => passkey.id.clone_from(&existing.id),
            "challenge-mismatch" => started["options"]["challenge"] = json!(base64url::encode([7; 32])),
            _ => drop(account(&mut client.clone(), "Eve", 3).await),
        }
        let body = finish(&started, &passkey.registration(&started["options"]));
        let signal = json!({ "rpId": "example.org", "credentialId": passkey.id() });
        for _ in 0..2 {
            let answer = client.post("/api/accounts/finish", &body).await;
            answer.expect_error(status, code);
            let expected = if is_signalled { signal.clone() } else { Value::Null };
            assert_eq!(answer.json()["error"]["signals"]["unknownCredential"], expected, "{code}");
        }
    }
}
