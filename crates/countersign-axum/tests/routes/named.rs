//! Sign-ins that begin with a name.

use countersign::types::RequestOptions;
use countersign_authenticator::Client;
use serde_json::{Value, json};

use crate::site::{Browser, ORIGIN, Site, finish, id, sign};

async fn start(browser: &mut Browser, name: &str) -> Value {
    browser.post("sessions/start", &json!({ "name": name })).await.expect(200)
}

fn listed(started: &Value) -> Vec<&str> {
    let list = started["options"]["allowCredentials"].as_array().unwrap();
    list.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_known_name_signs_in_with_a_passkey_of_its_account() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = start(&mut browser, " ada").await;
    assert_eq!(listed(&started), [id(&passkey)]);
    let body = finish(&started, &sign(&started, &mut passkey));
    browser.post("sessions/finish", &body).await.expect(200);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn an_unknown_name_gets_the_same_imaginary_passkeys_each_time() {
    let site = Site::new();
    let mut browser = site.browser();
    let first = start(&mut browser, "Nemo").await;
    assert!(!listed(&first).is_empty());
    for name in ["Nemo", "NEMO"] {
        assert_eq!(listed(&start(&mut browser, name).await), listed(&first));
    }
    assert_ne!(listed(&start(&mut browser, "Other").await), listed(&first));
    let invalid = browser.post("sessions/start", &json!({ "name": "" })).await;
    invalid.expect_error(400, "name-invalid");
}

#[tokio::test]
async fn a_rejection_does_not_reveal_whether_a_name_or_a_passkey_is_known() {
    let site = Site::new();
    let _ = site.account("Ada").await;
    let (_, mut eve) = site.account("Eve").await;
    let mut codes = Vec::new();
    for name in ["Ada", "Nemo"] {
        let mut browser = site.browser();
        let mut started = start(&mut browser, name).await;
        // The client ignores the list.
        started["options"].as_object_mut().unwrap().remove("allowCredentials");
        let options: RequestOptions = serde_json::from_value(started["options"].clone()).unwrap();
        let response = Client::new(ORIGIN).get_json(&options, &mut eve).unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        let answer = browser.post("sessions/finish", &finish(&started, &response)).await.expect(401);
        assert_eq!(answer["error"]["signals"]["unknownCredential"], Value::Null);
        codes.push(answer["error"]["code"].clone());
    }
    assert_eq!(codes[0], codes[1]);
}
