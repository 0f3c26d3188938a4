//! Verification of the audit log
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use core::fmt;
use std::collections::BTreeMap;

use crate::store::audit::entry::AuditKind;
use crate::store::audit::row::{AuditRow, ChainHead, ChainId};

/// Verifies the audit log, or a part of it, in two passes over its rows.
///
/// Its memory grows with the rows that anchors list, and with the number of chains, and not with the number of rows.
///
/// ```
/// use countersign::store::{AuditExtent, AuditRow, AuditVerifier, AuditFault};
///
/// fn verify(rows: &[AuditRow]) -> Result<u64, AuditFault> {
///     let mut verifier = AuditVerifier::new(AuditExtent::Whole);
///     rows.iter().for_each(|row| verifier.note(row));
///     rows.iter().try_for_each(|row| verifier.check(row))?;
///     Ok(verifier.finish()?.rows)
/// }
/// # assert_eq!(verify(&[]), Ok(0));
/// ```
#[derive(Debug)]
pub struct AuditVerifier {
    extent: AuditExtent,
    /// The hashes of rows that other rows list, or that were kept elsewhere.
    listed: BTreeMap<(ChainId, u64), [u8; 32]>,
    /// The last row of each chain that was pruned.
    pruned: BTreeMap<ChainId, u64>,
    /// Rows that are listed with two hashes.
    contradiction: Option<AuditFault>,
    /// The first and the last row of each chain so far.
    chains: BTreeMap<ChainId, (u64, ChainHead)>,
    current: Option<ChainId>,
    rows: u64,
}

/// Which rows are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum AuditExtent {
    /// All rows that the log has.
    Whole,
    /// The rows of a time: chains may begin and end anywhere.
    Part,
}

/// The first wrong row of an audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("row {number} of chain {chain}: {kind}")]
pub struct AuditFault {
    /// The chain.
    pub chain: ChainId,
    /// The number of the row.
    pub number: u64,
    /// What is wrong.
    pub kind: AuditFaultKind,
}

/// What is wrong with a row of an audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditFaultKind {
    /// The row does not have its hash.
    Changed,
    /// The row is not there, but later ones of its chain are.
    Missing,
    /// The row is not at its place.
    Reordered,
    /// The row has its hash, but is not the one that the next row follows or that an anchor lists.
    Replaced,
    /// The row and all later ones of its chain are not there, but an anchor lists them.
    CutOff,
}

impl AuditFaultKind {
    /// The word of the fault.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Reordered => "reordered",
            Self::Replaced => "replaced",
            Self::CutOff => "cut-off",
        }
    }
}

impl fmt::Display for AuditFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "changed: its content does not have its hash",
            Self::Missing => "missing: later rows of the chain are there",
            Self::Reordered => "reordered: it is not at its place",
            Self::Replaced => "replaced: a later row names another hash",
            Self::CutOff => "cut off: an anchor lists it, and it and all later rows of the chain are gone",
        })
    }
}

/// The result of a verification that found nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditSummary {
    /// The number of rows.
    pub rows: u64,
    /// The number of chains.
    pub chains: usize,
}

impl AuditVerifier {
    /// Begins a verification.
    pub const fn new(extent: AuditExtent) -> Self {
        Self {
            extent,
            listed: BTreeMap::new(),
            pruned: BTreeMap::new(),
            contradiction: None,
            chains: BTreeMap::new(),
            current: None,
            rows: 0,
        }
    }

    /// Expects this row, such as one that was kept elsewhere.
    pub fn expect(&mut self, head: ChainHead) {
        let known = *self.listed.entry((head.chain, head.number)).or_insert(head.hash);
        if known != head.hash && self.contradiction.is_none() {
            self.contradiction = Some(AuditFault::new(&head, AuditFaultKind::Replaced));
        }
    }

    /// Notes what a row lists. Call it in the first pass.
    pub fn note(&mut self, row: &AuditRow) {
        // What a changed row lists means nothing. It is found in the second pass.
        if row.listed.is_empty() || row.computed_hash() != row.hash {
            return;
        }
        for head in &row.listed {
            self.expect(*head);
            if row.kind == AuditKind::Pruned.as_str() {
                let last = self.pruned.entry(head.chain).or_default();
                *last = head.number.max(*last);
            }
        }
    }

