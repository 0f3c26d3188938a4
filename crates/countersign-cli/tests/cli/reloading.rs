//! SIGHUP: the configuration of a running server is replaced, or stays whole.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::blob::write_metadata;
use crate::program::{Running, program};

/// How long to wait for a line of the log.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a configuration file, which can be changed.
struct Server {
    folder: TempDir,
    running: Running,
}

impl Server {
    /// Starts a server with this configuration, on a free port.
    fn start(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.sqlite3");
        let secret = folder.path().join("secret");
        fs::write(&secret, "01".repeat(32)).unwrap();
        let file = folder.path().join("countersign.toml");
        let text = text.replace("SECRET", &secret.display().to_string());
        fs::write(&file, &text).unwrap();
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--database"])
            .arg(database)
            .arg("--config")
            .arg(&file);
        let log = File::create(folder.path().join("log")).unwrap();
        let running = Running::spawn_with_log(command, log);
        Self { folder, running }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Replaces the configuration, sends the signal, and returns the lines of the log that follow, one of which has these
    /// words.
    fn reload(&self, text: &str, words: &str) -> String {
        let text = text.replace("SECRET", &self.path("secret").display().to_string());
        fs::write(self.path("countersign.toml"), text).unwrap();
        self.hang_up(words)
    }

    fn hang_up(&self, words: &str) -> String {
        let before = self.log().len();
        let id = self.running.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
        let began = Instant::now();
        loop {
            let log = self.log()[before..].to_owned();
            if log.contains(words) {
                return log;
            }
            assert!(began.elapsed() < PATIENCE, "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The options of a registration.
    fn options(&self) -> Value {
        let (status, started) = self.running.post("/api/accounts/start", &json!({ "name": "Ada" })).unwrap();
        assert_eq!(status, 200, "{started}");
        started["options"].clone()
    }

    fn rp_name(&self) -> String {
        self.options()["rp"]["name"].as_str().unwrap().to_owned()
    }

    fn port(&self) -> u16 {
        self.running.line.split(':').nth(1).unwrap().parse().unwrap()
    }

    /// Sends a request, and returns the whole answer.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The code of the answer to a client with this secret.
    fn client(&self, secret: &str) -> String {
        let body = json!({ "session": "A".repeat(43) }).to_string();
        let answer = self.ask(&format!(
            "POST /auth/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ));
        let field = answer.lines().find_map(|line| line.strip_prefix("countersign-error: "));
        field.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

const TAKEN: &str = "were read again";
const NOT_TAKEN: &str = "the old one stays in use";

#[test]
fn a_changed_file_is_taken_and_the_log_says_what_changed() {
    let server = Server::start("rp_name = \"Before\"\n");
    assert_eq!(server.rp_name(), "Before");
    assert_eq!(server.options()["timeout"], 300_000);
    let log = server.reload(
        "rp_name = \"After\"\nclients = [\"wiki=SECRET\"]\nreturn_addresses = [\"https://app.example.org\"]\n[policy]\n\
         timeout_seconds = 400\n",
        TAKEN,
    );
    assert!(log.contains("INFO") && !log.contains("ERROR"), "{log}");
    let changed = "changed=\"rp_name, return_addresses, clients, policy.timeout_seconds\"";
    assert!(log.contains(changed), "{log}");
    assert_eq!(server.rp_name(), "After");
    assert_eq!(server.options()["timeout"], 400_000);
    assert_eq!(server.client(&"01".repeat(32)), "session-unknown");
    let answer = server.ask(
        "GET /auth/return?to=https://app.example.org/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
}

#[test]
fn accepted_origins_and_the_headers_of_every_answer_change() {
    let server = Server::start("");
    let own = server.running.url.clone();
    server.reload(&format!("origins = [\"{own}\", \"https://localhost\"]\n"), TAKEN);
    assert_eq!(server.running.post("/api/sessions/start", &json!({})).unwrap().0, 200);
    for request in ["GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "nonsense\r\n\r\n"] {
        let answer = server.ask(request).to_lowercase();
        assert!(answer.contains("strict-transport-security: "), "{answer}");
    }
    server.reload("origins = [\"https://localhost\"]\n", TAKEN);
    let (status, answer) = server.running.post("/api/sessions/start", &json!({})).unwrap();
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("origin-not-allowed")));
}

#[test]
fn the_secret_of_a_client_is_read_again() {
    let text = "clients = [\"wiki=SECRET\"]\n";
    let server = Server::start(text);
    let [old, new] = ["01", "02"].map(|byte| byte.repeat(32));
    assert_eq!(server.client(&old), "session-unknown");
    fs::write(server.path("secret"), &new).unwrap();
    assert_eq!(server.client(&old), "session-unknown");
    let log = server.hang_up(TAKEN);
    assert!(log.contains("changed=\"\""), "{log}");
    assert!(!server.log().contains(&new));
    assert_eq!(
        (server.client(&old), server.client(&new)),
        ("client-unknown".into(), "session-unknown".into())
    );
}

#[test]
fn limits_and_proxies_are_read_again() {
    let server = Server::start("[limits]\nnames = \"1/h:1\"\n");
    let status = || server.running.post("/api/sessions/start", &json!({ "name": "Ada" })).unwrap().0;
    assert_eq!([status(), status()], [200, 429]);
    // What was used of a limit that stays is not given back.
    server.reload("[limits]\nnames = \"1/h:1\"\n[proxies]\ntrusted = [\"10.0.0.1\"]\n", TAKEN);
    assert_eq!(status(), 429);
    server.reload("[limits]\nnames = \"2/h:2\"\n", TAKEN);
    assert_eq!([status(), status(), status()], [200, 200, 429]);
    let log =
        server.reload("[limits]\nnames = \"9/h:9\"\n[tls]\ncertificate = \"x\"\nkey = \"y\"\n", NOT_TAKEN);
    assert!(log.contains("tls.certificate: a change needs a restart"), "{log}");
    assert_eq!(status(), 429, "nothing of it is taken");
}

#[test]
fn of_a_file_that_is_wrong_nothing_is_taken() {
    let server = Server::start("rp_name = \"Before\"\n");
    for (text, words) in [
        ("rp_name = \"After\"\nrp_id = \"example.org\"\n", "2:9: rp_id: a change needs a restart"),
        ("rp_name = \"After\"\nrp_nam = \"x\"\n", "2:1: there is no setting rp_nam; the nearest is rp_name"),
        ("rp_name = \"After\"\n[policy\n", "this is not TOML: "),
        (
            "rp_name = \"After\"\norigins = [\"http://example.org\"]\n",
            "is not a web origin as browsers write it",
        ),
        (
            "rp_name = \"After\"\nclients = [\"wiki=/nonexistent/secret\"]\n",
            "can't read the secret of a client",
        ),
        ("rp_name = \"After\"\n[policy]\nstored_algorithms = [\"ES256\"]\n", "is offered, and not accepted"),
    ] {
        let log = server.reload(text, NOT_TAKEN);
        assert!(log.contains("ERROR") && log.contains(words) && !log.contains(TAKEN), "{log}");
        assert_eq!(server.rp_name(), "Before", "{text}");
    }
    fs::remove_file(server.path("countersign.toml")).unwrap();
    let log = server.hang_up(NOT_TAKEN);
    assert!(log.contains("can't read the configuration file"), "{log}");
    assert_eq!(server.rp_name(), "Before");
    server.reload("rp_name = \"After\"\n", TAKEN);
    assert_eq!(server.rp_name(), "After");
}

#[test]
fn a_request_under_way_ends_with_the_configuration_that_it_began_with() {
    let server = Server::start("rp_name = \"Before\"\n");
    let body = json!({ "name": "Ada" }).to_string();
    let (first, rest) = body.split_at(4);
    let url = &server.running.url;
    let cookie = format!("countersign-browser-{}={}", server.port(), "A".repeat(43));
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let head = format!(
        "POST /api/accounts/start HTTP/1.1\r\nHost: localhost\r\nOrigin: {url}\r\nContent-Type: application/json\r\n\
         Cookie: {cookie}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{first}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The request is under way once a later one of the same client is answered, and then the body is waited for.
    std::thread::sleep(Duration::from_millis(300));
    server.reload("rp_name = \"After\"\n", TAKEN);
    assert_eq!(server.rp_name(), "After");
    stream.write_all(rest.as_bytes()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("Before"), "{answer}");
}

#[test]
fn metadata_and_what_it_requires_change() {
    let server = Server::start("");
    let metrics = || {
        let answer = server.ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        answer.lines().find_map(|line| line.strip_prefix("countersign_metadata_number ")).map(str::to_owned)
    };
    assert_eq!((metrics(), &server.options()["attestation"]), (None, &json!("none")));
    let [blob, root] = write_metadata(server.folder.path(), "2054-01-01");
    let metadata = format!("[metadata]\nfile = \"{blob}\"\nroots = [\"{root}\"]\n");
    server.reload(&format!("{metadata}[policy]\npreset = \"attested\"\n"), TAKEN);
    assert_eq!((metrics().as_deref(), &server.options()["attestation"]), (Some("7"), &json!("direct")));
    server.reload(&metadata, TAKEN);
    assert_eq!((metrics().as_deref(), &server.options()["attestation"]), (Some("7"), &json!("none")));
    server.reload("", TAKEN);
    assert_eq!(metrics(), None);
}
