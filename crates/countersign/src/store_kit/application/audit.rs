//! Checks of the audit log: a row is stored with its act or not at all, and what is stored is verified
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use countersign_types::Timestamp;

use crate::store::application::ApplicationStore;
use crate::store::audit::entry::{AuditActor, AuditEntry, AuditKind, AuditSource};
use crate::store::audit::row::{AUDIT_KEPT_SECONDS_MIN, AuditQuery, AuditRow};
use crate::store::audit::verifier::{AuditExtent, AuditVerifier};
use crate::store::operation::{Operation, Rejection};
use crate::store_kit::at_once::{ROUNDS, THREADS, at_once};
use crate::store_kit::harness::{Outcome, StoreHarness, answer, checks, expect, on_empty};
use crate::store_kit::rows::{accepted, judged, rejected, sign_up, sign_up_all, transact};
use crate::store_kit::samples::{NOW, id, user};

checks! {
    ApplicationStore:
    "an audit row comes back whole" => (|harness| on_empty(harness, whole)),
    "an audit row needs its account" => (|harness| on_empty(harness, own_account)),
    "a rejected transaction leaves no audit row and no gap" => (|harness| on_empty(harness, no_gap)),
    "the pseudonym of an account goes with it" => (|harness| on_empty(harness, pseudonyms)),
    "audit rows are read in the order of the query" => (|harness| on_empty(harness, queries)),
    "old audit rows are removed, and the others are verified" => (|harness| on_empty(harness, pruned)),
    "audit rows of transactions at once are verified" => (|harness| { let store = harness.empty(); crowded(harness, &store) }),
    "audit rows survive a crash" => survivors,
}

fn entry(kind: AuditKind) -> AuditEntry {
    AuditEntry::new(kind, AuditActor::User)
}

/// An entry about an account.
fn of(owner: u8, kind: AuditKind) -> Operation {
    Operation::Audit(Box::new(entry(kind).with_account(user(owner))))
}

/// All rows in the order of their chains, a few at a time.
async fn all<S: ApplicationStore>(store: &S) -> Result<Vec<AuditRow>, String> {
    let (mut rows, mut after) = (Vec::<AuditRow>::new(), None);
    loop {
        let page = answer("audit_rows", store.audit_rows(&AuditQuery::Chains { after }, 3).await)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = Some((last.chain, last.number));
        rows.extend(page);
    }
}

/// That the rows are verified, and have these kinds in any order.
async fn verified<S: ApplicationStore>(store: &S, expected: &[AuditKind]) -> Result<Vec<AuditRow>, String> {
    let rows = all(store).await?;
    let mut verifier = AuditVerifier::new(AuditExtent::Whole);
    for row in &rows {
        verifier.note(row);
    }
    let checked = rows.iter().try_for_each(|row| verifier.check(row));
    checked.and_then(|()| verifier.finish()).map_err(|fault| fault.to_string())?;
    let mut kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
    let mut expected: Vec<_> = expected.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    expected.sort_unstable();
    expect("the kinds of all rows", &kinds, &expected)?;
    Ok(rows)
}

async fn whole<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let v6 = AuditSource { address: "2001:db8::1".parse().ok(), trace_id: None };
    let v4 = AuditSource { address: "192.0.2.1".parse().ok(), trace_id: Some([4; 16]) };
    let entries = [
        entry(AuditKind::SignedIn)
            .with_account(user(1))
            .with_credential(id(&[1; 16]))
            .with_session([7; 32])
            .with_source(v4),
        AuditEntry::new(AuditKind::KeysRotated, AuditActor::Operator).with_source(v6),
        entry(AuditKind::DataExported).with_account(user(1)),
        AuditEntry::new(AuditKind::InvitationMade, AuditActor::Operator).with_credential(id(&[1; 16])),
    ];
    let operations = entries.iter().cloned().map(|entry| Operation::Audit(Box::new(entry))).collect();
    accepted(store, operations).await?;
    let pseudonym = answer("pseudonym", store.pseudonym(&user(1)).await)?;
    expect("whether the account has a pseudonym", &pseudonym.is_some(), &true)?;
    let rows = verified(store, &entries.each_ref().map(|entry| entry.kind)).await?;
    for (number, (row, entry)) in (1..).zip(rows.iter().zip(&entries)) {
        let account = pseudonym.filter(|_| entry.account.is_some());
        let credential = account.zip(entry.credential.as_ref());
        let expected = AuditRow {
            chain: row.chain,
            number,
            at: NOW,
            kind: entry.kind.as_str().to_owned(),
            actor: entry.actor.as_str().to_owned(),
            account,
            credential: credential.map(|(account, id)| account.credential_hash(id)),
            session: entry.session,
            source: entry.source,
            listed: Vec::new(),
            previous: row.previous,
            hash: row.hash,
        };
        expect(&format!("row {number}"), row, &expected)?;
    }
    Ok(())
}

