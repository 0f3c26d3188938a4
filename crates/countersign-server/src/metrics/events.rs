//! The events that `countersign-axum` reports.

use std::sync::Arc;

use countersign_axum::{CeremonyFinish, CeremonyKind, Observer, StoreCall};

use super::{ceremonies::CeremonyMetrics, models::ModelLabels, store::StoreMetrics};

/// Counts ceremonies and operations of the store. Clones share the counts.
#[derive(Clone)]
pub(crate) struct Events {
    ceremonies: CeremonyMetrics,
    store: StoreMetrics,
    models: Arc<ModelLabels>,
}

impl Events {
    pub(super) fn new(ceremonies: CeremonyMetrics, store: StoreMetrics, models: ModelLabels) -> Self {
        Self { ceremonies, store, models: Arc::new(models) }
    }
}

impl Observer for Events {
    fn ceremony_started(&self, kind: CeremonyKind) {
        self.ceremonies.started(kind);
    }

    fn ceremony_finished(&self, finish: &CeremonyFinish<'_>) {
        self.ceremonies.finished(finish, finish.aaguid.map(|aaguid| self.models.of(aaguid)));
    }

    fn store_call_started(&self, _: &'static str) {
        self.store.started();
    }

    fn store_call_ended(&self, call: &StoreCall<'_>) {
        self.store.ended(call);
    }
}
