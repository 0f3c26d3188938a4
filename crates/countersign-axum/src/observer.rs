//! What an application can learn about ceremonies and the store, for metrics.

use std::time::Duration;

use countersign::types::Aaguid;

use crate::ceremony::attached::CeremonyKind;
use crate::failure::Failure;

/// Receives what happens, for metrics. All methods have defaults, which ignore it.
///
/// They are called in the middle of requests, so they must not block. They get no name, no user handle and no credential
/// ID. All words have a limited number of values, so that they can be labels of metrics; an [`Aaguid`] is chosen by the
/// client if its attestation is not verified.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use countersign_axum::{CeremonyFinish, Observer};
///
/// #[derive(Default)]
/// struct Rejections(AtomicU64);
///
/// impl Observer for Rejections {
///     fn ceremony_finished(&self, finish: &CeremonyFinish<'_>) {
///         self.0.fetch_add(u64::from(finish.rejected.is_some()), Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A ceremony was started.
    fn ceremony_started(&self, kind: CeremonyKind) {
        let _ = kind;
    }

    /// The finish of a ceremony was decided, or failed.
    fn ceremony_finished(&self, finish: &CeremonyFinish<'_>) {
        let _ = finish;
    }

    /// An operation of the store began. [`Self::store_call_ended`] is called for each, also if the request is dropped.
    fn store_call_started(&self, operation: &'static str) {
        let _ = operation;
    }

    /// An operation of the store ended.
    fn store_call_ended(&self, call: &StoreCall<'_>) {
        let _ = call;
    }
}

/// The finish of a ceremony.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CeremonyFinish<'a> {
    /// The kind of the ceremony.
    pub kind: CeremonyKind,
    /// The code of the reason why it was not accepted, which may be more exact than the client's.
    pub rejected: Option<&'static str>,
    /// Whether it was finished with the same response before, so that it has been observed already.
    pub is_repeated: bool,
    /// The authenticator model of the accepted credential.
    pub aaguid: Option<Aaguid>,
    /// The attestation format of the accepted registration.
    pub attestation_format: Option<&'a str>,
    /// The time from the request's body to the outcome.
    pub took: Duration,
}

/// An operation of the store.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct StoreCall<'a> {
    /// The name of the method of [`ApplicationStore`](countersign::store::ApplicationStore).
    pub operation: &'static str,
    /// How it ended.
    pub outcome: StoreOutcome<'a>,
    /// The time that it took.
    pub took: Duration,
}

/// How an operation of the store ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum StoreOutcome<'a> {
    /// It was carried out, or rejected because of what is stored.
    Done,
    /// It failed.
    Failed(&'a Failure),
    /// Its request was dropped meanwhile: it is unknown whether it happened.
    Dropped,
}
