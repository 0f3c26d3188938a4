//! The metadata of the current configuration.

use std::sync::{Arc, PoisonError, RwLock};

use crate::metadata::service::MetadataService;

/// The metadata that metrics are about: none at first, and another one after a reload. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct MetadataSource(Arc<RwLock<Option<Arc<MetadataService>>>>);

impl MetadataSource {
    pub(super) fn get(&self) -> Option<Arc<MetadataService>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, metadata: Option<Arc<MetadataService>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = metadata;
    }
}
