//! Names of accounts and labels of passkeys: which are rejected, and which count as equal.

use serde_json::{Value, json};

use crate::site::Site;

/// Invisible texts.
const UNSEEN: [&str; 8] =
    ["\u{3164}", "\u{115f}\u{1160}", "\u{2800}", "\u{fe0f}", "\u{e0041}", "\u{34f}", "\u{200d}", "\u{180e}"];

#[tokio::test]
async fn an_invisible_name_or_label_is_rejected() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let path = format!("/api/credentials/{}", passkey.id());
    for text in UNSEEN {
        let answer = site.client().post("/api/accounts/start", &json!({ "name": text })).await;
        answer.expect_error(400, "name-invalid");
        client.patch(&path, &json!({ "label": text })).await.expect_error(400, "label-invalid");
    }
}

#[tokio::test]
async fn a_name_that_looks_like_an_existing_one_is_taken() {
    for (name, twins) in [
        ("Jos\u{e9}", &["Jose\u{301}", "JOSE\u{301}"][..]),
        ("Ana Test", &["Ana  Test", "Ana\u{a0}Test", "Ana\u{2800}Test", " ana test\u{3000}"]),
        ("AnaTest", &["Ana\u{200d}Test", "Ana\u{200c}Test", "Ａｎａｔｅｓｔ", "AnaTest\u{fe0f}"]),
    ] {
        let site = Site::new().await;
        site.account(name, 1).await;
        for twin in twins {
            let answer = site.client().post("/api/accounts/start", &json!({ "name": twin })).await;
            answer.expect_error(409, "name-taken");
        }
    }
}

#[tokio::test]
async fn joiners_in_emoji_and_scripts_are_kept() {
    let site = Site::new().await;
    for (seed, name) in (1..).zip(["👩\u{200d}🔬 Ada", "می\u{200c}خواهم", "❤\u{fe0f}"]) {
        let (mut client, _) = site.account(name, seed).await;
        assert_eq!(client.name().await.unwrap(), name);
    }
}

#[tokio::test]
async fn a_text_with_an_invisible_character_is_rejected_with_a_sentence_about_it() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let path = format!("/api/credentials/{}", passkey.id());
    let message = |answer: &Value| answer["error"]["message"].as_str().unwrap().to_owned();
    let answer = client.patch(&path, &json!({ "label": "My \u{202e}key" })).await;
    answer.expect_error(400, "label-invalid");
    let said = message(&answer.json());
    assert!(said.starts_with("The passkey’s label has an invisible character in it (U+202E)"), "{said}");
    let answer = site.client().post("/api/accounts/start", &json!({ "name": "Ad\u{200b}a" })).await;
    answer.expect_error(400, "name-invalid");
    let said = message(&answer.json());
    assert!(said.starts_with("The name has an invisible character in it (U+200B)"), "{said}");
}
