//! Chromium under chromedriver, which passes commands of the `DevTools` protocol on.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::process::{self, Driver};
use super::{session::Session, setting::Setting};

/// Starts the driver, and a headless browser with its own profile, in this folder.
pub(super) async fn start(settings: &[Setting], profile: &TempDir) -> (Driver, Session) {
    let binary = process::in_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
    // "ChromeDriver was started successfully on port 40123."
    let driver = Driver::start("chromedriver", &[], "successfully on port ");
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP plain-http.test 127.0.0.1, MAP app.localhost 127.0.0.1",
    ];
    let mut arguments = arguments.map(String::from).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    let mut preferences = json!({});
    for setting in settings {
        let (name, value) = match setting {
            Setting::CookiesBlocked => {
                ("profile", json!({ "default_content_setting_values": { "cookies": 2 } }))
            }
            Setting::TextOfTwiceTheSize => ("webkit", json!({ "webprefs": { "default_font_size": 32 } })),
        };
        preferences[name] = value;
    }
    let capabilities = json!({
        "goog:chromeOptions": { "binary": binary, "args": arguments, "prefs": preferences },
        "goog:loggingPrefs": { "browser": "ALL" },
        "webauthn:virtualAuthenticators": true,
    });
    let session = Session::begin(driver.port, &capabilities).await;
    (driver, session)
}

pub(super) fn stop(driver: &mut Driver) {
    driver.stop("GET /shutdown", Duration::from_secs(2));
}

/// A command of the `DevTools` protocol, in the current window.
pub(super) async fn devtools(session: &Session, command: &str, parameters: Json) {
    session.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await;
}

pub(super) async fn before_load(session: &Session, script: &str) {
    devtools(session, "Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

pub(super) async fn set_size(session: &Session, width: u32, height: u32) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    devtools(session, "Emulation.setDeviceMetricsOverride", size).await;
}

pub(super) async fn print_media(session: &Session) {
    devtools(session, "Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
}

pub(super) async fn set_colors(session: &Session, scheme: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
    devtools(session, "Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

pub(super) async fn block(session: &Session, paths: &[&str]) {
    let addresses: Vec<String> = paths.iter().map(|path| format!("*{path}")).collect();
    devtools(session, "Network.enable", json!({})).await;
    devtools(session, "Network.setBlockedURLs", json!({ "urls": addresses })).await;
}

/// The entries of the log, each as `source: message`. Chromium logs every answer of 400 and above too.
pub(super) async fn log(session: &Session) -> Vec<String> {
    let entries = session.post("se/log", json!({ "type": "browser" })).await;
    let line = |entry: &Json| format!("{}: {}", entry["source"].as_str().unwrap(), entry["message"]);
    entries.as_array().unwrap().iter().map(line).collect()
}
