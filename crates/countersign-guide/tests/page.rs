//! The page in a real browser, with a virtual authenticator, and with objects such as password managers make; and
//! `@simplewebauthn/browser` in place of the page's own script.
//!
//! Needs chromium and chromedriver, as the server's browser tests do, whose driver this is, and npm.

#[path = "../../countersign-server/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the server's tests do more with a browser")]
mod driver;

#[path = "../src/bin/first.rs"]
#[allow(dead_code, reason = "it has a function `main`")]
mod first;

use std::{fs, path::Path, process::Command};

use axum::{Router, response::Html, routing::get};
use countersign_guide::{app, passkeys::Passkeys};
use driver::Browser;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Keeps what the page sends.
const RECORD: &str = "
    window.sent = [];
    const { fetch } = window;
    window.fetch = (address, options) => {
        if (options?.body) window.sent.push(JSON.parse(options.body));
        return fetch(address, options);
    };
";

/// A browser from before the JSON of options and responses.
const WITHOUT_JSON: &str = "
    delete PublicKeyCredential.prototype.toJSON;
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.parseRequestOptionsFromJSON;
";

/// A password manager's page script: objects of its own with the browser's prototypes, so that `toJSON` and every getter
/// that it doesn't define throw, as do the convenience methods. Its extension results have bytes in them.
const PASSWORD_MANAGER: &str = "
    const no = () => { throw new TypeError('Illegal invocation') };
    const prototypes = [PublicKeyCredential, AuthenticatorAttestationResponse, AuthenticatorAssertionResponse];
    const [whole, attestation, assertion] = prototypes.map((it) => it.prototype);
    const { credentials } = navigator;
    const create = credentials.create.bind(credentials);
    const get = credentials.get.bind(credentials);
    const results = () => ({ credProps: { rk: true }, prf: { results: { first: new Uint8Array([251, 255, 254]).buffer } } });
    const imitate = (real, response, prototype) =>
        Object.setPrototypeOf(
            {
                id: real.id,
                rawId: real.rawId,
                type: real.type,
                response: Object.setPrototypeOf(response, prototype),
                getClientExtensionResults: results,
            },
            whole,
        );
    credentials.create = async (options) => {
        const real = await create(options);
        const { clientDataJSON, attestationObject } = real.response;
        const getters = { getAuthenticatorData: no, getPublicKey: no, getPublicKeyAlgorithm: no, getTransports: no };
        return imitate(real, { clientDataJSON, attestationObject, ...getters }, attestation);
    };
    credentials.get = async (options) => {
        const real = await get(options);
        const { clientDataJSON, authenticatorData, signature, userHandle } = real.response;
        return imitate(real, { clientDataJSON, authenticatorData, signature, userHandle }, assertion);
    };
";

/// A `toJSON` that returns nothing of the credential, as the objects of a page script have it that copies own members.
const EMPTY_JSON: &str = "PublicKeyCredential.prototype.toJSON = () => ({});";

/// A `toJSON` whose result can't be read.
const THROWING_JSON: &str = "
    PublicKeyCredential.prototype.toJSON = () => ({ get id() { throw new TypeError('Illegal invocation') } });
";

/// No suggestions: the virtual authenticator would answer at once.
const NO_AUTOFILL: &str = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";

/// A browser that can't use passkeys.
const WITHOUT_WEBAUTHN: &str = "delete window.PublicKeyCredential;";

/// A browser without what came after the first level of WebAuthn.
const LEVEL_1: &str = "
    delete PublicKeyCredential.isConditionalMediationAvailable;
    delete PublicKeyCredential.signalUnknownCredential;
    delete PublicKeyCredential.signalAllAcceptedCredentials;
    delete PublicKeyCredential.signalCurrentUserDetails;
";

/// A password manager that ignores signals and never settles, until `window.works` is true.
const NEVER: &str = "
    window.works = false;
    const { credentials } = navigator;
    const create = credentials.create.bind(credentials);
    credentials.create = (options) => window.works ? create(options) : new Promise(() => {});
";

/// The answers of finishes and of removals are lost, after the server sent them.
const LOST: &str = "
    const { fetch } = window;
    window.lost = false;
    window.fetch = async (address, options) => {
        const answer = await fetch(address, options);
        if (window.lost && /finish|remove|rename/.test(address)) throw new TypeError('Failed to fetch');
        return answer;
    };
";

/// Serves a program on a free port, and returns its origin.
async fn serve(program: impl FnOnce(&str) -> Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let program = program(&origin);
    tokio::spawn(async move { axum::serve(listener, program).await });
    origin
}

fn program(origin: &str) -> Router {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    app::router(Passkeys::new("localhost", origin, database).unwrap(), origin)
}

