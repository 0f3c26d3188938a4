//! A table of fixed size, from keys to times.
//!
//! Keys come from clients, so that there can be any number of them, such as the 2^32 networks of an IPv6 prefix. The stores
//! of `governor` grow with them. This one has sets of a few cells each: a new key in a full set replaces the cell with the
//! earliest time. Of buckets this is the fullest one, which loses the least.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of sets. With their cells, a table remembers 16 384 keys in a quarter of a mebibyte.
const SETS: usize = 2048;

/// The cells of a set.
const WAYS: usize = 8;

/// A key and its time. A time of zero is a free cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    key: u64,
    time: u64,
}

/// A table of times. Its keys must be hashes with random numbers, so that no client can choose the set of a key.
#[derive(Debug)]
pub(super) struct Table(Vec<Mutex<[Cell; WAYS]>>);

impl Table {
    pub(super) fn new() -> Self {
        Self(std::iter::repeat_with(Mutex::default).take(SETS).collect())
    }

    /// The time of a key.
    pub(super) fn get(&self, key: u64) -> Option<u64> {
        let set = self.set(key)?;
        set.iter().find(|cell| cell.key == key && cell.time != 0).map(|cell| cell.time)
    }

    /// Replaces the time of a key, unless `change` fails.
    pub(super) fn update<T, E>(
        &self,
        key: u64,
        change: impl FnOnce(Option<u64>) -> Result<(T, u64), E>,
    ) -> Result<T, E> {
        let Some(mut set) = self.set(key) else { return change(None).map(|(outcome, _)| outcome) };
        if let Some(cell) = set.iter_mut().find(|cell| cell.key == key && cell.time != 0) {
            let (outcome, time) = change(Some(cell.time))?;
            cell.time = time;
            return Ok(outcome);
        }
        let (outcome, time) = change(None)?;
        if let Some(cell) = set.iter_mut().min_by_key(|cell| cell.time) {
            *cell = Cell { key, time };
        }
        Ok(outcome)
    }

    fn set(&self, key: u64) -> Option<MutexGuard<'_, [Cell; WAYS]>> {
        let length = u64::try_from(self.0.len()).ok()?;
        let index = usize::try_from(key.checked_rem(length)?).ok()?;
        Some(self.0.get(index)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::hash::{BuildHasher as _, RandomState};

    use super::*;

    fn put(table: &Table, key: u64, time: u64) {
        table.update(key, |_| Ok::<_, Infallible>(((), time))).unwrap();
    }

    #[test]
    fn a_full_set_forgets_the_key_with_the_earliest_time() {
        let table = Table::new();
        let key = |number: u64| number * u64::try_from(SETS).unwrap() + 5;
        for number in 0..8 {
            put(&table, key(number), 100 + (number + 3) % 8);
        }
        put(&table, 6, 1);
        assert!((0..8).all(|number| table.get(key(number)).is_some()));
        put(&table, key(8), 50);
        // Number 5 had the time 100.
        let kept =
            |table: &Table| (0..10).filter(|number| table.get(key(*number)).is_some()).collect::<Vec<_>>();
        assert_eq!(kept(&table), [0, 1, 2, 3, 4, 6, 7, 8]);
        put(&table, key(9), 200);
        assert_eq!(kept(&table), [0, 1, 2, 3, 4, 6, 7, 9]);
        assert_eq!((table.get(6), table.get(key(0))), (Some(1), Some(103)));
    }

    #[test]
    fn a_failed_change_leaves_the_time() {
        let table = Table::new();
        let fail = |old: Option<u64>| Err::<((), u64), _>(old);
        assert_eq!(table.update(7, fail), Err(None));
        assert_eq!(table.get(7), None);
        put(&table, 7, 3);
        assert_eq!(table.update(7, fail), Err(Some(3)));
        assert_eq!(table.get(7), Some(3));
    }

    #[test]
    fn a_table_does_not_grow() {
        let table = Table::new();
        let hashing = RandomState::new();
        for number in 0..100_000_u64 {
            put(&table, hashing.hash_one(number), number + 1);
        }
        let cells = table.0.iter().flat_map(|set| *set.lock().unwrap());
        let (used, all) = (cells.clone().filter(|cell| cell.time != 0).count(), cells.count());
        assert_eq!(all, 16_384);
        assert!(used > 16_000, "{used}");
        assert!(table.get(hashing.hash_one(99_999_u64)).is_some());
    }
}
