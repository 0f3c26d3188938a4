//! What an operator sees of all accounts together: counts, models, metadata, and the assessment.

use std::time::Duration;

use axum::http::Method;
use countersign_server::{LimitsConfig, Listen, OperatorPage, Server};
use serde_json::{Value, json};

use crate::attested::register;
use crate::operators::{operator, settled, site, with_metadata};
use crate::site::Site;
use crate::vendor::{any, config, write};

#[tokio::test]
async fn sign_ins_and_rejections_are_counted_by_code() {
    let site = site().await;
    let (mut ada, passkey) = operator(&site, "Ada", 1).await;
    site.client().sign_in(&passkey).await.expect(200);
    let forged = crate::authenticator::Passkey { flags: 0x01, ..passkey };
    site.client().sign_in(&forged).await.expect_error(401, "user-not-verified");
    let counts = ada.get("/operator/api/counts").await.expect(200).json();
    let mut counted: Vec<_> = counts["intervals"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|interval| interval["counts"].as_array().unwrap().clone())
        .map(|count| {
            format!("{} {} {}", count["ceremony"], count["outcome"], count["count"]).replace('"', "")
        })
        .collect();
    counted.sort();
    assert_eq!(counted, ["account accepted 1", "session accepted 1", "session user-not-verified 1"]);
    assert_eq!(counts["intervalSeconds"], 900);
}

#[tokio::test]
async fn passkeys_are_counted_by_model_and_flag() {
    let (site, _folder) = with_metadata("FIDO_CERTIFIED_L1").await;
    let (mut ada, passkey) = operator(&site, "Ada", 1).await;
    let mut eve = site.client();
    assert_eq!(register(&mut eve, "Eve").await.0, 201);
    let path =
        format!("/operator/api/accounts/{}/credentials/{}/flag", ada.account.as_ref().unwrap(), passkey.id());
    ada.add(9).await.1.expect(201);
    // One's own passkey may be flagged; the session that it created ends.
    let (mut bob, _) = operator(&site, "Bob", 2).await;
    bob.send(Method::PUT, &path, Some(&json!({ "reason": "lost" }))).await.expect(204);
    let counted = settled(&mut bob, "/operator/api/models").await;
    let models = counted["models"].as_array().unwrap();
    assert_eq!(models.len(), 2, "{counted}");
    assert_eq!(
        (&models[0]["passkeys"], &models[0]["flagged"], &models[0]["status"]),
        (&json!(3), &json!(1), &Value::Null)
    );
    assert_eq!(
        (&models[1]["name"], &models[1]["passkeys"], &models[1]["status"]),
        (&json!("Model One"), &json!(1), &json!("FIDO_CERTIFIED_L1"))
    );
}

#[tokio::test]
async fn an_attestation_is_explained_with_its_trust() {
    let (site, folder) = with_metadata("FIDO_CERTIFIED_L1").await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let mut eve = site.client();
    register(&mut eve, "Eve").await;
    let path = format!("/operator/api/accounts/{}", eve.account.as_ref().unwrap());
    let shown = ada.get(&path).await.expect(200).json();
    let attestation = &shown["passkeys"][0]["attestation"];
    assert_eq!((&attestation["format"], &attestation["proof"]), (&json!("packed"), &json!("proven")));
    let sentences = attestation["sentences"].as_array().unwrap();
    assert!(
        sentences[0]
            .as_str()
            .unwrap()
            .starts_with("The registration was signed with a certificate of the vendor")
    );
    assert!(
        sentences[1].as_str().unwrap().contains("“\u{2068}Model One\u{2069}”: that is proven"),
        "{sentences:?}"
    );
    drop(folder);
}

