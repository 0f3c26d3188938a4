//! Checks of transactions: all operations in their order, or none
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use countersign_types::UserHandle;

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, Confirmation, Finish, Invitation, Operator, OperatorLink, OperatorLinkKind, RecoveryStatus,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, account, code, confirm, credential, finish, grant, has_session, insert_credential,
    insert_session, invitation, key, operator_link, rejected, remove_credential, rename, rename_account,
    replace_codes, require, restore_recovery, sealing_key, session, sign_up, sign_up_all, take_code, token,
    transact,
};
use crate::store_kit::samples::{NOW, id, record, update, user};

checks! {
    empty ApplicationStore:
    "operations are carried out in their order" => in_order,
    "a rejected operation undoes all others, at each position" => undone,
    "the first operation that is rejected decides" => first_decides,
    "each operation has its effect" => effects,
    "a transaction that is abandoned happens whole or not at all" => abandoned,
}

async fn in_order<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let name = Account { name_key: account(1).name_key, ..account(2) };
    let operations = vec![
        insert_session(3, 1, 1),
        require(3, 1),
        confirm(key(3, "act", 1), 1),
        Operation::TakeConfirmation(key(3, "act", 1)),
        insert_credential(3, 1),
        rename(1, 1, "new"),
        rename(3, 1, "key 1"),
        remove_credential(1, 1),
        Operation::RemoveAccount(user(1)),
        Operation::InsertAccount(name.clone()),
        insert_credential(3, 2),
        insert_session(1, 2, 3),
    ];
    accepted(store, operations).await?;
    let found = answer("account_by_name", store.account_by_name(&name.name_key).await)?;
    expect("the account with the name", &found, &Some(name))?;
    rejected(store, vec![require(3, 1)], Rejection::SessionOver).await?;
    accepted(store, vec![require(1, 2)]).await
}

/// All that is stored about the samples.
#[derive(Debug, PartialEq, Eq)]
struct Stored {
    accounts: Vec<Option<Account>>,
    names: Vec<Option<Account>>,
    known: Vec<bool>,
    credentials: Vec<Vec<StoredCredential>>,
    sessions: Vec<Option<Session>>,
    confirmations: Vec<Option<Confirmation>>,
    finishes: Vec<Option<Finish>>,
    recovery: Vec<Option<RecoveryStatus>>,
    invitations: Vec<Option<Invitation>>,
    operators: Vec<Operator>,
    operator_links: Vec<Option<OperatorLink>>,
    sealing_keys: Vec<StoredSealingKey>,
}

/// The numbers of all samples.
const NUMBERS: [u8; 4] = [1, 2, 3, 4];

async fn stored<S: ApplicationStore>(store: &S) -> Result<Stored, String> {
    let mut stored = Stored {
        accounts: Vec::new(),
        names: Vec::new(),
        known: Vec::new(),
        credentials: Vec::new(),
        sessions: Vec::new(),
        confirmations: Vec::new(),
        finishes: Vec::new(),
        recovery: Vec::new(),
        invitations: Vec::new(),
        operators: answer("operators", store.operators().await)?,
        operator_links: Vec::new(),
        sealing_keys: answer("sealing_keys", store.sealing_keys().await)?,
    };
    for number in NUMBERS {
        let handle: UserHandle = user(number);
        stored.accounts.push(answer("account", store.account(&handle).await)?);
        let name = account(number).name_key;
        stored.names.push(answer("account_by_name", store.account_by_name(&name).await)?);
        stored.known.push(answer("is_or_was_account", store.is_or_was_account(&handle, NOW).await)?);
        stored.credentials.push(answer("credentials", store.credentials(&handle, Evidence::Read).await)?);
        stored.sessions.push(answer("session", store.session(&token(number)).await)?);
        let confirmation = store.confirmation(&key(number, "act", 1), NOW).await;
        stored.confirmations.push(answer("confirmation", confirmation)?);
        stored.finishes.push(answer("finish", store.finish(&finish(number).ceremony).await)?);
        stored.recovery.push(answer("recovery_status", store.recovery_status(&handle).await)?);
        stored.invitations.push(answer("invitation", store.invitation(&token(number), NOW).await)?);
        let link = store.operator_link(&token(number), NOW).await;
        stored.operator_links.push(answer("operator_link", link)?);
    }
    Ok(stored)
}

/// An account 1, which is an operator, with two credentials, two sessions, a confirmation and recovery codes; an account 2;
/// a finish; an invitation; a link for an operator; a sealing key.
async fn prepare<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let more = vec![
        insert_credential(3, 1),
        insert_session(3, 1, 3),
        confirm(key(1, "act", 1), 1),
        replace_codes(1, 1),
        Operation::Remember(finish(1)),
        Operation::AddInvitation(invitation(1)),
        grant(1, 0),
        Operation::AddOperatorLink(operator_link(1, OperatorLinkKind::Any)),
        Operation::AddSealingKey(sealing_key(1)),
    ];
    accepted(store, more).await
}