async fn own_account<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    rejected(store, vec![of(2, AuditKind::SignedIn)], Rejection::Missing).await?;
    let removed = vec![Operation::RemoveAccount(user(1)), of(1, AuditKind::AccountRemoved)];
    rejected(store, removed, Rejection::Missing).await?;
    let mut created = sign_up(2);
    created.push(of(2, AuditKind::AccountCreated));
    accepted(store, created).await?;
    accepted(store, vec![of(1, AuditKind::AccountRemoved), Operation::RemoveAccount(user(1))]).await?;
    verified(store, &[AuditKind::AccountCreated, AuditKind::AccountRemoved]).await.map(drop)
}

async fn no_gap<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    for _ in 0..3 {
        accepted(store, vec![of(1, AuditKind::SignedIn)]).await?;
        let removed =
            vec![of(1, AuditKind::DataExported), Operation::AnchorAudit, Operation::RemoveAccount(user(9))];
        rejected(store, removed, Rejection::Missing).await?;
    }
    accepted(store, vec![Operation::AnchorAudit]).await?;
    let kinds = [AuditKind::SignedIn, AuditKind::SignedIn, AuditKind::SignedIn, AuditKind::Anchor];
    verified(store, &kinds).await.map(drop)
}

async fn pseudonyms<S: ApplicationStore>(store: &S) -> Outcome {
    let pseudonym = async |number| answer("pseudonym", store.pseudonym(&user(number)).await);
    expect("the pseudonym of no account", &pseudonym(1).await?, &None)?;
    sign_up_all(store, &[1, 2]).await?;
    let first = pseudonym(1).await?;
    expect("whether two accounts share a pseudonym", &(first == pseudonym(2).await?), &false)?;
    expect("the pseudonym that is read again", &pseudonym(1).await?, &first)?;
    accepted(store, vec![of(1, AuditKind::AccountRemoved), Operation::RemoveAccount(user(1))]).await?;
    expect("the pseudonym of a removed account", &pseudonym(1).await?, &None)?;
    let listed = answer("audit_rows", store.audit_rows(&AuditQuery::NewestOf(user(1)), 9).await)?;
    expect("the number of rows of a removed account", &listed.len(), &0)?;
    sign_up_all(store, &[1]).await?;
    expect("whether a pseudonym is given again", &(pseudonym(1).await? == first), &false)?;
    verified(store, &[AuditKind::AccountRemoved]).await.map(drop)
}

async fn queries<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1, 2]).await?;
    let acts = [(1, AuditKind::SignedIn), (2, AuditKind::Confirmed), (1, AuditKind::AccountRenamed)];
    for (seconds, (owner, kind)) in (0..).zip(acts) {
        judged(store, vec![of(owner, kind)], NOW.plus_seconds(seconds), Ok(())).await?;
    }
    let listed = async |query, limit| {
        let rows = answer("audit_rows", store.audit_rows(&query, limit).await)?;
        Ok::<_, String>(rows.into_iter().map(|row| row.kind).collect::<Vec<_>>())
    };
    let words = |kinds: &[AuditKind]| kinds.iter().map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>();
    let [(_, first), (_, second), (_, third)] = acts;
    for (query, limit, expected) in [
        (AuditQuery::Newest, 9, &[third, second, first][..]),
        (AuditQuery::Newest, 2, &[third, second]),
        (AuditQuery::Oldest, 9, &[first, second, third]),
        (AuditQuery::Oldest, 1, &[first]),
        (AuditQuery::NewestOf(user(1)), 9, &[third, first]),
        (AuditQuery::NewestOf(user(1)), 1, &[third]),
        (AuditQuery::NewestOf(user(2)), 9, &[second]),
        (AuditQuery::NewestOf(user(3)), 9, &[]),
    ] {
        let what = format!("the rows of {query:?}");
        expect(&what, &listed(query, limit).await?, &words(expected))?;
    }
    Ok(())
}