/// A browser at the page of a new program.
struct Visit {
    browser: Browser,
    origin: String,
}

impl Visit {
    /// Opens the page after these scripts.
    async fn begin(scripts: &[&str]) -> Self {
        let visit = Self { origin: serve(program).await, browser: Browser::start().await };
        visit.before_load(scripts).await;
        visit.load().await;
        visit
    }

    async fn before_load(&self, scripts: &[&str]) {
        for script in scripts {
            self.browser.before_load(&format!("{{ {script} }}")).await;
        }
    }

    async fn load(&self) {
        self.browser.open(&self.origin).await;
        self.browser.until("document.querySelector('section:not([hidden])')").await;
    }

    /// Waits until the page shows a message that begins so.
    async fn says(&self, text: &str) {
        let begins = format!("document.getElementById('message').textContent.startsWith({})", json!(text));
        self.browser.until(&begins).await;
    }

    async fn sign_up(&self, name: &str) {
        self.browser.click("#name").await;
        self.browser.press(name).await;
        self.browser.click("#sign-up button").await;
    }

    async fn account(&self) -> Value {
        self.browser.run("return fetch('/account').then((answer) => answer.json())").await
    }

    async fn passkeys(&self, count: usize) {
        self.browser.until(&format!("document.querySelectorAll('#passkeys li').length === {count}")).await;
    }

    /// Answers the page's question.
    async fn yes(&self, question: &str) {
        let asked = format!(
            "document.getElementById('dialog').open
             && document.getElementById('question').textContent.startsWith({})",
            json!(question)
        );
        self.browser.until(&asked).await;
        self.browser.click("#yes").await;
    }

    async fn add(&self) {
        self.browser.click("#add").await;
        self.yes("First confirm").await;
        self.yes("Now make").await;
    }

    /// Nothing is logged but rejected requests.
    async fn assert_clean_log(&self) {
        let log = self.browser.log().await;
        let unexpected: Vec<_> =
            log.iter().filter(|entry| !entry.contains("the server responded with")).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    }
}

