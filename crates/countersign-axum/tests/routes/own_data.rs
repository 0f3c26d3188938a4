//! What an account may see and change of itself: its data as a file, and its name.

use serde_json::{Value, json};

use crate::site::{Site, id};

fn act(name: &str) -> Value {
    json!({ "kind": "rename-account", "name": name })
}

#[tokio::test]
async fn a_file_has_all_that_is_stored_about_the_account_and_no_hash() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    site.wait(500);
    let mut elsewhere = site.browser();
    elsewhere.sign_in(&mut passkey).await.expect(200);
    let answer = browser.get("account/data").await;
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"account.json\"");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let data = answer.expect(200);
    let (created, now) = (site.now().plus_seconds(-500).to_string(), site.now().to_string());
    assert_eq!((&data["version"], &data["exportedAt"]), (&json!(1), &json!(now)));
    let account = json!({ "userHandle": browser.account, "name": "Ada", "createdAt": created });
    assert_eq!(data["account"], account);
    assert_eq!(data["recoveryCodes"], json!({ "total": 10, "unused": 0, "createdAt": null, "usedAt": null }));
    let [credential] = data["credentials"].as_array().unwrap().as_slice() else { panic!("{data}") };
    assert_eq!((&credential["label"], &credential["lastUsedAt"]), (&json!("Passkey"), &json!(now)));
    let record = &credential["record"];
    assert_eq!(record["static"]["id"], id(&passkey));
    assert_ne!(record["dynamic"], Value::Null);
    let sessions = data["sessions"].as_array().unwrap();
    let current: Vec<_> = sessions.iter().filter(|session| session["current"] == true).collect();
    assert_eq!((sessions.len(), current.len()), (2, 1));
    assert_eq!((&current[0]["createdAt"], &current[0]["seenAt"]), (&json!(created), &json!(now)));
    site.browser().get("account/data").await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn an_account_is_renamed_after_a_confirmation_of_that_name() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    site.account("Eve").await;
    let rename = |name: &str| json!({ "name": name });
    browser.patch("account", &rename("Bob")).await.expect_error(401, "reauthentication-required");
    browser.confirm(&act("Bobby"), &mut passkey).await;
    browser.patch("account", &rename("Bob")).await.expect_error(401, "reauthentication-required");
    // The name is confirmed as it is stored.
    browser.confirm(&act(" Bob "), &mut passkey).await;
    let renamed = browser.patch("account", &rename("Bob")).await.expect(200);
    assert_eq!(renamed["account"]["name"], "Bob");
    let signals = &renamed["signals"];
    assert_eq!(signals["currentUserDetails"]["name"], "Bob");
    assert_eq!(signals["currentUserDetails"]["displayName"], "Bob");
    assert_eq!(signals["currentUserDetails"]["userId"], json!(browser.account));
    assert_eq!(signals["allAcceptedCredentials"]["allAcceptedCredentialIds"], json!([id(&passkey)]));
    assert_eq!(browser.name().await.as_deref(), Some("Bob"));
    // A provider on another device gets the name with the next sign-in.
    let answer = site.browser().sign_in(&mut passkey).await.expect(200);
    assert_eq!(answer["signals"]["currentUserDetails"]["name"], "Bob");
    // The old name is free.
    site.browser().post("accounts/start", &json!({ "name": "Ada" })).await.expect(200);
}

#[tokio::test]
async fn a_new_name_has_the_rules_of_a_first_one() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    site.account("Eve").await;
    for name in ["", " ", "a\u{202e}b", &"n".repeat(65)] {
        browser.patch("account", &json!({ "name": name })).await.expect_error(400, "name-invalid");
        let started = browser.post("step-up/start", &json!({ "act": act(name) })).await;
        started.expect_error(400, "name-invalid");
    }
    let started = browser.post("step-up/start", &json!({ "act": act("EVE") })).await;
    started.expect_error(409, "name-taken");
    browser.patch("account", &json!({ "name": "eve" })).await.expect_error(409, "name-taken");
    // Its own name in another case.
    browser.confirm(&act("ADA"), &mut passkey).await;
    browser.patch("account", &json!({ "name": "ADA" })).await.expect(200);
}

#[tokio::test]
async fn sessions_say_on_what_they_were_created() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = crate::site::finish(&started, &crate::site::sign(&started, &mut passkey));
    let request = axum::http::Request::post("/passkeys/sessions/finish")
        .header("content-type", "application/json")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
    browser.send(request.body(axum::body::Body::from(body.to_string())).unwrap()).await.expect(200);
    site.browser().sign_in(&mut passkey).await.expect(200);
    let listed = browser.get("sessions").await.expect(200);
    let device = |number: usize| &listed["sessions"][number]["device"];
    let devices = [device(0), device(1)];
    assert!(devices.contains(&&json!("Firefox on Linux")) && devices.contains(&&Value::Null), "{listed}");
}
