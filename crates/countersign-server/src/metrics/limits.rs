//! Requests and connections over a limit, and fields of proxies that can't be read.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family};
use prometheus_client::registry::Registry;

use super::families::register;

/// Requests and connections over each limit, and malformed fields with the addresses of clients. Clones share the counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct LimitMetrics {
    limited: Family<Limited, Counter>,
    malformed: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    limit: &'static str,
}

impl LimitMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let limited = "Requests and connections that were over a limit, by limit";
        let malformed =
            "Requests of trusted proxies whose field with the address of the client was malformed";
        Self {
            limited: register(registry, "limited", limited, Family::default()),
            malformed: register(registry, "malformed_forwarding_fields", malformed, Counter::default()),
        }
    }

    /// The count of a limit of this name.
    pub(crate) fn of(&self, limit: &'static str) -> Counter {
        self.limited.get_or_create_owned(&Limited { limit })
    }

    /// The count of malformed fields.
    pub(crate) fn malformed(&self) -> Counter {
        self.malformed.clone()
    }
}
