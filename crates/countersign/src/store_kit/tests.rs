//! The reference store passes, and for each check there is a store that fails it: a check that can't fail is none.

use std::{collections::BTreeSet, convert::Infallible, sync::Mutex, thread, time::Duration};

use countersign_types::{CredentialId, Timestamp, UserHandle};

use super::*;
use crate::record::credential_record::CredentialRecord;
use crate::record::dynamic_part::DynamicPart;
use crate::record::update::CredentialUpdate;
use crate::store::credentials::{CredentialStore, Inserted, Removed, Updated};
use crate::store::{ceremonies::CeremonyStore, memory::MemoryStore};

mod application;
mod single_use;
mod workload;

/// What is broken in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorKind {
    None,
    DropsEvidence,
    FindsAnything,
    UniqueWithinAUserOnly,
    OverwritesOwn,
    ComparesIdsWithoutCase,
    ComparesHandlesWithoutZeros,
    ListsOne,
    OneOfAModel,
    KeepsRemoved,
    RemovesForAnyone,
    KeepsIdsOfRemoved,
    UpdatesCounterAlone,
    IgnoresCounter,
    IgnoresBackupState,
    IgnoresUvInitialized,
    IgnoresBackupEligibility,
    UpdatesTwice,
    LosesFlags,
    InsertsOnUpdate,
    SignedCounter,
    CutsStates,
    KeepsTaken,
    GivesAnyState,
    GivesExpired,
    InsertRaces,
    UpdateRaces,
    RemoveRaces,
    TakeRaces,
    LosesInserts,
    LosesUpdates,
    LosesRemovals,
    LosesStates,
    LosesTakes,
}

/// Which check each fault is made for.
const FAULTS: [(ErrorKind, &str); 33] = [
    (ErrorKind::DropsEvidence, "a record comes back whole"),
    (ErrorKind::FindsAnything, "what was not inserted is not found"),
    (ErrorKind::UniqueWithinAUserOnly, "an id is unique across users"),
    (ErrorKind::OverwritesOwn, "an id is unique within a user, and a second insert changes nothing"),
    (ErrorKind::ComparesIdsWithoutCase, "ids are compared as bytes"),
    (ErrorKind::ComparesHandlesWithoutZeros, "user handles are compared as bytes"),
    (ErrorKind::ListsOne, "a list has all of the user's records and no others"),
    (ErrorKind::OneOfAModel, "a user has several credentials of one model"),
    (ErrorKind::KeepsRemoved, "a removed record is gone, and no other one"),
    (ErrorKind::RemovesForAnyone, "a record is removed by its own user alone"),
    (ErrorKind::KeepsIdsOfRemoved, "a removed id can be registered again"),
    (ErrorKind::UpdatesCounterAlone, "an update is stored, and changes nothing else"),
    (ErrorKind::IgnoresCounter, "an update that was decided on another counter is rejected"),
    (ErrorKind::IgnoresBackupState, "an update that was decided on another backup state is rejected"),
    (ErrorKind::IgnoresUvInitialized, "an update that was decided on another uvInitialized is rejected"),
    (
        ErrorKind::IgnoresBackupEligibility,
        "an update that was decided on another backup eligibility is rejected",
    ),
    (ErrorKind::UpdatesTwice, "an update is not stored twice"),
    (ErrorKind::LosesFlags, "a flag that was set meanwhile stays"),
    (ErrorKind::InsertsOnUpdate, "an update of a missing record makes none"),
    (ErrorKind::SignedCounter, "a counter of 32 bits is kept whole"),
    (ErrorKind::InsertRaces, "of several inserts of one id at once, one is stored"),
    (ErrorKind::UpdateRaces, "of several updates of one record at once, one is stored"),
    (ErrorKind::RemoveRaces, "of several removals of one record at once, one succeeds"),
    (ErrorKind::LosesInserts, "an inserted record survives a crash"),
    (ErrorKind::LosesUpdates, "an update survives a crash"),
    (ErrorKind::LosesRemovals, "a removal survives a crash"),
    (ErrorKind::CutsStates, "a state comes back as it was"),
    (ErrorKind::KeepsTaken, "a state is taken once"),
    (ErrorKind::GivesAnyState, "a state is taken by its own id"),
    (ErrorKind::GivesExpired, "a state that has expired is not given"),
    (ErrorKind::TakeRaces, "of several takes of one state at once, one gets it"),
    (ErrorKind::LosesStates, "an open ceremony survives a crash"),
    (ErrorKind::LosesTakes, "a taken state stays taken after a crash"),
];

