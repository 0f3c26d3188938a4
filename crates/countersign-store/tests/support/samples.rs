//! Accounts, credentials and sessions for tests, of the module `sqlite` too.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use countersign::ceremony::{AuthenticationRequest, Challenge};
use countersign::cose::sha256;
use countersign::store::{
    Account, ApplicationStore, CeremonyId, Finish, Operation, Session, SessionTimes, StoredCredential,
    TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign::{CredentialRecord, RelyingParty};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

/// Runs a transaction that is accepted.
pub(crate) async fn accept(store: &impl ApplicationStore, operations: Vec<Operation>) {
    store.transact(operations, NOW).await.unwrap().unwrap();
}

pub(crate) fn handle(name: &str) -> UserHandle {
    UserHandle::new(name).unwrap()
}

pub(crate) fn id(name: &str) -> CredentialId {
    CredentialId::new(format!("credential {name}")).unwrap()
}

pub(crate) fn token(name: &str) -> TokenHash {
    TokenHash::of(name.as_bytes())
}

pub(crate) fn account(name: &str) -> Account {
    Account { handle: handle(name), name: name.to_owned(), name_key: name.to_uppercase(), created_at: NOW }
}

pub(crate) fn credential(owner: &str, name: &str) -> StoredCredential {
    StoredCredential {
        record: CredentialRecord::new(id(name), "example.org", handle(owner), [1, 2, 3]),
        attestation: None,
        label: name.to_owned(),
        label_key: name.to_uppercase(),
        created_at: NOW,
        last_used_at: None,
    }
}

pub(crate) fn session(owner: &str, credential: &str, name: &str) -> Session {
    Session {
        token: token(name),
        account: handle(owner),
        name: owner.to_owned(),
        credential: id(credential),
        label: credential.to_owned(),
        device: Some("Firefox on Linux".to_owned()),
        times: SessionTimes {
            created_at: NOW,
            seen_at: NOW,
            verified_at: NOW,
            idle_at: NOW.plus_seconds(1000),
            expires_at: NOW.plus_seconds(10_000),
        },
    }
}

/// The name of a ceremony.
pub(crate) fn ceremony(name: &str) -> CeremonyId {
    let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build().unwrap();
    let challenge = Challenge::new(sha256(&[name.as_bytes()])).unwrap();
    let request = AuthenticationRequest::discoverable().with_challenge(challenge);
    rp.expect_authentication(request, NOW).unwrap().ceremony()
}

/// An account with one credential of the same name, and a session.
pub(crate) fn sign_up(name: &str) -> Vec<Operation> {
    vec![
        Operation::InsertAccount(account(name)),
        Operation::InsertCredential(Box::new(credential(name, name))),
        Operation::InsertSession(session(name, name, name)),
    ]
}

/// The finish of a ceremony that ends with this second.
pub(crate) fn finish(name: &str, until: Timestamp) -> Finish {
    Finish {
        ceremony: ceremony(name),
        response: sha256(&[b"response"]),
        outcome: name.to_owned(),
        finished_at: NOW,
        until,
    }
}
