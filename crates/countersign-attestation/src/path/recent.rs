//! A map with a bounded number of entries.

use core::hash::Hash;
use std::collections::{BTreeMap, HashMap};

/// A map that forgets the entry whose last use is the longest ago when it has one too many.
pub(super) struct Recent<K, V> {
    pub(super) capacity: usize,
    /// The number of uses so far, which is the time of the last one.
    uses: u64,
    values: HashMap<K, (u64, V)>,
    /// The keys by the time of their last use.
    order: BTreeMap<u64, K>,
}

impl<K: Copy + Eq + Hash, V> Recent<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, uses: 0, values: HashMap::new(), order: BTreeMap::new() }
    }

    /// The value of `key`. This does not count as a use.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// Sets the value of `key`, which counts as a use.
    pub(super) fn put(&mut self, key: K, value: V) {
        self.uses = self.uses.wrapping_add(1);
        if let Some((earlier, _)) = self.values.insert(key, (self.uses, value)) {
            self.order.remove(&earlier);
        }
        self.order.insert(self.uses, key);
        if self.values.len() > self.capacity
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_displaces_the_one_whose_use_is_the_longest_ago() {
        let mut recent = Recent::new(3);
        for key in 0..3 {
            recent.put(key, key);
        }
        recent.put(0, 10);
        assert_eq!(recent.get(&1), Some(&1));
        recent.put(3, 3);
        assert_eq!([0, 1, 2, 3].map(|key| recent.get(&key).copied()), [Some(10), None, Some(2), Some(3)]);
        assert_eq!((recent.values.len(), recent.order.len()), (3, 3));
    }

    #[test]
    fn without_capacity_nothing_is_kept() {
        let mut recent = Recent::new(0);
        recent.put(0, 0);
        assert_eq!((recent.get(&0), recent.order.len()), (None, 0));
    }
}