#[derive(Debug, Clone, Default)]
struct Tables {
    credentials: Vec<CredentialRecord>,
    removed: BTreeSet<CredentialId>,
    ceremonies: Vec<(Vec<u8>, Vec<u8>, Timestamp)>,
}

/// What is there, and what would be there after a crash.
#[derive(Debug, Default)]
struct State {
    now: Tables,
    durable: Tables,
}

/// A store with one fault.
#[derive(Debug)]
struct Broken {
    fault: ErrorKind,
    state: Mutex<State>,
}

impl Broken {
    fn has(&self, fault: ErrorKind) -> bool {
        self.fault == fault
    }

    fn read<T>(&self, read: impl FnOnce(&Tables) -> T) -> T {
        read(&self.state.lock().unwrap().now)
    }

    /// Changes the tables, on disk too unless the store loses that kind of change.
    fn write<T>(&self, loses: ErrorKind, change: impl Fn(&mut Tables) -> T) -> T {
        let state = &mut *self.state.lock().unwrap();
        if !self.has(loses) {
            change(&mut state.durable);
        }
        change(&mut state.now)
    }

    /// Lets the other threads come in between, if the store has this defect.
    fn window(&self, fault: ErrorKind) {
        if self.has(fault) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn is_same_id(&self, one: &CredentialId, other: &CredentialId) -> bool {
        one == other
            || self.has(ErrorKind::ComparesIdsWithoutCase)
                && one.as_bytes().eq_ignore_ascii_case(other.as_bytes())
    }

    fn owns(&self, user: &UserHandle, record: &CredentialRecord) -> bool {
        let trimmed = |handle: &UserHandle| {
            String::from_utf8_lossy(handle.as_bytes()).trim_end_matches('\0').to_owned()
        };
        let handle = record.user_handle();
        handle == user || self.has(ErrorKind::ComparesHandlesWithoutZeros) && trimmed(handle) == trimmed(user)
    }

    fn is_taken(&self, tables: &Tables, record: &CredentialRecord) -> bool {
        let one_of_a_model = |stored: &CredentialRecord| {
            self.has(ErrorKind::OneOfAModel)
                && stored.user_handle() == record.user_handle()
                && stored.aaguid() == record.aaguid()
                && !record.aaguid().is_zero()
        };
        let stored = tables.credentials.iter();
        stored.clone().any(|stored| match self.fault {
            ErrorKind::UniqueWithinAUserOnly => {
                stored.id() == record.id() && stored.user_handle() == record.user_handle()
            }
            _ => self.is_same_id(stored.id(), record.id()) || one_of_a_model(stored),
        }) || self.has(ErrorKind::KeepsIdsOfRemoved) && tables.removed.contains(record.id())
    }

    /// Whether the store takes `stored` for what the update was decided on.
    fn is_expected(&self, stored: &CredentialRecord, update: &CredentialUpdate) -> bool {
        let (stored, previous, next) = (stored.dynamic_part(), &update.previous, &update.next);
        let counter = stored.sign_count() == previous.sign_count();
        let backup_state = stored.backup_state() == previous.backup_state();
        match self.fault {
            ErrorKind::IgnoresCounter => backup_state,
            ErrorKind::IgnoresBackupState | ErrorKind::UpdatesCounterAlone => counter,
            ErrorKind::IgnoresUvInitialized => {
                *stored == DynamicPart { uv_initialized: stored.uv_initialized, ..previous.clone() }
            }
            ErrorKind::IgnoresBackupEligibility => {
                *stored == DynamicPart { backup_eligible: stored.backup_eligible, ..previous.clone() }
            }
            ErrorKind::UpdatesTwice => counter && backup_state || stored == next,
            ErrorKind::LosesFlags => counter && backup_state,
            _ => stored == previous,
        }
    }

    fn changed(&self, stored: &CredentialRecord, update: &CredentialUpdate) -> CredentialRecord {
        match self.fault {
            ErrorKind::UpdatesCounterAlone => stored.clone().with_sign_count(update.next.sign_count()),
            ErrorKind::SignedCounter => {
                let signed = i32::try_from(update.next.sign_count()).unwrap_or(i32::MAX);
                let next = stored.clone().with_dynamic_part(update.next.clone());
                next.with_sign_count(u32::try_from(signed).unwrap())
            }
            _ => stored.clone().with_dynamic_part(update.next.clone()),
        }
    }
}

impl CredentialStore for Broken {
    type Error = Infallible;

