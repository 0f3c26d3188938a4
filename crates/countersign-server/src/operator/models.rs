//! The authenticator models of all stored passkeys.

use std::collections::BTreeMap;

use countersign::record::Standing;
use countersign::store::Evidence;
use countersign::types::{Aaguid, CredentialId, Timestamp};
use countersign_store::listing::{CredentialRow, PAGE_MAX};

use super::{error::OperatorError, operations::Operator};

/// The most models that are counted each: metadata has some 400. An authenticator may claim any AAGUID, so that there could
/// be as many as passkeys.
const MODELS_MAX: usize = 10_000;

/// How many passkeys of a model there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelCount {
    /// All passkeys of the model.
    pub passkeys: u64,
    /// Those of them that are flagged.
    pub flagged: u64,
    /// When one of them was last used.
    pub last_used_at: Option<Timestamp>,
}

/// The count of all models: begun with [`Operator::models`], and complete when [`next`](Self::next) returns false.
pub struct Models {
    operator: Operator,
    after: Option<CredentialId>,
    total: u64,
    counted: u64,
    counts: BTreeMap<Aaguid, ModelCount>,
    others: ModelCount,
    unreadable: u64,
}

impl Operator {
    /// Begins to count the passkeys of each model.
    pub async fn models(&self) -> Result<Models, OperatorError> {
        let total = self.database.totals().await?.credentials;
        Ok(Models {
            operator: self.clone(),
            after: None,
            total,
            counted: 0,
            counts: BTreeMap::new(),
            others: ModelCount::default(),
            unreadable: 0,
        })
    }
}

impl Models {
    /// Counts the next page, and returns whether there may be another one.
    pub async fn next(&mut self) -> Result<bool, OperatorError> {
        let page =
            self.operator.database.all_credentials(self.after.as_ref(), Evidence::Omit, PAGE_MAX).await?;
        let Some(last) = page.last() else { return Ok(false) };
        self.after = Some(last.id.clone());
        for row in &page {
            self.count(row);
        }
        Ok(true)
    }

    fn count(&mut self, row: &CredentialRow) {
        self.counted = self.counted.saturating_add(1);
        let Ok(credential) = &row.credential else {
            self.unreadable = self.unreadable.saturating_add(1);
            return;
        };
        let model = credential.record.aaguid();
        let count = if self.counts.len() < MODELS_MAX || self.counts.contains_key(&model) {
            self.counts.entry(model).or_default()
        } else {
            &mut self.others
        };
        count.passkeys = count.passkeys.saturating_add(1);
        if matches!(credential.record.standing(), Standing::Flagged(_)) {
            count.flagged = count.flagged.saturating_add(1);
        }
        count.last_used_at = count.last_used_at.max(credential.last_used_at);
    }

    /// How many passkeys are counted, and how many there were at the beginning.
    pub const fn progress(&self) -> (u64, u64) {
        (self.counted, self.total)
    }

    /// The models, in the order of their AAGUIDs, as the authenticators claim them.
    pub const fn counts(&self) -> &BTreeMap<Aaguid, ModelCount> {
        &self.counts
    }

    /// The passkeys of further models, if there are over 10 000.
    pub const fn others(&self) -> ModelCount {
        self.others
    }

    /// The number of passkeys whose rows can't be read.
    pub const fn unreadable(&self) -> u64 {
        self.unreadable
    }
}
