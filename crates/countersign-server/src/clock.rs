//! The clock of the server.

use countersign::Timestamp;

/// The current time.
pub(crate) fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}
