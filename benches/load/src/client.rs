//! Clients that sign in, each over a connection of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

use crate::{passkey, result::Result};

/// How long a client waits for an answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// A client with a connection and the browser's cookies.
pub(crate) struct Client {
    agent: Agent,
    base: String,
    origin: String,
    browser: Option<String>,
    session: Option<String>,
    /// The finish of the last sign-in, whether or not it was answered.
    finish: Option<Finish>,
}

/// The second request of a sign-in.
#[derive(Clone)]
pub(crate) struct Finish {
    body: Value,
    browser: Option<String>,
}

impl Client {
    /// A client of the server at this port, with the page of that one.
    pub(crate) fn new(port: u16, page: u16) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let (base, origin) = (format!("http://127.0.0.1:{port}"), format!("http://localhost:{page}"));
        Self { agent, base, origin, browser: None, session: None, finish: None }
    }

    fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        request = request.header("origin", &self.origin).header("content-type", "application/json");
        if let Some(browser) = &self.browser {
            request = request.header("cookie", browser);
        }
        let mut answer = request.send(body.to_string())?;
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
            if pair.contains("countersign-browser") {
                self.browser = Some(pair.to_owned());
            } else if pair.contains("countersign-session") {
                self.session = Some(pair.to_owned());
            }
        }
        let text = answer.body_mut().read_to_string()?;
        if !answer.status().is_success() {
            return Err(format!("{path}: {} {text}", answer.status()).into());
        }
        Ok(serde_json::from_str(&text)?)
    }

    /// Signs in as account `number` of `count`. Returns the time that the server took to answer both requests.
    pub(crate) fn sign_in(&mut self, number: u64, count: u64) -> Result<Duration> {
        self.finish = None;
        let began = Instant::now();
        let started = self.post("/api/sessions/start", &json!({}))?;
        let start = began.elapsed();
        let response = passkey::response(&started["options"], &self.origin, number, count);
        let body = json!({ "ceremony": started["ceremony"], "response": response });
        self.finish = Some(Finish { body: body.clone(), browser: self.browser.clone() });
        let began = Instant::now();
        self.post("/api/sessions/finish", &body)?;
        Ok(start + began.elapsed())
    }

    /// The finish of the last sign-in, if it was sent.
    pub(crate) fn finish(&self) -> Option<&Finish> {
        self.finish.as_ref()
    }

    /// Sends a finish again, and returns the cookie of its session.
    pub(crate) fn repeat(&mut self, finish: &Finish) -> Result<String> {
        self.browser.clone_from(&finish.browser);
        self.session = None;
        self.post("/api/sessions/finish", &finish.body)?;
        self.session.clone().ok_or_else(|| "a repeated finish without a session".into())
    }

    /// The cookie of the session that the last sign-in created.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Whether the server knows the session of this cookie.
    pub(crate) fn is_signed_in(&self, session: &str) -> Result<bool> {
        let request = self.agent.get(format!("{}/api/session", self.base)).header("cookie", session);
        let mut answer = request.call()?;
        let text = answer.body_mut().read_to_string()?;
        if !answer.status().is_success() {
            return Err(format!("/api/session: {} {text}", answer.status()).into());
        }
        Ok(!serde_json::from_str::<Value>(&text)?["account"].is_null())
    }

    /// A request that the server answers without its database.
    fn empty(&self) -> Result<()> {
        let mut answer = self.agent.get(format!("{}/icon.svg", self.base)).call()?;
        answer.body_mut().read_to_vec()?;
        Ok(())
    }
}

/// Signs in over several connections for some time, to accounts all over the database. Returns the times of the
/// sign-ins.
pub(crate) fn sign_in(port: u16, count: u64, connections: usize, time: Duration) -> Result<Vec<Duration>> {
    run(port, connections, time, |client, times| {
        times.push(client.sign_in(any_account(count), count)?);
        Ok(())
    })
}

/// The next account to sign in to: a multiplicative sequence, which jumps through all of them.
pub(crate) fn any_account(count: u64) -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    (next.wrapping_mul(7_919).wrapping_add(13)).wrapping_mul(104_729) % count
}

/// Sends empty requests over several connections for some time. Returns their number.
pub(crate) fn empty(port: u16, connections: usize, time: Duration) -> Result<usize> {
    let times = run(port, connections, time, |client, times| {
        client.empty()?;
        times.push(Duration::ZERO);
        Ok(())
    })?;
    Ok(times.len())
}

fn run(
    port: u16,
    connections: usize,
    time: Duration,
    step: impl Fn(&mut Client, &mut Vec<Duration>) -> Result<()> + Sync,
) -> Result<Vec<Duration>> {
    let end = Instant::now() + time;
    thread::scope(|scope| {
        let client = || -> Result<Vec<Duration>> {
            let (mut client, mut times) = (Client::new(port, port), Vec::new());
            while Instant::now() < end {
                step(&mut client, &mut times)?;
            }
            Ok(times)
        };
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(client)).collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(all)
    })
}
