//! Checks of what a crash leaves of transactions
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use crate::store::application::ApplicationStore;
use crate::store::operation::{Operation, Rejection};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, account, code, confirm, finish, has_session, insert_session, invitation, is_confirmed, key,
    rejected, replace_codes, sealing_key, session, sign_up, sign_up_all, token,
};
use crate::store_kit::samples::{NOW, user};

checks! {
    ApplicationStore:
    "an acknowledged registration survives a crash" => registered,
    "a remembered finish survives a crash" => finished,
    "what was removed stays removed after a crash" => removed,
}

fn registered<H: StoreHarness<Store: ApplicationStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    let mut operations = sign_up(1);
    operations.extend([
        confirm(key(1, "act", 1), 1),
        Operation::AddSealingKey(sealing_key(1)),
        replace_codes(1, 1),
        Operation::AddInvitation(invitation(1)),
    ]);
    harness.block_on(accepted(&store, operations))?;
    let store = harness.crash(store);
    harness.block_on(async {
        expect("the account", &answer("account", store.account(&user(1)).await)?, &Some(account(1)))?;
        has_session(&store, 1, Some(&session(1, 1, 1))).await?;
        expect("whether the act is confirmed", &is_confirmed(&store, &key(1, "act", 1)).await?, &true)?;
        let has_code = answer("has_recovery_code", store.has_recovery_code(&user(1), &code(1, 0)).await)?;
        expect("whether the recovery code is there", &has_code, &true)?;
        let found = answer("invitation", store.invitation(&token(1), NOW).await)?;
        expect("the invitation", &found, &Some(invitation(1)))?;
        let keys = answer("sealing_keys", store.sealing_keys().await)?;
        expect("whether the sealing key is there", &(keys == [sealing_key(1)]), &true)
    })
}

fn finished<H: StoreHarness<Store: ApplicationStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    harness.block_on(async {
        sign_up_all(&store, &[1]).await?;
        accepted(&store, vec![Operation::Remember(finish(1)), insert_session(2, 1, 1)]).await
    })?;
    let store = harness.crash(store);
    // The client, which had no answer, tries again.
    harness.block_on(async {
        let again = vec![Operation::Remember(finish(1)), insert_session(3, 1, 1)];
        rejected(&store, again, Rejection::Finished(Box::new(finish(1)))).await?;
        has_session(&store, 2, Some(&session(2, 1, 1))).await?;
        has_session(&store, 3, None).await
    })
}

fn removed<H: StoreHarness<Store: ApplicationStore>>(harness: &mut H) -> Outcome {
    let store = harness.empty();
    harness.block_on(async {
        sign_up_all(&store, &[1, 2]).await?;
        accepted(&store, vec![confirm(key(2, "act", 1), 2)]).await?;
        accepted(&store, vec![Operation::RemoveAccount(user(1))]).await?;
        accepted(&store, vec![Operation::TakeConfirmation(key(2, "act", 1))]).await?;
        accepted(&store, vec![Operation::EndSession(token(2))]).await
    })?;
    let store = harness.crash(store);
    harness.block_on(async {
        expect("the account", &answer("account", store.account(&user(1)).await)?, &None)?;
        let known = answer("is_or_was_account", store.is_or_was_account(&user(1), NOW).await)?;
        expect("whether the account is known", &known, &true)?;
        has_session(&store, 1, None).await?;
        has_session(&store, 2, None).await?;
        expect("whether the act is confirmed", &is_confirmed(&store, &key(2, "act", 1)).await?, &false)
    })
}
