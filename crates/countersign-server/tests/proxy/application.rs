//! A small application behind the proxy: it answers with the header fields and the body that it got.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Router, body::Bytes, http::HeaderMap, http::Method, http::Uri, routing::any};
use serde_json::json;
use tokio::{net::TcpListener, runtime::Runtime};

/// An application on a free port, until it is dropped.
pub(crate) struct Application {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicUsize>,
    _runtime: Runtime,
}

impl Application {
    pub(crate) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        let answer = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            counted.fetch_add(1, Ordering::Relaxed);
            let fields: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or("?"))).collect();
            let body = String::from_utf8_lossy(&body);
            json!({ "method": method.as_str(), "path": uri.to_string(), "fields": fields, "body": body })
                .to_string()
        };
        let routes = Router::new().fallback(any(answer));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { address, requests, _runtime: runtime }
    }

    /// The number of requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}
