//! A proxy in front of the database that loses messages when a test says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// What the proxy does with the next COMMIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Passes it on, with its answer.
    None,
    /// Cuts the connection in its place.
    CommitLost,
    /// Passes it on, and cuts the connection when the answer comes.
    AnswerLost,
    /// Passes nothing on any more, and cuts nothing.
    Silence,
    /// As `Silence`, from the settings of a new connection on.
    SilenceAfterStart,
    /// As `Silence`, from the look at the version of the tables on.
    SilenceAtMigration,
}

#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    fault: Arc<AtomicU8>,
    port: u16,
}

impl Proxy {
    /// Listens on a port of the loopback, in front of a socket of PostgreSQL.
    pub(crate) async fn in_front_of(socket: PathBuf) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy = Self { fault: Arc::default(), port: listener.local_addr().unwrap().port() };
        let fault = Arc::clone(&proxy.fault);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, socket.clone(), Arc::clone(&fault)));
            }
        });
        proxy
    }

    pub(crate) fn arm(&self, fault: Fault) {
        let number = match fault {
            Fault::None => 0,
            Fault::CommitLost => 1,
            Fault::AnswerLost => 2,
            Fault::Silence => 3,
            Fault::SilenceAfterStart => 4,
            Fault::SilenceAtMigration => 5,
        };
        self.fault.store(number, Ordering::SeqCst);
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

async fn pass(mut client: TcpStream, socket: PathBuf, fault: Arc<AtomicU8>) {
    let Ok(mut server) = UnixStream::connect(socket).await else { return };
    let (mut up, mut down) = ([0; 16_384], [0; 16_384]);
    let mut is_answer_lost = false;
    loop {
        tokio::select! {
            sent = client.read(&mut up) => {
                let Ok(length @ 1..) = sent else { return };
                let has = |text: &[u8]| up[..length].windows(text.len()).any(|bytes| bytes == text);
                let is_commit = has(b"COMMIT\0");
                match fault.load(Ordering::SeqCst) {
                    1 if is_commit => {
                        fault.store(0, Ordering::SeqCst);
                        return;
                    }
                    2 if is_commit => {
                        fault.store(0, Ordering::SeqCst);
                        is_answer_lost = true;
                    }
                    3 => continue,
                    4 if has(b"SET ") => {
                        fault.store(3, Ordering::SeqCst);
                        continue;
                    }
                    5 if has(b"countersign_schema") => continue,
                    _ => {}
                }
                if server.write_all(&up[..length]).await.is_err() {
                    return;
                }
            }
            answered = server.read(&mut down) => {
                let Ok(length @ 1..) = answered else { return };
                if is_answer_lost {
                    return;
                }
                if client.write_all(&down[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
