//! The values for authenticator models: a client chooses its AAGUID if its attestation is not verified.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use countersign::types::Aaguid;
use countersign_metadata::provider_name;

use super::metadata_source::MetadataSource;

/// The most models that have a value of their own. A site with more would need as many series for each format.
const MODELS_MAX: usize = 100;

/// The value for a model that has none of its own.
const OTHER: &str = "other";

/// The value for a credential that names no model.
const NONE: &str = "none";

/// The models that have a value of their own: known ones, in the order in which they were first used.
pub(crate) struct ModelLabels {
    metadata: MetadataSource,
    named: Mutex<BTreeSet<Aaguid>>,
}

impl ModelLabels {
    pub(super) const fn new(metadata: MetadataSource) -> Self {
        Self { metadata, named: Mutex::new(BTreeSet::new()) }
    }

    /// The value for a model: its AAGUID if the metadata or the list of providers has it.
    pub(super) fn of(&self, aaguid: Aaguid) -> String {
        if aaguid.is_zero() {
            return NONE.into();
        }
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if !named.contains(&aaguid) {
            if named.len() >= MODELS_MAX || !self.knows(aaguid) {
                return OTHER.into();
            }
            named.insert(aaguid);
        }
        aaguid.to_string()
    }

    fn knows(&self, aaguid: Aaguid) -> bool {
        let blob = self.metadata.get().and_then(|metadata| metadata.current().blob());
        blob.is_some_and(|blob| blob.entry(aaguid).is_some()) || provider_name(aaguid).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_models_have_a_value_and_not_more_than_the_limit() {
        let models = ModelLabels::new(MetadataSource::default());
        // Apple Passwords, of the list of providers.
        let apple: Aaguid = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd".parse().unwrap();
        assert_eq!(models.of(apple), "fbfc3007-154e-4ecc-8c0b-6e020557d7bd");
        assert_eq!(models.of(Aaguid::ZERO), "none");
        let unknown = |last: u8| Aaguid::from_bytes([last; 16]);
        assert_eq!(models.of(unknown(1)), "other");
        let full = (1..=u8::MAX).map(unknown).take(MODELS_MAX);
        *models.named.lock().unwrap() = full.collect();
        assert_eq!(models.of(unknown(1)), unknown(1).to_string());
        assert_eq!(models.of(apple), "other");
    }
}
