//! A browser in a few lines: cookies by host and domain, TLS, and a passkey.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::{net::TcpStream, sync::Arc, time::Duration};

use rustls::{ClientConnection, StreamOwned};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::certificate;

pub(crate) const LOGIN: &str = "https://login.example.org";
pub(crate) const APP: &str = "https://app.example.org";

/// A browser for which all hosts are the proxy on a port.
#[derive(Clone)]
pub(crate) struct Browser {
    port: u16,
    cookies: Vec<Cookie>,
}

#[derive(Clone)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    is_host_only: bool,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) const fn new(port: u16) -> Self {
        Self { port, cookies: Vec::new() }
    }

    /// Goes to an address, like a click on a link.
    pub(crate) fn navigate(&mut self, url: &str) -> Answer {
        self.send("GET", url, &["Sec-Fetch-Mode: navigate", "Accept: text/html"], "")
    }

    /// Sends a request of a page's script.
    pub(crate) fn fetch(&mut self, method: &str, url: &str, fields: &[&str], body: &str) -> Answer {
        self.send(method, url, &[&["Sec-Fetch-Mode: cors"], fields].concat(), body)
    }

    /// Posts JSON from the login's page.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Answer {
        let origin = format!("Origin: {LOGIN}");
        self.fetch(
            "POST",
            &format!("{LOGIN}{path}"),
            &[&origin, "Content-Type: application/json"],
            &body.to_string(),
        )
    }

    /// Creates an account with a passkey, which signs it in.
    pub(crate) fn create_account(&mut self, name: &str, seed: u8) -> Passkey {
        let started = self.post("/api/accounts/start", &json!({ "name": name })).expect(200).json();
        let passkey = Passkey::new(&started["options"], LOGIN, seed);
        let response = passkey.registration(&started["options"]);
        self.post("/api/accounts/finish", &json!({ "ceremony": started["ceremony"], "response": response }))
            .expect(201);
        passkey
    }

    /// Signs in with a passkey.
    pub(crate) fn sign_in(&mut self, passkey: &Passkey) -> Answer {
        let started = self.post("/api/sessions/start", &json!({})).expect(200).json();
        let response = passkey.authentication(&started["options"]);
        self.post("/api/sessions/finish", &json!({ "ceremony": started["ceremony"], "response": response }))
    }

    /// The value of a cookie that the host gets.
    pub(crate) fn cookie(&self, host: &str, name: &str) -> Option<String> {
        let found = self.cookies.iter().find(|cookie| cookie.name == name && cookie.is_for(host));
        found.map(|cookie| cookie.value.clone())
    }

    fn send(&mut self, method: &str, url: &str, fields: &[&str], body: &str) -> Answer {
        let rest = url.strip_prefix("https://").expect("an https address");
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|cookie| cookie.is_for(host))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        let mut request = format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        if !cookies.is_empty() {
            write!(request, "Cookie: {}\r\n", cookies.join("; ")).unwrap();
        }
        for field in fields {
            write!(request, "{field}\r\n").unwrap();
        }
        if !body.is_empty() {
            write!(request, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        write!(request, "\r\n{body}").unwrap();
        let answer = self.exchange(host, request.as_bytes());
        for (_, value) in answer.fields.iter().filter(|(name, _)| name == "set-cookie") {
            self.store(host, value);
        }
        answer
    }

    /// Sends bytes to a host, and reads the answer to its end.
    pub(crate) fn exchange(&self, host: &str, request: &[u8]) -> Answer {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let name = host.to_owned().try_into().unwrap();
        let connection = ClientConnection::new(Arc::clone(&certificate::client()), name).unwrap();
        let mut stream = StreamOwned::new(connection, socket);
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        // Some servers end the connection without TLS's farewell.
        let _ = stream.read_to_end(&mut bytes);
        Answer::parse(&bytes)
    }

    fn store(&mut self, host: &str, set: &str) {
        let mut parts = set.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<_> = parts.collect();
        assert!(attributes.contains(&"Secure") && attributes.contains(&"HttpOnly"), "{set}");
        assert!(attributes.contains(&"Path=/"), "{set}");
        let domain = attributes.iter().find_map(|attribute| attribute.strip_prefix("Domain="));
        // https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix
        assert!(!name.starts_with("__Host-") || domain.is_none(), "{set}");
        let domain_of = domain.unwrap_or(host);
        assert!(host == domain_of || host.ends_with(&format!(".{domain_of}")), "{set}");
        self.cookies.retain(|cookie| cookie.name != name || cookie.domain != domain_of);
        if !attributes.contains(&"Max-Age=0") {
            self.cookies.push(Cookie {
                name: name.to_owned(),
                value: value.to_owned(),
                domain: domain_of.to_owned(),
                is_host_only: domain.is_none(),
            });
        }
    }
}

impl Cookie {
    fn is_for(&self, host: &str) -> bool {
        host == self.domain || (!self.is_host_only && host.ends_with(&format!(".{}", self.domain)))
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields: Vec<_> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let is_chunked = fields.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if is_chunked { join_chunks(body) } else { body.to_owned() };
        Self { status, fields, body }
    }

    /// The answer, which must have this status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that the application got.
    pub(crate) fn got(&self, name: &str) -> Option<String> {
        let fields = self.json()["fields"].clone();
        let mut found = fields.as_array().unwrap().iter().filter(|field| field[0] == name);
        let value = found.next().map(|field| field[1].as_str().unwrap().to_owned());
        assert!(found.next().is_none(), "the application got {name} twice");
        value
    }
}

fn join_chunks(body: &str) -> String {
    let (mut rest, mut joined) = (body, String::new());
    while let Some((size, content)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        joined.push_str(&content[..size]);
        rest = &content[size + 2..];
    }
    joined
}
