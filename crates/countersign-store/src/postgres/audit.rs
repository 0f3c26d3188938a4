//! The audit log: the chains of this process, and the steps that append to one.
//!
//! A transaction has a chain to itself, so that none waits for another. A chain is used again by a later transaction, once it
//! is known what the database has of it.

use std::sync::{Mutex, PoisonError};

use countersign::store::{
    AUDIT_ANCHOR_SECONDS, AUDIT_KEPT_SECONDS_MIN, AUDIT_PRUNED_MAX, AuditActor, AuditEntry, AuditKind,
    AuditRow, AuditSource, ChainEnd, ChainId, Operation, Pseudonym,
};
use countersign::types::{CredentialId, Timestamp};

use crate::postgres::audit_statements::{ANCHOR_AUDIT, AUDIT, AUDIT_OF_ACCOUNT, DELETE_AUDIT, PRUNE_AUDIT};
use crate::postgres::step::{Step, Value, any, bytes, count, maybe_bytes, one, text, time};

/// Seconds for which a chain is used after its last row: that row must not be pruned meanwhile.
const USED_SECONDS: i64 = 24 * 60 * 60;

/// The chains that no transaction is using. The last one that was used is used first, so that there are few.
#[derive(Debug, Default)]
pub(super) struct Chains(Mutex<Vec<Chain>>);

/// A chain, and its last row that was committed.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    id: ChainId,
    last: u64,
    used_at: Timestamp,
}

impl Chains {
    /// Takes a chain that no transaction is using. One that is not given back is not used again.
    pub(super) fn unused(&self, now: Timestamp) -> Option<Chain> {
        let mut unused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Also if the clock was put back.
        unused.retain(|chain| {
            chain.used_at.unix_seconds().abs_diff(now.unix_seconds()) < USED_SECONDS.unsigned_abs()
        });
        unused.pop()
    }

    /// Gives back a chain whose rows are committed, or rolled back.
    pub(super) fn give_back(&self, chain: Chain) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(chain);
    }
}

/// Whether an operation adds a row.
pub(super) fn writes(operation: &Operation) -> bool {
    matches!(operation, Operation::Audit(_) | Operation::AnchorAudit | Operation::PruneAudit { .. })
}

impl Chain {
    /// A chain without rows.
    pub(super) const fn new(id: ChainId, now: Timestamp) -> Self {
        Self { id, last: 0, used_at: now }
    }

    /// The number of the next row.
    fn next(&mut self, now: Timestamp) -> u64 {
        (self.last, self.used_at) = (self.last.saturating_add(1), now);
        self.last
    }
}

/// The step that adds the row of an entry.
pub(super) fn write(chain: &mut Chain, entry: &AuditEntry, now: Timestamp) -> Vec<Step> {
    let row = AuditRow {
        actor: entry.actor.as_str().to_owned(),
        session: entry.session,
        source: entry.source,
        ..empty(chain, entry.kind, now)
    };
    let mut values = values(&row);
    vec![match &entry.account {
        Some(account) => {
            let domain = bytes(Pseudonym::credential_domain());
            let credential = maybe_bytes(entry.credential.as_ref().map(CredentialId::as_bytes));
            values.extend([bytes(account.as_bytes()), domain, credential]);
            one(AUDIT_OF_ACCOUNT, values)
        }
        None => one(AUDIT, values),
    }]
}

/// The step that adds a row which lists the newest rows of other chains.
pub(super) fn anchor(chain: &mut Chain, now: Timestamp) -> Vec<Step> {
    let mut values = values(&empty(chain, AuditKind::Anchor, now));
    values.push(time(now.plus_seconds(AUDIT_ANCHOR_SECONDS.saturating_neg())));
    vec![one(ANCHOR_AUDIT, values)]
}

/// The steps that remove old rows, after a row which lists the last ones that are removed.
pub(super) fn prune(chain: &mut Chain, before: Timestamp, now: Timestamp) -> Vec<Step> {
    let before = before.min(now.plus_seconds(AUDIT_KEPT_SECONDS_MIN.saturating_neg()));
    let row = empty(chain, AuditKind::Pruned, now);
    let mut values = values(&row);
    values.extend([time(before), count(AUDIT_PRUNED_MAX)]);
    vec![one(PRUNE_AUDIT, values), any(DELETE_AUDIT, vec![bytes(row.chain.as_bytes()), number(row.number)])]
}

/// The next row of a chain, without what the database adds.
fn empty(chain: &mut Chain, kind: AuditKind, at: Timestamp) -> AuditRow {
    let ChainEnd { hash, .. } = ChainEnd::new(chain.id);
    AuditRow {
        chain: chain.id,
        number: chain.next(at),
        at,
        kind: kind.as_str().to_owned(),
        actor: AuditActor::Application.as_str().to_owned(),
        account: None,
        credential: None,
        session: None,
        source: AuditSource::default(),
        listed: Vec::new(),
        previous: hash,
        hash,
    }
}

/// The parameters that all statements have.
fn values(row: &AuditRow) -> Vec<Value> {
    vec![
        bytes(row.chain.as_bytes()),
        number(row.number),
        time(row.at),
        text(row.kind.as_str()),
        text(row.actor.as_str()),
        maybe_bytes(row.session),
        maybe_bytes(row.source.address_bytes()),
        maybe_bytes(row.source.trace_id),
        bytes(row.encoded_before_account()),
        bytes(row.encoded_after_credential()),
    ]
}

fn number(number: u64) -> Value {
    Box::new(i64::try_from(number).unwrap_or(i64::MAX))
}
