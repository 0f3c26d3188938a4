//! The statements of each operation.

use countersign::CredentialUpdate;
use countersign::record::{AttestationEvidence, DynamicPart};
use countersign::store::{
    AHEAD_SECONDS, Account, CREDENTIALS_PER_ACCOUNT_MAX, Confirmation, ConfirmationKey, Finish, Invitation,
    Operation, OperatorLink, OperatorLinkKind, SESSIONS_PER_ACCOUNT_MAX, Session, StoredCredential,
    TokenHash,
};
use countersign::types::{CredentialId, Timestamp, UserHandle};

use crate::postgres::audit::{self, Chain};
use crate::postgres::error::PostgresError;
use crate::postgres::statements as sql;
use crate::postgres::step::{Rows, Step, Value, any, bytes, count, maybe_text, maybe_time, one, text, time};

/// The latest time that is not from the future.
pub(super) fn latest(now: Timestamp) -> Timestamp {
    now.plus_seconds(AHEAD_SECONDS)
}

/// The hash that an act is stored and found by: acts have no limit of length, and keys of indexes have.
pub(super) fn act_hash(act: &str) -> [u8; 32] {
    countersign::cose::sha256(&[act.as_bytes()])
}

/// The hash by which a removed account is remembered.
pub(super) fn former_hash(handle: &UserHandle) -> [u8; 32] {
    countersign::cose::sha256(&[handle.as_bytes()])
}

/// The text of a dynamic part: equal parts have equal texts, as long as this version of the form is written.
pub(super) fn dynamic_text(part: &DynamicPart) -> Result<String, PostgresError> {
    serde_json::to_string(part).map_err(|error| PostgresError::Value(error.into()))
}

/// The locks that a transaction takes before anything else, in an order that is the same for all transactions.
pub(super) fn locks(operations: &[Operation]) -> Vec<Step> {
    let mut handles: Vec<_> = operations.iter().filter_map(account).collect();
    handles.sort_unstable_by_key(|handle| handle.as_bytes());
    handles.dedup();
    // A new account can't be locked yet.
    let is_new = |handle: &UserHandle| {
        operations
            .iter()
            .any(|it| matches!(it, Operation::InsertAccount(account) if account.handle == *handle))
    };
    let handles = handles.into_iter().filter(|handle| !is_new(handle));
    let takes_link = operations.iter().any(|it| matches!(it, Operation::TakeOperatorLink(_)));
    let operators = takes_link.then(|| any(sql::LOCK_OPERATORS, vec![])).into_iter();
    let accounts = handles.map(|handle| any(sql::LOCK_ACCOUNT, vec![bytes(handle.as_bytes())]));
    operators.chain(accounts).collect()
}

/// The account whose rows an operation changes, or whose rows must not change.
fn account(operation: &Operation) -> Option<&UserHandle> {
    match operation {
        Operation::RequireSession { account, .. }
        | Operation::EndOtherSessions { account, .. }
        | Operation::RenameAccount { account, .. }
        | Operation::ReplaceRecoveryCodes { account, .. }
        | Operation::RestoreRecovery { account, .. }
        | Operation::TakeRecoveryCode { account, .. }
        | Operation::GrantOperator { account, .. } => Some(account),
        Operation::RemoveAccount(handle)
        | Operation::RequireOperator(handle)
        | Operation::RevokeOperator(handle) => Some(handle),
        Operation::InsertCredential(credential) => Some(credential.record.user_handle()),
        Operation::UpdateCredential { owner, .. }
        | Operation::RenameCredential { owner, .. }
        | Operation::RemoveCredential { owner, .. }
        | Operation::EndSessionsOfCredential { owner, .. } => Some(owner),
        Operation::InsertSession(session) => Some(&session.account),
        Operation::Confirm(confirmation) => Some(&confirmation.account),
        Operation::Remember(_)
        | Operation::InsertAccount(_)
        | Operation::TouchSession { .. }
        | Operation::EndSession(_)
        | Operation::TakeConfirmation(_)
        | Operation::AddInvitation(_)
        | Operation::TakeInvitation(_)
        | Operation::AddOperatorLink(_)
        | Operation::TakeOperatorLink(_)
        | Operation::AddSealingKey(_)
        | Operation::RemoveSealingKey(_)
        | Operation::Audit(_)
        | Operation::AnchorAudit
        | Operation::PruneAudit { .. } => None,
    }
}

