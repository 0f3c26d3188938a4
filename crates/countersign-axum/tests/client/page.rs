//! The examples' page, and each function of the script.

use serde_json::{Value, json};

use crate::visit::{NO_AUTOFILL, Visit, listen};
use crate::{browsers::in_each_browser, driver::Kind, postgres_tower_sessions, support};

/// The answers of finishes are lost, after the server sent them, as often as `window.lost` says.
const LOST: &str = "
    const { fetch } = window;
    window.lost = 0;
    window.fetch = async (address, options) => {
        const answer = await fetch(address, options);
        if (window.lost > 0 && String(address).endsWith('/finish')) {
            window.lost -= 1;
            throw new TypeError('Failed to fetch');
        }
        return answer;
    };
";

/// A password manager that ignores signals and never settles.
const NEVER: &str = "navigator.credentials.get = () => new Promise(() => {});";

async fn an_account_has_a_second_passkey_and_gives_a_flower(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.register("jo").await;
    visit.says("Your account is ready.").await;
    assert_eq!(browser.text("#greeting").await, "Hello, jo!");
    browser.click("#sign-out").await;
    visit.says("You are signed out.").await;
    browser.click("#sign-in").await;
    visit.says("You are signed in.").await;

    // The one that is there has one already.
    browser.click("#add").await;
    visit.yes("First confirm").await;
    visit.yes("Now create").await;
    visit.says("This device or security key already has a passkey").await;
    let first = browser.put_away(first).await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    browser.click("#add").await;
    visit.says("The passkey is added.").await;
    let first = browser.bring_back(first).await;

    let field = "#passkeys li:nth-child(2) input";
    browser.run(&format!("document.querySelector('{field}').select()")).await;
    browser.press("Key ring\u{e007}").await;
    visit.says("The passkey is renamed.").await;
    assert_eq!(browser.accessible_names("#passkeys button").await[1], "Remove Key ring");
    browser.click("#passkeys li:nth-child(2) button").await;
    visit.yes("First confirm").await;
    visit.says("The passkey is removed.").await;
    browser.until_signalled_away(&second).await;
    assert_eq!(browser.credentials(&first).await.len(), 1);

    browser.click("#gift").await;
    visit.says("jo gave a flower.").await;
    visit.assert_clean_log().await;
}

