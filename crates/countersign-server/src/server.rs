//! A server: its sockets, its routes, and how it stops.

use std::{
    fmt,
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{Router, middleware};
use tokio::sync::watch;

use crate::{
    app::App,
    config::{Config, Listen},
    connections::{self, Connections, Life, OPERATOR_CONNECTIONS_MAX, PAGE_CONNECTIONS_MAX},
    http::{self, site::Site},
    start_error::StartError,
};

/// How long requests that are under way may take once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A server that listens; [`Server::serve`] answers.
pub struct Server {
    sockets: Sockets,
    /// Those for the operator, if they are elsewhere.
    operations: Option<Sockets>,
    url: String,
    app: Arc<App>,
}

/// Sockets that are listened on, and where they are.
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
    /// Listens, and opens the database. From here on clients can connect; they are answered once it serves.
    pub fn bind(config: &Config) -> Result<Self, StartError> {
        config.check_addresses()?;
        let sockets = Sockets::bind(config.listen)?;
        let operations = config.metrics_listen.map(Sockets::bind).transpose()?;
        let port = sockets.addresses.first().map_or(0, SocketAddr::port);
        let origins = config.origins(port);
        let url = origins.first().cloned().unwrap_or_default();
        let app = Arc::new(App::build(config, origins)?);
        Ok(Self { sockets, operations, url, app })
    }

    /// Says what would keep a server with this configuration from running, or from accepting the passkeys in its database.
    ///
    /// Makes no file, keeps nothing, fetches nothing, and listens for a moment. It does not say whether the addresses are
    /// free, for the server that is there may be the one whose configuration this is, nor whether the database can be written to,
    /// nor what the server has that metadata is fetched from.
    pub fn check(config: &Config) -> Result<(), StartError> {
        config.check_addresses()?;
        for listen in std::iter::once(config.listen).chain(config.metrics_listen) {
            match Sockets::bind(listen) {
                Ok(_) | Err(StartError::AddressInUse(_)) => {}
                Err(error) => return Err(error),
            }
        }
        App::check(config)
    }

    /// The addresses that are listened on: one, or two for `localhost`.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.sockets.addresses
    }

    /// The addresses of `/metrics`, if they are not those of the page.
    pub fn metrics_addresses(&self) -> &[SocketAddr] {
        self.operations.as_ref().map_or(&[], |sockets| &sockets.addresses)
    }

    /// Where a browser finds the page: the first origin.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers requests, and reads metadata again that changed, until `stop` is done, and then lets those that are under way finish, for ten seconds at most.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        self.serve_until(stop, GRACE).await
    }

    async fn serve_until(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        grace: Duration,
    ) -> io::Result<()> {
        let site = Arc::new(Site::new(self.app.clone()));
        let (stopping, stopped) = watch::channel(());
        let serve = |sockets: Sockets, routes: Router, max: usize| {
            let connections = Connections::new(sockets.listeners, site.header_lines(), max)?;
            let routes = routes.layer(middleware::from_fn(connections::bound_life));
            let service = routes.into_make_service_with_connect_info::<Life>();
            let stopped = is_dropped(stopped.clone());
            Ok::<_, io::Error>(
                axum::serve(connections, service).with_graceful_shutdown(stopped).into_future(),
            )
        };
        let routes =
            if self.operations.is_some() { http::public_routes(&site) } else { http::all_routes(&site) };
        let public = serve(self.sockets, routes, PAGE_CONNECTIONS_MAX)?;
        let operations = self
            .operations
            .map(|sockets| serve(sockets, http::operator_routes(&site), OPERATOR_CONNECTIONS_MAX))
            .transpose()?;
        let serving = async {
            match operations {
                Some(operations) => tokio::try_join!(public, operations).map(drop),
                None => public.await,
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
            () = stop => Ok(()),
            () = self.app.watch() => Ok(()),
            outcome = serving => outcome,
            () = too_late => {
                tracing::warn!("stopped with requests under way");
                Ok(())
            }
        }
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

/// The routes of a server with this configuration, to be served by other means than [`Server`], or called in tests. Opens
/// the database, reads metadata once, and listens nowhere: only `Server` watches for newer metadata.
pub fn router(config: &Config) -> Result<Router, StartError> {
    let site = Arc::new(Site::new(Arc::new(App::build(config, config.origins(config.port()))?)));
    Ok(if config.metrics_listen.is_some() { http::public_routes(&site) } else { http::all_routes(&site) })
}

/// Done when the sender is dropped, for which `changed` has an error.
async fn is_dropped(mut receiver: watch::Receiver<()>) {
    while receiver.changed().await.is_ok() {}
}

/// Done when the process is told to stop: by Ctrl-C, or on Unix by SIGTERM.
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

/// The sockets for `localhost`: browsers try both loopback addresses, so that another program on one of them would
/// get some of the requests.
fn localhost(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let first = listen((Ipv4Addr::LOCALHOST, port).into())?;
    let port = first.local_addr().map_or(port, |address| address.port());
    match listen((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(second) => Ok(vec![first, second]),
        Err(StartError::AddressInUse(address)) => Err(StartError::AddressInUse(address)),
        // A machine without IPv6.
        Err(_) => Ok(vec![first]),
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|error| refusal(address, error))
}

fn refusal(address: SocketAddr, error: io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(address),
        io::ErrorKind::AddrNotAvailable => StartError::AddressUnavailable(address),
        io::ErrorKind::PermissionDenied => StartError::AddressForbidden(address),
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
    fn what_the_system_says_of_an_address_becomes_a_sentence() {
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
            assert_eq!(refusal(address, kind.into()).to_string(), sentence);
        }
    }

    #[tokio::test]
    async fn a_request_that_never_ends_holds_up_nobody_s_stopping() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().join("test.sqlite3"));
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        let server = Server::bind(&config).unwrap();
        let mut client = TcpStream::connect(server.addresses()[0]).await.unwrap();
        client.write_all(b"POST /api/sessions/start HTTP/1.1\r\n").await.unwrap();
        let stop = tokio::time::sleep(Duration::from_millis(200));
        let serving = server.serve_until(stop, Duration::from_millis(200));
        tokio::time::timeout(GRACE, serving).await.unwrap().unwrap();
    }
}
