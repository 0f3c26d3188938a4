//! The store in memory passes, and for each check there is a store that fails it.

use super::*;

#[test]
fn rule_288_300_the_store_in_memory_keeps_the_promises_of_an_applications_store() {
    let report = run_application(&mut InMemory(MemoryStore::new));
    report.assert_passed();
}