async fn each_function_of_the_script_has_its_effect(kind: Kind) {
    let visit = Visit::begin(kind, &[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    let account = visit.call("passkeys.register('jo')").await;
    assert_eq!(account["name"], "jo");
    assert_eq!(browser.run("return passkeys.account").await, account["userHandle"]);
    assert_eq!(visit.call("passkeys.session()").await["account"], account);
    assert_eq!(visit.call("passkeys.sessions()").await[0]["current"], true);
    assert_eq!(visit.call("passkeys.endOtherSessions()").await, 0);
    let listed = visit.call("passkeys.credentials()").await;
    let id = listed["credentials"][0]["id"].as_str().unwrap();
    let renamed = visit.call(&format!("passkeys.rename('{id}', 'Key ring')")).await;
    assert_eq!(renamed["label"], "Key ring");
    assert_eq!(visit.code(&format!("passkeys.remove('{id}')")).await, "last-credential");
    assert_eq!(visit.call("passkeys.confirm({ kind: 'verify' })").await, Value::Null);
    visit.call("passkeys.signOut()").await;
    assert_eq!(visit.code("passkeys.credentials()").await, "not-signed-in");
    assert_eq!(visit.call("passkeys.signIn({ name: 'jo' })").await, account);
    let own = visit.call("passkeys.sessions()").await[0]["id"].clone();
    visit.call(&format!("passkeys.endSession({own})")).await;
    assert_eq!(visit.call("passkeys.session()").await["account"], Value::Null);
    visit.call("passkeys.signIn()").await;
    assert_eq!(visit.call("passkeys.deleteAccount()").await, Value::Null);
    // The script signals that the account has no passkeys.
    browser.until_signalled_away(&authenticator).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, LOST]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.browser.run("window.lost = 1").await;
    let account = visit.call("passkeys.register('jo')").await;
    assert_eq!(account["name"], "jo");
    visit.call("passkeys.signOut()").await;
    visit.browser.run("window.lost = 2").await;
    assert_eq!(visit.call("passkeys.signIn()").await, account);
    visit.browser.run("window.lost = 3").await;
    let lost = visit.call("passkeys.signIn()").await;
    assert_eq!((&lost["code"], &lost["uncertain"]), (&json!("network"), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_is_rejected_before_a_passkey_is_created() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.call("passkeys.register('jo')").await;
    let taken = visit.call("passkeys.register('Jo')").await;
    assert_eq!((&taken["code"], &taken["credentialId"]), (&json!("name-taken"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_cancelled_even_if_a_password_manager_ignores_it() {
    let visit = Visit::begin(Kind::Chromium, &[NO_AUTOFILL, NEVER]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.browser.click("#sign-in").await;
    visit.browser.until("!document.getElementById('waiting').hidden").await;
    visit.browser.click("#cancel").await;
    visit.says("You cancelled it.").await;
}

async fn a_suggested_passkey_signs_in_without_a_click(kind: Kind) {
    let visit = Visit::begin(kind, &[]).await;
    let browser = &visit.browser;
    let starts =
        "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/sessions/start'))";
    browser.until(&format!("{starts}.length === 1")).await;
    browser.add_authenticator(json!({})).await;
    // The request behind the suggestions is pending; the browser has one at a time.
    visit.register("jo").await;
    visit.says("Your account is ready.").await;
    browser.forget_cookies().await;
    visit.load().await;
    browser.choose_suggestion().await;
    visit.says("You are signed in.").await;
    assert_eq!(browser.text("#greeting").await, "Hello, jo!");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_behind_the_suggestions_is_renewed_before_its_challenge_expires() {
    let short = "
        const { fetch } = window;
        window.starts = 0;
        window.fetch = async (address, options) => {
            const answer = await fetch(address, options);
            if (!String(address).endsWith('/sessions/start')) return answer;
            window.starts += 1;
            const value = await answer.json();
            value.options.timeout = 500;
            return Response.json(value);
        };
    ";
    let visit = Visit::begin(Kind::Chromium, &[short]).await;
    visit.browser.until("window.starts >= 3").await;
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_on_postgres_keeps_its_own_session() {
    let (listener, origin) = listen().await;
    let app = postgres_tower_sessions::app(&origin, &support::schema()).await.unwrap();
    let visit =
        Visit::at(Kind::Chromium, listener, origin, app, tempfile::tempdir().unwrap(), &[NO_AUTOFILL]).await;
    visit.browser.add_authenticator(json!({})).await;
    visit.register("jo").await;
    visit.says("Your account is ready.").await;
    assert_eq!(visit.browser.text("#greeting").await, "Hello, jo! You have seen this page 1 times.");
    let cookies = visit.browser.run("return document.cookie").await;
    assert_eq!(cookies, "", "scripts can read no cookie");
    visit.load().await;
    assert_eq!(visit.browser.text("#greeting").await, "Hello, jo! You have seen this page 2 times.");
    visit.browser.click("#gift").await;
    visit.says("jo gave a flower.").await;
    visit.browser.click("#sign-out").await;
    visit.says("You are signed out.").await;
    visit.browser.click("#sign-in").await;
    visit.says("You are signed in.").await;
    assert_eq!(visit.browser.text("#greeting").await, "Hello, jo! You have seen this page 1 times.");
}

in_each_browser!(
    an_account_has_a_second_passkey_and_gives_a_flower,
    each_function_of_the_script_has_its_effect,
    a_suggested_passkey_signs_in_without_a_click,
);
