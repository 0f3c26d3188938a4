//! A browser for each test: chromium under chromedriver, with virtual authenticators.
//!
//! The extension commands of [User Agent Automation](https://www.w3.org/TR/webauthn-3/#sctn-automation), which
//! fantoccini does not support, are sent as custom commands.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, net::TcpStream, path::PathBuf, thread};

use axum::http::Method;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use url::Url;

/// How long a test waits for a state of the page.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often chromedriver is started until it prints its port.
const STARTS_MAX: u32 = 3;

/// A headless chromium with its own profile. Both are removed when it is dropped.
pub(crate) struct Browser {
    client: Client,
    driver: Driver,
    profile: TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        Self::start_with(json!({})).await
    }

    /// A browser with these preferences of its profile.
    pub(crate) async fn start_with(preferences: Json) -> Self {
        let chromium = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
            .into_iter()
            .find_map(in_path)
            .unwrap_or_else(|| missing("chromium"));
        let driver = Driver::start();
        let profile = tempfile::tempdir().unwrap();
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
        let capabilities = json!({
            "goog:chromeOptions": { "binary": chromium, "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
            "webauthn:virtualAuthenticators": true,
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("chromium starts under chromedriver");
        Self { client, driver, profile }
    }

    /// Runs a script in every later document, before its own scripts.
    pub(crate) async fn before_load(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// Sets the width in CSS pixels, even below the least width of windows.
    pub(crate) async fn set_width(&self, width: u32) {
        self.set_size(width, 800).await;
    }

    pub(crate) async fn set_size(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// A screenshot of the window, as a PNG file.
    #[allow(dead_code, reason = "for looking at the page by hand")]
    pub(crate) async fn screenshot(&self, file: &str) {
        fs::write(file, self.client.screenshot().await.unwrap()).unwrap();
    }

    /// A command of the `DevTools` protocol, in the current window.
    pub(crate) async fn devtools(&self, command: &str, parameters: Json) {
        let command = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", command).await;
    }

    /// Shows the page as it is printed.
    pub(crate) async fn print_media(&self) {
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    }

    /// Makes requests to these addresses (with `*`) fail.
    pub(crate) async fn block(&self, addresses: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": addresses })).await;
    }

    /// The window that receives the commands.
    pub(crate) async fn window(&self) -> WindowHandle {
        self.client.window().await.unwrap()
    }

    /// Opens another window, with the same cookies and its own authenticators, and switches to it.
    pub(crate) async fn open_window(&self) -> WindowHandle {
        let window = self.client.new_window(false).await.unwrap().handle;
        self.go_to(&window).await;
        window
    }

    pub(crate) async fn go_to(&self, window: &WindowHandle) {
        self.client.switch_to_window(window.clone()).await.unwrap();
    }

    pub(crate) async fn enter_frame(&self) {
        self.client.clone().enter_frame(0).await.unwrap();
    }

    pub(crate) async fn back(&self) {
        self.client.back().await.unwrap();
    }

    pub(crate) async fn forget_cookies(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }

    /// The value of a script's `return`; a promise is awaited.
    pub(crate) async fn run(&self, script: &str) -> Json {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until the expression is true, or fails with what the page shows instead.
    pub(crate) async fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.run(&format!("return Boolean({expression})")).await != json!(true) {
            if Instant::now() > deadline {
                let shown = self.run("return document.body.innerText").await;
                panic!(
                    "not within {PATIENCE:?}: {expression}\nthe page shows: {shown}\nlog: {:?}",
                    self.log().await
                );
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    pub(crate) async fn find(&self, selector: &str) -> Element {
        self.client
            .find(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector} is not on the page: {error}"))
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        element.click().await.unwrap_or_else(|error| panic!("{selector} can't be clicked: {error}"));
    }

    /// Clicks twice in a row at the same place, as one double click.
    pub(crate) async fn double_click(&self, selector: &str) {
        let place = format!(
            "const one = document.querySelector('{selector}');
             one.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             const {{ x, y, width, height }} = one.getBoundingClientRect();
             return {{ x: x + width / 2, y: y + height / 2 }}"
        );
        let place = self.run(&place).await;
        for count in [1, 2] {
            for event in ["mousePressed", "mouseReleased"] {
                let parameters = json!({
                    "type": event, "x": place["x"], "y": place["y"], "button": "left", "clickCount": count,
                });
                self.devtools("Input.dispatchMouseEvent", parameters).await;
            }
        }
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    pub(crate) async fn is_shown(&self, selector: &str) -> bool {
        self.find(selector).await.is_displayed().await.unwrap()
    }

    /// Types into the focused element, like a keyboard.
    pub(crate) async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// The accessible name of each visible element that the selector finds.
    pub(crate) async fn accessible_names(&self, selector: &str) -> Vec<String> {
        let mut names = Vec::new();
        for element in self.client.find_all(Locator::Css(selector)).await.unwrap() {
            if element.is_displayed().await.unwrap() {
                let path = format!("element/{}/computedlabel", element.element_id().as_ref());
                names.push(self.get(&path).await.as_str().unwrap().to_owned());
            }
        }
        names
    }

    /// The browser's log since the last call, each entry as `source: message`.
    pub(crate) async fn log(&self) -> Vec<String> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        let line = |entry: &Json| format!("{}: {}", entry["source"], entry["message"]);
        entries.as_array().unwrap().iter().map(line).collect()
    }

    /// Adds a virtual authenticator: on this device, discoverable, verifying and consenting, except for `changes`.
    pub(crate) async fn add_authenticator(&self, changes: Json) -> Authenticator {
        let mut configuration = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        for (key, value) in changes.as_object().unwrap() {
            configuration[key] = value.clone();
        }
        let id = self.post("webauthn/authenticator", configuration).await;
        Authenticator(id.as_str().unwrap().to_owned())
    }

    pub(crate) async fn remove_authenticator(&self, authenticator: Authenticator) {
        self.issue(Method::DELETE, &format!("webauthn/authenticator/{}", authenticator.0), None).await;
    }

    pub(crate) async fn credentials(&self, authenticator: &Authenticator) -> Vec<Json> {
        let path = format!("webauthn/authenticator/{}/credentials", authenticator.0);
        self.get(&path).await.as_array().unwrap().clone()
    }

    /// Waits until an authenticator has this many credentials: signals are asynchronous.
    pub(crate) async fn until_credentials(&self, authenticator: &Authenticator, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let there = self.credentials(authenticator).await.len();
            if there == count {
                return;
            }
            assert!(Instant::now() < deadline, "{there} credentials, not {count}");
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Puts a copy of a credential into an authenticator.
    pub(crate) async fn add_credential(&self, authenticator: &Authenticator, credential: Json) {
        self.post(&format!("webauthn/authenticator/{}/credential", authenticator.0), credential).await;
    }

    async fn get(&self, path: &str) -> Json {
        self.issue(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Json) -> Json {
        self.issue(Method::POST, path, Some(body)).await
    }

    async fn issue(&self, method: Method, path: &str, body: Option<Json>) -> Json {
        let command = Extension { method, path: path.to_owned(), body };
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // First the processes, or they would write to a profile that is being removed.
        self.driver.stop();
        let _ = fs::remove_dir_all(self.profile.path());
    }
}

/// A virtual authenticator's `authenticatorId`.
pub(crate) struct Authenticator(String);

/// A command of this session that fantoccini has no method for.
#[derive(Debug)]
struct Extension {
    method: Method,
    path: String,
    body: Option<Json>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _request_url: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Json::to_string))
    }
}

/// A chromedriver process on a free port.
struct Driver {
    process: Child,
    port: u16,
    // Stays open, since chromedriver continues to write to it.
    _output: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts chromedriver, again if another process took the port that it chose.
    fn start() -> Self {
        (0..STARTS_MAX).find_map(|_| Self::try_start()).expect("chromedriver prints its port")
    }

    fn try_start() -> Option<Self> {
        let program = in_path("chromedriver").unwrap_or_else(|| missing("chromedriver"));
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        // "ChromeDriver was started successfully on port 40123."
        let port = loop {
            line.clear();
            if output.read_line(&mut line).unwrap() == 0 {
                process.wait().unwrap();
                return None;
            }
            if let Some((_, port)) =
                line.trim_end().trim_end_matches('.').rsplit_once("successfully on port ")
            {
                break port.parse().unwrap();
            }
        };
        Some(Self { process, port, _output: output })
    }

    /// Asks chromedriver to end its browser and itself, and kills it otherwise.
    fn stop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let _ =
                stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.read(&mut [0; 64]);
        }
        for _ in 0..50 {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(40));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            self.stop();
        }
    }
}

fn in_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn missing(program: &str) -> ! {
    panic!("the browser tests need {program}, which is not in PATH; apt-get install chromium chromium-driver")
}
