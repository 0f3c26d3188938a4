//! Algorithms as policy: which of them are offered, and which the keys of stored credentials may have.

use countersign_cose::Algorithm;
use countersign_types::AlgorithmIdentifier;
use serde::{Deserialize, Serialize};

use crate::report::policy_error::PolicyErrorKind;

/// Which algorithms the keys of stored credentials may have: what is no longer offered to new credentials may
/// still be accepted for old ones, or be rejected for them too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StoredAlgorithms {
    /// Every algorithm that can be verified.
    #[default]
    Any,
    /// Only these algorithms. Every algorithm that is offered to new credentials must be among them.
    Only(#[serde(with = "identifiers")] Vec<Algorithm>),
}

impl StoredAlgorithms {
    /// Whether credentials with this algorithm may still authenticate.
    pub fn accepts(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Any => true,
            Self::Only(accepted) => accepted.contains(&algorithm),
        }
    }

    /// Step 21 of section 7.2: the policy still accepts the stored key's algorithm.
    pub(crate) fn check(&self, algorithm: Algorithm) -> Result<(), PolicyErrorKind> {
        let rejected = PolicyErrorKind::StoredAlgorithmNotAllowed(algorithm.identifier());
        if self.accepts(algorithm) { Ok(()) } else { Err(rejected) }
    }
}

/// Algorithms by their COSE identifiers: numbers, as in the options.
pub(super) mod identifiers {
    use serde::{Deserializer, Serializer, de::Error as _};

    use super::{Algorithm, AlgorithmIdentifier, Deserialize};

    pub(in super::super) fn serialize<S: Serializer>(
        algorithms: &[Algorithm],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(algorithms.iter().map(|algorithm| algorithm.identifier()))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Algorithm>, D::Error> {
        let known = |identifier: AlgorithmIdentifier| {
            Algorithm::from_identifier(identifier)
                .ok_or_else(|| D::Error::custom(format_args!("the algorithm {identifier} is not known")))
        };
        Vec::deserialize(deserializer)?.into_iter().map(known).collect()
    }
}
