//! What FIDO's tool does: it talks to a server over HTTP, and keeps the cookie of a ceremony.

use std::net::SocketAddr;

use countersign_server::{Config, FidoConformanceApi, LimitsConfig, Listen, Server};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::models;

/// A server with the API, and a client of it.
pub(crate) struct Tool {
    address: SocketAddr,
    pub(crate) origin: String,
    /// The origin that its requests name. By default one that no page of a server has.
    pub(crate) sent_origin: String,
    pub(crate) folder: TempDir,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The pair of the cookie that the answer sets.
    pub(crate) cookie: Option<String>,
}

impl Tool {
    /// A server that trusts the models of the suite.
    pub(crate) async fn start() -> Self {
        Self::with(|config, folder| {
            models::write(folder);
            config.fido_conformance.statements = Some(folder.to_owned());
            models::service::write(folder, &mut config.fido_conformance);
        })
        .await
    }

    /// A server whose configuration is changed; the folder is its own.
    pub(crate) async fn with(change: impl FnOnce(&mut Config, &std::path::Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("data/countersign.sqlite3"));
        config.listen = Listen::Localhost(0);
        config.limits = LimitsConfig::off();
        config.fido_conformance.api = FidoConformanceApi::Localhost;
        change(&mut config, folder.path());
        let server = Server::bind(&config).await.unwrap();
        let (address, origin) = (server.addresses()[0], server.url().to_owned());
        tokio::spawn(server.serve(std::future::pending()));
        Self { address, origin, sent_origin: "null".into(), folder }
    }

    /// Sends a message, with a cookie if there is one.
    pub(crate) async fn post(&self, path: &str, body: &Value, cookie: Option<&str>) -> Answer {
        self.send("POST", path, "application/json", &body.to_string(), cookie).await
    }

    /// Finishes a ceremony with a response of `toJSON()`, in the form that the API has for it.
    pub(crate) async fn finish(&self, path: &str, response: &str, started: &Answer) -> Answer {
        let body = match serde_json::from_str(response) {
            Ok(Value::Object(mut members)) => {
                members.remove("rawId");
                members.remove("authenticatorAttachment");
                let results = members.remove("clientExtensionResults").unwrap_or_else(|| json!({}));
                members.insert("getClientExtensionResults".into(), results);
                Value::Object(members).to_string()
            }
            _ => response.to_owned(),
        };
        self.send("POST", path, "application/json", &body, started.cookie.as_deref()).await
    }

    /// Sends a request with a body of any type.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &str,
        cookie: Option<&str>,
    ) -> Answer {
        let cookie = cookie.map(|pair| format!("Cookie: {pair}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: {}\r\nContent-Type: {content_type}\r\n{cookie}\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.sent_origin,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may answer before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        Answer::read(&String::from_utf8(answer).unwrap())
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let cookie = lines.find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next().unwrap().to_owned())
        });
        Self { status, body: serde_json::from_str(body).unwrap_or(Value::Null), cookie }
    }

    /// Checks that the answer is a success.
    #[track_caller]
    pub(crate) fn expect_ok(&self) {
        assert_eq!((self.status, &self.body["status"]), (200, &json!("ok")), "{}", self.body);
    }

    /// Checks that the answer is a failure with this status and code, in the form of the API.
    #[track_caller]
    pub(crate) fn expect_failed(&self, status: u16, code: &str) {
        assert_eq!((self.status, &self.body["status"]), (status, &json!("failed")), "{}", self.body);
        let message = self.body["errorMessage"].as_str().unwrap();
        assert!(message.starts_with(&format!("{code}: ")), "{message}");
        assert_eq!(self.body.as_object().unwrap().len(), 2, "{}", self.body);
    }
}