#[tokio::test]
async fn without_metadata_nothing_is_assessed() {
    let site = site().await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let body = json!({ "compromised": "report" });
    ada.post("/operator/api/assessment", &body).await.expect_error(503, "metadata-unavailable");
    let metadata = ada.get("/operator/api/metadata").await.expect(200).json();
    assert_eq!(
        (&metadata["source"], &metadata["number"], &metadata["change"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    ada.post("/operator/api/assessment", &json!({ "compromised": "x" }))
        .await
        .expect_error(400, "request-malformed");
}

#[tokio::test]
async fn an_assessment_flags_compromised_passkeys_and_is_seen_by_all_operators() {
    let (site, _folder) = with_metadata("USER_KEY_REMOTE_COMPROMISE").await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let (mut bob, _) = operator(&site, "Bob", 2).await;
    let mut eve = site.client();
    assert_eq!(register(&mut eve, "Eve").await.0, 201);
    let first = ada.get("/operator/api/assessment").await.expect(200).json();
    assert_eq!(first, json!({ "running": null, "latest": null, "failure": null }));
    ada.post("/operator/api/assessment", &json!({ "compromised": "report" })).await.expect(202);
    let result = settled(&mut bob, "/operator/api/assessment").await["latest"].clone();
    assert_eq!(
        (&result["assessed"], &result["newlyFlagged"], &result["metadata"]),
        (&json!(3), &json!(0), &json!(7))
    );
    let log = ada.get("/operator/api/audit").await.expect(200).json();
    let begun = log["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "assessment-begun");
    assert_eq!(begun.map(|row| row["actor"].clone()).collect::<Vec<_>>(), ["operator"]);
    let rejected = json!({ "finding": "rejected", "passkeys": 1 });
    assert!(result["findings"].as_array().unwrap().contains(&rejected), "{result}");
    assert_eq!(result["notable"][0]["model"], "Model One");
    assert_eq!(result["notable"][0]["account"], json!(eve.account.as_ref().unwrap()));

    ada.post("/operator/api/assessment", &json!({ "compromised": "flag" })).await.expect(202);
    // Another operator joins the one that is under way, or begins the next.
    let joined = bob.post("/operator/api/assessment", &json!({ "compromised": "flag" })).await;
    assert!([200, 202].contains(&joined.status.as_u16()), "{joined:?}");
    let result = settled(&mut ada, "/operator/api/assessment").await["latest"].clone();
    assert_eq!(result["flags"], true);
    let path = format!("/operator/api/accounts/{}", eve.account.as_ref().unwrap());
    let shown = ada.get(&path).await.expect(200).json();
    let reason = shown["passkeys"][0]["flag"]["reason"].as_str().unwrap();
    assert!(reason.contains("USER_KEY_REMOTE_COMPROMISE"), "{reason}");
}

#[tokio::test]
async fn a_change_of_the_metadata_is_shown_with_the_passkeys_that_it_concerns() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut own = config(folder.path(), any());
    own.operator_page = OperatorPage::On;
    own.listen = Listen::Localhost(0);
    own.limits = LimitsConfig::off();
    own.origins = vec![crate::site::ORIGIN.into()];
    own.metadata.as_mut().unwrap().check_every = Duration::from_millis(10);
    // A start that finds a newer file compares it with the stored BLOB.
    let server = Server::bind(&own).await.unwrap();
    drop(server);
    write(folder.path(), 8, "REVOKED");
    let site = Site::with(|config, _| *config = own.clone()).await;
    let (mut ada, _) = operator(&site, "Ada", 1).await;
    let metadata = ada.get("/operator/api/metadata").await.expect(200).json();
    assert_eq!(
        (&metadata["number"], &metadata["models"], &metadata["problem"]),
        (&json!(8), &json!(1), &Value::Null)
    );
    assert!(metadata["source"].as_str().unwrap().ends_with("blob"));
    let change = &metadata["change"];
    assert_eq!((&change["from"], &change["to"]), (&json!(7), &json!(8)), "{metadata}");
    let model = &change["models"][0];
    assert_eq!((&model["name"], &model["status"]), (&json!("Model One"), &json!(true)));
    assert_eq!(
        model["changes"],
        json!(["status REVOKED was reported", "status FIDO_CERTIFIED_L1 was withdrawn"])
    );
}
