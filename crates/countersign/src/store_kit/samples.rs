//! Records and shorthands for the checks.

use countersign_types::{
    AlgorithmIdentifier, CredentialId, Timestamp, UserHandle, enumerations::Transport,
    identifiers::CREDENTIAL_ID_MAX,
};

use crate::record::evidence::{AttestationEvidence, Trusted};
use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};
use crate::store::credentials::{CredentialStore, Inserted, Updated};
use crate::store_kit::harness::{Outcome, answer, expect};

pub(super) const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// Never empty, so that it always is an ID.
pub(super) fn id(bytes: &[u8]) -> CredentialId {
    CredentialId::new(bytes).unwrap_or_else(|| id(&[0]))
}

pub(super) fn user(byte: u8) -> UserHandle {
    user_of(&[byte; 16])
}

/// At most 64 bytes and never empty, so that it always is a handle.
pub(super) fn user_of(bytes: &[u8]) -> UserHandle {
    UserHandle::new(bytes).unwrap_or_else(|| user_of(&[0]))
}

/// A plain record, counter 5.
pub(super) fn record(credential: &[u8], owner: u8) -> CredentialRecord {
    CredentialRecord::new(
        id(credential),
        "example.org",
        user(owner),
        [0xa5, credential.len().to_le_bytes()[0]],
    )
    .with_sign_count(5)
    .with_backup_eligible(true)
}

/// A record with as much in it as one can have.
pub(super) fn full_record() -> CredentialRecord {
    let evidence =
        AttestationEvidence::new("packed", "basic", vec![0xa3; 65_536], *b"{\"type\":\"webauthn.create\"}");
    let owner = user_of(&[0xff; 64]);
    let mut record =
        CredentialRecord::new(id(&[0x80; CREDENTIAL_ID_MAX]), "xn--bcher-kva.example", owner, vec![0; 2600])
            .with_sign_count(u32::MAX)
            .with_uv_initialized(true)
            .with_backup_state(true)
            .with_backup_eligible(None)
            .with_algorithm(AlgorithmIdentifier(-65_535))
            .with_transports([Transport::Usb, Transport::from("\u{1f511} \"'\\")])
            .with_evidence(evidence.with_judgement(Trusted::Yes, NOW));
    record.flag("a reason with 'quotes', \u{1f511} and\nlines", NOW);
    record
}

pub(super) fn update(previous: &CredentialRecord, next: &CredentialRecord) -> CredentialUpdate {
    CredentialUpdate::new(previous.id().clone(), previous.dynamic_part().clone(), next.dynamic_part().clone())
}

pub(super) async fn insert<S: CredentialStore>(store: &S, record: &CredentialRecord) -> Outcome {
    expect("insert of a new record", &answer("insert", store.insert(record).await)?, &Inserted::Stored)
}

#[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
pub(super) async fn insert_all<'r, S: CredentialStore>(
    store: &S,
    records: impl IntoIterator<Item = &'r CredentialRecord>,
) -> Outcome {
    for record in records {
        insert(store, record).await?;
    }
    Ok(())
}

pub(super) async fn apply<S: CredentialStore>(
    store: &S,
    update: &CredentialUpdate,
    expected: Updated,
) -> Outcome {
    expect("update", &answer("update", store.update(update).await)?, &expected)
}

/// That the store has exactly this record, or none.
pub(super) async fn holds<S: CredentialStore>(
    store: &S,
    id: &CredentialId,
    expected: Option<&CredentialRecord>,
) -> Outcome {
    match (answer("find", store.find(id).await)?, expected) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err("a record is not found".to_owned()),
        (Some(_), None) => Err("a record is found where there should be none".to_owned()),
        (Some(found), Some(expected)) => same(&found, expected),
    }
}

/// Compares part by part, so that a difference is seen.
fn same(found: &CredentialRecord, expected: &CredentialRecord) -> Outcome {
    expect("the record's static part", found.static_part(), expected.static_part())?;
    expect("the record's dynamic part", found.dynamic_part(), expected.dynamic_part())?;
    expect("the record's evidence", &found.evidence(), &expected.evidence())
}

/// That the account has exactly these records.
pub(super) async fn lists<S: CredentialStore>(
    store: &S,
    owner: &UserHandle,
    expected: &[&CredentialRecord],
) -> Outcome {
    let mut listed = answer("list", store.list(owner).await)?;
    listed.sort_by(|one, other| one.id().cmp(other.id()));
    let mut expected = expected.to_vec();
    expected.sort_by(|one, other| one.id().cmp(other.id()));
    let ids = |records: &[&CredentialRecord]| -> Vec<_> {
        records.iter().map(|record| record.id().clone()).collect()
    };
    expect("the ids that are listed", &ids(&listed.iter().collect::<Vec<_>>()), &ids(&expected))?;
    listed.iter().zip(expected).try_for_each(|(listed, expected)| same(listed, expected))
}
