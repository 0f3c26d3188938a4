//! Accounts and sign-ins: what they require, and that each happens once.

use countersign::{relying_party::policy::BackupEligibilityChange, types::base64url};
use countersign_server::router;
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

async fn started(client: &mut Client, path: &str, body: Value) -> Value {
    client.post(path, &body).await.expect(200).json()
}

#[tokio::test]
async fn an_account_is_created_with_its_first_passkey_and_signs_in_with_it() {
    let site = Site::new().await;
    let mut client = site.client();
    let started = started(&mut client, "/api/accounts/start", json!({ "name": " Ada " })).await;
    let options = &started["options"];
    assert_eq!(options["rp"], json!({ "id": "localhost", "name": "Countersign" }));
    assert_eq!(options["user"]["name"], "Ada");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let algorithms: Vec<i64> = options["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["alg"].as_i64().unwrap())
        .collect();
    assert_eq!(algorithms, [-8, -7, -257]);
    let passkey = Passkey::new(options, ORIGIN, 1);
    assert_eq!(site.rows(), [0, 0, 0], "nothing is stored before the finish");

    let answer = client.post("/api/accounts/finish", &finish(&started, &passkey.registration(options))).await;
    let account = answer.expect(201).json();
    let handle = base64url::encode(&passkey.user_handle);
    let accepted =
        json!({ "rpId": "localhost", "userId": handle, "allAcceptedCredentialIds": [passkey.id()] });
    let details = json!({ "rpId": "localhost", "userId": handle, "name": "Ada", "displayName": "Ada" });
    assert_eq!(
        account,
        json!({
            "account": { "name": "Ada", "userHandle": handle },
            "signals": { "allAcceptedCredentials": accepted, "currentUserDetails": details },
        })
    );
    assert_eq!(site.rows(), [1, 1, 1]);
    let session = client.get("/api/session").await.expect(200).json();
    assert_eq!(
        session,
        json!({
            "account": account["account"],
            "rpId": "localhost",
            "origins": ["http://localhost:8080"],
            "signUp": "open",
        })
    );

    let mut elsewhere = site.client();
    assert_eq!(elsewhere.name().await, None);
    let answer = elsewhere.sign_in(&passkey).await.expect(200);
    assert_eq!(answer.json(), account);
    assert_eq!(elsewhere.name().await.unwrap(), "Ada");
}

#[tokio::test]
async fn a_name_is_free_until_an_account_has_it_and_then_taken_in_any_case() {
    let site = Site::new().await;
    let (mut one, mut two) = (site.client(), site.client());
    let first = started(&mut one, "/api/accounts/start", json!({ "name": "Straße" })).await;
    let second = started(&mut two, "/api/accounts/start", json!({ "name": "STRASSE" })).await;
    let [first_key, second_key] =
        [(&first, 1), (&second, 2)].map(|(it, seed)| Passkey::new(&it["options"], ORIGIN, seed));
    let response = second_key.registration(&second["options"]);
    two.post("/api/accounts/finish", &finish(&second, &response)).await.expect(201);
    let response = first_key.registration(&first["options"]);
    one.post("/api/accounts/finish", &finish(&first, &response)).await.expect_error(409, "name-taken");
    one.post("/api/accounts/start", &json!({ "name": "strasse" })).await.expect_error(409, "name-taken");
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn names_have_their_rules() {
    let site = Site::new().await;
    let mut client = site.client();
    for name in ["", "  ", "a\u{0}b", "a\u{202e}b", &"n".repeat(65)] {
        client.post("/api/accounts/start", &json!({ "name": name })).await.expect_error(400, "name-invalid");
    }
    client.post("/api/accounts/start", &json!({ "name": "n".repeat(64) })).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_registrations_of_one_name_or_one_passkey_at_once_one_succeeds() {
    let site = Site::new().await;
    for round in 0..10_u8 {
        let same_name = round % 2 == 0;
        let tasks: Vec<_> = (0..2)
            .map(|number| {
                let mut client = site.client();
                tokio::spawn(async move {
                    let name = format!("{round} {}", if same_name { 0 } else { number });
                    let started = started(&mut client, "/api/accounts/start", json!({ "name": name })).await;
                    let seed = if same_name { 2 * round + number } else { 2 * round };
                    let passkey = Passkey::new(&started["options"], ORIGIN, seed);
                    let body = finish(&started, &passkey.registration(&started["options"]));
                    client.post("/api/accounts/finish", &body).await
                })
            })
            .collect();
        let mut successes = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            match (answer.status.as_u16(), same_name) {
                (201, _) => successes += 1,
                (_, true) => answer.expect_error(409, "name-taken"),
                (_, false) => answer.expect_error(409, "credential-already-registered"),
            }
        }
        assert_eq!(successes, 1, "round {round}");
        let made = i64::from(round) + 1;
        assert_eq!(site.rows(), [made; 3]);
    }
}

#[tokio::test]
async fn a_ceremony_is_finished_only_as_the_kind_that_was_started() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let session = started(&mut client, "/api/sessions/start", json!({})).await;
    let response = Passkey::new(&json!({ "user": { "id": "AQ" }, "rp": { "id": "localhost" } }), ORIGIN, 2)
        .registration(&session["options"]);
    client
        .post("/api/accounts/finish", &finish(&session, &response))
        .await
        .expect_error(400, "state-invalid");
    let added = client.start_adding().await;
    let response = passkey.authentication(&added["options"]);
    client.post("/api/sessions/finish", &finish(&added, &response)).await.expect_error(401, "state-invalid");
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn a_ceremony_of_another_account_adds_nothing() {
    let site = Site::new().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    let started = ada.start_adding().await;
    let passkey = Passkey::new(&started["options"], ORIGIN, 3);
    let body = finish(&started, &passkey.registration(&started["options"]));
    eve.post("/api/credentials/finish", &body).await.expect_error(400, "cookie-missing");
    eve.browser = ada.browser;
    eve.post("/api/credentials/finish", &body).await.expect_error(400, "state-invalid");
    assert_eq!(site.rows(), [2, 2, 2]);
}

#[tokio::test]
async fn a_sign_in_with_one_fault_is_rejected_with_its_code() {
    type Change = fn(&mut Passkey);
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let cases: [(&str, Change); 8] = [
        ("credential-unknown", |it| it.id = vec![7; 16]),
        ("signature-invalid", |it| it.user_handle = vec![7; 16]),
        ("origin-mismatch", |it| it.origin = "http://localhost:8081".into()),
        ("rp-id-hash-mismatch", |it| it.rp_id = "example.org".into()),
        ("user-not-present", |it| it.flags = 0x04),
        ("user-not-verified", |it| it.flags = 0x01),
        ("backup-eligibility-changed", |it| it.flags = 0x0d),
        ("signature-invalid", |it| it.key = Passkey::new(&other_options(), ORIGIN, 9).key),
    ];
    for (code, change) in cases {
        let mut wrong = passkey.clone();
        change(&mut wrong);
        let mut client = site.client();
        client.sign_in(&wrong).await.expect_error(401, code);
        assert_eq!(client.cookie, None);
    }
    assert_eq!(site.rows(), [1, 1, 1]);
    site.client().sign_in(&passkey).await.expect(200);
}

fn other_options() -> Value {
    json!({ "user": { "id": "AQ" }, "rp": { "id": "localhost" } })
}

#[tokio::test]
async fn only_the_holder_of_a_passkey_learns_that_backup_eligibility_changed() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let stranger = Passkey::new(&other_options(), ORIGIN, 9).key;
    let changed = Passkey { flags: 0x0d, ..passkey.clone() };
    site.client().sign_in(&changed).await.expect_error(401, "backup-eligibility-changed");
    let guessed = Passkey { key: stranger, ..changed };
    site.client().sign_in(&guessed).await.expect_error(401, "signature-invalid");
}

#[tokio::test]
async fn a_passkey_that_can_now_be_backed_up_signs_in_if_the_operator_accepts_that() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let mut config = site.config.clone();
    config.policy =
        config.policy.with_backup_eligibility_change(BackupEligibilityChange::DangerousAcceptUpgrade);
    let mut client = Client::of(&router(&config).await.unwrap());
    let changed = Passkey { flags: 0x0d, ..passkey };
    client.sign_in(&changed).await.expect(200);
    site.client().sign_in(&changed).await.expect(200);
}

