//! The store in memory passes, and for each check there is a store that fails it.

pub(super) mod broken;

use super::*;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::OperatorLinkKind;
use crate::store_kit::rows::{confirmation, token};
use crate::store_kit::samples::{NOW, user};
use broken::{BrokenHarness, Fault, Read};

/// Leaves an operation out.
macro_rules! without {
    ($operation:pat) => {
        Fault::Rewrites(|operation| if matches!(operation, $operation) { vec![] } else { vec![operation] })
    };
}

/// Changes a member of an operation.
macro_rules! with {
    ($operation:pat => $change:expr) => {
        Fault::Rewrites(|mut operation| {
            if let $operation = &mut operation {
                $change;
            }
            vec![operation]
        })
    };
}

/// Leaves an operation out that should be rejected.
macro_rules! accepts {
    ($rejection:pat) => {
        Fault::Accepts(|_, rejection| matches!(rejection, $rejection))
    };
    ($operation:pat, $rejection:pat) => {
        Fault::Accepts(|operation, rejection| {
            matches!(operation, $operation) && matches!(rejection, $rejection)
        })
    };
}

fn first_byte(id: &CredentialId) -> u8 {
    id.as_bytes()[0]
}

/// Which check each fault is made for, in the order of the checks.
const FAULTS: [(&str, Fault); 92] = [
    (
        "an account is found by its handle and by the key of its name",
        with!(Operation::InsertAccount(it) => it.name_key.clone_from(&it.name)),
    ),
    ("a name is taken once", accepts!(Rejection::NameTaken)),
    ("a user handle is taken once", accepts!(Rejection::HandleTaken)),
    (
        "names are compared as bytes",
        with!(Operation::InsertAccount(it) => it.name_key = it.name_key.to_lowercase()),
    ),
    (
        "any text comes back as it was",
        with!(Operation::InsertCredential(it) => it.label = it.label.chars().take(255).collect()),
    ),
    (
        "a new name of an account replaces the old one",
        with!(Operation::RenameAccount { name, name_key, .. } => name.clone_from(name_key)),
    ),
    ("a removed account leaves nothing", Fault::Reads(Read::KeepsConfirmations)),
    (
        "an account that does not exist is not removed",
        accepts!(Operation::RemoveAccount(_), Rejection::Missing),
    ),
    ("a removed account is known for a year", Fault::Reads(Read::ForgetsFormer)),
    ("what a removed account had can be registered again", Fault::TakesFormerHandles),
    (
        "a credential comes back whole, with evidence or without",
        with!(Operation::InsertCredential(it) => it.record = it.record.clone().with_evidence(None)),
    ),
    ("credentials are listed oldest first", Fault::Reads(Read::ListsById)),
    ("the ids of credentials are listed oldest first", Fault::Reads(Read::ListsIdsById)),
    ("a credential needs its account", accepts!(Operation::InsertCredential(_), Rejection::Missing)),
    ("a credential id is taken once, in whichever account", accepts!(Rejection::CredentialIdTaken)),
    ("an account has at most 64 credentials", accepts!(Rejection::TooManyCredentials)),
    ("a label is taken once in an account", accepts!(Rejection::LabelTaken)),
    (
        "a rename changes the label and nothing else",
        with!(Operation::RenameCredential { label, label_key, .. } => label.clone_from(label_key)),
    ),
    (
        "a use is recorded by an authentication only",
        with!(Operation::UpdateCredential { used_at, .. } => *used_at = Some(NOW)),
    ),
    (
        "an update is of the account's own credential",
        with!(Operation::UpdateCredential { owner, update, .. } => *owner = user(first_byte(&update.credential_id))),
    ),
    ("the last credential of an account stays", accepts!(Rejection::LastCredential)),
    ("a removed credential ends its sessions, and no others", Fault::Reads(Read::KeepsSessions)),
    (
        "the sessions of a credential are ended, and no others",
        with!(Operation::EndSessionsOfCredential { owner, id } => *owner = user(first_byte(id))),
    ),
    (
        "a credential is removed by its own account only",
        with!(Operation::RemoveCredential { owner, id } => *owner = user(first_byte(id))),
    ),
    ("a session comes back whole, with the present label", Fault::Reads(Read::KeepsNames)),
    (
        "a session needs its account and a credential of it",
        accepts!(Operation::InsertSession(_), Rejection::Missing),
    ),
    ("sessions are listed latest used first, without those that are over", Fault::Reads(Read::ListsOver)),
    ("a session is required until it is over", accepts!(Rejection::OtherAccount)),
    (
        "a 65th session ends the least recently used",
        with!(Operation::InsertSession(it) => {
            it.times.seen_at = NOW.plus_seconds(-i64::from(it.token.as_bytes()[0]));
        }),
    ),
    (
        "a 65th session ends those first that are over",
        with!(Operation::InsertSession(it) => it.times.created_at = NOW),
    ),
    (
        "a use moves the times of its session only",
        with!(Operation::TouchSession { seen_at, verified_at, .. } => *verified_at = Some(*seen_at)),
    ),
    ("a use does not revive a session", Fault::UsesAtAnyTime),
    ("an ended session is gone with its confirmations", without!(Operation::EndSession(_))),
    (
        "when the other sessions end, one remains",
        with!(Operation::EndOtherSessions { remaining, .. } => *remaining = None),
    ),
    (
        "a confirmation comes back whole, and is taken once",
        Fault::Rewrites(|operation| match operation {
            Operation::TakeConfirmation(key) => {
                let again = confirmation(key.clone(), 1);
                vec![Operation::TakeConfirmation(key), Operation::Confirm(again)]
            }
            other => vec![other],
        }),
    ),
    (
        "a confirmation is for its session, act and browser",
        with!(Operation::TakeConfirmation(it) => it.browser = token(1)),
    ),
    ("a confirmation is valid for its time", Fault::Reads(Read::FindsExpired)),
    ("a confirmation replaces one of the same session and act", Fault::Reads(Read::FindsFormer)),
    (
        "a confirmation needs its account, and not its session",
        accepts!(Operation::Confirm(_), Rejection::Missing),
    ),
    ("a confirmation by another browser of the account is found", Fault::Reads(Read::IgnoresBrowser)),
    ("a confirmation of any of several acts is found", Fault::Reads(Read::IgnoresActs)),
    ("new recovery codes replace the old ones", Fault::Reads(Read::KeepsCodes)),
    (
        "recovery codes of another store are restored as they were there",
        with!(Operation::RestoreRecovery { recovery, .. } => recovery.used_at = None),
    ),
    ("a recovery code is taken once, by its own account", accepts!(Rejection::RecoveryCodeUnknown)),
    (
        "the last credential can be removed while there is a recovery code",
        without!(Operation::RemoveCredential { .. }),
    ),
    ("an invitation is taken once", accepts!(Rejection::InvitationUnknown)),
    (
        "an invitation is valid for its time",
        with!(Operation::AddInvitation(it) => it.expires_at = it.expires_at.plus_seconds(1)),
    ),
    (
        "an account is an operator until the role is taken or the account is removed",
        accepts!(Operation::RequireOperator(_), Rejection::NotOperator),
    ),
    ("the role of an operator needs an account", accepts!(Rejection::Missing)),
    ("a link for an operator is taken once", accepts!(Rejection::OperatorLinkUnknown)),
    (
        "a link for an operator is valid for its time",
        with!(Operation::AddOperatorLink(it) => it.expires_at = it.expires_at.plus_seconds(1)),
    ),
    (
        "a link for the first operator is void while there is one",
        with!(Operation::AddOperatorLink(it) => it.kind = OperatorLinkKind::Any),
    ),
    (
        "a finish comes back whole",
        with!(Operation::Remember(it) => it.outcome = it.outcome.chars().take(255).collect()),
    ),
    ("a ceremony is finished once, whatever the response", accepts!(Rejection::Finished(_))),
    ("a finish is remembered until no clock accepts its ceremony", Fault::PurgesEarly),
    ("many finishes are remembered", Fault::RemembersAHundred),
    ("sealing keys are listed with the highest number first", Fault::Reads(Read::OldestKeyFirst)),
    ("the number of a sealing key is taken once", accepts!(Rejection::KeyTaken)),
    ("a removed sealing key is gone", without!(Operation::RemoveSealingKey(_))),
    ("an audit row comes back whole", with!(Operation::Audit(it) => it.session = None)),
    ("an audit row needs its account", accepts!(Operation::Audit(_), Rejection::Missing)),
    ("a rejected transaction leaves no audit row and no gap", Fault::IsNotAtomic),
    ("the pseudonym of an account goes with it", Fault::Reads(Read::KeepsPseudonyms)),
    ("audit rows are read in the order of the query", Fault::Reads(Read::OldestRowFirst)),
    ("old audit rows are removed, and the others are verified", without!(Operation::PruneAudit { .. })),
    ("audit rows of transactions at once are verified", Fault::Races),
    ("audit rows survive a crash", Fault::Loses(|operation| matches!(operation, Operation::Audit(_)))),
    ("operations are carried out in their order", Fault::Reverses),
    ("a rejected operation undoes all others, at each position", Fault::IsNotAtomic),
    ("the first operation that is rejected decides", Fault::LastDecides),
    ("each operation has its effect", without!(Operation::EndOtherSessions { .. })),
    ("a transaction that is abandoned happens whole or not at all", Fault::Pauses),
    ("of several finishes of a ceremony at once, one is stored and the others get it", Fault::Races),
    ("of several accounts with one name at once, one is stored", Fault::Races),
    ("of several accounts renamed to one name at once, one is", Fault::Races),
    ("of several removals of an account's last credentials at once, one is rejected", Fault::Races),
    ("of several credentials added at 63 at once, one is stored", Fault::Races),
    ("of several credentials with one label at once, one is stored", Fault::Races),
    ("of several takes of a confirmation at once, one gets it", Fault::Races),
    ("of several takes of a recovery code at once, one gets it", Fault::Races),
    ("of several takes of an invitation at once, one gets it", Fault::Races),
    ("of several uses of links for the first operator at once, one is accepted", Fault::Races),
    ("of two operators that revoke each other at once, one remains", Fault::Races),
    ("of several sealing keys with one number at once, one is stored", Fault::Races),
    ("of several sessions added at 63 at once, 64 remain", Fault::Races),
    ("a session that is required does not end before the transaction", Fault::Races),
    ("an account that is removed gets nothing at the same time", Fault::Races),
    ("a credential that is removed gets no session at the same time", Fault::Races),
    ("transactions that meet in opposite order are all carried out", Fault::Deadlocks),
    (
        "an acknowledged registration survives a crash",
        Fault::Loses(|operation| matches!(operation, Operation::InsertSession(_) | Operation::Confirm(_))),
    ),
    (
        "a remembered finish survives a crash",
        Fault::Loses(|operation| matches!(operation, Operation::Remember(_))),
    ),
    (
        "what was removed stays removed after a crash",
        Fault::Loses(|operation| matches!(operation, Operation::RemoveAccount(_))),
    ),
];

#[test]
fn rule_288_300_the_store_in_memory_keeps_the_promises_of_an_applications_store() {
    run_application(&mut InMemory(MemoryStore::new)).assert_passed();
}

fn checks() -> impl Iterator<Item = Check<BrokenHarness>> {
    application_checks().into_iter().flatten()
}

#[test]
fn every_check_of_an_application_has_a_store_that_fails_it() {
    run_application(&mut BrokenHarness(Fault::None)).assert_passed();
    assert_eq!(checks().map(|check| check.name).collect::<Vec<_>>(), FAULTS.map(|(check, _)| check));
}

#[test]
fn rule_288_each_check_of_an_application_fails_on_a_store_that_breaks_its_promise() {
    for ((name, fault), check) in FAULTS.into_iter().zip(checks()) {
        assert!((check.run)(&mut BrokenHarness(fault)).is_err(), "{name:?} does not find its fault");
    }
}
