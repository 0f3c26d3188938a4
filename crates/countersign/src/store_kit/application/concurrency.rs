//! Checks of transactions at once: none sees another half done, and what one checked still holds when it is committed
//! ([section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered), and others).

use crate::store::application::{ApplicationStore, Evidence};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, CREDENTIALS_PER_ACCOUNT_MAX, Finish, OperatorLinkKind, SESSIONS_PER_ACCOUNT_MAX, Session,
    SessionTimes, StoredCredential,
};
use crate::store_kit::at_once::{ROUNDS, THREADS, at_once, winner};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect};
use crate::store_kit::rows::{
    accepted, account, confirm, credential, finish, grant, insert_credential, insert_session, invitation,
    is_confirmed_elsewhere, key, operator_link, remove_credential, rename, rename_account, replace_codes,
    require, sealing_key, session, sign_up, sign_up_all, take_code, token, transact,
};
use crate::store_kit::samples::{NOW, id, user};

checks! {
    at once ApplicationStore:
    "of several finishes of a ceremony at once, one is stored and the others get it" => finishes,
    "of several accounts with one name at once, one is stored" => names,
    "of several accounts renamed to one name at once, one is" => renames,
    "of several removals of an account's last credentials at once, one is rejected" => last_credentials,
    "of several credentials added at 63 at once, one is stored" => credential_limit,
    "of several credentials with one label at once, one is stored" => labels,
    "of several takes of a confirmation at once, one gets it" => confirmations,
    "of several takes of a recovery code at once, one gets it" => recovery_codes,
    "of several takes of an invitation at once, one gets it" => invitations,
    "of several uses of links for the first operator at once, one is accepted" => first_operator,
    "of two operators that revoke each other at once, one remains" => operators,
    "of several sealing keys with one number at once, one is stored" => sealing_keys,
    "of several sessions added at 63 at once, 64 remain" => session_limit,
    "a session that is required does not end before the transaction" => required_session,
    "an account that is removed gets nothing at the same time" => removed_account,
    "a credential that is removed gets no session at the same time" => removed_credential,
    "transactions that meet in opposite order are all carried out" => opposite_order,
}

type Results = Vec<Result<(), Rejection>>;

/// Runs transactions at once, and returns their results.
fn transactions<H: StoreHarness<Store: ApplicationStore>>(
    harness: &H,
    store: &H::Store,
    of: impl Fn(u8) -> Vec<Operation> + Sync,
) -> Result<Results, String> {
    at_once(harness, async |number| transact(store, of(number)).await)
}

/// That one of the transactions was accepted, and all others were rejected for this reason.
fn one_is_accepted(results: &[Result<(), Rejection>], others: &Rejection) -> Result<u8, String> {
    let winner = winner(results, Result::is_ok)?;
    let others = results.iter().filter_map(|result| result.as_ref().err()).find(|error| *error != others);
    others.map_or(Ok(winner), |other| Err(format!("one was rejected because {other}")))
}

fn finishes<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(sign_up_all(store, &[1]))?;
    for round in 0..ROUNDS {
        let of =
            |number: u8| Finish { response: [number; 32], outcome: format!("of {number}"), ..finish(round) };
        let session = |number: u8| round.saturating_mul(THREADS).saturating_add(number).saturating_add(2);
        let results = transactions(harness, store, |number| {
            vec![Operation::Remember(of(number)), insert_session(session(number), 1, 1)]
        })?;
        let winner = winner(&results, Result::is_ok)?;
        let earlier = Rejection::Finished(Box::new(of(winner)));
        one_is_accepted(&results, &earlier)?;
        harness.block_on(async {
            let found = answer("finish", store.finish(&finish(round).ceremony).await)?;
            expect("the finish", &found, &Some(of(winner)))?;
            for number in 0..THREADS {
                let found = answer("session", store.session(&token(session(number))).await)?.is_some();
                expect("whether there is a session of the transaction", &found, &(number == winner))?;
            }
            accepted(store, vec![Operation::EndOtherSessions { account: user(1), remaining: None }]).await
        })?;
    }
    Ok(())
}

