//! The server under test, and a browser at its page.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{sync::Mutex, time::Duration};

use countersign_server::{Config, Listen, Server, operator::Operator};
use fantoccini::wd::WindowHandle;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::driver::{Browser, Kind, authenticators::Authenticator};
use crate::{proxy::Proxy, store};

/// Switches off the passkeys in the name field's suggestions: a virtual authenticator answers a conditional request at
/// once, which would sign in before a test has done anything.
pub(crate) const NO_AUTOFILL: &str = "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;";

/// True while no button of the page is busy.
const IDLE: &str = "!document.querySelector('[aria-busy=true]')";

/// A script that changes the options which the server sends (`options`) on their way to the page.
pub(crate) fn with_options(change: &str) -> String {
    format!(
        "const real = window.fetch;
         window.fetch = async (path, request) => {{
             const response = await real(path, request);
             if (!String(path).endsWith('/start') || !response.ok) return response;
             const body = await response.json();
             const {{ options }} = body;
             {change};
             return new Response(JSON.stringify(body), {{ status: response.status, headers: response.headers }});
         }};"
    )
}

/// A server on a free port of localhost, with an empty database.
pub(crate) struct Site {
    pub(crate) url: String,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    /// The cookie that [`Self::post`] stores.
    cookie: Mutex<String>,
    config: Config,
    _folder: TempDir,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(store::address(folder.path()).as_str());
        config.listen = Listen::Localhost(0);
        change(&mut config);
        let server = Server::bind(&config).await.expect("the server starts");
        let port = server.addresses()[0].port();
        let url = format!("http://localhost:{port}");
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.serve(stopped).await.expect("the server ends well");
        });
        Self {
            url,
            port,
            stop: Some(stop),
            task: Some(task),
            cookie: Mutex::default(),
            config,
            _folder: folder,
        }
    }

    /// A server whose page is reached through a proxy.
    pub(crate) async fn behind_proxy() -> (Self, Proxy) {
        let proxy = Proxy::start().await;
        let url = format!("http://localhost:{}", proxy.port);
        let mut site = Self::start_with(|config| config.origins = vec![url.clone()]).await;
        proxy.forward_to(site.port);
        site.url = url;
        (site, proxy)
    }

    /// A free port for a server whose origins must be known before it listens.
    fn free_port() -> u16 {
        TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
    }

    /// A server that is reached through a proxy, its main origin, and at its own port.
    pub(crate) async fn at_two_addresses() -> (Self, Proxy) {
        let proxy = Proxy::start().await;
        let port = Self::free_port();
        let site = Self::start_with(|config| {
            config.listen = Listen::Localhost(port);
            config.origins = [proxy.port, port].map(|port| format!("http://localhost:{port}")).into();
        })
        .await;
        proxy.forward_to(port);
        (site, proxy)
    }

    /// A server whose passkeys belong to a host that is not `localhost`: `app.localhost`, also a secure context.
    pub(crate) async fn at_app_localhost() -> Self {
        let port = Self::free_port();
        let url = format!("http://app.localhost:{port}");
        let mut site = Self::start_with(|config| {
            config.listen = Listen::Localhost(port);
            config.rp_id = "app.localhost".into();
            config.origins = vec![url.clone()];
        })
        .await;
        site.url = url;
        site
    }

    /// The code of an invitation.
    pub(crate) async fn invite(&self) -> String {
        Operator::open(&self.config).await.unwrap().invite(7).await.unwrap().0.to_string()
    }

    /// A link to the operator's page, for one operator.
    pub(crate) async fn operator_link(&self) -> String {
        let operator = Operator::open(&self.config).await.unwrap();
        let link = operator.link(&self.config).await.unwrap().url;
        format!("{}/operator#{}", self.url, link.split_once('#').unwrap().1)
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            task.await.unwrap();
        }
    }

    /// Posts JSON like a program that is no browser: without `Origin`, and with the cookie of the last start.
    pub(crate) async fn post(&self, path: &str, body: &Json) -> (u16, Json) {
        let port = self.port;
        let body = body.to_string();
        let cookie = self.cookie.lock().unwrap().clone();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n\
             Cookie: {cookie}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                cookie.split(';').next().unwrap().clone_into(&mut self.cookie.lock().unwrap());
            }
        }
        (status, serde_json::from_str(body).unwrap())
    }

    /// Whether an account of this name was stored.
    pub(crate) async fn has_account(&self, name: &str) -> bool {
        let (status, answer) = self.post("/api/accounts/start", &json!({ "name": name })).await;
        match status {
            200 => false,
            409 if answer["error"]["code"] == "name-taken" => true,
            _ => panic!("neither free nor taken: {status} {answer}"),
        }
    }
}

/// A browser at a site's page, and the actions of a user there.
pub(crate) struct Visit {
    pub(crate) site: Site,
    pub(crate) browser: Browser,
}

impl Visit {
    /// The page of a new site in a new browser, after these scripts.
    pub(crate) async fn begin(kind: Kind, scripts: &[&str]) -> Self {
        Self::begin_at(kind, Site::start().await, scripts).await
    }

    pub(crate) async fn begin_at(kind: Kind, site: Site, scripts: &[&str]) -> Self {
        Self::begin_in(Browser::start(kind).await, site, scripts).await
    }

    pub(crate) async fn begin_in(browser: Browser, site: Site, scripts: &[&str]) -> Self {
        for script in scripts {
            browser.before_load(script).await;
        }
        let visit = Self { site, browser };
        visit.load().await;
        visit
    }

