//! The ceremonies of a server, which start and finish them.

use std::sync::Arc;

use super::judge::Judge;
use crate::{
    config::UnknownSignals, metadata::service::MetadataService, relying_party::RelyingParties, store::Store,
};

/// The ceremonies of a server.
pub(crate) struct Ceremonies {
    pub(super) parties: RelyingParties,
    pub(super) store: Store,
    pub(super) judge: Judge,
}

impl Ceremonies {
    /// `metadata` names new passkeys.
    pub(crate) fn new(
        parties: RelyingParties,
        store: Store,
        metadata: Option<Arc<MetadataService>>,
        unknown_signals: UnknownSignals,
    ) -> Self {
        let judge = Judge::new(parties.clone(), store.clone(), metadata, unknown_signals);
        Self { parties, store, judge }
    }
}
