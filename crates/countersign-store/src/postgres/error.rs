//! Failures of the store.

use std::{error, time::Duration};

/// The cause of a failure, such as the message of the database.
pub(super) type Cause = Box<dyn error::Error + Send + Sync>;

/// A failure of [`PostgresStore`](crate::postgres::PostgresStore). The next call may work again: the store connects by
/// itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// An option of the connection is wrong: its address, or a certificate.
    #[error("{0}")]
    Options(String),
    /// There is no connection: the database is down, rejects the user, or has too many connections. Nothing was changed.
    #[error("there is no connection to PostgreSQL")]
    Unavailable(#[source] Cause),
    /// All connections of the pool stayed in use for this long. Nothing was changed.
    #[error("all connections to PostgreSQL stayed in use for {} s", .0.as_secs())]
    Busy(Duration),
    /// The database did not answer for this long. Nothing was changed.
    #[error("PostgreSQL did not answer for {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The transaction was sent, and its answer did not arrive: it is unknown whether it happened.
    #[error("the answer of PostgreSQL was lost: it is unknown whether the transaction happened")]
    Unknown(#[source] Option<Cause>),
    /// The database failed to carry out a statement. Nothing was changed.
    #[error("PostgreSQL failed to carry out a statement")]
    Statement(#[source] Cause),
    /// A stored row can't be read.
    #[error("a stored {what} can't be read")]
    Row {
        /// What the row holds.
        what: &'static str,
        /// Why it can't be read, if that is known.
        #[source]
        cause: Option<Cause>,
    },
    /// A value can't be stored, such as a record that is too long. Nothing was changed.
    #[error("a value can't be stored")]
    Value(#[source] Cause),
    /// The tables are those of a newer version of this crate.
    #[error("the tables have version {found}, and this program supports none above {supported}")]
    TooNew {
        /// The version of the tables.
        found: i64,
        /// The newest version that is supported.
        supported: i64,
    },
}

impl PostgresError {
    pub(super) fn row(what: &'static str) -> Self {
        Self::Row { what, cause: None }
    }

    pub(super) fn unreadable(what: &'static str, cause: impl Into<Cause>) -> Self {
        Self::Row { what, cause: Some(cause.into()) }
    }

    /// The words that [`code`](Self::code) returns.
    pub const CODES: &'static [&'static str] = &[
        "options",
        "unavailable",
        "pool-busy",
        "timed-out",
        "answer-lost",
        "statement-failed",
        "row-unreadable",
        "value-unfit",
        "tables-too-new",
    ];

    /// A word for the kind of failure, for metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Options(_) => "options",
            Self::Unavailable(_) => "unavailable",
            Self::Busy(_) => "pool-busy",
            Self::TimedOut(_) => "timed-out",
            Self::Unknown(_) => "answer-lost",
            Self::Statement(_) => "statement-failed",
            Self::Row { .. } => "row-unreadable",
            Self::Value(_) => "value-unfit",
            Self::TooNew { .. } => "tables-too-new",
        }
    }

    /// Whether the database can't be reached or does not answer, as opposed to a statement or a row that is wrong.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy(_) | Self::TimedOut(_) | Self::Unknown(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_one_of_the_codes() {
        let failures = [
            PostgresError::Options(String::new()),
            PostgresError::Unavailable("down".into()),
            PostgresError::Busy(Duration::ZERO),
            PostgresError::TimedOut(Duration::ZERO),
            PostgresError::Unknown(None),
            PostgresError::Statement("no table".into()),
            PostgresError::row("account"),
            PostgresError::Value("too long".into()),
            PostgresError::TooNew { found: 2, supported: 1 },
        ];
        assert_eq!(failures.each_ref().map(PostgresError::code), PostgresError::CODES);
    }
}
