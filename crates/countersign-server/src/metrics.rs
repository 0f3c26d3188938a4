//! The metrics of a server, for Prometheus.
//!
//! No label has personal data, or words of a client: each has values from a list, or a limited number of them.
//! `docs/METRICS.md` describes all metrics.

use std::sync::Arc;

use countersign_store::Database;
use prometheus_client::{encoding::prometheus_text, registry::Registry};

use crate::metadata::service::MetadataService;

mod ceremonies;
pub(crate) mod connections;
pub(crate) mod events;
mod families;
mod in_use;
pub(crate) mod limits;
mod metadata_source;
mod models;
mod pool;
pub(crate) mod requests;
mod store;

use ceremonies::CeremonyMetrics;
use connections::ConnectionMetrics;
use events::Events;
use in_use::MetadataInUse;
use limits::LimitMetrics;
use metadata_source::MetadataSource;
use models::ModelLabels;
use pool::PoolInUse;
use requests::RequestMetrics;
use store::StoreMetrics;

/// The content type of [`Metrics::text`].
pub(crate) const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// All metrics of a server.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: RequestMetrics,
    pub(crate) connections: ConnectionMetrics,
    pub(crate) limits: LimitMetrics,
    /// What is counted of ceremonies and of the store.
    pub(crate) events: Events,
    metadata: MetadataSource,
}

impl Metrics {
    /// The metrics of a server with this database.
    pub(crate) fn new(database: &Database) -> Self {
        let mut registry = Registry::with_prefix("countersign");
        let requests = RequestMetrics::new(&mut registry);
        let connections = ConnectionMetrics::new(&mut registry);
        let limits = LimitMetrics::new(&mut registry);
        let ceremonies = CeremonyMetrics::new(&mut registry);
        let store = StoreMetrics::new(&mut registry, database.error_codes());
        if let Database::Postgres(store) = database {
            registry.register_collector(Box::new(PoolInUse(store.clone())));
        }
        let metadata = MetadataSource::default();
        registry.register_collector(Box::new(MetadataInUse(metadata.clone())));
        let events = Events::new(ceremonies, store, ModelLabels::new(metadata.clone()));
        Self { registry, requests, connections, limits, events, metadata }
    }

    /// From now on, the metrics are about this metadata, if it is configured.
    pub(crate) fn use_metadata(&self, metadata: Option<Arc<MetadataService>>) {
        self.metadata.set(metadata);
    }

    /// The values in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }
}
