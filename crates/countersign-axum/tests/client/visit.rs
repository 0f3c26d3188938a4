//! The example on SQLite, and a browser at its page.

use axum::Router;
use countersign_store::sqlite::SqliteStore;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::driver::{Browser, Kind};
use crate::sqlite;

/// No suggestions: the virtual authenticator would answer at once.
pub(crate) const NO_AUTOFILL: &str =
    "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";

/// Imports the script as `passkeys`, for the scripts of a test. Scripts of a driver can't import modules in Firefox.
const IMPORT: &str = "const script = document.createElement('script');
    script.type = 'module';
    script.textContent = `import { Passkeys } from '/passkeys/passkeys.js';
        const passkeys = new Passkeys();
        await passkeys.session();
        window.passkeys = passkeys;`;
    document.head.append(script);";

/// A browser at an application.
pub(crate) struct Visit {
    pub(crate) browser: Browser,
    origin: String,
    _folder: TempDir,
}

/// A free port of localhost, and its origin.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, origin)
}

impl Visit {
    /// Opens the page of the example on SQLite, after these scripts.
    pub(crate) async fn begin(kind: Kind, scripts: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("passkeys.sqlite3")).unwrap();
        let (listener, origin) = listen().await;
        let app = sqlite::app(&origin, store).unwrap();
        Self::at(kind, listener, origin, app, folder, scripts).await
    }

    /// Opens the page in a browser that can't use passkeys.
    pub(crate) async fn begin_without_passkeys(scripts: &[&str]) -> Self {
        let visit = Self::begin(Kind::Chromium, &[]).await;
        for script in scripts {
            visit.browser.before_load(script).await;
        }
        visit.browser.open(&visit.origin).await;
        visit
    }

    pub(crate) async fn at(
        kind: Kind,
        listener: TcpListener,
        origin: String,
        app: Router,
        folder: TempDir,
        scripts: &[&str],
    ) -> Self {
        tokio::spawn(async move { axum::serve(listener, app).await });
        let visit = Self { browser: Browser::start(kind).await, origin, _folder: folder };
        for script in scripts {
            visit.browser.before_load(&format!("{{ {script} }}")).await;
        }
        visit.load().await;
        visit
    }

    pub(crate) async fn load(&self) {
        self.browser.open(&self.origin).await;
        self.browser.until("document.querySelector('section:not([hidden])')").await;
        self.browser.run(IMPORT).await;
        self.browser.until("window.passkeys").await;
    }

    /// The result of a promise in the page, or the error of the script.
    pub(crate) async fn call(&self, promise: &str) -> Value {
        let fail = "({ code, uncertain, step, credentialId }) => ({ code, uncertain, step, credentialId })";
        self.browser.run(&format!("return ({promise}).catch({fail})")).await
    }

    /// The code with which a promise in the page is rejected.
    pub(crate) async fn code(&self, promise: &str) -> Value {
        self.call(promise).await["code"].clone()
    }

    /// Waits until the page shows a message that begins so.
    pub(crate) async fn says(&self, text: &str) {
        let begins = format!("document.getElementById('message').textContent.startsWith({})", json!(text));
        self.browser.until(&begins).await;
    }

    /// Creates an account by the page's form.
    pub(crate) async fn register(&self, name: &str) {
        self.browser.click("#name").await;
        self.browser.press(name).await;
        self.browser.click("#register button").await;
    }

    /// Answers the page's question.
    pub(crate) async fn yes(&self, question: &str) {
        let asked = format!(
            "document.getElementById('dialog').open
             && document.getElementById('question').textContent.startsWith({})",
            json!(question)
        );
        self.browser.until(&asked).await;
        self.browser.click("#yes").await;
    }

    /// Nothing is logged but rejected requests.
    pub(crate) async fn assert_clean_log(&self) {
        let log = self.browser.log().await;
        let unexpected: Vec<_> =
            log.iter().filter(|entry| !entry.contains("the server responded with")).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    }
}
