//! Firefox under geckodriver, which runs scripts with the rights of the browser's own window too: most of what chromedriver has
//! commands for is such a script.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::process::{self, Driver};
use super::{session::Session, setting::Setting};

/// Starts the driver and a headless browser, whose profile geckodriver creates and removes.
pub(super) async fn start(settings: &[Setting]) -> (Driver, Session) {
    let binary = process::in_path(&["firefox-esr", "firefox"]);
    // "1790000000000  geckodriver  INFO  Listening on 127.0.0.1:40123"
    let driver = Driver::start("geckodriver", &["--allow-system-access"], "Listening on 127.0.0.1:");
    let capabilities = json!({
        "moz:firefoxOptions": {
            "binary": binary,
            "args": ["-headless"],
            "prefs": preferences(settings),
        },
    });
    let session = Session::begin(driver.port, &capabilities).await;
    (driver, session)
}

fn preferences(settings: &[Setting]) -> Map<String, Json> {
    let mut preferences = vec![
        // Virtual authenticators answer, and nothing waits for a key at a USB port.
        ("security.webauth.webauthn_enable_softtoken", json!(true)),
        ("security.webauth.webauthn_enable_usbtoken", json!(false)),
        // Firefox asks the user before an attestation reaches the page.
        ("security.webauthn.always_allow_direct_attestation", json!(true)),
        // A host that is no secure context.
        ("network.dns.localDomains", json!("plain-http.test")),
    ];
    preferences.extend(settings.iter().map(|setting| match setting {
        Setting::CookiesBlocked => ("network.cookie.cookieBehavior", json!(2)),
        Setting::TextOfTwiceTheSize => ("font.size.variable.x-western", json!(32)),
    }));
    preferences.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn stop(driver: &mut Driver, session: &str) {
    // The driver itself stays until it is killed.
    driver.stop(&format!("DELETE /session/{session}"), Duration::ZERO);
}

/// The value of a script that runs in the browser's own window, with all rights.
async fn privileged(session: &Session, script: &str, arguments: Vec<Json>) -> Json {
    session.post("moz/context", json!({ "context": "chrome" })).await;
    let value = session.run(script, arguments).await;
    session.post("moz/context", json!({ "context": "content" })).await;
    value
}

/// A debugger runs the script in the document's own scope, which the Content-Security-Policy does not restrict.
const BEFORE_LOAD: &str = "const [script] = arguments;
    const inFrame = (script) => {
        const { addDebuggerToGlobal } = ChromeUtils.importESModule('resource://gre/modules/jsdebugger.sys.mjs');
        addDebuggerToGlobal(globalThis);
        const scripts = new Debugger();
        addEventListener('DOMWindowCreated', ({ target }) => {
            const outcome = scripts.makeGlobalObjectReference(target.defaultView).executeInGlobal(script);
            if (outcome?.throw) Components.utils.reportError(`before load: ${script}`);
        }, true);
    };
    const source = `(${inFrame})(${JSON.stringify(script)})`;
    Services.mm.loadFrameScript(`data:application/javascript;charset=utf-8,${encodeURIComponent(source)}`, true);";

pub(super) async fn before_load(session: &Session, script: &str) {
    privileged(session, BEFORE_LOAD, vec![json!(script)]).await;
}

/// A window of Firefox has a least width, but the place of a document in it has none.
const SET_SIZE: &str = "const [width, height] = arguments;
    const { style } = gBrowser.selectedBrowser;
    for (const least of ['min', 'max']) {
        style.setProperty(`${least}-width`, `${width}px`);
        style.setProperty(`${least}-height`, `${height}px`);
    }";

pub(super) async fn set_size(session: &Session, width: u32, height: u32) {
    privileged(session, SET_SIZE, vec![json!(width), json!(height)]).await;
    let has_size = format!("return innerWidth === {width} && innerHeight === {height}");
    for _ in 0..500 {
        if session.run(&has_size, Vec::new()).await == json!(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the document is not {width} by {height}");
}

/// After the last element of a document, Tab leads to the toolbar. Keys of the driver go to the document all the same, which
/// then shows no focus.
pub(super) async fn return_to_document(session: &Session) {
    let script = "if (document.activeElement !== gBrowser.selectedBrowser) gBrowser.selectedBrowser.focus()";
    privileged(session, script, Vec::new()).await;
}

pub(super) async fn print_media(session: &Session) {
    privileged(session, "gBrowser.selectedBrowser.browsingContext.mediumOverride = 'print'", Vec::new())
        .await;
}

pub(super) async fn set_colors(session: &Session, scheme: &str) {
    let script = "gBrowser.selectedBrowser.browsingContext.prefersColorSchemeOverride = arguments[0]";
    privileged(session, script, vec![json!(scheme)]).await;
}

const BLOCK: &str = "const [paths] = arguments;
    if (window.blocking) Services.obs.removeObserver(window.blocking, 'http-on-modify-request');
    window.blocking = { observe(request) {
        const channel = request.QueryInterface(Ci.nsIChannel);
        if (paths.some((path) => channel.URI.spec.endsWith(path))) channel.cancel(Components.results.NS_ERROR_FAILURE);
    } };
    Services.obs.addObserver(window.blocking, 'http-on-modify-request');";

pub(super) async fn block(session: &Session, paths: &[&str]) {
    privileged(session, BLOCK, vec![json!(paths)]).await;
}

/// Errors of pages. Warnings are advice of Firefox's, and errors of the browser's own scripts have nothing to do with a page.
const LOG: &str = "const errors = Services.console.getMessageArray().filter((one) => one instanceof Ci.nsIScriptError
        && !(one.flags & Ci.nsIScriptError.warningFlag) && !/^(chrome|resource|moz-extension):/.test(one.sourceName));
    Services.console.reset();
    return errors.map(({ category, errorMessage }) => `${category}: ${errorMessage}`);";

pub(super) async fn log(session: &Session) -> Vec<String> {
    serde_json::from_value(privileged(session, LOG, Vec::new()).await).unwrap()
}

/// geckodriver 0.37 sends the members of a credential in another form than Firefox 140 reads.
const ADD_CREDENTIAL: &str = "const [authenticator, { credentialId, isResidentCredential, rpId, privateKey, userHandle, signCount }] = arguments;
    Cc['@mozilla.org/webauthn/service;1'].getService(Ci.nsIWebAuthnService)
        .addCredential(authenticator, credentialId, isResidentCredential, rpId, privateKey, userHandle, signCount);";

pub(super) async fn add_credential(session: &Session, authenticator: &str, credential: Json) {
    privileged(session, ADD_CREDENTIAL, vec![json!(authenticator), credential]).await;
}

/// What the list of suggestions does when the user chooses its first passkey. Up to version 140 the entries are returned,
/// later ones give them to a callback.
const CHOOSE: &str =
    "const service = Cc['@mozilla.org/webauthn/service;1'].getService(Ci.nsIWebAuthnService);
    const { browsingContext, contentPrincipal } = gBrowser.selectedBrowser;
    const pending = service.hasPendingConditionalGet(browsingContext.id, contentPrincipal.originNoSuffix);
    if (!pending) return false;
    const entries = new Promise((resolve) => {
        const QueryInterface = ChromeUtils.generateQI(['nsIWebAuthnAutoFillEntriesCallback']);
        const returned = service.getAutoFillEntries(pending, { QueryInterface, resolve, reject: () => resolve([]) });
        if (returned) resolve(returned);
    });
    return entries.then(([entry]) => {
        if (entry) service.selectAutoFillEntry(pending, entry.credentialId);
        return Boolean(entry);
    });";

/// Chooses the first suggested passkey. Returns whether there was one.
pub(super) async fn choose_suggestion(session: &Session) -> bool {
    privileged(session, CHOOSE, Vec::new()).await == json!(true)
}