async fn pruned<S: ApplicationStore>(store: &S) -> Outcome {
    sign_up_all(store, &[1]).await?;
    let day = |number: i64| NOW.plus_seconds(number.saturating_mul(24 * 60 * 60));
    let write = async |operation: Operation, at: Timestamp| judged(store, vec![operation], at, Ok(())).await;
    for number in 0..6 {
        write(of(1, AuditKind::SignedIn), day(number)).await?;
    }
    write(Operation::AnchorAudit, day(6)).await?;
    let before = |at: Timestamp| Operation::PruneAudit { before: at };
    // None is old enough, whatever the caller says.
    write(before(day(6)), day(0).plus_seconds(AUDIT_KEPT_SECONDS_MIN)).await?;
    let mut kinds = vec![AuditKind::SignedIn; 6];
    kinds.extend([AuditKind::Anchor, AuditKind::Pruned]);
    verified(store, &kinds).await?;
    write(before(day(3)), day(10)).await?;
    kinds.drain(..3);
    kinds.push(AuditKind::Pruned);
    let rows = verified(store, &kinds).await?;
    expect("whether a row is older", &rows.iter().any(|row| row.at < day(3)), &false)?;
    write(of(1, AuditKind::Confirmed), day(11)).await?;
    // The rows that say how the chains began are removed too.
    write(before(day(11)), day(20)).await?;
    verified(store, &[AuditKind::Confirmed, AuditKind::Pruned]).await?;
    write(before(day(20)), day(30)).await?;
    verified(store, &[AuditKind::Pruned, AuditKind::Pruned]).await.map(drop)
}

fn crowded<H: StoreHarness<Store: ApplicationStore>>(harness: &H, store: &H::Store) -> Outcome {
    let accounts: Vec<_> = (0..THREADS).collect();
    harness.block_on(sign_up_all(store, &accounts))?;
    at_once(harness, async |number| {
        for _ in 0..ROUNDS {
            let entry = of(number, AuditKind::SignedIn);
            transact(store, vec![entry.clone()]).await?.map_err(|error| error.to_string())?;
            let gone = vec![entry, Operation::RemoveAccount(user(99))];
            if transact(store, gone).await?.is_ok() {
                return Err("an account that does not exist was removed".to_owned());
            }
        }
        transact(store, vec![Operation::AnchorAudit]).await?.map_err(|error| error.to_string())
    })?;
    let rows = usize::from(THREADS).saturating_mul(usize::from(ROUNDS));
    let mut kinds = vec![AuditKind::SignedIn; rows];
    kinds.extend(accounts.iter().map(|_| AuditKind::Anchor));
    harness.block_on(verified(store, &kinds)).map(drop)
}

fn survivors<H: StoreHarness<Store: ApplicationStore>>(harness: &mut H) -> Outcome {
    let mut store = harness.empty();
    harness.block_on(sign_up_all(&store, &[1]))?;
    let mut kinds = Vec::new();
    for _ in 0..3 {
        harness.block_on(accepted(&store, vec![of(1, AuditKind::SignedIn)]))?;
        harness.block_on(accepted(&store, vec![Operation::AnchorAudit]))?;
        kinds.extend([AuditKind::SignedIn, AuditKind::Anchor]);
        store = harness.crash(store);
        harness.block_on(verified(&store, &kinds))?;
    }
    // Another process continues with a chain of its own, and lists the others.
    harness.block_on(async {
        accepted(&store, vec![Operation::AnchorAudit]).await?;
        kinds.push(AuditKind::Anchor);
        let rows = verified(&store, &kinds).await?;
        let mut chains: Vec<_> = rows.iter().map(|row| row.chain).collect();
        chains.dedup();
        let newest = rows.iter().filter(|row| row.kind == AuditKind::Anchor.as_str());
        let listed = newest.map(|row| row.listed.len().saturating_add(1)).max().unwrap_or_default();
        expect("the number of chains that the last anchor speaks for", &listed, &chains.len())
    })
}
