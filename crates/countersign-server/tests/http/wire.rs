//! A running server, and requests to it over sockets from addresses of one's own.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use countersign_server::{Config, Listen, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::{task::JoinHandle, time::timeout};

use crate::authenticator::Passkey;
use crate::site::finish;

/// How long an answer may take: far more than it does, since the machine may be busy.
const LONG: Duration = Duration::from_secs(20);

/// A server at a free port of 127.0.0.1.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) origin: String,
    pub(crate) folder: TempDir,
    serving: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Running {
    /// Starts a server whose configuration is changed.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("test.sqlite3"));
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        change(&mut config);
        let server = Server::bind(&config).await.unwrap();
        let (address, origin) = (server.addresses()[0], server.url().to_owned());
        let serving = tokio::spawn(async move { server.serve(std::future::pending()).await.unwrap() });
        Self { address, origin, folder, serving }
    }

    /// A client with the address 127.0.0.`number`.
    pub(crate) fn client(&self, number: u8) -> Wire {
        Wire {
            to: self.address,
            from: [127, 0, 0, number].into(),
            origin: self.origin.clone(),
            cookies: Vec::new(),
        }
    }

    /// A connection from 127.0.0.`number`.
    pub(crate) async fn connect(&self, number: u8) -> TcpStream {
        connect([127, 0, 0, number].into(), self.address).await
    }
}

async fn connect(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    timeout(LONG, socket.connect(to)).await.expect("the server accepts").unwrap()
}

/// A client that sends each request on a new connection, and keeps cookies.
#[derive(Clone)]
pub(crate) struct Wire {
    to: SocketAddr,
    from: Ipv4Addr,
    origin: String,
    pub(crate) cookies: Vec<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct WireAnswer {
    pub(crate) status: u16,
    /// The header section, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl WireAnswer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status =
            head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{head}"));
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl Wire {
    pub(crate) async fn get(&mut self, path: &str) -> WireAnswer {
        self.send("GET", path, "", None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> WireAnswer {
        self.send("POST", path, "", Some(body)).await
    }

    /// Sends a request with further header lines.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        lines: &str,
        body: Option<&Value>,
    ) -> WireAnswer {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}");
        if method != "GET" {
            let length = body.len();
            write!(
                request,
                "Origin: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n",
                self.origin
            )
            .unwrap();
        }
        if !self.cookies.is_empty() {
            write!(request, "Cookie: {}\r\n", self.cookies.join("; ")).unwrap();
        }
        request += "\r\n";
        request += &body;
        let mut stream = connect(self.from, self.to).await;
        // The server may answer before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let reading = timeout(LONG, stream.read_to_end(&mut answer));
        let _ = reading.await.expect("the server answers and hangs up");
        let answer = WireAnswer::parse(&answer);
        self.store_cookies(&answer);
        answer
    }

    fn store_cookies(&mut self, answer: &WireAnswer) {
        for line in answer.head.lines() {
            let Some(value) = line.strip_prefix("set-cookie: ") else { continue };
            let pair = value.split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            self.cookies.retain(|cookie| !cookie.starts_with(&format!("{name}=")));
            self.cookies.push(pair.to_owned());
        }
    }

    /// Creates an account and signs in.
    pub(crate) async fn sign_up(&mut self, name: &str, seed: u8) -> Passkey {
        let started = self.post("/api/accounts/start", &json!({ "name": name })).await.expect(200).json();
        let passkey = Passkey::new(&started["options"], &self.origin, seed);
        let finish = finish(&started, &passkey.registration(&started["options"]));
        self.post("/api/accounts/finish", &finish).await.expect(201);
        passkey
    }

    /// Signs in with a passkey.
    pub(crate) async fn sign_in(&mut self, passkey: &Passkey) -> WireAnswer {
        let started = self.post("/api/sessions/start", &json!({})).await.expect(200).json();
        let finish = finish(&started, &passkey.authentication(&started["options"]));
        self.post("/api/sessions/finish", &finish).await
    }
}