/// One operation of each kind, which have an effect in this order, and in each part of it.
fn effective() -> Vec<Operation> {
    let before = record(&[1; 16], 1);
    let update = update(&before, &before.clone().with_sign_count(6));
    vec![
        Operation::Remember(finish(2)),
        Operation::UpdateCredential { owner: user(1), update: Box::new(update), used_at: Some(NOW) },
        rename(1, 1, "new"),
        Operation::TakeConfirmation(key(1, "act", 1)),
        insert_credential(4, 1),
        insert_session(4, 1, 4),
        confirm(key(4, "act", 1), 1),
        Operation::TouchSession {
            token: token(1),
            seen_at: NOW.plus_seconds(1),
            idle_at: NOW.plus_seconds(1001),
            verified_at: Some(NOW.plus_seconds(1)),
        },
        Operation::EndSession(token(3)),
        remove_credential(3, 1),
        Operation::EndOtherSessions { account: user(1), remaining: Some(token(1)) },
        Operation::RemoveAccount(user(2)),
        restore_recovery(&[code(1, 0), code(1, 1)], 1),
        take_code(1, 0, 1),
        replace_codes(2, 1),
        rename_account(1, "user 1"),
        Operation::AddInvitation(invitation(2)),
        Operation::TakeInvitation(token(1)),
        Operation::AddSealingKey(sealing_key(2)),
        Operation::RemoveSealingKey(1),
        Operation::InsertAccount(account(3)),
        insert_credential(2, 3),
        Operation::AddOperatorLink(operator_link(2, OperatorLinkKind::Any)),
        Operation::TakeOperatorLink(token(1)),
        grant(3, 0),
        Operation::RevokeOperator(user(1)),
    ]
}

/// Operations that are rejected before, amid and after the effective ones, each for another reason.
fn rejections() -> Vec<(Operation, Rejection)> {
    let other = record(&[1; 16], 1).with_sign_count(1);
    let update = update(&other, &other.clone().with_sign_count(2));
    let changed = Operation::UpdateCredential { owner: user(1), update: Box::new(update), used_at: None };
    let name = Account { name_key: account(1).name_key, ..account(4) };
    let handle = Account { handle: user(1), ..account(4) };
    let again = StoredCredential { label_key: "again".to_owned(), ..credential(1, 1) };
    vec![
        (Operation::Remember(finish(1)), Rejection::Finished(Box::new(finish(1)))),
        (require(9, 1), Rejection::SessionOver),
        (require(1, 2), Rejection::OtherAccount),
        (Operation::InsertAccount(name), Rejection::NameTaken),
        (Operation::InsertAccount(handle), Rejection::HandleTaken),
        (Operation::RemoveAccount(user(4)), Rejection::Missing),
        (Operation::InsertCredential(Box::new(again)), Rejection::CredentialIdTaken),
        (changed, Rejection::RecordChanged),
        (rename(9, 1, "nine"), Rejection::Missing),
        (remove_credential(9, 1), Rejection::Missing),
        (insert_session(9, 1, 9), Rejection::Missing),
        (confirm(key(9, "act", 1), 9), Rejection::Missing),
        (Operation::TakeConfirmation(key(9, "act", 1)), Rejection::Unconfirmed),
        (rename_account(4, "four"), Rejection::Missing),
        (replace_codes(1, 4), Rejection::Missing),
        (take_code(9, 0, 1), Rejection::RecoveryCodeUnknown),
        (Operation::TakeInvitation(token(9)), Rejection::InvitationUnknown),
        (Operation::RequireOperator(user(4)), Rejection::NotOperator),
        (grant(4, 0), Rejection::Missing),
        (Operation::TakeOperatorLink(token(9)), Rejection::OperatorLinkUnknown),
        (Operation::RevokeOperator(user(4)), Rejection::NotOperator),
    ]
}

async fn undone<S: ApplicationStore>(store: &S) -> Outcome {
    prepare(store).await?;
    let before = stored(store).await?;
    let effective = effective();
    let rejections = rejections();
    let kinds = rejections.len();
    for (number, (operation, rejection)) in rejections.into_iter().enumerate() {
        for position in 0..=effective.len() {
            // The last position, at which all has happened before, with each; the others with one each.
            if position != effective.len() && position.checked_rem(kinds) != Some(number) {
                continue;
            }
            let mut operations = effective.clone();
            operations.insert(position, operation.clone());
            rejected(store, operations, rejection.clone()).await?;
            expect(
                &format!("what is stored after {rejection:?} at {position}"),
                &stored(store).await?,
                &before,
            )?;
        }
    }
    for (operation, rejection) in [
        (Operation::AddSealingKey(sealing_key(2)), Rejection::KeyTaken),
        (remove_credential(2, 3), Rejection::LastCredential),
        (rename(1, 1, "key 4"), Rejection::LabelTaken),
    ] {
        // What the transaction did itself makes these fail.
        let mut operations = effective.clone();
        operations.push(operation);
        rejected(store, operations, rejection.clone()).await?;
        expect(&format!("what is stored after {rejection:?}"), &stored(store).await?, &before)?;
    }
    Ok(())
}