fn names<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let name = format!("name {round}");
        let owner = |number: u8| round.saturating_mul(THREADS).saturating_add(number);
        let results = transactions(harness, store, |number| {
            let owner = owner(number);
            let account = Account { name: name.clone(), name_key: name.clone(), ..account(owner) };
            vec![Operation::InsertAccount(account), insert_credential(owner, owner)]
        })?;
        let winner = one_is_accepted(&results, &Rejection::NameTaken)?;
        harness.block_on(async {
            let found = answer("account_by_name", store.account_by_name(&name).await)?;
            expect("the handle", &found.map(|account| account.handle), &Some(user(owner(winner))))?;
            for number in 0..THREADS {
                let credential = store.credential(&id(&[owner(number); 16]), Evidence::Omit).await;
                let found = answer("credential", credential)?.is_some();
                expect("whether there is a credential of the transaction", &found, &(number == winner))?;
            }
            Outcome::Ok(())
        })?;
    }
    Ok(())
}

fn renames<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    let numbers: Vec<_> = (0..THREADS).collect();
    harness.block_on(sign_up_all(store, &numbers))?;
    for round in 0..ROUNDS {
        let name = format!("name {round}");
        let results = transactions(harness, store, |number| vec![rename_account(number, &name)])?;
        let winner = one_is_accepted(&results, &Rejection::NameTaken)?;
        let found = answer("account_by_name", harness.block_on(store.account_by_name(&name)))?;
        expect("the handle", &found.map(|account| account.handle), &Some(user(winner)))?;
    }
    Ok(())
}

fn last_credentials<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let of = |number: u8| round.saturating_mul(THREADS).saturating_add(number);
        let owner = of(0);
        harness.block_on(async {
            accepted(store, sign_up(owner)).await?;
            accepted(store, (1..THREADS).map(|number| insert_credential(of(number), owner)).collect()).await
        })?;
        let results = transactions(harness, store, |number| vec![remove_credential(of(number), owner)])?;
        let rejected: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        expect("the rejections", &rejected, &vec![&Rejection::LastCredential])?;
        let listed = harness.block_on(store.credentials(&user(owner), Evidence::Omit));
        expect("how many credentials remain", &answer("credentials", listed)?.len(), &1)?;
    }
    Ok(())
}

fn credential_limit<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    let most = u8::try_from(CREDENTIALS_PER_ACCOUNT_MAX).unwrap_or(u8::MAX);
    harness.block_on(async {
        accepted(store, sign_up(0)).await?;
        accepted(store, (1..most.saturating_sub(1)).map(|number| insert_credential(number, 0)).collect())
            .await
    })?;
    for _ in 0..ROUNDS {
        let results =
            transactions(harness, store, |number| vec![insert_credential(number.saturating_add(100), 0)])?;
        let winner = one_is_accepted(&results, &Rejection::TooManyCredentials)?;
        harness.block_on(async {
            let listed = answer("credentials", store.credentials(&user(0), Evidence::Omit).await)?;
            expect("how many credentials there are", &listed.len(), &CREDENTIALS_PER_ACCOUNT_MAX)?;
            accepted(store, vec![remove_credential(winner.saturating_add(100), 0)]).await
        })?;
    }
    Ok(())
}

fn labels<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(accepted(store, sign_up(0)))?;
    for _ in 0..ROUNDS {
        let results = transactions(harness, store, |number| {
            let (label, label_key) = ("Label".to_owned(), "label".to_owned());
            let credential = StoredCredential { label, label_key, ..credential(number.saturating_add(1), 0) };
            vec![Operation::InsertCredential(Box::new(credential))]
        })?;
        let winner = one_is_accepted(&results, &Rejection::LabelTaken)?;
        harness.block_on(accepted(store, vec![remove_credential(winner.saturating_add(1), 0)]))?;
    }
    Ok(())
}

fn confirmations<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(accepted(store, sign_up(1)))?;
    for _ in 0..ROUNDS {
        harness.block_on(accepted(store, vec![confirm(key(1, "act", 1), 1)]))?;
        let take = |_| vec![Operation::TakeConfirmation(key(1, "act", 1))];
        one_is_accepted(&transactions(harness, store, take)?, &Rejection::Unconfirmed)?;
    }
    Ok(())
}

