//! How to connect.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use crate::postgres::error::PostgresError;

/// Connections of one program: a few for each core of the database. With more, transactions wait for each other there
/// instead of here.
const POOL_SIZE: usize = 10;

/// How long connecting to one address may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a statement may take, which takes milliseconds otherwise.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);

/// How much longer to wait for the answer: the database's own time-out comes first, if it can still be reached.
const NETWORK_MARGIN: Duration = Duration::from_secs(2);

/// How to connect to `PostgreSQL`: the address, TLS, the size of the pool, and time-outs.
///
/// ```
/// # use countersign_store::postgres::PostgresOptions;
/// let options = PostgresOptions::new("postgres://app:secret@db.example/app?sslmode=verify-full")?.with_pool_size(20);
/// # Ok::<(), countersign_store::postgres::PostgresError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    config: Config,
    tls: Tls,
    pool_size: usize,
    wait: Duration,
    connect_timeout: Duration,
    statement_timeout: Duration,
}

/// What is checked of the server's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// Nothing: TLS protects from eavesdroppers, and not from a server that poses as the database.
    Unverified,
    /// That it is valid for the host, by the authorities that the system trusts.
    SystemRoots,
    /// That it is valid for the host, by the authorities of this file.
    Roots(PathBuf),
}

impl PostgresOptions {
    /// Reads a connection string: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE`, as libpq defines it, with
    /// several hosts too. Of several hosts, the one that accepts writes is used.
    ///
    /// `sslmode` is one of:
    ///
    /// | value | the connection |
    /// | --- | --- |
    /// | `disable` | has no TLS |
    /// | `prefer` (the default) | has TLS if the server offers it; the certificate is not checked |
    /// | `require` | has TLS; the certificate is not checked |
    /// | `verify-full` | has TLS; the certificate must be valid for the host, by an authority that the system trusts |
    ///
    /// With `sslrootcert=FILE`, the certificate must be valid for the host by an authority of this PEM file; `sslmode` is
    /// `verify-full` then, if it is not given. Sockets of Unix have no TLS.
    pub fn new(url: &str) -> Result<Self, PostgresError> {
        let mut read = Parameters::of(url)?;
        let roots = read.root_certificate.take();
        let mode = read.mode.take();
        let invalid = |text: &str| PostgresError::Options(text.to_owned());
        let (mode, tls) = match (mode.as_deref(), roots) {
            (Some("disable"), None) => (SslMode::Disable, Tls::Unverified),
            (Some("prefer") | None, None) => (SslMode::Prefer, Tls::Unverified),
            (Some("require"), None) => (SslMode::Require, Tls::Unverified),
            (Some("verify-full"), None) => (SslMode::Require, Tls::SystemRoots),
            (Some("require" | "verify-full") | None, Some(file)) => (SslMode::Require, Tls::Roots(file)),
            (Some("disable" | "prefer"), Some(_)) => {
                return Err(invalid("sslrootcert needs sslmode=verify-full"));
            }
            (Some(_), _) => {
                return Err(invalid("sslmode is one of disable, prefer, require and verify-full"));
            }
        };
        // The parser's error names the parameter, and never the password.
        let mut config: Config =
            read.rest.parse().map_err(|error| PostgresError::Options(crate::text::with_causes(&error)))?;
        config.ssl_mode(mode);
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(invalid("the address of PostgreSQL names no host"));
        }
        let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
        match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadOnly => return Err(invalid("target_session_attrs must be read-write")),
            TargetSessionAttrs::Any if hosts > 1 => {
                config.target_session_attrs(TargetSessionAttrs::ReadWrite);
            }
            _ => {}
        }
        let connect_timeout = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        Ok(Self {
            config,
            tls,
            pool_size: POOL_SIZE,
            wait: CONNECT_TIMEOUT,
            connect_timeout,
            statement_timeout: STATEMENT_TIMEOUT,
        })
    }

    /// Sets the most connections. Each takes memory of the server, whose `max_connections` is for all programs together.
    pub fn with_pool_size(mut self, connections: usize) -> Self {
        self.pool_size = connections.max(1);
        self
    }

    /// Sets how long to wait for a connection of the pool when all are in use.
    pub fn with_pool_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Sets how long connecting to one address may take.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long a statement may take, and how long a transaction may stay idle.
    pub fn with_statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    pub(super) const fn pool_size(&self) -> usize {
        self.pool_size
    }

    pub(super) const fn wait(&self) -> Duration {
        self.wait
    }

    pub(super) const fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    pub(super) const fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    /// How long to wait for an answer before the connection counts as cut.
    pub(super) const fn answer_timeout(&self) -> Duration {
        self.statement_timeout.saturating_add(NETWORK_MARGIN)
    }

    pub(super) const fn tls(&self) -> &Tls {
        &self.tls
    }

    /// The configuration of a connection.
    pub(super) fn config(&self) -> Config {
        let mut config = self.config.clone();
        config.connect_timeout(self.connect_timeout);
        if config.get_application_name().is_none() {
            config.application_name("countersign");
        }
        // A host that is gone without a word is noticed while a connection is idle, and while an answer is awaited.
        config.keepalives_idle(Duration::from_secs(30));
        config.keepalives_interval(Duration::from_secs(10));
        config.keepalives_retries(3);
        config.tcp_user_timeout(self.answer_timeout());
        config
    }
}

/// A connection string, split into what is read here and the rest.
struct Parameters {
    rest: String,
    mode: Option<String>,
    root_certificate: Option<PathBuf>,
}

impl Parameters {
    fn of(url: &str) -> Result<Self, PostgresError> {
        let invalid = |text: &str| PostgresError::Options(text.to_owned());
        if !is_address(url) {
            return Err(invalid("the address of PostgreSQL begins with postgres:// or postgresql://"));
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root_certificate, mut others) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let value = |value: &str| {
                decoded(value).ok_or_else(|| invalid("a parameter of the address of PostgreSQL is not UTF-8"))
            };
            match pair.split_once('=') {
                Some(("sslmode", given)) => mode = Some(value(given)?),
                Some(("sslrootcert", given)) => {
                    root_certificate = Some(Path::new(&value(given)?).to_path_buf());
                }
                _ => others.push(pair),
            }
        }
        let rest =
            if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
        Ok(Self { rest, mode, root_certificate })
    }
}

/// Whether a text is the address of a `PostgreSQL` database, as opposed to the path of a file.
fn is_address(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// A text without its percent-encoding; `None` if it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = if code.is_some() { after.get(2..)? } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
