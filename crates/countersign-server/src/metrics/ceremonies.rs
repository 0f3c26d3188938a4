//! Ceremonies by kind, outcome, attestation format and authenticator model.

use countersign_axum::{CeremonyFinish, CeremonyKind};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::{counter::Counter, family::Family, histogram::Histogram};
use prometheus_client::registry::Registry;

use super::families::{SECONDS, observe, register};

/// The attestation formats that have a value of their own: those that this project supports.
const FORMATS: [&str; 9] = [
    "android-key",
    "android-safetynet",
    "apple",
    "apple-appattest",
    "compound",
    "fido-u2f",
    "none",
    "packed",
    "tpm",
];

/// The value for another attestation format.
const OTHER: &str = "other";

/// The outcome of a ceremony that was not rejected.
const ACCEPTED: &str = "accepted";

/// The outcome of a finish that was sent again.
const REPEATED: &str = "repeated";

/// Ceremonies, and how long their finishes took.
#[derive(Debug, Clone)]
pub(crate) struct CeremonyMetrics {
    started: Family<Ceremony, Counter>,
    finished: Family<Finish, Counter>,
    duration: Family<Ceremony, Histogram, fn() -> Histogram>,
    registrations: Family<Registration, Counter>,
    authentications: Family<Authentication, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ceremony {
    ceremony: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Finish {
    ceremony: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Registration {
    format: &'static str,
    model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Authentication {
    model: String,
}

impl CeremonyMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let duration = Family::new_with_constructor(SECONDS);
        let finished = "Ceremonies that were finished, by outcome: accepted, repeated or a code";
        let models = "Accepted registrations, by attestation format and authenticator model";
        let metrics = Self {
            started: register(
                registry,
                "ceremonies_started",
                "Ceremonies that were started",
                Family::default(),
            ),
            finished: register(registry, "ceremonies_finished", finished, Family::default()),
            duration: register(
                registry,
                "ceremony_finish_duration_seconds",
                "Time from the body of a finish to its outcome",
                duration,
            ),
            registrations: register(registry, "registrations", models, Family::default()),
            authentications: register(
                registry,
                "authentications",
                "Accepted authentications, by authenticator model",
                Family::default(),
            ),
        };
        // A counter that begins at 1 hides its first event from `rate`.
        for kind in CeremonyKind::ALL {
            let ceremony = kind.as_str();
            drop(metrics.started.get_or_create(&Ceremony { ceremony }));
            drop(metrics.finished.get_or_create(&Finish { ceremony, outcome: ACCEPTED }));
        }
        metrics
    }

    pub(super) fn started(&self, kind: CeremonyKind) {
        self.started.get_or_create(&Ceremony { ceremony: kind.as_str() }).inc();
    }

    /// Counts a finish. `model` is that of the accepted credential.
    pub(super) fn finished(&self, finish: &CeremonyFinish<'_>, model: Option<String>) {
        let ceremony = finish.kind.as_str();
        let outcome = if finish.is_repeated { REPEATED } else { finish.rejected.unwrap_or(ACCEPTED) };
        self.finished.get_or_create(&Finish { ceremony, outcome }).inc();
        observe(&self.duration.get_or_create(&Ceremony { ceremony }), finish.took);
        let Some(model) = model.filter(|_| !finish.is_repeated) else { return };
        match finish.attestation_format {
            Some(format) => {
                let format = FORMATS.into_iter().find(|known| *known == format).unwrap_or(OTHER);
                self.registrations.get_or_create(&Registration { format, model }).inc();
            }
            None => {
                self.authentications.get_or_create(&Authentication { model }).inc();
            }
        }
    }
}