/// Registers and signs in with these scripts in the page, and returns what the page sent to the finishes.
async fn register_and_sign_in(scripts: &[&str]) -> [Value; 2] {
    let scripts: Vec<_> = scripts.iter().copied().chain([NO_AUTOFILL, RECORD]).collect();
    let visit = Visit::begin(&scripts).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    visit.sign_up("jo").await;
    visit.says("Your account is ready.").await;
    browser.click("#sign-out").await;
    visit.says("You are signed out.").await;
    browser.click("#sign-in").await;
    visit.says("You are signed in.").await;
    assert_eq!(browser.text("#who").await, "jo");
    visit.assert_clean_log().await;
    let sent = browser.run("return window.sent.filter((it) => it.response).map((it) => it.response)").await;
    let [register, sign_in] = sent.as_array().unwrap().as_slice() else { panic!("{sent}") };
    [register.clone(), sign_in.clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_registers_and_signs_in() {
    register_and_sign_in(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_does_without_the_json_methods_of_newer_browsers() {
    let [registration, _] = register_and_sign_in(&[WITHOUT_JSON]).await;
    assert_eq!(registration["response"]["transports"], json!(["internal"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_manager_whose_objects_throw_makes_no_passkey_without_an_account() {
    for response in register_and_sign_in(&[PASSWORD_MANAGER]).await {
        let results = &response["clientExtensionResults"];
        assert_eq!(
            results["prf"]["results"]["first"], "-__-",
            "not the {{}} that JSON.stringify makes of it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_to_json_that_returns_rubbish_makes_no_passkey_without_an_account() {
    for script in [EMPTY_JSON, THROWING_JSON] {
        for response in register_and_sign_in(&[script]).await {
            assert!(response["response"]["clientDataJSON"].is_string(), "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_passkey_is_added_renamed_and_removed() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    let first = browser.add_authenticator(json!({})).await;
    visit.sign_up("jo").await;
    visit.passkeys(1).await;
    assert!(browser.is_shown("#only").await);
    browser.click("#passkeys .remove").await;
    visit.yes("Remove “Passkey 1”?").await;
    visit.says("This is your only passkey.").await;

    // The one that is there has one already.
    visit.add().await;
    visit.says("This device or security key has a passkey of your account already.").await;
    let second = browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add().await;
    visit.says("The passkey is added.").await;
    visit.passkeys(2).await;
    assert!(!browser.is_shown("#only").await);

    let field = "#passkeys li:nth-child(2) input";
    browser.run(&format!("document.querySelector('{field}').select()")).await;
    browser.press("Key ring\u{e007}").await;
    visit.says("The passkey is renamed.").await;
    let focused = browser.run("return document.activeElement.getAttribute('aria-label')").await;
    assert_eq!(focused, "Name of the passkey");
    visit.load().await;
    let value = browser.run(&format!("return document.querySelector('{field}').value")).await;
    assert_eq!(value, "Key ring");
    assert_eq!(browser.accessible_names(".remove").await, ["Remove Passkey 1", "Remove Key ring"]);

    browser.click("#passkeys li:nth-child(2) .remove").await;
    visit.yes("Remove “Key ring”?").await;
    visit.says("The passkey is removed.").await;
    visit.passkeys(1).await;
    // The page signals what is left.
    browser.until_credentials(&second, 0).await;
    assert_eq!(browser.credentials(&first).await.len(), 1);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_user_can_be_cancelled() {
    let visit = Visit::begin(&[NO_AUTOFILL, NEVER]).await;
    let browser = &visit.browser;
    visit.sign_up("jo").await;
    browser.until("!document.getElementById('waiting').hidden").await;
    browser.click("#cancel").await;
    visit.says("You cancelled it.").await;
    assert!(!browser.is_shown("#waiting").await);
    browser.add_authenticator(json!({})).await;
    browser.run("window.works = true").await;
    browser.click("#sign-up button").await;
    visit.says("Your account is ready.").await;
    browser.click("#add").await;
    browser.until("document.getElementById('dialog').open").await;
    browser.click("#dialog button").await;
    visit.says("You cancelled it.").await;
    // The session ends while the page is open.
    browser.forget_cookies().await;
    browser.click("#add").await;
    visit.yes("First confirm").await;
    visit.says("Your session has ended.").await;
    assert!(browser.is_shown("#sign-in").await);
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_leaves_what_was_done() {
    let visit = Visit::begin(&[NO_AUTOFILL, LOST]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    browser.run("window.lost = true").await;
    visit.sign_up("jo").await;
    visit.says("The server did not answer.").await;
    browser.until("document.getElementById('who').textContent === 'jo'").await;
    assert_eq!(visit.account().await["name"], "jo");
    browser.add_authenticator(json!({ "transport": "usb" })).await;
    visit.add().await;
    visit.says("The server did not answer.").await;
    visit.passkeys(2).await;
    browser.click("#passkeys li:nth-child(2) .remove").await;
    visit.yes("Remove “").await;
    visit.passkeys(1).await;
    visit.says("The server did not answer.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_meanwhile_leaves_no_passkey_behind() {
    let visit = Visit::begin(&[NO_AUTOFILL, RECORD]).await;
    let browser = &visit.browser;
    let authenticator = browser.add_authenticator(json!({})).await;
    // The other account is made while this one's passkey is.
    let other = "
        const { credentials } = navigator;
        const create = credentials.create.bind(credentials);
        credentials.create = async (options) => {
            credentials.create = create;
            const send = async (path, body) => (await fetch(path, {
                method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
            })).json();
            const { ceremony, publicKey } = await send('/sign-up/start', { name: 'JO' });
            const parsed = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
            const response = (await create({ publicKey: parsed })).toJSON();
            await send('/sign-up/finish', { ceremony, response });
            await send('/sign-out', {});
            return create(options);
        };
    ";
    browser.run(other).await;
    visit.sign_up("jo").await;
    visit.says("This name is taken.").await;
    browser.until_credentials(&authenticator, 1).await;
    browser.click("#sign-in").await;
    visit.says("You are signed in.").await;
    assert_eq!(visit.account().await["name"], "JO");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_follows_what_another_one_did() {
    let visit = Visit::begin(&[NO_AUTOFILL]).await;
    let browser = &visit.browser;
    browser.add_authenticator(json!({})).await;
    let first = browser.window().await;
    visit.sign_up("jo").await;
    visit.says("Your account is ready.").await;
    browser.open_window().await;
    visit.before_load(&[NO_AUTOFILL]).await;
    visit.load().await;
    browser.add_authenticator(json!({})).await;
    browser.click("#sign-out").await;
    visit.says("You are signed out.").await;
    visit.sign_up("max").await;
    visit.says("Your account is ready.").await;
    browser.go_to(&first).await;
    // The tab may not have noticed; its requests are about the account that it shows.
    let shown = browser.run("return document.getElementById('who').textContent").await;
    if shown == "jo" {
        browser.click("#add").await;
        visit.yes("First confirm").await;
        visit.says("Another account has signed in here meanwhile.").await;
    }
    browser.until("document.getElementById('who').textContent === 'max'").await;
    assert_eq!(visit.account().await["passkeys"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggested_passkey_signs_in_without_a_click() {
    let visit = Visit::begin(&[]).await;
    let browser = &visit.browser;
    let starts =
        "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/sign-in/start'))";
    browser.until(&format!("{starts}.length === 1")).await;
    browser.add_authenticator(json!({})).await;
    // The request behind the suggestions is pending; the browser takes one at a time.
    visit.sign_up("jo").await;
    visit.says("Your account is ready.").await;
    browser.forget_cookies().await;
    visit.load().await;
    visit.says("You are signed in.").await;
    assert_eq!(browser.text("#who").await, "jo");
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_behind_the_suggestions_is_renewed_before_its_challenge_expires() {
    let short = "
        const { fetch } = window;
        window.starts = 0;
        window.fetch = async (address, options) => {
            const answer = await fetch(address, options);
            if (address !== '/sign-in/start') return answer;
            window.starts += 1;
            const value = await answer.json();
            value.publicKey.timeout = 500;
            return Response.json(value);
        };
    ";
    let visit = Visit::begin(&[short]).await;
    visit.browser.until("window.starts >= 3").await;
    assert_eq!(visit.browser.text("#message").await, "");
    visit.assert_clean_log().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_passkeys_gets_a_sentence_and_an_old_one_works() {
    let visit = Visit::begin(&[WITHOUT_WEBAUTHN]).await;
    visit.says("This browser can’t use passkeys.").await;
    assert!(!visit.browser.is_shown("#sign-in").await);
    visit.assert_clean_log().await;
    register_and_sign_in(&[WITHOUT_JSON, LEVEL_1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_program_of_the_guide_verifies_a_registration() {
    let browser = Browser::start().await;
    browser.open(&serve(|origin| first::router(origin).unwrap()).await).await;
    browser.add_authenticator(json!({})).await;
    browser.click("button").await;
    browser.until("document.querySelector('pre').textContent").await;
    let shown = browser.text("pre").await;
    assert!(shown.starts_with("verified: {"), "{shown}");
}

/// The bundle of `@simplewebauthn/browser`, in the version of `simplewebauthn/package-lock.json`, which npm installs
/// once and verifies.
fn simplewebauthn() -> String {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simplewebauthn");
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("simplewebauthn");
    let lock = fs::read(pinned.join("package-lock.json")).unwrap();
    let bundle = installed.join("node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js");
    if fs::read(installed.join("package-lock.json")).ok() != Some(lock) || !bundle.is_file() {
        fs::create_dir_all(&installed).unwrap();
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pinned.join(file), installed.join(file)).unwrap();
        }
        let npm = Command::new("npm")
            .args(["ci", "--fetch-retries=5", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&installed)
            .status();
        assert!(npm.expect("npm must be on the PATH: apt-get install npm").success(), "npm ci failed");
    }
    fs::read_to_string(bundle).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn simplewebauthn_works_unchanged_with_the_same_endpoints() {
    let field = "<input id='name' autocomplete='username webauthn'>";
    let page = Router::new().route("/simple", get(move || async move { Html(field) }));
    let origin = serve(|origin| program(origin).merge(page)).await;
    let visit = Visit { browser: Browser::start().await, origin };
    let browser = &visit.browser;
    browser.before_load(&simplewebauthn()).await;
    browser.before_load(include_str!("simplewebauthn/client.js")).await;
    browser.open(&format!("{}/simple", visit.origin)).await;
    let synced = json!({ "defaultBackupEligibility": true, "defaultBackupState": true });
    browser.add_authenticator(synced).await;

    browser.run("return signUp('jo')").await;
    assert_eq!(visit.account().await["passkeys"][0]["backedUp"], true);
    let again = browser.run("return signUp('Jo').catch((error) => error.message)").await;
    assert_eq!(again, "name-taken");
    browser.run("return post('/sign-out')").await;
    assert_eq!(visit.account().await, Value::Null);
    browser.run("return signIn(false)").await;
    let account = visit.account().await;
    assert_eq!(account["name"], "jo");

    let excluded = format!("return addPasskey({}).catch((error) => error.code)", account["handle"]);
    assert_eq!(browser.run(&excluded).await, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED");
    let key = browser.add_authenticator(json!({ "transport": "usb" })).await;
    browser.run(&format!("return addPasskey({})", account["handle"])).await;
    let account = visit.account().await;
    assert_eq!(account["passkeys"].as_array().unwrap().len(), 2);
    let second = &account["passkeys"][1]["id"];
    browser.run(&format!("return removePasskey({second}, {})", account["handle"])).await;
    assert_eq!(visit.account().await["passkeys"].as_array().unwrap().len(), 1);
    browser.until_credentials(&key, 0).await;

    // A passkey among the suggestions of the field. A virtual authenticator without one ends the request.
    browser.remove_authenticator(key).await;
    browser.forget_cookies().await;
    assert_eq!(visit.account().await, Value::Null);
    browser.run("return signIn(true)").await;
    assert_eq!(visit.account().await["name"], "jo");
}
