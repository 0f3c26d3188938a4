//! How many labels of related origins a client accepts
//! ([section 5.11.1](https://www.w3.org/TR/webauthn-3/#sctn-validating-relation-origin)).

use std::collections::BTreeSet;

use crate::relying_party::related_origins::item::Item;

/// The number of distinct registrable labels that every client with related origins supports. Known clients support no more.
pub const CLIENT_LABELS: usize = 5;

/// How a client treats one item of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelatedOriginStatus {
    /// Pages of this origin may use the RP ID.
    Accepted,
    /// The item is no web origin in a secure context. It may still use up a label.
    NotAnOrigin,
    /// The host is a public suffix, so that the item has no label and is skipped.
    NoLabel,
    /// As many other labels as the client supports come before it.
    BeyondBudget,
    /// Not decided here: only a client's own URL parser can read the item (letters other than ASCII, another scheme with a
    /// host), or such an item before it may use up the last label.
    ///
    /// Origins in the form in which browsers write them, such as `https://example.org`, are always decided.
    Unknown,
}

/// The labels that a client has seen.
pub(super) struct Budget {
    max: usize,
    /// The labels that are certain.
    seen: BTreeSet<String>,
    /// The number of further labels that there may be.
    unknown: usize,
}

impl Budget {
    pub(super) fn new(max: usize) -> Self {
        Self { max, seen: BTreeSet::new(), unknown: 0 }
    }

    /// One turn of the procedure's loop.
    pub(super) fn spend_on(&mut self, item: &Item) -> RelatedOriginStatus {
        let found = match item {
            Item::Skipped => return RelatedOriginStatus::NotAnOrigin,
            Item::Unknown => {
                if self.seen.len() < self.max {
                    self.unknown = self.unknown.saturating_add(1);
                }
                return RelatedOriginStatus::Unknown;
            }
            Item::Found(found) => found,
        };
        let Some(label) = &found.label else { return RelatedOriginStatus::NoLabel };
        if !self.seen.contains(label) {
            if self.seen.len().saturating_add(self.unknown) >= self.max {
                return match self.unknown {
                    0 => RelatedOriginStatus::BeyondBudget,
                    _ => RelatedOriginStatus::Unknown,
                };
            }
            self.seen.insert(label.clone());
        }
        if found.origin.is_some() { RelatedOriginStatus::Accepted } else { RelatedOriginStatus::NotAnOrigin }
    }
}