    /// Checks a row. Call it in the second pass, in the order of chains and numbers.
    pub fn check(&mut self, row: &AuditRow) -> Result<(), AuditFault> {
        use AuditFaultKind as Kind;
        let fault = |kind| Err(AuditFault::new(&row.head(), kind));
        if row.computed_hash() != row.hash {
            return fault(Kind::Changed);
        }
        match self.chains.get(&row.chain) {
            Some(_) if self.current != Some(row.chain) => return fault(Kind::Reordered),
            Some((_, last)) if row.number <= last.number => return fault(Kind::Reordered),
            Some((_, last)) if row.number > last.number.saturating_add(1) => {
                let number = last.number.saturating_add(1);
                return Err(AuditFault { number, ..AuditFault::new(last, Kind::Missing) });
            }
            Some((_, last)) if row.previous != last.hash => {
                return Err(AuditFault::new(last, Kind::Replaced));
            }
            Some(_) => {}
            None => self.check_first(row)?,
        }
        if self.listed.get(&(row.chain, row.number)).is_some_and(|hash| *hash != row.hash) {
            return fault(Kind::Replaced);
        }
        let head = row.head();
        let chain = self.chains.entry(row.chain).or_insert((row.number, head));
        chain.1 = head;
        self.current = Some(row.chain);
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Checks the first row of a chain: it has no row before, or that was pruned.
    fn check_first(&self, row: &AuditRow) -> Result<(), AuditFault> {
        let number = row.number.saturating_sub(1);
        let before = ChainHead { chain: row.chain, number, hash: row.previous };
        let is_begun = match self.listed.get(&(row.chain, number)) {
            _ if row.number <= 1 => row.number == 1 && row.previous == [0; 32],
            Some(hash) if *hash != row.previous => {
                return Err(AuditFault::new(&before, AuditFaultKind::Replaced));
            }
            Some(_) if self.pruned.get(&row.chain).is_some_and(|last| *last >= number) => true,
            _ => self.extent == AuditExtent::Part,
        };
        if is_begun { Ok(()) } else { Err(AuditFault::new(&before, AuditFaultKind::Missing)) }
    }

    /// Ends the verification: no row that is listed is missing.
    pub fn finish(self) -> Result<AuditSummary, AuditFault> {
        if let Some(fault) = self.contradiction {
            return Err(fault);
        }
        if self.extent == AuditExtent::Whole {
            for ((chain, number), hash) in &self.listed {
                let last = self.chains.get(chain).map(|(_, last)| last.number);
                let last = last.or_else(|| self.pruned.get(chain).copied()).unwrap_or_default();
                if *number > last {
                    let head = ChainHead { chain: *chain, number: last.saturating_add(1), hash: *hash };
                    return Err(AuditFault::new(&head, AuditFaultKind::CutOff));
                }
            }
        }
        Ok(AuditSummary { rows: self.rows, chains: self.chains.len() })
    }
}

impl AuditFault {
    const fn new(head: &ChainHead, kind: AuditFaultKind) -> Self {
        Self { chain: head.chain, number: head.number, kind }
    }
}

#[cfg(test)]
mod tests {
    use countersign_types::Timestamp;

    use super::*;
    use crate::store::audit::entry::{AuditActor, AuditEntry};
    use crate::store::audit::row::ChainEnd;

    const AT: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn chain(number: u8) -> ChainId {
        ChainId::from_bytes([number; 16])
    }

    /// A chain of this many rows.
    fn rows(number: u8, count: usize) -> Vec<AuditRow> {
        let (mut end, mut rows) = (ChainEnd::new(chain(number)), Vec::new());
        for _ in 0..count {
            let entry = AuditEntry::new(AuditKind::SignedIn, AuditActor::User);
            let row = AuditRow::of_entry(&end, &entry, None, AT);
            end = row.end();
            rows.push(row);
        }
        rows
    }

    /// Two chains, the second of which lists rows of the first one.
    fn log(kind: AuditKind, listed: &[usize]) -> Vec<AuditRow> {
        let mut all = rows(1, 5);
        let heads = listed.iter().map(|index| all[*index].head()).collect();
        let mut second = rows(2, 2);
        second.push(AuditRow::listing(&second[1].end(), kind, heads, AT));
        all.extend(second);
        all
    }

    fn verify_part(rows: &[AuditRow], extent: AuditExtent) -> Result<AuditSummary, AuditFault> {
        let mut verifier = AuditVerifier::new(extent);
        for row in rows {
            verifier.note(row);
        }
        rows.iter().try_for_each(|row| verifier.check(row))?;
        verifier.finish()
    }

    fn verify(rows: &[AuditRow]) -> Result<AuditSummary, AuditFault> {
        verify_part(rows, AuditExtent::Whole)
    }

    fn fault(number: u64, kind: AuditFaultKind) -> Result<AuditSummary, AuditFault> {
        Err(AuditFault { chain: chain(1), number, kind })
    }

    #[test]
    fn what_was_written_is_verified() {
        let log = log(AuditKind::Anchor, &[2, 4]);
        assert_eq!(verify(&log), Ok(AuditSummary { rows: 8, chains: 2 }));
        assert_eq!(verify(&[]), Ok(AuditSummary { rows: 0, chains: 0 }));
    }

    #[test]
    fn a_changed_row_is_found() {
        let mut log = log(AuditKind::Anchor, &[4]);
        log[2].at = AT.plus_seconds(1);
        assert_eq!(verify(&log), fault(3, AuditFaultKind::Changed));
    }

