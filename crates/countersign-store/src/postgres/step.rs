//! A statement with its parameters.

use countersign::types::Timestamp;
use tokio_postgres::types::ToSql;

/// A parameter of a statement.
pub(super) type Value = Box<dyn ToSql + Send + Sync>;

/// The parameters, as the driver wants them.
pub(super) fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| -> &(dyn ToSql + Sync) { value.as_ref() }).collect()
}

/// A statement with its parameters.
pub(super) struct Step {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Value>,
    pub(super) rows: Rows,
}

/// How many rows a statement affects or returns, unless its operation is rejected or needs more statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    None,
    One,
    Any,
}

impl Rows {
    pub(super) fn contains(self, count: u64) -> bool {
        match self {
            Self::None => count == 0,
            Self::One => count == 1,
            Self::Any => true,
        }
    }
}

pub(super) fn one(sql: &'static str, values: Vec<Value>) -> Step {
    Step { sql, values, rows: Rows::One }
}

pub(super) fn any(sql: &'static str, values: Vec<Value>) -> Step {
    Step { sql, values, rows: Rows::Any }
}

pub(super) fn bytes(bytes: impl AsRef<[u8]>) -> Value {
    Box::new(bytes.as_ref().to_vec())
}

pub(super) fn time(time: Timestamp) -> Value {
    Box::new(time.unix_seconds())
}

pub(super) fn maybe_time(time: Option<Timestamp>) -> Value {
    Box::new(time.map(Timestamp::unix_seconds))
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Box::new(text.into())
}

pub(super) fn maybe_bytes(bytes: Option<impl AsRef<[u8]>>) -> Value {
    Box::new(bytes.map(|bytes| bytes.as_ref().to_vec()))
}

pub(super) fn maybe_text(text: Option<impl Into<String>>) -> Value {
    Box::new(text.map(Into::into))
}

pub(super) fn count(number: usize) -> Value {
    Box::new(i64::try_from(number).unwrap_or(i64::MAX))
}
