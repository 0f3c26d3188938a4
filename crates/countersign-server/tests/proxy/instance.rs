//! An instance of the server, with a runtime of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::{future, time::Duration};

use countersign_server::{Config, Listen, Server};
use tokio::runtime::Runtime;

/// A server that answers until it is killed or dropped.
pub(crate) struct Instance {
    pub(crate) address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Instance {
    /// Starts a server on a free port, as the login of app.example.org.
    pub(crate) fn start(mut config: Config) -> Self {
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        config.rp_id = "example.org".into();
        config.origins = vec!["https://login.example.org".into()];
        config.return_addresses = vec!["https://app.example.org".into()];
        config.cookie_domain = Some("example.org".into());
        config.proxies.trusted = vec!["127.0.0.1".parse().unwrap()];
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(&config)).unwrap_or_else(|error| panic!("{error}"));
        let address = server.addresses()[0];
        runtime.spawn(server.serve(future::pending()));
        Self { address, runtime: Some(runtime) }
    }

    /// Ends the server like a crash: connections are cut, and nothing is finished.
    pub(crate) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}
