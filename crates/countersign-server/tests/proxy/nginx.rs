//! The real nginx, with the configuration of the documents.

use std::{fs, net::SocketAddr, process::Command};

use tempfile::TempDir;

use crate::certificate;
use crate::program::{self, Program};

/// The document whose configuration is run.
const DOCUMENT: &str = include_str!("../../../../docs/deploy/nginx.md");

/// An nginx on a free port, until it is dropped.
pub(crate) struct Nginx {
    pub(crate) port: u16,
    _program: Program,
    _folder: TempDir,
}

impl Nginx {
    /// Starts nginx in front of two instances and an application, with only the addresses and the files of the documented
    /// configuration replaced.
    pub(crate) fn start(instances: [SocketAddr; 2], application: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = program::free_port();
        let [certificate, key] = certificate::write(folder.path()).map(|path| path.display().to_string());
        let sites = [
            // Which instance answered.
            (
                "server_name login.example.org;",
                "server_name login.example.org;\nadd_header x-instance $upstream_addr always;".into(),
                1,
            ),
            ("listen 443 ssl;", format!("listen 127.0.0.1:{port} ssl;"), 2),
            ("/etc/ssl/example.org.pem", certificate, 2),
            ("/etc/ssl/example.org.key", key, 2),
            ("127.0.0.1:8081", instances[0].to_string(), 1),
            ("127.0.0.1:8082", instances[1].to_string(), 1),
            ("127.0.0.1:3000", application.to_string(), 1),
        ]
        .iter()
        .fold(program::block(DOCUMENT, "nginx").to_owned(), |text, (from, to, count)| {
            assert_eq!(text.matches(from).count(), *count, "{from}");
            text.replace(from, to)
        });
        fs::write(folder.path().join("sites.conf"), sites).unwrap();
        let path = folder.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {path}/{kind};\n"))
            .concat();
        let main = format!(
            "daemon off;\nmaster_process off;\npid {path}/pid;\nerror_log stderr warn;\n\
             events {{ worker_connections 256; }}\n\
             http {{\naccess_log off;\n{temporary}include {path}/sites.conf;\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, main).unwrap();
        let mut command = Command::new(program::find("nginx"));
        command.arg("-e").arg("stderr").arg("-p").arg(folder.path()).arg("-c").arg(&file);
        let program = Program::start(command, &folder.path().join("log"), port);
        Self { port, _program: program, _folder: folder }
    }
}