#[tokio::test]
async fn a_registration_with_one_fault_is_rejected_with_its_code() {
    type Change = fn(&mut Passkey);
    let site = Site::new().await;
    let cases: [(&str, Change); 5] = [
        ("origin-mismatch", |it| it.origin = "https://localhost:8080".into()),
        ("rp-id-hash-mismatch", |it| it.rp_id = "example.org".into()),
        ("user-not-present", |it| it.flags = 0x04),
        ("user-not-verified", |it| it.flags = 0x01),
        ("backup-state-invalid", |it| it.flags = 0x15),
    ];
    for (code, change) in cases {
        let mut client = site.client();
        let started = started(&mut client, "/api/accounts/start", json!({ "name": "Ada" })).await;
        let mut wrong = Passkey::new(&started["options"], ORIGIN, 1);
        change(&mut wrong);
        let body = finish(&started, &wrong.registration(&started["options"]));
        client.post("/api/accounts/finish", &body).await.expect_error(400, code);
        assert_eq!((client.cookie, site.rows()), (None, [0, 0, 0]));
    }
    site.account("Ada", 1).await;
}

#[tokio::test]
async fn a_sign_in_whose_counter_does_not_increase_is_rejected() {
    let site = Site::new().await;
    let (_, mut passkey) = site.account("Ada", 1).await;
    for (counter, status) in [(0, 200), (5, 200), (5, 401), (4, 401), (0, 401), (6, 200)] {
        passkey.counter = counter;
        let answer = site.client().sign_in(&passkey).await;
        if status == 401 {
            answer.expect_error(401, "signature-invalid");
        }
        assert_eq!(answer.status, status, "counter {counter}");
    }
    assert_eq!(site.sql("SELECT dynamic ->> 'sign_count' FROM credentials"), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sign_ins_with_one_counter_at_once_one_succeeds() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    for counter in 1..=10 {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (mut client, mut passkey) = (site.client(), passkey.clone());
                passkey.counter = counter;
                tokio::spawn(async move { client.sign_in(&passkey).await })
            })
            .collect();
        let mut successes = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            if answer.status == 200 {
                successes += 1;
            } else {
                answer.expect_error(401, "signature-invalid");
            }
        }
        assert_eq!(successes, 1, "counter {counter}");
    }
}
