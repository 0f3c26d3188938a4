//! A server: its sockets, and how it starts and stops.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::{fmt, future::Future, io, sync::Arc, time::Duration};

use axum::Router;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::config::configuration::{Config, Listen, OperatorPage};
use crate::config::finding::{Finding, Findings};
use crate::connections::serving::{self, Serving, is_dropped};
use crate::connections::{Connections, OPERATOR_CONNECTIONS_MAX, PAGE_CONNECTIONS_MAX};
use crate::live::{Audience, CurrentLive, Live, Reloader, current_routes};
use crate::operator::{error::OperatorError, link::OperatorLink, operations::Operator};
use crate::{app::App, audit, check, clock, start_error::StartError, tls::Tls};

/// How long requests may continue after the server is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long the last anchor of the audit log may take.
const LAST_ANCHOR: Duration = Duration::from_secs(2);

/// A server that listens on its addresses. Call [`Server::serve`] to answer requests.
pub struct Server {
    sockets: Sockets,
    /// The sockets of the operator, if they are separate.
    operations: Option<Sockets>,
    url: String,
    live: watch::Sender<Arc<Live>>,
    tls: Option<Arc<Tls>>,
    operator_page: OperatorPage,
}

/// Listening sockets and their addresses.
struct Sockets {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addresses", &self.addresses())
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Listens on the addresses, and opens the database. From now on clients can connect; they are answered once the
    /// server serves.
    pub async fn bind(config: &Config) -> Result<Self, StartError> {
        config.check_addresses()?;
        let sockets = Sockets::bind(config.listen)?;
        let operations = config.metrics_listen.map(Sockets::bind).transpose()?;
        let port = sockets.addresses.first().map_or(0, SocketAddr::port);
        let origins = config.origins(port);
        let url = origins.first().cloned().unwrap_or_default();
        let tls = config.tls.as_ref().map(Tls::load).transpose()?.map(Arc::new);
        let (live, _) = watch::channel(Arc::new(Live::new(App::build(config, origins).await?, config)));
        Ok(Self { sockets, operations, url, live, tls, operator_page: config.operator_page })
    }

    /// Returns what changes the configuration of this server while it runs.
    pub fn reloader(&self) -> Reloader {
        let port = self.sockets.addresses.first().map_or(0, SocketAddr::port);
        Reloader::new(self.live.clone(), port)
    }

    /// Finds everything that keeps a server with this configuration from running or from accepting the passkeys in its
    /// database, and what is probably unintended.
    ///
    /// Creates no file, stores and fetches nothing, and listens only for a moment. It does not check whether the
    /// addresses are free, since the server with this configuration may be running, whether the database is writable,
    /// and what the metadata's address has.
    pub async fn check(config: &Config) -> Findings {
        let mut findings = check::check(config).await;
        if let Err(error) = config.check_addresses() {
            findings.problems.push(Finding::of("metrics.listen", &error));
        }
        if let Err(error) = config.check_operator_page() {
            findings.problems.push(Finding::of("operator.page", &error));
        }
        let addresses =
            [("listen", Some(config.listen)), ("metrics.listen", config.metrics_listen)].into_iter();
        for (key, listen) in addresses.filter_map(|(key, listen)| Some((key, listen?))) {
            match Sockets::bind(listen) {
                Ok(_) | Err(StartError::AddressInUse(_)) => {}
                Err(error) => findings.problems.push(Finding::of(key, &error)),
            }
        }
        if let Err(error) = config.tls.as_ref().map(Tls::load).transpose() {
            findings.problems.push(Finding::of("tls.certificate", &StartError::from(error)));
        }
        findings
    }