async fn first_decides<S: ApplicationStore>(store: &S) -> Outcome {
    prepare(store).await?;
    let rejections = rejections();
    for pair in rejections.windows(2) {
        let [(one, because_of_one), (other, because_of_other)] = pair else { continue };
        rejected(store, vec![one.clone(), other.clone()], because_of_one.clone()).await?;
        rejected(store, vec![other.clone(), one.clone()], because_of_other.clone()).await?;
    }
    Ok(())
}

/// What the effective operations lead to.
async fn effects<S: ApplicationStore>(store: &S) -> Outcome {
    prepare(store).await?;
    accepted(store, effective()).await?;
    let stored = stored(store).await?;
    let there = |accounts: &[Option<Account>]| accounts.iter().map(Option::is_some).collect::<Vec<_>>();
    expect("which accounts there are", &there(&stored.accounts), &vec![true, false, true, false])?;
    let name = stored.accounts.first().and_then(|account| Some(account.as_ref()?.name.as_str()));
    expect("the new name", &name, &Some("USER 1"))?;
    expect("which names there are", &there(&stored.names), &vec![true, false, true, false])?;
    expect("which accounts are known", &stored.known, &vec![true, true, true, false])?;
    let ids: Vec<Vec<_>> = stored
        .credentials
        .iter()
        .map(|credentials| credentials.iter().map(|credential| credential.record.id().clone()).collect())
        .collect();
    let of = |number: u8| id(&[number; 16]);
    expect("the credentials", &ids, &vec![vec![of(1), of(4)], vec![], vec![of(2)], vec![]])?;
    let tokens: Vec<Option<TokenHash>> =
        stored.sessions.iter().map(|session| session.as_ref().map(|session| session.token)).collect();
    expect("the sessions", &tokens, &vec![Some(token(1)), None, None, None])?;
    let confirmed: Vec<_> = stored.confirmations.iter().map(Option::is_some).collect();
    expect("the confirmations", &confirmed, &vec![false; 4])?;
    let finished: Vec<_> = stored.finishes.iter().map(Option::is_some).collect();
    expect("the finishes", &finished, &vec![true, true, false, false])?;
    let unused: Vec<_> = stored.recovery.iter().map(|status| status.map(|status| status.unused)).collect();
    expect("the unused codes", &unused, &vec![Some(10), None, Some(0), None])?;
    let used = stored.recovery.first().and_then(|status| status.as_ref()?.used_at);
    expect("when a code was used", &used, &Some(NOW.plus_seconds(7)))?;
    expect("the invitations", &stored.invitations, &vec![None, Some(invitation(2)), None, None])?;
    let operators: Vec<_> = stored.operators.iter().map(|operator| operator.account.clone()).collect();
    expect("the operators", &operators, &vec![user(3)])?;
    let links: Vec<_> = stored.operator_links.iter().map(Option::is_some).collect();
    expect("the links for operators", &links, &vec![false, true, false, false])?;
    expect("the sealing keys", &stored.sealing_keys, &vec![sealing_key(2)])?;
    // What is gone is free.
    accepted(store, vec![Operation::InsertAccount(account(2)), insert_credential(3, 2)]).await
}

/// Polls a transaction this often, and drops it if it has not ended by then.
async fn abandon<S: ApplicationStore>(store: &S, operations: Vec<Operation>, polls: u8) {
    let mut transaction = pin!(store.transact(operations, NOW));
    let mut left = polls;
    poll_fn(|context| {
        left = left.saturating_sub(1);
        let is_over = transaction.as_mut().poll(context).is_ready() || left == 0;
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// As if clients were gone in the middle of their requests, and sent them again.
async fn abandoned<S: ApplicationStore>(store: &S) -> Outcome {
    for number in 1..=12 {
        let finish = Operation::Remember(finish(number));
        let operations: Vec<_> = core::iter::once(finish).chain(sign_up(number)).collect();
        abandon(store, operations.clone(), number).await;
        match transact(store, operations).await? {
            Ok(()) | Err(Rejection::Finished(_)) => {}
            Err(other) => return Err(format!("a part of a transaction that was abandoned remains: {other}")),
        }
        let found = answer("account", store.account(&user(number)).await)?;
        expect("the account", &found, &Some(account(number)))?;
        let found = store.credential(&id(&[number; 16]), Evidence::Read).await;
        expect("the credential", &answer("credential", found)?, &Some(credential(number, number)))?;
        has_session(store, number, Some(&session(number, number, number))).await?;
    }
    Ok(())
}
