//! Connections by listener.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge};
use prometheus_client::registry::Registry;

use super::families::register;

/// The listener of the page.
pub(crate) const PAGE: &str = "page";

/// The listener of the operator, if it is another one.
pub(crate) const OPERATOR: &str = "operator";

/// The connections of all listeners.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionMetrics {
    open: Family<Labels, Gauge>,
    accepted: Family<Labels, Counter>,
    dismissed: Family<Labels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    listener: &'static str,
}

/// The connections of one listener.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListenerMetrics {
    open: Gauge,
    accepted: Counter,
    dismissed: Counter,
}

/// An open connection, which is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnection(Gauge);

impl ConnectionMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let dismissed = "Connections that lost their place to another one";
        let metrics = Self {
            open: register(registry, "connections_open", "Open connections", Family::default()),
            accepted: register(registry, "connections_accepted", "Accepted connections", Family::default()),
            dismissed: register(registry, "connections_dismissed", dismissed, Family::default()),
        };
        metrics.of(PAGE);
        metrics
    }

    /// The connections of a listener of this name.
    pub(crate) fn of(&self, listener: &'static str) -> ListenerMetrics {
        let labels = Labels { listener };
        ListenerMetrics {
            open: self.open.get_or_create_owned(&labels),
            accepted: self.accepted.get_or_create_owned(&labels),
            dismissed: self.dismissed.get_or_create_owned(&labels),
        }
    }
}

impl ListenerMetrics {
    /// Counts a new connection.
    pub(crate) fn accepted(&self) -> OpenConnection {
        self.accepted.inc();
        self.open.inc();
        OpenConnection(self.open.clone())
    }

    /// Counts a connection that has to end so that another one gets its place.
    pub(crate) fn dismissed(&self) {
        self.dismissed.inc();
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