    #[test]
    fn a_missing_row_is_found() {
        for (index, number) in [(0, 1), (2, 3)] {
            let mut log = log(AuditKind::Anchor, &[4]);
            log.remove(index);
            assert_eq!(verify(&log), fault(number, AuditFaultKind::Missing));
        }
    }

    #[test]
    fn reordered_rows_are_found() {
        let mut swapped = log(AuditKind::Anchor, &[4]);
        swapped.swap(1, 2);
        assert_eq!(verify(&swapped), fault(2, AuditFaultKind::Missing));
        let mut twice = log(AuditKind::Anchor, &[4]);
        twice.insert(3, twice[2].clone());
        assert_eq!(verify(&twice), fault(3, AuditFaultKind::Reordered));
        let mut apart = log(AuditKind::Anchor, &[4]);
        let last = apart.remove(4);
        apart.push(last);
        assert_eq!(verify(&apart), fault(5, AuditFaultKind::Reordered));
    }

    #[test]
    fn a_row_that_was_written_anew_is_found() {
        let mut log = log(AuditKind::Anchor, &[4]);
        let other = AuditEntry::new(AuditKind::SignedIn, AuditActor::Operator);
        log[2] = AuditRow::of_entry(&log[1].end(), &other, None, AT);
        assert_eq!(verify(&log), fault(3, AuditFaultKind::Replaced));
    }

    #[test]
    fn a_chain_that_was_written_anew_is_found_by_its_anchor() {
        let mut log = log(AuditKind::Anchor, &[2, 4]);
        let other = AuditEntry::new(AuditKind::SignedIn, AuditActor::Operator);
        let mut end = ChainEnd::new(chain(1));
        for row in &mut log[..5] {
            *row = AuditRow::of_entry(&end, &other, None, AT);
            end = row.end();
        }
        assert_eq!(verify(&log), fault(3, AuditFaultKind::Replaced));
    }

    #[test]
    fn rows_that_were_cut_off_are_found_by_an_anchor() {
        for (kept, number) in [(4, 5), (3, 4), (0, 1)] {
            let mut log = log(AuditKind::Anchor, &[4]);
            log.drain(kept..5);
            assert_eq!(verify(&log), fault(number, AuditFaultKind::CutOff));
        }
        let mut unlisted = log(AuditKind::Anchor, &[2]);
        unlisted.drain(3..5);
        assert!(verify(&unlisted).is_ok(), "no anchor lists what is gone");
    }

    #[test]
    fn a_row_that_was_kept_elsewhere_is_expected() {
        let log = rows(1, 5);
        let mut verifier = AuditVerifier::new(AuditExtent::Whole);
        verifier.expect(log[4].head());
        log[..4].iter().try_for_each(|row| verifier.check(row)).unwrap();
        assert_eq!(verifier.finish(), fault(5, AuditFaultKind::CutOff));
        let mut verifier = AuditVerifier::new(AuditExtent::Whole);
        verifier.expect(ChainHead { hash: [1; 32], ..log[4].head() });
        let checked = log.iter().try_for_each(|row| verifier.check(row));
        assert_eq!(checked.map(|()| AuditSummary { rows: 0, chains: 0 }), fault(5, AuditFaultKind::Replaced));
    }

    #[test]
    fn two_anchors_that_contradict_each_other_are_found() {
        let mut log = log(AuditKind::Anchor, &[4]);
        let other = ChainHead { hash: [1; 32], ..log[4].head() };
        let anchor = AuditRow::listing(&log[7].end(), AuditKind::Anchor, vec![other], AT);
        log.push(anchor);
        // Neither row is there, so that only the anchors are left.
        log.drain(4..5);
        assert_eq!(verify(&log), fault(5, AuditFaultKind::Replaced));
    }

    #[test]
    fn pruned_rows_are_not_missing() {
        let mut pruned = log(AuditKind::Pruned, &[2]);
        pruned.drain(..3);
        assert_eq!(verify(&pruned), Ok(AuditSummary { rows: 5, chains: 2 }));
        let mut whole = log(AuditKind::Pruned, &[4]);
        whole.drain(..5);
        assert_eq!(verify(&whole), Ok(AuditSummary { rows: 3, chains: 1 }));
        // An anchor is no excuse.
        let mut anchored = log(AuditKind::Anchor, &[2]);
        anchored.drain(..3);
        assert_eq!(verify(&anchored), fault(3, AuditFaultKind::Missing));
    }

    #[test]
    fn a_part_of_a_log_begins_and_ends_anywhere() {
        let log = log(AuditKind::Anchor, &[4]);
        let part = &log[2..4];
        assert_eq!(verify_part(part, AuditExtent::Part), Ok(AuditSummary { rows: 2, chains: 1 }));
        assert_eq!(verify(part), fault(2, AuditFaultKind::Missing));
        let gap = [log[1].clone(), log[3].clone()];
        assert_eq!(verify_part(&gap, AuditExtent::Part), fault(3, AuditFaultKind::Missing));
    }
}
