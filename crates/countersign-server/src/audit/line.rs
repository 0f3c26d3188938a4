//! Rows of the audit log as lines of JSON: the form of exports.

use std::net::IpAddr;

use countersign::Timestamp;
use countersign::store::{AuditRow, AuditSource, ChainHead, ChainId, Pseudonym};
use countersign::types::hex::{self, Hex};
use serde::{Deserialize, Serialize};

/// The version of the form.
const VERSION: u8 = 1;

/// The most bytes of a line: a row that lists some 40 000 chains.
pub(crate) const LINE_MAX: usize = 8 * 1024 * 1024;

/// The first line of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    /// The version of the form.
    pub(crate) audit: u8,
    /// The first second of the rows, if not all are there.
    pub(crate) since: Option<i64>,
    /// The first second after the rows, if not all are there.
    pub(crate) until: Option<i64>,
}

impl Header {
    pub(crate) const fn new(since: Option<i64>, until: Option<i64>) -> Self {
        Self { audit: VERSION, since, until }
    }

    /// Whether this version of the form can be read.
    pub(crate) const fn is_supported(&self) -> bool {
        self.audit == VERSION
    }
}

/// A row. Bytes are lower-case hexadecimal digits, and times are seconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RowLine {
    chain: String,
    number: u64,
    time: i64,
    kind: String,
    actor: String,
    account: Option<String>,
    credential: Option<String>,
    session: Option<String>,
    address: Option<IpAddr>,
    trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    listed: Vec<String>,
    previous: String,
    hash: String,
}

impl From<&AuditRow> for RowLine {
    fn from(row: &AuditRow) -> Self {
        let hex = |bytes: &[u8]| Hex(bytes).to_string();
        Self {
            chain: row.chain.to_string(),
            number: row.number,
            time: row.at.unix_seconds(),
            kind: row.kind.clone(),
            actor: row.actor.clone(),
            account: row.account.map(|account| account.to_string()),
            credential: row.credential.map(|hash| hex(&hash)),
            session: row.session.map(|id| hex(&id)),
            address: row.source.address,
            trace_id: row.source.trace_id.map(|id| hex(&id)),
            listed: row.listed.iter().map(ToString::to_string).collect(),
            previous: hex(&row.previous),
            hash: hex(&row.hash),
        }
    }
}

/// A value of a line is not one of its kind.
pub(crate) struct NotARow;

impl RowLine {
    pub(crate) fn row(self) -> Result<AuditRow, NotARow> {
        fn bytes<const N: usize>(text: &str) -> Result<[u8; N], NotARow> {
            hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(NotARow)
        }
        fn maybe<const N: usize>(text: Option<&str>) -> Result<Option<[u8; N]>, NotARow> {
            text.map(bytes).transpose()
        }
        let listed = self.listed.iter().map(|text| text.parse::<ChainHead>().map_err(|_| NotARow));
        Ok(AuditRow {
            chain: ChainId::from_bytes(bytes(&self.chain)?),
            number: self.number,
            at: Timestamp::from_unix_seconds(self.time),
            account: maybe(self.account.as_deref())?.map(Pseudonym::from_bytes),
            credential: maybe(self.credential.as_deref())?,
            session: maybe(self.session.as_deref())?,
            source: AuditSource { address: self.address, trace_id: maybe(self.trace_id.as_deref())? },
            listed: listed.collect::<Result<_, _>>()?,
            previous: bytes(&self.previous)?,
            hash: bytes(&self.hash)?,
            kind: self.kind,
            actor: self.actor,
        })
    }
}