    /// The addresses that the server listens on: one, or two for `localhost`.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.sockets.addresses
    }

    /// The separate addresses of `/metrics`, if there are any.
    pub fn metrics_addresses(&self) -> &[SocketAddr] {
        self.operations.as_ref().map_or(&[], |sockets| &sockets.addresses)
    }

    /// The address of the page for browsers: the first origin.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a link to the operator's page for the first operator; `None` if there is no page, or there is an operator. Call
    /// this at start-up, and show it only to the operator: it is a secret.
    pub async fn first_operator_link(&self) -> Result<Option<OperatorLink>, OperatorError> {
        if self.operator_page == OperatorPage::Off {
            return Ok(None);
        }
        // Those of the current configuration, which may have been read again since the start.
        let app = self.live.borrow().app.clone();
        Operator::of(app.database.clone()).first_link(&self.url, app.operator_link_minutes).await
    }

    /// Answers requests, and watches for newer metadata, until `stop` completes. Then requests have ten seconds to
    /// finish.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        self.serve_until(stop, GRACE).await
    }

    async fn serve_until(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        grace: Duration,
    ) -> io::Result<()> {
        let live = self.live.subscribe();
        let (stopping, stopped) = watch::channel(());
        let tls = self.tls.as_ref().map(|tls| tls.acceptor()).transpose().map_err(io::Error::other)?;
        let serve = |sockets: Sockets, audience: Audience, max: usize, tls: Option<TlsAcceptor>| {
            let admission = live.borrow().admission(audience, max);
            let connections = Connections::new(sockets.listeners, admission)?;
            let (routes, lines) = (current_routes(live.clone(), audience), live.clone());
            let header_lines = Box::new(move || lines.borrow().header_lines());
            let serving = Serving { routes, header_lines, tls };
            Ok::<_, io::Error>(serving::serve(connections, serving, stopped.clone()))
        };
        let public = serve(self.sockets, Audience::Public, PAGE_CONNECTIONS_MAX, tls)?;
        let operations = self
            .operations
            .map(|sockets| serve(sockets, Audience::Operator, OPERATOR_CONNECTIONS_MAX, None))
            .transpose()?;
        let serving = async {
            match operations {
                Some(operations) => {
                    let ((), ()) = tokio::join!(public, operations);
                }
                None => public.await,
            }
        };
        let certificate = async {
            match self.tls {
                Some(tls) => tls.watch().await,
                None => std::future::pending().await,
            }
        };
        let stop = async move {
            stop.await;
            tracing::info!("stopping");
            drop(stopping);
            std::future::pending::<()>().await;
        };
        let too_late = async {
            is_dropped(stopped.clone()).await;
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            () = stop => {}
            () = watch(live.clone()) => {}
            () = certificate => {}
            () = serving => {}
            () = too_late => tracing::warn!("stopped with requests under way"),
        }
        let app = live.borrow().app.clone();
        // A database that does not answer must not keep the process.
        let _ = tokio::time::timeout(LAST_ANCHOR, app.end_audit()).await;
        Ok(())
    }
}

impl Sockets {
    fn bind(listen: Listen) -> Result<Self, StartError> {
        let listeners = match listen {
            Listen::Address(address) => vec![self::listen(address)?],
            Listen::Localhost(port) => localhost(port)?,
        };
        let addresses = listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<io::Result<Vec<_>>>()
            .map_err(|error| StartError::Listen(requested(listen), error))?;
        Ok(Self { listeners, addresses })
    }
}

/// Watches the database, and the metadata of the current configuration. Never returns.
async fn watch(live: CurrentLive) {
    let app = live.borrow().app.clone();
    tokio::join!(app.watch_database(), watch_metadata(live.clone()), watch_audit(live));
}

/// Keeps the audit log by the current configuration, at once and every hour. Never returns.
async fn watch_audit(live: CurrentLive) {
    let current = || {
        let app = live.borrow().app.clone();
        (app.database.clone(), app.audit)
    };
    audit::watch(current, clock::now, async || tokio::time::sleep(audit::EVERY).await).await;
}

