//! Sign-ins that begin with a name.

use countersign::types::{RequestOptions, base64url};
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

/// A response for the first listed passkey of a name, made without its key, whose client data is changed.
async fn forged(site: &Site, name: &str, part: &str, by: &str) -> crate::site::Answer {
    let (_, mut eve) = site.account(&format!("Eve {name} {by}")).await;
    let mut browser = site.browser();
    let mut started = start(&mut browser, name).await;
    let id = listed(&started)[0].to_owned();
    started["options"].as_object_mut().unwrap().remove("allowCredentials");
    let mut response = sign(&started, &mut eve);
    response["id"] = json!(id);
    response["rawId"] = json!(id);
    let data = response.get_mut("response").and_then(Value::as_object_mut).unwrap();
    data.remove("userHandle");
    let client_data = base64url::decode(data["clientDataJSON"].as_str().unwrap()).unwrap();
    let client_data = String::from_utf8(client_data).unwrap();
    assert!(client_data.contains(part), "{client_data}");
    data.insert("clientDataJSON".into(), json!(base64url::encode(client_data.replace(part, by))));
    browser.post("sessions/finish", &finish(&started, &response)).await
}

#[tokio::test]
async fn a_forged_response_for_a_known_name_is_rejected_like_one_for_an_unknown_name() {
    let site = Site::new();
    let _ = site.account("Ada").await;
    for (part, by) in [
        ("{", "{ "),
        ("https://example.org", "https://evil.example"),
        ("webauthn.get", "webauthn.create"),
        ("\"challenge\":\"", "\"challenge\":\"AA"),
        ("\"type\"", "\"tpye\""),
    ] {
        for name in ["Ada", "Nemo"] {
            forged(&site, name, part, by).await.expect_error(401, "signature-invalid");
        }
    }
}