fn recovery_codes<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(accepted(store, sign_up(1)))?;
    for _ in 0..ROUNDS {
        harness.block_on(accepted(store, vec![replace_codes(1, 1)]))?;
        let take = |_| vec![take_code(1, 0, 1)];
        one_is_accepted(&transactions(harness, store, take)?, &Rejection::RecoveryCodeUnknown)?;
    }
    Ok(())
}

fn invitations<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for _ in 0..ROUNDS {
        harness.block_on(accepted(store, vec![Operation::AddInvitation(invitation(1))]))?;
        let take = |_| vec![Operation::TakeInvitation(token(1))];
        one_is_accepted(&transactions(harness, store, take)?, &Rejection::InvitationUnknown)?;
    }
    Ok(())
}

fn first_operator<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    let numbers: Vec<_> = (0..THREADS).collect();
    harness.block_on(sign_up_all(store, &numbers))?;
    for _ in 0..ROUNDS {
        let links = numbers.iter().map(|number| operator_link(*number, OperatorLinkKind::First));
        harness.block_on(accepted(store, links.map(Operation::AddOperatorLink).collect()))?;
        let take = |number| vec![Operation::TakeOperatorLink(token(number)), grant(number, 0)];
        let winner = one_is_accepted(&transactions(harness, store, take)?, &Rejection::OperatorLinkUnknown)?;
        harness.block_on(accepted(store, vec![Operation::RevokeOperator(user(winner))]))?;
    }
    Ok(())
}

fn operators<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(sign_up_all(store, &[0, 1]))?;
    for _ in 0..ROUNDS {
        harness.block_on(accepted(store, vec![grant(0, 0), grant(1, 0)]))?;
        // Even threads are the one operator, odd threads the other.
        let revoke = |number: u8| {
            let (own, other) = (number & 1, !number & 1);
            vec![Operation::RequireOperator(user(own)), Operation::RevokeOperator(user(other))]
        };
        one_is_accepted(&transactions(harness, store, revoke)?, &Rejection::NotOperator)?;
        let left = answer("operators", harness.block_on(store.operators()))?.len();
        expect("the number of operators that are left", &left, &1)?;
    }
    Ok(())
}

fn sealing_keys<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let of = |number: u8| {
            let mut key = sealing_key(u32::from(round));
            key.secret = [number; 32];
            key
        };
        let results = transactions(harness, store, |number| vec![Operation::AddSealingKey(of(number))])?;
        let winner = one_is_accepted(&results, &Rejection::KeyTaken)?;
        let keys = answer("sealing_keys", harness.block_on(store.sealing_keys()))?;
        expect("whether the key is the one that was stored", &(keys.first() == Some(&of(winner))), &true)?;
    }
    Ok(())
}

fn session_limit<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    let most = u8::try_from(SESSIONS_PER_ACCOUNT_MAX).unwrap_or(u8::MAX);
    for _ in 0..ROUNDS {
        harness.block_on(async {
            accepted(store, sign_up(0)).await?;
            accepted(store, (1..most.saturating_sub(1)).map(|number| insert_session(number, 0, 0)).collect())
                .await
        })?;
        let new = |number: u8| {
            let session = session(number.saturating_add(100), 0, 0);
            Session { times: SessionTimes { seen_at: NOW.plus_seconds(1), ..session.times }, ..session }
        };
        let results = transactions(harness, store, |number| vec![Operation::InsertSession(new(number))])?;
        expect("the results", &results, &vec![Ok(()); usize::from(THREADS)])?;
        let listed = answer("sessions", harness.block_on(store.sessions(&user(0), NOW)))?;
        expect("how many sessions remain", &listed.len(), &SESSIONS_PER_ACCOUNT_MAX)?;
        let remaining = |number: &u8| listed.iter().any(|session| session.token == new(*number).token);
        let remaining = (0..THREADS).filter(remaining).count();
        expect("how many new sessions remain", &remaining, &usize::from(THREADS))?;
        harness.block_on(accepted(store, vec![Operation::RemoveAccount(user(0))]))?;
    }
    Ok(())
}

