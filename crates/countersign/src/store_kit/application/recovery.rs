//! Checks of recovery codes: one set an account, each code once, and a way in for an account without a passkey
//! ([section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), for the account that none is left for).

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{RECOVERY_CODES, RecoveryStatus};
use crate::store_kit::harness::{Outcome, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, code, insert_credential, rejected, remove_credential, replace_codes, restore_nothing,
    restore_recovery, sign_up, sign_up_all, take_code,
};
use crate::store_kit::samples::{NOW, user};

checks! {
    empty ApplicationStore:
    "new recovery codes replace the old ones" => replaced,
    "recovery codes of another store are restored as they were there" => restored,
    "a recovery code is taken once, by its own account" => taken_once,
    "the last credential can be removed while there is a recovery code" => last_credential,
}

async fn has<S: ApplicationStore>(store: &S, set: u8, number: u8, owner: u8) -> Result<bool, String> {
    answer("has_recovery_code", store.has_recovery_code(&user(owner), &code(set, number)).await)
}

async fn status<S: ApplicationStore>(
    store: &S,
    owner: u8,
    expected: Option<(usize, Option<i64>, Option<i64>)>,
) -> Outcome {
    let found = answer("recovery_status", store.recovery_status(&user(owner)).await)?;
    let time = |seconds: Option<i64>| seconds.map(|seconds| NOW.plus_seconds(seconds));
    let expected = expected.map(|(unused, created, used)| RecoveryStatus {
        unused,
        created_at: time(created),
        used_at: time(used),
    });
    expect(&format!("the status of the codes of account {owner}"), &found, &expected)
}

async fn replaced<S: ApplicationStore>(store: &S) -> Outcome {
    rejected(store, vec![replace_codes(1, 1)], Rejection::Missing).await?;
    status(store, 1, None).await?;
    sign_up_all(store, &[1, 2]).await?;
    status(store, 1, Some((0, None, None))).await?;
    expect("whether there is a code before", &has(store, 1, 0, 1).await?, &false)?;
    accepted(store, vec![replace_codes(1, 1), replace_codes(2, 2)]).await?;
    status(store, 1, Some((RECOVERY_CODES, Some(0), None))).await?;
    accepted(store, vec![take_code(1, 0, 1)]).await?;
    status(store, 1, Some((RECOVERY_CODES - 1, Some(0), Some(7)))).await?;
    let mut again = replace_codes(3, 1);
    if let Operation::ReplaceRecoveryCodes { created_at, .. } = &mut again {
        *created_at = NOW.plus_seconds(9);
    }
    accepted(store, vec![again]).await?;
    // That a code was used stays known.
    status(store, 1, Some((RECOVERY_CODES, Some(9), Some(7)))).await?;
    for (set, number, owner, expected) in
        [(1, 1, 1, false), (3, 1, 1, true), (3, 0, 1, true), (3, 1, 2, false), (2, 1, 2, true)]
    {
        let what = format!("whether account {owner} has code {number} of set {set}");
        expect(&what, &has(store, set, number, owner).await?, &expected)?;
    }
    status(store, 2, Some((RECOVERY_CODES, Some(0), None))).await
}

async fn restored<S: ApplicationStore>(store: &S) -> Outcome {
    rejected(store, vec![restore_recovery(&[code(1, 0)], 1)], Rejection::Missing).await?;
    sign_up_all(store, &[1, 2]).await?;
    accepted(store, vec![replace_codes(2, 1), replace_codes(3, 2)]).await?;
    accepted(store, vec![restore_recovery(&[code(1, 0), code(1, 1)], 1)]).await?;
    status(store, 1, Some((2, Some(3), Some(5)))).await?;
    for (set, number, owner, expected) in
        [(1, 0, 1, true), (1, 1, 1, true), (2, 0, 1, false), (3, 0, 2, true)]
    {
        let what = format!("whether account {owner} has code {number} of set {set}");
        expect(&what, &has(store, set, number, owner).await?, &expected)?;
    }
    // All of them may be used.
    accepted(store, vec![restore_recovery(&[], 1)]).await?;
    status(store, 1, Some((0, Some(3), Some(5)))).await?;
    accepted(store, vec![restore_nothing(1)]).await?;
    status(store, 1, Some((0, None, None))).await?;
    status(store, 2, Some((RECOVERY_CODES, Some(0), None))).await
}

async fn taken_once<S: ApplicationStore>(store: &S) -> Outcome {
    let unknown = Rejection::RecoveryCodeUnknown;
    sign_up_all(store, &[1, 2]).await?;
    rejected(store, vec![take_code(1, 0, 1)], unknown.clone()).await?;
    accepted(store, vec![replace_codes(1, 1), replace_codes(2, 2)]).await?;
    for (set, number, owner) in [(2, 0, 1), (1, 10, 1), (1, 0, 2), (1, 0, 3)] {
        rejected(store, vec![take_code(set, number, owner)], unknown.clone()).await?;
    }
    expect("whether the code is unused", &has(store, 1, 0, 1).await?, &true)?;
    accepted(store, vec![take_code(1, 0, 1)]).await?;
    expect("whether the code is unused", &has(store, 1, 0, 1).await?, &false)?;
    expect("whether the next code is unused", &has(store, 1, 1, 1).await?, &true)?;
    rejected(store, vec![take_code(1, 0, 1)], unknown.clone()).await?;
    // The codes of a removed account are gone, also if its handle is registered again.
    accepted(store, vec![Operation::RemoveAccount(user(1))]).await?;
    accepted(store, sign_up(1)).await?;
    status(store, 1, Some((0, None, None))).await?;
    rejected(store, vec![take_code(1, 1, 1)], unknown).await?;
    status(store, 2, Some((RECOVERY_CODES, Some(0), None))).await
}

async fn last_credential<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    accepted(store, vec![replace_codes(1, 1)]).await?;
    rejected(store, vec![remove_credential(2, 2)], Rejection::LastCredential).await?;
    accepted(store, vec![remove_credential(1, 1)]).await?;
    let listed = answer("credentials", store.credentials(&user(1), Evidence::Omit).await)?;
    expect("the credentials", &listed.len(), &0)?;
    rejected(store, vec![remove_credential(1, 1)], Rejection::Missing).await?;
    accepted(store, vec![take_code(1, 0, 1), insert_credential(3, 1)]).await?;
    for number in 1..10 {
        accepted(store, vec![take_code(1, number, 1)]).await?;
    }
    // No code is left.
    rejected(store, vec![remove_credential(3, 1)], Rejection::LastCredential).await
}
