//! An https server that gives the answers of a test, one for each request.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::{net::TcpListener, thread};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivateSec1KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs};

use crate::certificates;

/// An https server whose requests wait until there is an answer.
pub(crate) struct Https {
    pub(crate) port: u16,
    answers: Sender<Reply>,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An answer, and how it ends.
pub(crate) struct Reply {
    bytes: Vec<u8>,
    end: End,
}

enum End {
    Close,
    /// The connection stays open, without more bytes.
    Hang,
}

impl Reply {
    /// A reply with this status, these header fields and this body.
    pub(crate) fn new(status: &str, fields: &[&str], body: &[u8]) -> Self {
        let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        for field in fields {
            head.push_str(field);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Self { bytes: [head.as_bytes(), body].concat(), end: End::Close }
    }

    /// A reply of 200 with a length and these header fields.
    pub(crate) fn ok(fields: &[&str], body: &[u8]) -> Self {
        let length = format!("Content-Length: {}", body.len());
        Self::new("200 OK", &[fields, &[&length]].concat(), body)
    }

    /// Adds bytes before the reply.
    pub(crate) fn after(mut self, bytes: &[u8]) -> Self {
        self.bytes.splice(..0, bytes.iter().copied());
        self
    }

    /// Omits the last bytes.
    pub(crate) fn without_last(mut self, count: usize) -> Self {
        self.bytes.truncate(self.bytes.len() - count);
        self
    }

    /// Keeps the connection open after the reply.
    pub(crate) fn hanging(self) -> Self {
        Self { end: End::Hang, ..self }
    }
}

impl Https {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answers, queue) = channel();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || serve(&listener, &queue, &seen));
        Self { port, answers, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    /// Answers one more request with this reply.
    pub(crate) fn answer(&self, reply: Reply) {
        self.answers.send(reply).unwrap();
    }

    /// The header sections of the requests so far, in lower case.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Writes the certificate that the server's certificate leads to.
    pub(crate) fn write_authority(folder: &Path) -> PathBuf {
        certificates::write(folder, "https.pem", "CERTIFICATE", &certificates::authority())
    }
}

fn serve(listener: &TcpListener, answers: &Receiver<Reply>, requests: &Mutex<Vec<String>>) {
    let config = Arc::new(config());
    while let Ok((socket, _)) = listener.accept() {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = StreamOwned::new(connection, socket);
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
            head.push(byte[0]);
        }
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        requests.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
        let Ok(reply) = answers.recv() else { return };
        // The client may close the connection early.
        let _ = stream.write_all(&reply.bytes);
        let _ = stream.flush();
        match reply.end {
            End::Close => {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
            End::Hang => {
                let _ = stream.read(&mut byte);
            }
        }
    }
}

fn config() -> ServerConfig {
    let certificate = certificates::certificate();
    let private = PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(certificates::private_key()));
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate)], private)
        .unwrap()
}
