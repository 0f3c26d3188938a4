//! The real Caddy, with the configuration of the documents.

use std::{fs, net::SocketAddr, process::Command};

use tempfile::TempDir;

use crate::certificate;
use crate::program::{self, Program};

/// The document whose configuration is run.
const DOCUMENT: &str = include_str!("../../../../docs/deploy/caddy.md");

/// A Caddy on a free port, until it is dropped.
pub(crate) struct Caddy {
    pub(crate) port: u16,
    _program: Program,
    _folder: TempDir,
}

impl Caddy {
    /// Starts Caddy in front of two instances and an application, with only the addresses of the documented configuration
    /// replaced, and a certificate that no authority has to issue.
    pub(crate) fn start(instances: [SocketAddr; 2], application: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = program::free_port();
        let [certificate, key] = certificate::write(folder.path()).map(|path| path.display().to_string());
        let tls = format!("\ttls {certificate} {key}\n");
        let sites = [
            ("login.example.org {\n", format!("login.example.org {{\n{tls}"), 1),
            ("app.example.org {\n", format!("app.example.org {{\n{tls}"), 1),
            ("127.0.0.1:8081", instances[0].to_string(), 1),
            ("127.0.0.1:8082", instances[1].to_string(), 1),
            ("127.0.0.1:3000", application.to_string(), 1),
        ]
        .iter()
        .fold(program::block(DOCUMENT, "caddyfile").to_owned(), |text, (from, to, count)| {
            assert_eq!(text.matches(from).count(), *count, "{from}");
            text.replace(from, to)
        });
        let path = folder.path().display();
        let options = format!(
            "{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttps_port {port}\n\
             \tauto_https disable_redirects\n\tstorage file_system {path}/storage\n}}\n"
        );
        let file = folder.path().join("Caddyfile");
        fs::write(&file, options + &sites).unwrap();
        let mut command = Command::new(program::find("caddy"));
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder.path());
        let program = Program::start(command, &folder.path().join("log"), port);
        Self { port, _program: program, _folder: folder }
    }
}
