//! Rows and shorthands for the checks of an application's store
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign_types::Timestamp;

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, Confirmation, ConfirmationKey, Finish, Invitation, OperatorLink, OperatorLinkKind,
    RECOVERY_CODES, Recovery, Session, SessionTimes, StoredCredential, StoredSealingKey, TokenHash,
};
use crate::store_kit::harness::{Outcome, answer, expect};
use crate::store_kit::samples::{NOW, id, record, user};

pub(super) fn account(number: u8) -> Account {
    let name = format!("user {number}");
    Account { handle: user(number), name_key: name.clone(), name, created_at: NOW }
}

/// A credential whose ID repeats this byte, older than those of greater numbers.
pub(super) fn credential(number: u8, owner: u8) -> StoredCredential {
    let label = format!("key {number}");
    StoredCredential {
        record: record(&[number; 16], owner),
        attestation: None,
        label_key: label.clone(),
        label,
        created_at: NOW.plus_seconds(i64::from(number)),
        last_used_at: None,
    }
}

pub(super) fn token(number: u8) -> TokenHash {
    TokenHash::from_bytes([number; 32])
}

/// A session of an [`account`] with a [`credential`], as a store returns it.
pub(super) fn session(number: u8, owner: u8, credential: u8) -> Session {
    Session {
        token: token(number),
        account: user(owner),
        name: format!("user {owner}"),
        credential: id(&[credential; 16]),
        label: format!("key {credential}"),
        device: Some(format!("browser {number}")),
        times: SessionTimes {
            created_at: NOW,
            seen_at: NOW,
            verified_at: NOW,
            idle_at: NOW.plus_seconds(1000),
            expires_at: NOW.plus_seconds(5000),
        },
    }
}

pub(super) fn finish(number: u8) -> Finish {
    Finish {
        ceremony: CeremonyId::of_challenge(&[number]),
        response: [number; 32],
        outcome: format!("{{\"of\":{number}}}"),
        finished_at: NOW,
        until: NOW.plus_seconds(300),
    }
}

pub(super) fn key(session: u8, act: &str, browser: u8) -> ConfirmationKey {
    ConfirmationKey { session: token(session), act: act.to_owned(), browser: token(browser) }
}

/// A confirmation that is valid for 100 seconds.
pub(super) fn confirmation(key: ConfirmationKey, owner: u8) -> Confirmation {
    Confirmation { key, account: user(owner), created_at: NOW, expires_at: NOW.plus_seconds(100) }
}

/// The hash of one of the recovery codes of a set.
pub(super) fn code(set: u8, number: u8) -> TokenHash {
    let mut bytes = [set; 32];
    if let Some(first) = bytes.first_mut() {
        *first = number;
    }
    TokenHash::from_bytes(bytes)
}

/// The recovery codes of this set replace those of the account.
pub(super) fn replace_codes(set: u8, owner: u8) -> Operation {
    let mut codes = [token(0); RECOVERY_CODES];
    (0_u8..).zip(&mut codes).for_each(|(number, to)| *to = code(set, number));
    Operation::ReplaceRecoveryCodes { account: user(owner), codes: Box::new(codes), created_at: NOW }
}

/// These codes, made after 3 seconds and used after 5, are those of the account.
pub(super) fn restore_recovery(codes: &[TokenHash], owner: u8) -> Operation {
    let recovery = Recovery {
        codes: codes.iter().copied().collect(),
        created_at: Some(NOW.plus_seconds(3)),
        used_at: Some(NOW.plus_seconds(5)),
    };
    Operation::RestoreRecovery { account: user(owner), recovery: Box::new(recovery) }
}

/// The account never had codes.
pub(super) fn restore_nothing(owner: u8) -> Operation {
    Operation::RestoreRecovery { account: user(owner), recovery: Box::default() }
}

pub(super) fn take_code(set: u8, number: u8, owner: u8) -> Operation {
    let used_at = NOW.plus_seconds(7);
    Operation::TakeRecoveryCode { account: user(owner), code: code(set, number), used_at }
}

/// An invitation that is valid for 100 seconds.
pub(super) fn invitation(number: u8) -> Invitation {
    Invitation { code: token(number), created_at: NOW, expires_at: NOW.plus_seconds(100) }
}

/// A link for an operator that is valid for 100 seconds.
pub(super) fn operator_link(number: u8, kind: OperatorLinkKind) -> OperatorLink {
    OperatorLink { token: token(number), kind, created_at: NOW, expires_at: NOW.plus_seconds(100) }
}

/// The account with this number becomes an operator after so many seconds.
pub(super) fn grant(number: u8, seconds: i64) -> Operation {
    Operation::GrantOperator { account: user(number), since: NOW.plus_seconds(seconds) }
}

pub(super) fn rename_account(owner: u8, name: &str) -> Operation {
    Operation::RenameAccount { account: user(owner), name: name.to_uppercase(), name_key: name.to_owned() }
}

