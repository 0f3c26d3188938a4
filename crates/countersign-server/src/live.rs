//! The part of a server that a reload replaces: the application and the routes that answer requests.

use std::{fmt, sync::Arc};

use axum::{Router, extract::Request};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::app::App;
use crate::config::configuration::Config;
use crate::connections::Admission;
use crate::http::{self, site::Site};
use crate::start_error::StartError;

/// The application and its routes. A request keeps those that it began with.
pub(crate) struct Live {
    pub(crate) app: Arc<App>,
    site: Arc<Site>,
    public: Router,
    operator: Router,
    addresses: Addresses,
}

/// Whether the operator's routes have an address of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Addresses {
    One,
    Separate,
}

/// For whom routes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Public,
    Operator,
}

impl Live {
    /// Prepares the routes of an application.
    pub(crate) fn new(app: App, config: &Config) -> Self {
        let app = Arc::new(app);
        let addresses = if config.metrics_listen.is_some() { Addresses::Separate } else { Addresses::One };
        Self::of_site(Arc::new(Site::new(app.clone(), config)), app, addresses)
    }

    fn of_site(site: Arc<Site>, app: Arc<App>, addresses: Addresses) -> Self {
        let public = match addresses {
            Addresses::Separate => http::public_routes(&site),
            Addresses::One => http::all_routes(&site),
        };
        Self { app, operator: http::operator_routes(&site), site, public, addresses }
    }

    /// The same for another application and its configuration. What was counted stays.
    fn replaced(&self, app: App, config: &Config) -> Self {
        let app = Arc::new(app);
        Self::of_site(Arc::new(self.site.replaced(app.clone(), config)), app, self.addresses)
    }

    /// The routes for these clients.
    pub(crate) const fn routes(&self, audience: Audience) -> &Router {
        match audience {
            Audience::Public => &self.public,
            Audience::Operator => &self.operator,
        }
    }

    /// Which connections of these clients are accepted, of which there are at most so many.
    pub(crate) fn admission(&self, audience: Audience, connections: usize) -> Admission {
        match audience {
            Audience::Public => self.site.page_admission(connections),
            Audience::Operator => self.site.operator_admission(connections),
        }
    }

    /// The headers of every answer as lines, for answers that the HTTP libraries create.
    pub(crate) fn header_lines(&self) -> Arc<[u8]> {
        self.site.header_lines().into()
    }
}

/// What a server answers requests with.
pub(crate) type CurrentLive = watch::Receiver<Arc<Live>>;

/// A router that passes each request to the routes that are current when it begins.
pub(crate) fn current_routes(live: CurrentLive, audience: Audience) -> Router {
    Router::new().fallback(move |request: Request| {
        let routes = live.borrow().routes(audience).clone();
        routes.oneshot(request)
    })
}

/// Changes the configuration of a server that runs. Clones change the same server.
#[derive(Clone)]
pub struct Reloader {
    live: watch::Sender<Arc<Live>>,
    port: u16,
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Reloader {
    pub(crate) const fn new(live: watch::Sender<Arc<Live>>, port: u16) -> Self {
        Self { live, port }
    }

    /// Uses this configuration for the requests that begin from now on. Files of secrets are read again. If it fails, the
    /// old configuration stays in use, whole.
    ///
    /// The addresses, the RP ID and the database stay as they are: a server with others has to be started.
    pub async fn reload(&self, config: &Config) -> Result<(), StartError> {
        let old = self.live.borrow().clone();
        let app = old.app.reload(config, config.origins(self.port)).await?;
        self.live.send_replace(Arc::new(old.replaced(app, config)));
        Ok(())
    }
}
