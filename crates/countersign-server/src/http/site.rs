//! What all requests share.

use std::sync::Arc;

use super::{assets::Assets, headers::Headers, turn::Turn};
use crate::config::configuration::{InspectPage, OperatorPage};
use crate::connections::Admission;
use crate::metrics::connections::{OPERATOR, PAGE};
use crate::operator::work::Work;
use crate::{app::App, client_address::ClientAddresses, config::Config, limits::Limits};

/// The application, and what HTTP adds to it.
pub(crate) struct Site {
    pub(super) app: Arc<App>,
    pub(super) assets: Arc<Assets>,
    pub(super) headers: Headers,
    pub(super) addresses: Arc<ClientAddresses>,
    pub(super) limits: Arc<Limits>,
    pub(super) pages: Pages,
    pub(super) work: Arc<Work>,
    pub(super) inspecting: Turn,
}

/// Which pages there are besides that of the users.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pages {
    pub(super) operator: OperatorPage,
    pub(super) inspect: InspectPage,
}

/// The state of the routes.
pub(crate) type Shared = Arc<Site>;

impl Site {
    /// Prepares the page and the headers for the application's origins.
    pub(crate) fn new(app: Arc<App>, config: &Config) -> Self {
        let metrics = &app.metrics.limits;
        let addresses = Arc::new(ClientAddresses::new(&config.proxies, metrics.malformed()));
        let limits = Arc::new(Limits::new(&config.limits, metrics));
        let pages = Pages { operator: config.operator_page, inspect: config.inspect_page };
        let assets = Arc::new(Assets::new(pages.inspect));
        let headers = Headers::new(&app.origins, assets.version());
        let (work, inspecting) = (Arc::new(Work::new()), Turn::new());
        Self { app, assets, headers, addresses, limits, pages, work, inspecting }
    }

    /// The same for another application and another configuration. What clients have used of limits stays, unless the limits
    /// change.
    pub(crate) fn replaced(&self, app: Arc<App>, config: &Config) -> Self {
        self.addresses.reconfigure(&config.proxies);
        self.limits.reconfigure(&config.limits);
        Self {
            headers: Headers::new(&app.origins, self.assets.version()),
            app,
            assets: self.assets.clone(),
            addresses: self.addresses.clone(),
            limits: self.limits.clone(),
            pages: self.pages,
            work: self.work.clone(),
            inspecting: self.inspecting.clone(),
        }
    }

    /// The headers of every answer as lines, for answers that the HTTP libraries create.
    pub(crate) fn header_lines(&self) -> Vec<u8> {
        self.headers.lines()
    }

    /// Which connections to the page are accepted, of which there are at most so many.
    pub(crate) fn page_admission(&self, connections: usize) -> Admission {
        let metrics = self.app.metrics.connections.of(PAGE);
        Admission {
            connections,
            addresses: self.addresses.clone(),
            limits: Some(self.limits.clone()),
            metrics,
        }
    }

    /// Which connections to the operator's address are accepted.
    pub(crate) fn operator_admission(&self, connections: usize) -> Admission {
        let metrics = self.app.metrics.connections.of(OPERATOR);
        Admission { connections, addresses: self.addresses.clone(), limits: None, metrics }
    }
}