/// The statements of an operation, in their order: accounts are locked before credentials, credentials before sessions, and
/// sessions before confirmations. Rows of the audit log are appended to the chain.
#[expect(clippy::too_many_lines, reason = "one arm for each operation")]
pub(super) fn steps(
    operation: &Operation,
    chain: Option<&mut Chain>,
    now: Timestamp,
) -> Result<Vec<Step>, PostgresError> {
    Ok(match operation {
        Operation::Remember(finish) => vec![remember(finish)],
        Operation::RequireSession { token, account } => {
            let values = vec![token_value(token), bytes(account.as_bytes()), time(now), time(latest(now))];
            vec![one(sql::REQUIRE_SESSION, values)]
        }
        Operation::InsertAccount(account) => vec![insert_account(account)],
        Operation::RenameAccount { account, name, name_key } => {
            vec![one(sql::RENAME_ACCOUNT, vec![bytes(account.as_bytes()), text(name), bytes(name_key)])]
        }
        Operation::RemoveAccount(handle) => vec![
            one(sql::REMOVE_ACCOUNT, vec![bytes(handle.as_bytes())]),
            any(sql::REMOVE_CONFIRMATIONS_OF_ACCOUNT, vec![bytes(handle.as_bytes())]),
            one(sql::REMEMBER_ACCOUNT, vec![bytes(former_hash(handle)), time(now)]),
        ],
        Operation::InsertCredential(credential) => insert_credential(credential)?,
        Operation::UpdateCredential { owner, update, used_at } => {
            vec![update_credential(owner, update, *used_at)?]
        }
        Operation::RenameCredential { owner, id, label, label_key } => {
            let values = vec![bytes(id.as_bytes()), bytes(owner.as_bytes()), text(label), bytes(label_key)];
            vec![one(sql::RENAME_CREDENTIAL, values)]
        }
        Operation::RemoveCredential { owner, id } => remove_credential(owner, id),
        Operation::ReplaceRecoveryCodes { account, codes, created_at } => {
            let renew = vec![bytes(account.as_bytes()), time(*created_at)];
            let codes = codes.iter().map(|code| code.as_bytes().to_vec()).collect();
            recovery_codes(account, one(sql::RENEW_RECOVERY_CODES, renew), codes)
        }
        Operation::RestoreRecovery { account, recovery } => {
            let times = [recovery.created_at, recovery.used_at].map(maybe_time);
            let values = [bytes(account.as_bytes())].into_iter().chain(times).collect();
            let codes = recovery.codes.iter().map(|code| code.as_bytes().to_vec()).collect();
            recovery_codes(account, one(sql::RESTORE_RECOVERY, values), codes)
        }
        Operation::TakeRecoveryCode { account, code, used_at } => vec![
            one(sql::TAKE_RECOVERY_CODE, vec![bytes(account.as_bytes()), token_value(code)]),
            one(sql::RECOVERED, vec![bytes(account.as_bytes()), time(*used_at)]),
        ],
        Operation::AddInvitation(invitation) => vec![add_invitation(invitation)],
        Operation::TakeInvitation(code) => {
            vec![one(sql::TAKE_INVITATION, vec![token_value(code), time(now), time(latest(now))])]
        }
        Operation::RequireOperator(account) => {
            vec![one(sql::REQUIRE_OPERATOR, vec![bytes(account.as_bytes())])]
        }
        Operation::GrantOperator { account, since } => {
            vec![one(sql::GRANT_OPERATOR, vec![bytes(account.as_bytes()), time(*since)])]
        }
        Operation::RevokeOperator(account) => {
            vec![one(sql::REVOKE_OPERATOR, vec![bytes(account.as_bytes())])]
        }
        Operation::AddOperatorLink(link) => vec![add_operator_link(link)],
        Operation::TakeOperatorLink(token) => {
            vec![one(sql::TAKE_OPERATOR_LINK, vec![token_value(token), time(now), time(latest(now))])]
        }
        Operation::InsertSession(session) => insert_session(session, now),
        Operation::TouchSession { token, seen_at, idle_at, verified_at } => {
            let uses = [time(*seen_at), time(*idle_at), maybe_time(*verified_at)];
            let values = [token_value(token)].into_iter().chain(uses).chain([time(now), time(latest(now))]);
            vec![any(sql::TOUCH_SESSION, values.collect())]
        }
        Operation::EndSession(token) => end_session(token),
        Operation::EndOtherSessions { account, remaining } => {
            let remaining = || Box::new(remaining.map(|token| token.as_bytes().to_vec()));
            vec![
                any(sql::END_OTHER_SESSIONS, vec![bytes(account.as_bytes()), remaining()]),
                any(sql::END_OTHER_CONFIRMATIONS, vec![bytes(account.as_bytes()), remaining()]),
            ]
        }
        Operation::EndSessionsOfCredential { owner, id } => {
            let values = || vec![bytes(owner.as_bytes()), bytes(id.as_bytes())];
            let [lock, confirmations] = confirmations_of_credential(owner, id);
            vec![lock, confirmations, any(sql::END_SESSIONS_OF_CREDENTIAL, values())]
        }
        Operation::Confirm(confirmation) => vec![confirm(confirmation)],
        Operation::TakeConfirmation(key) => vec![take_confirmation(key, now)],
        Operation::AddSealingKey(key) => {
            let values = vec![sealing_key(key.id), bytes(key.secret), time(key.seals_from)];
            vec![one(sql::ADD_SEALING_KEY, values)]
        }
        Operation::RemoveSealingKey(id) => vec![any(sql::REMOVE_SEALING_KEY, vec![sealing_key(*id)])],
        Operation::Audit(entry) => chain.map(|chain| audit::write(chain, entry, now)).unwrap_or_default(),
        Operation::AnchorAudit => chain.map(|chain| audit::anchor(chain, now)).unwrap_or_default(),
        Operation::PruneAudit { before } => {
            chain.map(|chain| audit::prune(chain, *before, now)).unwrap_or_default()
        }
    })
}

