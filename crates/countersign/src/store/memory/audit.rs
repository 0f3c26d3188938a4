//! The audit log in memory
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use core::cmp::Reverse;
use core::ops::Bound;
use std::collections::BTreeMap;

use countersign_types::{Timestamp, UserHandle};

use crate::store::audit::entry::{AuditEntry, AuditKind};
use crate::store::audit::row::{
    AUDIT_ANCHOR_SECONDS, AUDIT_KEPT_SECONDS_MIN, AUDIT_PRUNED_MAX, AuditQuery, AuditRow, ChainEnd,
    ChainHead, ChainId, Pseudonym,
};
use crate::store::memory::tables::Tables;
use crate::store::operation::Rejection;

/// The only chain of a store in memory.
const CHAIN: ChainId = ChainId::from_bytes([0; 16]);

impl Tables {
    /// Gives a new account its pseudonym.
    pub(super) fn name_for_audit(&mut self, account: UserHandle) {
        self.named = self.named.wrapping_add(1);
        self.pseudonyms.insert(account, Pseudonym::from_bytes(self.named.to_be_bytes()));
    }

    pub(super) fn write_audit(&mut self, entry: &AuditEntry, now: Timestamp) -> Result<(), Rejection> {
        let find = |handle| self.pseudonyms.get(handle).copied().ok_or(Rejection::Missing);
        let pseudonym = entry.account.as_ref().map(find).transpose()?;
        self.append(AuditRow::of_entry(&self.end(), entry, pseudonym, now));
        Ok(())
    }

    pub(super) fn anchor_audit(&mut self, now: Timestamp) {
        let since = now.plus_seconds(-AUDIT_ANCHOR_SECONDS);
        let newest: BTreeMap<_, _> = self.audit.values().map(|row| (row.chain, row)).collect();
        let others = newest.into_values().filter(|row| row.chain != CHAIN && row.at >= since);
        let listed = others.map(AuditRow::head).collect();
        self.append(AuditRow::listing(&self.end(), AuditKind::Anchor, listed, now));
    }

    pub(super) fn prune_audit(&mut self, before: Timestamp, now: Timestamp) {
        let before = before.min(now.plus_seconds(-AUDIT_KEPT_SECONDS_MIN));
        let mut old: Vec<_> = self.audit.values().filter(|row| row.at < before).map(AuditRow::head).collect();
        old.sort_by_key(|head| self.audit.get(&(head.chain, head.number)).map(|row| row.at));
        old.truncate(AUDIT_PRUNED_MAX);
        let mut last: BTreeMap<ChainId, ChainHead> = BTreeMap::new();
        for head in old {
            let known = last.entry(head.chain).or_insert(head);
            *known = (*known).max(head);
        }
        // Of chains that were pruned earlier, the row before the first one.
        for row in self.audit.values().rev().filter(|row| row.number > 1) {
            let first = self.audit.range((row.chain, 0)..).next().map(|(key, _)| *key);
            if first == Some((row.chain, row.number)) {
                let number = row.number.saturating_sub(1);
                last.entry(row.chain).or_insert(ChainHead { chain: row.chain, number, hash: row.previous });
            }
        }
        let listed: Vec<_> = last.into_values().collect();
        let row = AuditRow::listing(&self.end(), AuditKind::Pruned, listed, now);
        for head in &row.listed {
            self.audit.retain(|(chain, number), _| *chain != head.chain || *number > head.number);
        }
        self.append(row);
    }

    pub(super) fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Vec<AuditRow> {
        let mut rows: Vec<_> = match query {
            AuditQuery::Chains { after } => {
                let after = after.map_or(Bound::Unbounded, Bound::Excluded);
                self.audit.range((after, Bound::Unbounded)).map(|(_, row)| row).collect()
            }
            AuditQuery::NewestOf(account) => {
                let pseudonym = self.pseudonyms.get(account);
                self.audit
                    .values()
                    .filter(|row| pseudonym.is_some() && row.account.as_ref() == pseudonym)
                    .collect()
            }
            AuditQuery::Newest | AuditQuery::Oldest => self.audit.values().collect(),
        };
        match query {
            AuditQuery::Chains { .. } => {}
            AuditQuery::Newest | AuditQuery::NewestOf(_) => {
                rows.sort_by_key(|row| Reverse((row.at, row.number)));
            }
            AuditQuery::Oldest => rows.sort_by_key(|row| (row.at, row.number)),
        }
        rows.into_iter().take(limit).cloned().collect()
    }

    fn end(&self) -> ChainEnd {
        let last = self.audit.range(..=(CHAIN, u64::MAX)).next_back();
        last.map_or_else(|| ChainEnd::new(CHAIN), |(_, row)| row.end())
    }

    fn append(&mut self, row: AuditRow) {
        self.audit.insert((row.chain, row.number), row);
    }
}
