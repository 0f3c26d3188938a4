//! What all requests share.

use std::sync::Arc;

use super::{assets::Assets, headers::Headers};
use crate::config::configuration::OperatorPage;
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
    pub(super) operator_page: OperatorPage,
    pub(super) work: Arc<Work>,
}

/// The state of the routes.
pub(crate) type Shared = Arc<Site>;

impl Site {
    /// Prepares the page and the headers for the application's origins.
    pub(crate) fn new(app: Arc<App>, config: &Config) -> Self {
        let metrics = &app.metrics.limits;
        let addresses = Arc::new(ClientAddresses::new(&config.proxies, metrics.malformed()));
        let limits = Arc::new(Limits::new(&config.limits, metrics));
        let (page, work) = (config.operator_page, Arc::new(Work::new()));
        Self::with(app, Arc::new(Assets::new()), addresses, limits, page, work)
    }

    /// The same for another application and another configuration. What clients have used of limits stays, unless the limits
    /// change.
    pub(crate) fn replaced(&self, app: Arc<App>, config: &Config) -> Self {
        self.addresses.reconfigure(&config.proxies);
        self.limits.reconfigure(&config.limits);
        let (assets, addresses, limits) = (self.assets.clone(), self.addresses.clone(), self.limits.clone());
        Self::with(app, assets, addresses, limits, self.operator_page, self.work.clone())
    }

    fn with(
        app: Arc<App>,
        assets: Arc<Assets>,
        addresses: Arc<ClientAddresses>,
        limits: Arc<Limits>,
        operator_page: OperatorPage,
        work: Arc<Work>,
    ) -> Self {
        let headers = Headers::new(&app.origins, assets.version());
        Self { app, assets, headers, addresses, limits, operator_page, work }
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