fn token_value(token: &TokenHash) -> Value {
    bytes(token.as_bytes())
}

fn sealing_key(id: u32) -> Value {
    Box::new(i64::from(id))
}

fn remember(finish: &Finish) -> Step {
    let values = vec![
        bytes(finish.ceremony.as_bytes()),
        bytes(finish.response),
        text(&finish.outcome),
        time(finish.finished_at),
        time(finish.until),
    ];
    one(sql::REMEMBER, values)
}

fn insert_account(account: &Account) -> Step {
    let Account { handle, name, name_key, created_at } = account;
    let values = vec![bytes(handle.as_bytes()), text(name), bytes(name_key), time(*created_at)];
    one(sql::INSERT_ACCOUNT, values)
}

fn update_credential(
    owner: &UserHandle,
    update: &CredentialUpdate,
    used_at: Option<Timestamp>,
) -> Result<Step, PostgresError> {
    let values = vec![
        bytes(update.credential_id.as_bytes()),
        bytes(owner.as_bytes()),
        text(dynamic_text(&update.next)?),
        text(dynamic_text(&update.previous)?),
        maybe_time(used_at),
    ];
    Ok(one(sql::UPDATE_CREDENTIAL, values))
}

/// Stores codes in place of those that the account has. The first step writes their times.
fn recovery_codes(account: &UserHandle, times: Step, codes: Vec<Vec<u8>>) -> Vec<Step> {
    let owner = || bytes(account.as_bytes());
    vec![
        times,
        any(sql::REMOVE_RECOVERY_CODES, vec![owner()]),
        any(sql::INSERT_RECOVERY_CODES, vec![owner(), Box::new(codes)]),
    ]
}

fn add_invitation(invitation: &Invitation) -> Step {
    let Invitation { code, created_at, expires_at } = invitation;
    one(sql::ADD_INVITATION, vec![token_value(code), time(*created_at), time(*expires_at)])
}