/// One half of the threads renames a credential in a session, and the other half in a transaction that ends the session:
/// the latter is the last one in every order.
fn required_session<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        harness.block_on(accepted(store, sign_up(round)))?;
        let results = transactions(harness, store, |number| {
            if number < THREADS / 2 {
                vec![require(round, round), rename(round, round, "in the session")]
            } else {
                vec![Operation::EndSession(token(round)), rename(round, round, "after the session")]
            }
        })?;
        let unexpected =
            results.into_iter().find(|result| !matches!(result, Ok(()) | Err(Rejection::SessionOver)));
        expect("another result", &unexpected, &None)?;
        let found = harness.block_on(store.credential(&id(&[round; 16]), Evidence::Omit));
        let label = answer("credential", found)?.map(|credential| credential.label);
        expect("the last label", &label.as_deref(), &Some("after the session"))?;
    }
    Ok(())
}

fn removed_account<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    for round in 0..ROUNDS {
        let session = |number: u8| number.saturating_add(100);
        harness.block_on(accepted(store, sign_up(round)))?;
        let results = transactions(harness, store, |number| match number {
            0 => vec![insert_credential(100, round)],
            1 => vec![insert_session(session(1), round, round)],
            2 => vec![confirm(key(round, "act", 1), round)],
            3 => vec![require(round, round), insert_credential(101, round)],
            _ => vec![Operation::RemoveAccount(user(round))],
        })?;
        let removed = results.iter().skip(4).filter(|result| result.is_ok()).count();
        expect("how many removals were accepted", &removed, &1)?;
        harness.block_on(async {
            let listed = answer("credentials", store.credentials(&user(round), Evidence::Omit).await)?;
            expect("the credentials of a removed account", &listed, &Vec::new())?;
            for number in [100, 101] {
                let found = answer("credential", store.credential(&id(&[number; 16]), Evidence::Omit).await)?;
                expect("a credential of a removed account", &found, &None)?;
            }
            for number in [round, session(1)] {
                let found = answer("session", store.session(&token(number)).await)?;
                expect("a session of a removed account", &found, &None)?;
            }
            let elsewhere = is_confirmed_elsewhere(store, round, &["act"], None, NOW).await?;
            expect("whether a removed account confirmed", &elsewhere, &false)
        })?;
    }
    Ok(())
}

fn removed_credential<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(accepted(store, sign_up(1)))?;
    for _ in 0..ROUNDS {
        harness.block_on(accepted(store, vec![insert_credential(2, 1)]))?;
        let session = |number: u8| number.saturating_add(100);
        let results = transactions(harness, store, |number| {
            if number == 0 {
                vec![remove_credential(2, 1)]
            } else {
                vec![insert_session(session(number), 1, 2)]
            }
        })?;
        expect("the removal", &results.first(), &Some(&Ok(())))?;
        for number in 1..THREADS {
            let found = harness.block_on(store.session(&token(session(number))));
            expect("a session of a removed credential", &answer("session", found)?, &None)?;
        }
    }
    Ok(())
}

fn opposite_order<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    harness.block_on(sign_up_all(store, &[1, 2, 3]))?;
    for round in 0..ROUNDS {
        let touch = |number: u8| Operation::TouchSession {
            token: token(number),
            seen_at: NOW.plus_seconds(i64::from(round)),
            idle_at: NOW.plus_seconds(1000),
            verified_at: None,
        };
        let results = transactions(harness, store, |number| {
            let label = format!("{round} {number}");
            let mut operations = vec![
                touch(1),
                rename(1, 1, &label),
                touch(2),
                rename(2, 2, &label),
                touch(3),
                rename(3, 3, &label),
            ];
            if number % 2 == 0 {
                operations.reverse();
            }
            operations
        })?;
        expect("the results", &results, &vec![Ok(()); usize::from(THREADS)])?;
        let label = |number: u8| {
            let found = harness.block_on(store.credential(&id(&[number; 16]), Evidence::Omit));
            Ok::<_, String>(answer("credential", found)?.map(|credential| credential.label))
        };
        // All three are of the transaction that was the last.
        expect("the second label", &label(2)?, &label(1)?)?;
        expect("the third label", &label(3)?, &label(1)?)?;
    }
    Ok(())
}