    async fn insert(&self, record: &CredentialRecord) -> Result<Inserted, Infallible> {
        let mut record = record.clone();
        if self.has(ErrorKind::DropsEvidence) {
            record = record.with_evidence(None);
        }
        if self.has(ErrorKind::InsertRaces) {
            if self.read(|tables| self.is_taken(tables, &record)) {
                return Ok(Inserted::IdTaken);
            }
            self.window(ErrorKind::InsertRaces);
            self.write(ErrorKind::LosesInserts, |tables| tables.credentials.push(record.clone()));
            return Ok(Inserted::Stored);
        }
        Ok(self.write(ErrorKind::LosesInserts, |tables| {
            if self.is_taken(tables, &record) {
                if self.has(ErrorKind::OverwritesOwn) {
                    tables.credentials.retain(|stored| stored.id() != record.id());
                    tables.credentials.push(record.clone());
                }
                return Inserted::IdTaken;
            }
            tables.credentials.push(record.clone());
            Inserted::Stored
        }))
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, Infallible> {
        Ok(self.read(|tables| {
            let found = tables.credentials.iter().find(|stored| self.is_same_id(stored.id(), id));
            let anything = tables.credentials.first().filter(|_| self.has(ErrorKind::FindsAnything));
            found.or(anything).cloned()
        }))
    }

    async fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, Infallible> {
        let most = if self.has(ErrorKind::ListsOne) { 1 } else { usize::MAX };
        Ok(self.read(|tables| {
            tables.credentials.iter().filter(|record| self.owns(user, record)).take(most).cloned().collect()
        }))
    }

    async fn update(&self, update: &CredentialUpdate) -> Result<Updated, Infallible> {
        let find =
            |tables: &Tables| tables.credentials.iter().position(|it| *it.id() == update.credential_id);
        if self.has(ErrorKind::UpdateRaces) {
            let (index, judged) = self.read(|tables| {
                let index = find(tables);
                (index, index.is_some_and(|index| self.is_expected(&tables.credentials[index], update)))
            });
            self.window(ErrorKind::UpdateRaces);
            let Some(index) = index else { return Ok(Updated::Missing) };
            if !judged {
                return Ok(Updated::Changed);
            }
            self.write(ErrorKind::LosesUpdates, |tables| {
                tables.credentials[index] = self.changed(&tables.credentials[index], update);
            });
            return Ok(Updated::Stored);
        }
        Ok(self.write(ErrorKind::LosesUpdates, |tables| {
            let Some(index) = find(tables) else {
                if self.has(ErrorKind::InsertsOnUpdate) {
                    let new = samples::record(update.credential_id.as_bytes(), 1);
                    tables.credentials.push(new.with_dynamic_part(update.next.clone()));
                }
                return Updated::Missing;
            };
            if !self.is_expected(&tables.credentials[index], update) {
                return Updated::Changed;
            }
            tables.credentials[index] = self.changed(&tables.credentials[index], update);
            Updated::Stored
        }))
    }

    async fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, Infallible> {
        let is_it = |record: &CredentialRecord| {
            record.id() == id && (self.owns(user, record) || self.has(ErrorKind::RemovesForAnyone))
        };
        if self.has(ErrorKind::RemoveRaces) {
            let found = self.read(|tables| tables.credentials.iter().any(is_it));
            self.window(ErrorKind::RemoveRaces);
            self.write(ErrorKind::LosesRemovals, |tables| tables.credentials.retain(|record| !is_it(record)));
            return Ok(if found { Removed::Gone } else { Removed::Missing });
        }
        Ok(self.write(ErrorKind::LosesRemovals, |tables| {
            let found = tables.credentials.iter().any(is_it);
            if !self.has(ErrorKind::KeepsRemoved) {
                tables.credentials.retain(|record| !is_it(record));
            }
            tables.removed.insert(id.clone());
            if found { Removed::Gone } else { Removed::Missing }
        }))
    }
}

impl CeremonyStore for Broken {
    type Error = Infallible;