    /// The page in another window of the same browser, after these scripts.
    pub(crate) async fn open_window(&self, scripts: &[&str]) -> WindowHandle {
        let window = self.browser.open_window().await;
        for script in scripts {
            self.browser.before_load(script).await;
        }
        self.load().await;
        window
    }

    /// Reloads the page, and waits until it shows one of its views.
    pub(crate) async fn load(&self) {
        self.browser.open(&self.site.url).await;
        self.browser.until("document.querySelector('.view:not([hidden])')").await;
    }

    pub(crate) async fn ask_for_account(&self, name: &str) {
        self.browser.click("#name").await;
        self.browser.press(name).await;
        self.browser.click("#create").await;
    }

    pub(crate) async fn create_account(&self, name: &str) {
        self.ask_for_account(name).await;
        self.signed_in_as(name).await;
    }

    pub(crate) async fn sign_in(&self, name: &str) {
        self.browser.click("#sign-in").await;
        self.signed_in_as(name).await;
    }

    pub(crate) async fn sign_out(&self) {
        self.browser.click("#sign-out").await;
        self.signed_out().await;
    }

    /// Adds a passkey, after the confirmation with another one.
    pub(crate) async fn add_passkey(&self, count: usize) {
        self.confirm_for_passkey().await;
        self.make_passkey().await;
        self.passkeys(count).await;
    }

    /// Adds a passkey of another authenticator, as a user with one at a time does: the first is put away meanwhile.
    pub(crate) async fn add_passkey_elsewhere(
        &self,
        count: usize,
        first: Authenticator,
        changes: Json,
    ) -> [Authenticator; 2] {
        self.confirm_for_passkey().await;
        let first = self.browser.put_away(first).await;
        let second = self.browser.add_authenticator(changes).await;
        self.make_passkey().await;
        self.passkeys(count).await;
        [self.browser.bring_back(first).await, second]
    }

    /// Requests another passkey, and confirms that with one of the account.
    pub(crate) async fn confirm_for_passkey(&self) {
        self.browser.click("#add").await;
        self.proceed("First confirm that it is you").await;
        self.asked("Now create the new passkey").await;
    }

    /// Creates the passkey that was requested and confirmed.
    pub(crate) async fn make_passkey(&self) {
        self.proceed("Now create the new passkey").await;
    }

    /// Answers yes to the question with this title.
    pub(crate) async fn proceed(&self, title: &str) {
        self.asked(title).await;
        self.browser.click("#confirm-yes").await;
    }

    /// Waits for the question with this title.
    pub(crate) async fn asked(&self, title: &str) {
        let title = json!(title);
        let asked = format!(
            "document.querySelector('#confirm').open && document.querySelector('#confirm-title').textContent === {title}"
        );
        self.browser.until(&asked).await;
    }

    /// Removes a passkey by its place in the list.
    pub(crate) async fn remove_passkey(&self, place: usize) {
        self.browser.click(&format!(".passkey:nth-child({place}) [data-part=remove]")).await;
        self.browser.click("#confirm-yes").await;
    }

    /// Waits until the page shows this name. The page may be idle for a moment after a click, before it begins to act.
    pub(crate) async fn signed_in_as(&self, name: &str) {
        let shown = format!("document.querySelector('#account-name').textContent === {}", json!(name));
        self.browser.until(&shown).await;
        self.idle_at("#view-in").await;
        assert_eq!(self.session().await["name"], name);
    }

    pub(crate) async fn signed_out(&self) {
        self.idle_at("#view-out").await;
        assert_eq!(self.session().await, Json::Null);
    }

    /// Waits for this many passkeys on the page.
    pub(crate) async fn passkeys(&self, count: usize) {
        self.browser
            .until(&format!("document.querySelectorAll('.passkey').length === {count} && {IDLE}"))
            .await;
    }

    /// Waits for an error in this notice: its words, and its code.
    pub(crate) async fn notice(&self, id: &str) -> (String, String) {
        self.browser.until(&format!("document.querySelector('#{id}').textContent && {IDLE}")).await;
        let words = self.browser.text(&format!("#{id}")).await;
        let code = self.browser.text(&format!("#{id} .code")).await;
        (words, code)
    }

    /// The account of this browser's session according to the server, or null.
    pub(crate) async fn session(&self) -> Json {
        let answer = self.browser.run("return fetch('/api/session').then((answer) => answer.json())").await;
        answer["account"].clone()
    }

    /// A selector of the focused element.
    pub(crate) async fn focus(&self) -> String {
        let focus = "const { id, dataset } = document.activeElement; return id || dataset.part || 'nothing'";
        self.browser.run(focus).await.as_str().unwrap().to_owned()
    }

    /// Checks that the browser logged nothing, such as violations of the Content-Security-Policy.
    pub(crate) async fn assert_clean_log(&self) {
        assert_eq!(self.browser.log().await, Vec::<String>::new());
    }

    /// Like [`Self::assert_clean_log`], after a rejection: Chromium logs every answer of 400 and above.
    pub(crate) async fn assert_only_rejections_logged(&self) {
        for line in self.browser.log().await {
            assert!(line.starts_with("network: "), "{line}");
        }
    }

    async fn idle_at(&self, view: &str) {
        self.browser.until(&format!("!document.querySelector('{view}').hidden && {IDLE}")).await;
    }
}