pub(super) fn sealing_key(number: u32) -> StoredSealingKey {
    let [.., last] = number.to_be_bytes();
    StoredSealingKey { id: number, secret: [last; 32], seals_from: NOW.plus_seconds(i64::from(number)) }
}

pub(super) fn insert_credential(number: u8, owner: u8) -> Operation {
    Operation::InsertCredential(Box::new(credential(number, owner)))
}

pub(super) fn insert_session(number: u8, owner: u8, credential: u8) -> Operation {
    Operation::InsertSession(session(number, owner, credential))
}

pub(super) fn confirm(key: ConfirmationKey, owner: u8) -> Operation {
    Operation::Confirm(confirmation(key, owner))
}

pub(super) fn remove_credential(number: u8, owner: u8) -> Operation {
    Operation::RemoveCredential { owner: user(owner), id: id(&[number; 16]) }
}

pub(super) fn rename(number: u8, owner: u8, label: &str) -> Operation {
    Operation::RenameCredential {
        owner: user(owner),
        id: id(&[number; 16]),
        label: label.to_owned(),
        label_key: label.to_owned(),
    }
}

pub(super) fn require(session: u8, owner: u8) -> Operation {
    Operation::RequireSession { token: token(session), account: user(owner) }
}

/// An account, its first credential and a session with it, all with this number.
pub(super) fn sign_up(number: u8) -> Vec<Operation> {
    vec![
        Operation::InsertAccount(account(number)),
        insert_credential(number, number),
        insert_session(number, number, number),
    ]
}

/// Signs up accounts with these numbers, each in a transaction.
pub(super) async fn sign_up_all<S: ApplicationStore>(store: &S, numbers: &[u8]) -> Outcome {
    for number in numbers {
        accepted(store, sign_up(*number)).await?;
    }
    Ok(())
}

pub(super) async fn transact<S: ApplicationStore>(
    store: &S,
    operations: Vec<Operation>,
) -> Result<Result<(), Rejection>, String> {
    answer("transact", store.transact(operations, NOW).await)
}

/// That a transaction is accepted.
pub(super) async fn accepted<S: ApplicationStore>(store: &S, operations: Vec<Operation>) -> Outcome {
    judged(store, operations, NOW, Ok(())).await
}

/// That a transaction is rejected for this reason.
pub(super) async fn rejected<S: ApplicationStore>(
    store: &S,
    operations: Vec<Operation>,
    rejection: Rejection,
) -> Outcome {
    judged(store, operations, NOW, Err(rejection)).await
}

/// That a transaction at this time has this result.
pub(super) async fn judged<S: ApplicationStore>(
    store: &S,
    operations: Vec<Operation>,
    now: Timestamp,
    expected: Result<(), Rejection>,
) -> Outcome {
    let what = format!("the transaction of {}", names(&operations));
    expect(&what, &answer(&what, store.transact(operations, now).await)?, &expected)
}

fn names(operations: &[Operation]) -> String {
    let name = |operation: &Operation| {
        let text = format!("{operation:?}");
        text.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default().to_owned()
    };
    operations.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// That the store has this session, or none with its token.
pub(super) async fn has_session<S: ApplicationStore>(
    store: &S,
    number: u8,
    expected: Option<&Session>,
) -> Outcome {
    let found = answer("session", store.session(&token(number)).await)?;
    expect(&format!("session {number}"), &found.as_ref(), &expected)
}

/// That the account has the sessions with these numbers, the latest used first.
pub(super) async fn has_sessions<S: ApplicationStore>(
    store: &S,
    owner: u8,
    now: Timestamp,
    expected: &[u8],
) -> Outcome {
    let listed = answer("sessions", store.sessions(&user(owner), now).await)?;
    let tokens: Vec<_> = listed.iter().map(|session| session.token).collect();
    let expected: Vec<_> = expected.iter().map(|number| token(*number)).collect();
    expect("the tokens of the account's sessions", &tokens, &expected)
}

/// Whether there is a valid confirmation with this key.
pub(super) async fn is_confirmed<S: ApplicationStore>(
    store: &S,
    key: &ConfirmationKey,
) -> Result<bool, String> {
    Ok(answer("confirmation", store.confirmation(key, NOW).await)?.is_some())
}

/// Whether the account confirmed one of these acts in a browser other than this one: then its credential IDs are not
/// returned.
pub(super) async fn is_confirmed_elsewhere<S: ApplicationStore>(
    store: &S,
    owner: u8,
    acts: &[&str],
    browser: Option<u8>,
    now: Timestamp,
) -> Result<bool, String> {
    let acts: Vec<_> = acts.iter().map(|&act| act.to_owned()).collect();
    let browser = browser.map(token);
    let ids = store.credential_ids_unless_confirmed(&user(owner), &acts, browser.as_ref(), now).await;
    Ok(answer("credential_ids_unless_confirmed", ids)?.is_none())
}