fn add_operator_link(link: &OperatorLink) -> Step {
    let OperatorLink { token, kind, created_at, expires_at } = link;
    let for_first = Box::new(*kind == OperatorLinkKind::First);
    one(sql::ADD_OPERATOR_LINK, vec![token_value(token), for_first, time(*created_at), time(*expires_at)])
}

fn insert_credential(credential: &StoredCredential) -> Result<Vec<Step>, PostgresError> {
    let json = |error: serde_json::Error| PostgresError::Value(error.into());
    let record = &credential.record;
    let owner = || bytes(record.user_handle().as_bytes());
    let evidence = record.evidence().map(serde_json::to_string::<AttestationEvidence>);
    let values = vec![
        bytes(record.id().as_bytes()),
        owner(),
        text(serde_json::to_string(record.static_part()).map_err(json)?),
        text(dynamic_text(record.dynamic_part())?),
        maybe_text(evidence.transpose().map_err(json)?),
        maybe_text(record.attestation_format()),
        maybe_text(record.attestation_type()),
        text(&credential.label),
        bytes(&credential.label_key),
        time(credential.created_at),
        maybe_time(credential.last_used_at),
    ];
    Ok(vec![
        one(sql::COUNT_CREDENTIAL, vec![owner(), count(CREDENTIALS_PER_ACCOUNT_MAX)]),
        one(sql::INSERT_CREDENTIAL, values),
    ])
}

fn remove_credential(owner: &UserHandle, id: &CredentialId) -> Vec<Step> {
    let values = || vec![bytes(owner.as_bytes()), bytes(id.as_bytes())];
    let [lock, confirmations] = confirmations_of_credential(owner, id);
    // The sessions go by their foreign key.
    vec![one(sql::COUNT_REMOVAL, values()), lock, confirmations, one(sql::REMOVE_CREDENTIAL, values())]
}

/// Removes the confirmations of the sessions that were created with a credential, after these were locked.
fn confirmations_of_credential(owner: &UserHandle, id: &CredentialId) -> [Step; 2] {
    let values = || vec![bytes(owner.as_bytes()), bytes(id.as_bytes())];
    [any(sql::LOCK_SESSIONS_OF_CREDENTIAL, values()), any(sql::REMOVE_CONFIRMATIONS_OF_CREDENTIAL, values())]
}

fn insert_session(session: &Session, now: Timestamp) -> Vec<Step> {
    let times = &session.times;
    let values = vec![
        token_value(&session.token),
        bytes(session.account.as_bytes()),
        bytes(session.credential.as_bytes()),
        time(times.created_at),
        time(times.seen_at),
        time(times.verified_at),
        time(times.idle_at),
        time(times.expires_at),
        maybe_text(session.device.as_deref()),
    ];
    let surplus =
        Step { sql: sql::SURPLUS_SESSIONS, values: surplus_sessions(session, now), rows: Rows::None };
    vec![one(sql::INSERT_SESSION, values), surplus]
}

pub(super) fn surplus_sessions(session: &Session, now: Timestamp) -> Vec<Value> {
    let others = count(SESSIONS_PER_ACCOUNT_MAX.saturating_sub(1));
    let (account, token) = (bytes(session.account.as_bytes()), token_value(&session.token));
    vec![account, token, others, time(now), time(latest(now))]
}

pub(super) fn end_session(token: &TokenHash) -> Vec<Step> {
    vec![
        any(sql::END_SESSION, vec![token_value(token)]),
        any(sql::END_CONFIRMATIONS, vec![token_value(token)]),
    ]
}

fn confirm(confirmation: &Confirmation) -> Step {
    let key = &confirmation.key;
    let values = vec![
        token_value(&key.session),
        bytes(act_hash(&key.act)),
        token_value(&key.browser),
        bytes(confirmation.account.as_bytes()),
        time(confirmation.created_at),
        time(confirmation.expires_at),
    ];
    one(sql::CONFIRM, values)
}

fn take_confirmation(key: &ConfirmationKey, now: Timestamp) -> Step {
    let values = vec![
        token_value(&key.session),
        bytes(act_hash(&key.act)),
        token_value(&key.browser),
        time(now),
        time(latest(now)),
    ];
    one(sql::TAKE_CONFIRMATION, values)
}