    async fn put(&self, id: &[u8], state: &[u8], expires_at: Timestamp) -> Result<(), Infallible> {
        let kept = if self.has(ErrorKind::CutsStates) { &state[..state.len().min(255)] } else { state };
        self.write(ErrorKind::LosesStates, |tables| {
            tables.ceremonies.push((id.to_vec(), kept.to_vec(), expires_at));
        });
        Ok(())
    }

    async fn take(&self, id: &[u8], now: Timestamp) -> Result<Option<Vec<u8>>, Infallible> {
        let find = |tables: &Tables| {
            let is_it = |stored: &[u8]| stored == id || self.has(ErrorKind::GivesAnyState);
            tables.ceremonies.iter().position(|(stored, ..)| is_it(stored))
        };
        if self.has(ErrorKind::TakeRaces) {
            let found = self.read(|tables| find(tables).map(|index| tables.ceremonies[index].1.clone()));
            self.window(ErrorKind::TakeRaces);
            self.write(ErrorKind::LosesTakes, |tables| tables.ceremonies.retain(|(stored, ..)| stored != id));
            return Ok(found);
        }
        let taken = self.write(ErrorKind::LosesTakes, |tables| {
            let index = find(tables)?;
            let taken = tables.ceremonies[index].clone();
            if !self.has(ErrorKind::KeepsTaken) {
                tables.ceremonies.remove(index);
            }
            Some(taken)
        });
        let in_time =
            |(_, _, expires_at): &(_, _, Timestamp)| now <= *expires_at || self.has(ErrorKind::GivesExpired);
        Ok(taken.filter(in_time).map(|(_, state, _)| state))
    }
}

struct BrokenHarness(ErrorKind);

impl StoreHarness for BrokenHarness {
    type Store = Broken;

    fn empty(&mut self) -> Broken {
        Broken { fault: self.0, state: Mutex::default() }
    }

    fn crash(&mut self, store: Broken) -> Broken {
        let durable = store.state.lock().unwrap().durable.clone();
        Broken { fault: self.0, state: Mutex::new(State { now: durable.clone(), durable }) }
    }
}

#[test]
fn rule_300_each_check_fails_on_a_store_that_breaks_its_promise() {
    for (fault, check) in FAULTS {
        let report = run(&mut BrokenHarness(fault));
        let failed: Vec<_> = report.failures().map(|outcome| outcome.check).collect();
        assert!(failed.contains(&check), "{fault:?} is not found by {check:?}, but by {failed:?}");
    }
}

#[test]
fn every_check_has_a_store_that_fails_it() {
    let report = run(&mut BrokenHarness(ErrorKind::None));
    report.assert_passed();
    let checks: Vec<_> = report.outcomes().iter().map(|outcome| outcome.check).collect();
    assert_eq!(checks, FAULTS.map(|(_, check)| check));
}

#[test]
fn rule_288_300_the_store_in_memory_keeps_its_promises() {
    run(&mut InMemory(MemoryStore::new)).assert_passed();
}

#[test]
fn a_report_says_what_was_wrong_in_lines() {
    let report = run(&mut BrokenHarness(ErrorKind::KeepsTaken));
    let text = report.to_string();
    assert!(
        text.contains("\na state is taken once: take: None expected, Some([123, 125]) found\n"),
        "{text}"
    );
    assert!(text.ends_with(" of 33 checks failed"), "{text}");
    assert!(text.lines().all(|line| line.len() < 600), "{text}");
    assert!(std::panic::catch_unwind(|| report.assert_passed()).is_err());
}
