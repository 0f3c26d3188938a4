//! A database that goes away for a while, and comes back.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;

use crate::result::Result;

/// What is between the server and its database.
pub(crate) enum Away {
    /// Another program, which locks the file.
    File(Connection),
    /// A proxy, which closes all connections.
    Server(Arc<Proxy>),
}

/// A proxy in front of PostgreSQL.
pub(crate) struct Proxy {
    target: String,
    is_away: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Away {
    /// What can take a database away, and the address at which the server finds the database.
    pub(crate) fn of(database: &str) -> Result<(Self, String)> {
        let Some((scheme, rest)) = database.split_once("://") else {
            return Ok((Self::File(Connection::open(database)?), database.to_owned()));
        };
        let (authority, path) = rest.split_once('/').ok_or("an address with the name of a database")?;
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if host.contains('%') {
            return Err("name PostgreSQL by host and port, and not by a socket".into());
        }
        let target = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        let proxy = Arc::new(Proxy { target, is_away: AtomicBool::new(false), open: Mutex::default() });
        let port = Proxy::listen(&proxy)?;
        let at = if user.is_empty() { String::new() } else { format!("{user}@") };
        Ok((Self::Server(proxy), format!("{scheme}://{at}127.0.0.1:{port}/{path}")))
    }

    /// Takes the database away.
    pub(crate) fn go(&self) -> Result<()> {
        match self {
            Self::File(file) => Ok(file.execute_batch("BEGIN EXCLUSIVE")?),
            Self::Server(proxy) => {
                proxy.is_away.store(true, Ordering::SeqCst);
                for stream in proxy.streams().drain(..) {
                    // It may be closed already.
                    let _ = stream.shutdown(Shutdown::Both);
                }
                Ok(())
            }
        }
    }

    /// Brings it back.
    pub(crate) fn come_back(&self) -> Result<()> {
        match self {
            Self::File(file) => Ok(file.execute_batch("ROLLBACK")?),
            Self::Server(proxy) => {
                proxy.is_away.store(false, Ordering::SeqCst);
                Ok(())
            }
        }
    }
}

impl Proxy {
    fn streams(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens on a free port until the process ends, and returns the port.
    fn listen(proxy: &Arc<Self>) -> Result<u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let proxy = proxy.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that can't be passed on is closed, as of a database that is away.
                let _ = proxy.pass_on(stream);
            }
        });
        Ok(port)
    }

    fn pass_on(&self, client: TcpStream) -> io::Result<()> {
        if self.is_away.load(Ordering::SeqCst) {
            return client.shutdown(Shutdown::Both);
        }
        let server = TcpStream::connect(&self.target)?;
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
            self.streams().push(stream.try_clone()?);
        }
        let (from_client, from_server) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || copy(from_client, server));
        thread::spawn(move || copy(from_server, client));
        Ok(())
    }
}

/// Copies until one side ends, and ends the other.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