/// Watches the metadata, and changes to other metadata when the configuration does.
async fn watch_metadata(mut live: CurrentLive) {
    loop {
        let app = live.borrow_and_update().app.clone();
        let is_other = |live: &Arc<Live>| match (&live.app.metadata, &app.metadata) {
            (Some(new), Some(old)) => !Arc::ptr_eq(new, old),
            (new, old) => new.is_some() != old.is_some(),
        };
        let has_stopped = async { live.wait_for(is_other).await.is_err() };
        let has_stopped = tokio::select! {
            () = app.watch_metadata() => false,
            has_stopped = has_stopped => has_stopped,
        };
        if has_stopped {
            std::future::pending::<()>().await;
        }
    }
}

/// The routes of a server with this configuration, to be served by other means than [`Server`], or called in tests.
/// Opens the database, reads metadata once, and listens nowhere: only `Server` watches for newer metadata.
pub async fn router(config: &Config) -> Result<Router, StartError> {
    let app = App::build(config, config.origins(config.port())).await?;
    Ok(Live::new(app, config).routes(Audience::Public).clone())
}

/// Waits until the process is asked to stop, by Ctrl-C or, on Unix, by SIGTERM.
pub async fn stop_signal() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// The sockets for `localhost`. Browsers try both loopback addresses, so another program on one of them would get some
/// of the requests.
fn localhost(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let first = listen((Ipv4Addr::LOCALHOST, port).into())?;
    let port = first.local_addr().map_or(port, |address| address.port());
    match listen((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(second) => Ok(vec![first, second]),
        Err(StartError::AddressInUse(address)) => Err(StartError::AddressInUse(address)),
        // The machine has no IPv6.
        Err(_) => Ok(vec![first]),
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|error| start_error(address, error))
}

fn start_error(address: SocketAddr, error: io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(address),
        io::ErrorKind::AddrNotAvailable => StartError::AddressUnavailable(address),
        io::ErrorKind::PermissionDenied => StartError::AddressNotPermitted(address),
        _ => StartError::Listen(address, error),
    }
}

fn requested(listen: Listen) -> SocketAddr {
    match listen {
        Listen::Localhost(port) => (Ipv4Addr::LOCALHOST, port).into(),
        Listen::Address(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpStream};

    use super::*;

    #[test]
    fn errors_of_the_system_about_an_address_are_sentences() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        for (kind, sentence) in [
            (io::ErrorKind::AddrInUse, "another program is listening on 127.0.0.1:80 already"),
            (
                io::ErrorKind::AddrNotAvailable,
                "can't listen on 127.0.0.1:80: it is not an address of this machine",
            ),
            (io::ErrorKind::PermissionDenied, "this user is not permitted to listen on 127.0.0.1:80"),
            (io::ErrorKind::OutOfMemory, "can't listen on 127.0.0.1:80: out of memory"),
        ] {
            assert_eq!(start_error(address, kind.into()).to_string(), sentence);
        }
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_delay_the_stop() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("test.sqlite3"));
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        let server = Server::bind(&config).await.unwrap();
        let mut client = TcpStream::connect(server.addresses()[0]).await.unwrap();
        client.write_all(b"POST /api/sessions/start HTTP/1.1\r\n").await.unwrap();
        let stop = tokio::time::sleep(Duration::from_millis(200));
        let serving = server.serve_until(stop, Duration::from_millis(200));
        tokio::time::timeout(GRACE, serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_reload_changes_how_long_the_link_of_the_first_operator_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("test.sqlite3"));
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        config.operator_page = OperatorPage::On;
        let server = Server::bind(&config).await.unwrap();
        let minutes = async || {
            let link = server.first_operator_link().await.unwrap().unwrap();
            (link.expires_at.unix_seconds() - clock::now().unix_seconds() + 59) / 60
        };
        assert_eq!(minutes().await, 60);
        config.operator_link_minutes = 5;
        server.reloader().reload(&config).await.unwrap();
        assert_eq!(minutes().await, 5);
    }
}
