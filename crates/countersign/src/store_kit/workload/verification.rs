//! What must hold when all workers have ended: all that was acknowledged is there, and nothing else
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

use std::collections::{BTreeMap, BTreeSet};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::application::{ApplicationStore, Evidence};
use crate::store::rows::{SESSIONS_PER_ACCOUNT_MAX, Session, StoredCredential};
use crate::store_kit::harness::{KitOutcome, KitReport, Outcome, answer, expect};
use crate::store_kit::samples::{NOW, id};
use crate::store_kit::workload::log::{Act, Answer, Log};
use crate::store_kit::workload::made::Made;

/// Checks the logs of all workers, with the store that they worked on after the last of them has ended.
pub async fn check<S: ApplicationStore>(logs: &[Log], store: &S) -> KitReport {
    let mut outcomes = Vec::new();
    let mut add = |check, result| outcomes.push(KitOutcome { check, result });
    let history = match History::of(logs, store).await {
        Ok((history, finishes)) => {
            add("a transaction is remembered if and only if it was carried out", finishes);
            history
        }
        Err(error) => {
            add("a transaction is remembered if and only if it was carried out", Err(error));
            return KitReport { outcomes };
        }
    };
    add("each ceremony is finished once", history.ceremonies());
    match history.present(store).await {
        Err(error) => add("the store can be read", Err(error)),
        Ok(present) => {
            add("the accounts are those that were added and not removed", history.accounts(&present));
            add("the credentials are those that were added and not removed", history.credentials(&present));
            add("each account has a credential", each_has_credential(&present));
            add("each counter counts the acknowledged sign-ins", history.counters(&present));
            add("each label was given, and is the only one in its account", history.labels(&present));
            add("the sessions are those that were added and not ended", history.sessions(&present));
        }
    }
    add("each confirmation is taken once", history.confirmations());
    add("each sealing key is added once", history.sealing_keys(store).await);
    KitReport { outcomes }
}

/// The transactions that were carried out.
struct History<'l> {
    done: BTreeMap<Made, &'l Act>,
    finished: Vec<CeremonyId>,
    removed_accounts: BTreeSet<Made>,
    removed_credentials: BTreeSet<Made>,
}

/// An account that is there, by the name that was asked for.
struct Present {
    name: String,
    account: Made,
    credentials: Vec<StoredCredential>,
    sessions: Vec<Session>,
}

impl<'l> History<'l> {
    /// Decides by the remembered finishes which transactions were carried out, and whether they agree with the answers.
    async fn of<S: ApplicationStore>(logs: &'l [Log], store: &S) -> Result<(Self, Outcome), String> {
        let (mut done, mut finished, mut outcome) = (BTreeMap::new(), Vec::new(), Ok(()));
        for (made, entry) in logs.iter().flat_map(Log::transactions) {
            let ceremony = entry.ceremony.id(made);
            let stored = answer("finish", store.finish(&ceremony).await)?;
            let stored = stored.map(|finish| finish.outcome);
            let is_done = stored.as_ref() == Some(&made.outcome());
            let agrees = match &entry.answer {
                Answer::Done => is_done,
                Answer::Rejected(_) => !is_done,
                Answer::FinishedBefore(outcome) => !is_done && stored.as_ref() == Some(outcome),
                Answer::Unknown(_) => true,
            };
            if !agrees {
                let error =
                    format!("{made:?} was answered with {:?}, but {stored:?} is stored", entry.answer);
                outcome = outcome.and(Err(error));
            }
            if is_done || entry.answer == Answer::Done {
                finished.push(ceremony);
                if done.insert(made, &entry.act).is_some() {
                    return Err(format!("two logs have {made:?}"));
                }
            }
        }
        let acts = || done.values().copied();
        let removed_accounts = acts().filter_map(|act| match act {
            Act::RemoveAccount { account } => Some(*account),
            _ => None,
        });
        let removed_credentials = acts().filter_map(|act| match act {
            Act::Remove { credential } => Some(*credential),
            _ => None,
        });
        let (removed_accounts, removed_credentials) =
            (removed_accounts.collect(), removed_credentials.collect());
        Ok((Self { done, finished, removed_accounts, removed_credentials }, outcome))
    }

    fn count(&self, is_it: impl Fn(&Act) -> bool) -> usize {
        self.done.values().filter(|act| is_it(act)).count()
    }

    fn ceremonies(&self) -> Outcome {
        let different: BTreeSet<_> = self.finished.iter().collect();
        expect("how many ceremonies were finished", &self.finished.len(), &different.len())
    }

    /// The names of all accounts that were ever added.
    fn names(&self) -> BTreeSet<&str> {
        let name = |act: &&'l Act| match act {
            Act::SignUp { name } => Some(name.as_str()),
            _ => None,
        };
        self.done.values().filter_map(name).collect()
    }

    async fn present<S: ApplicationStore>(&self, store: &S) -> Result<Vec<Present>, String> {
        let mut present = Vec::new();
        for name in self.names() {
            let Some(account) = answer("account_by_name", store.account_by_name(name).await)? else {
                continue;
            };
            present.push(Present {
                name: name.to_owned(),
                account: Made::of(account.handle.as_bytes()).ok_or("another program wrote to the store")?,
                credentials: answer("credentials", store.credentials(&account.handle, Evidence::Omit).await)?,
                sessions: answer("sessions", store.sessions(&account.handle, NOW).await)?,
            });
        }
        // What has no account must not be there either.
        for made in self.done.keys().filter(|made| self.owner(**made).is_some()) {
            let listed = present.iter().any(|it| it.credentials.iter().any(|it| made_of(it) == Some(*made)));
            let found = store.credential(&id(&made.bytes()), Evidence::Omit).await;
            if answer("credential", found)?.is_some() != listed {
                return Err(format!(
                    "the credential of {made:?} is found, but in no account's list, or the reverse"
                ));
            }
            let listed = present.iter().any(|it| it.account == *made);
            if answer("account", store.account(&made.handle()).await)?.is_some() != listed {
                return Err(format!("the account of {made:?} is found, but not by its name, or the reverse"));
            }
        }
        Ok(present)
    }

    fn accounts(&self, present: &[Present]) -> Outcome {
        let expected: BTreeSet<_> = self
            .done
            .iter()
            .filter_map(|(made, act)| match act {
                Act::SignUp { name } if !self.removed_accounts.contains(made) => Some((name.as_str(), *made)),
                _ => None,
            })
            .collect();
        let found: BTreeSet<_> = present.iter().map(|it| (it.name.as_str(), it.account)).collect();
        expect("the accounts", &found, &expected)?;
        let removals = self.count(|act| matches!(act, Act::RemoveAccount { .. }));
        expect("how many accounts were removed", &removals, &self.removed_accounts.len())
    }

    /// The account that the credential of this transaction was added to.
    fn owner(&self, credential: Made) -> Option<Made> {
        match self.done.get(&credential)? {
            Act::SignUp { .. } => Some(credential),
            Act::Add { account } => Some(*account),
            _ => None,
        }
    }

    /// Whether the credential must be there.
    fn has_credential(&self, credential: Made) -> bool {
        self.owner(credential).is_some_and(|owner| !self.removed_accounts.contains(&owner))
            && !self.removed_credentials.contains(&credential)
    }

    fn credentials(&self, present: &[Present]) -> Outcome {
        let expected: BTreeSet<_> =
            self.done.keys().copied().filter(|made| self.has_credential(*made)).collect();
        let expected: BTreeSet<_> = expected.into_iter().map(|made| (self.owner(made), Some(made))).collect();
        let found: BTreeSet<_> = present
            .iter()
            .flat_map(|it| it.credentials.iter().map(|credential| (Some(it.account), made_of(credential))))
            .collect();
        expect("the credentials", &found, &expected)?;
        let removals = self.count(|act| matches!(act, Act::Remove { .. }));
        expect("how many credentials were removed", &removals, &self.removed_credentials.len())
    }

    fn counters(&self, present: &[Present]) -> Outcome {
        for credential in present.iter().flat_map(|it| &it.credentials) {
            let made = made_of(credential);
            let sign_ins =
                self.count(|act| matches!(act, Act::SignIn { credential, .. } if Some(*credential) == made));
            let counter =
                usize::try_from(credential.record.dynamic_part().sign_count()).unwrap_or(usize::MAX);
            expect(&format!("the counter of {made:?}"), &counter, &sign_ins)?;
        }
        Ok(())
    }

    fn labels(&self, present: &[Present]) -> Outcome {
        for account in present {
            let keys: BTreeSet<_> =
                account.credentials.iter().map(|credential| &credential.label_key).collect();
            expect("how many labels an account has", &keys.len(), &account.credentials.len())?;
            for credential in &account.credentials {
                let made = made_of(credential);
                let is_first = made.is_some_and(|made| credential.label == made.credential(made).label);
                let is_given = |act: &Act| {
                    matches!(act, Act::Rename { credential: renamed, label }
                        if Some(*renamed) == made && *label == credential.label)
                };
                let renamed = self
                    .count(|act| matches!(act, Act::Rename { credential, .. } if Some(*credential) == made));
                let is_right = if renamed == 0 { is_first } else { self.count(is_given) > 0 };
                expect(&format!("whether {:?} was given to {made:?}", credential.label), &is_right, &true)?;
            }
        }
        Ok(())
    }

    fn sessions(&self, present: &[Present]) -> Outcome {
        let ended: BTreeSet<_> = self
            .done
            .values()
            .filter_map(|act| if let Act::End { session } = act { Some(*session) } else { None })
            .collect();
        let ends = self.count(|act| matches!(act, Act::End { .. }));
        expect("how many sessions were ended", &ends, &ended.len())?;
        for account in present {
            let found: BTreeSet<_> =
                account.sessions.iter().filter_map(|session| Made::of(session.token.as_bytes())).collect();
            let added: BTreeSet<_> = self
                .done
                .iter()
                .filter_map(|(made, act)| match act {
                    Act::SignUp { .. } if *made == account.account => Some((*made, *made)),
                    Act::SignIn { account: owner, credential } if *owner == account.account => {
                        Some((*made, *credential))
                    }
                    _ => None,
                })
                .collect();
            let expected: BTreeSet<_> = added
                .iter()
                .filter(|(made, credential)| !ended.contains(made) && self.has_credential(*credential))
                .map(|(made, _)| *made)
                .collect();
            if let Some(wrong) = found.difference(&expected).next() {
                return Err(format!("the session of {wrong:?} is there, which has ended or was never added"));
            }
            let others_ended =
                self.count(|act| matches!(act, Act::EndOthers { account: of } if *of == account.account)) > 0;
            if !others_ended && added.len() <= SESSIONS_PER_ACCOUNT_MAX {
                expect("the sessions of an account", &found, &expected)?;
            }
        }
        Ok(())
    }

    /// A later confirmation replaces one that was not taken.
    fn confirmations(&self) -> Outcome {
        let mut left: BTreeMap<Made, (usize, usize)> = BTreeMap::new();
        for act in self.done.values() {
            match act {
                Act::Confirm { session } => {
                    let (given, _) = left.entry(*session).or_default();
                    *given = given.saturating_add(1);
                }
                Act::Take { session } => {
                    let (_, taken) = left.entry(*session).or_default();
                    *taken = taken.saturating_add(1);
                }
                _ => {}
            }
        }
        let twice = left.iter().find(|(_, (given, taken))| taken > given);
        twice.map_or(Ok(()), |(session, counts)| Err(format!("given and taken in {session:?}: {counts:?}")))
    }

    async fn sealing_keys<S: ApplicationStore>(&self, store: &S) -> Outcome {
        let expected: Vec<_> = self
            .done
            .iter()
            .filter_map(
                |(made, act)| if let Act::AddKey { number } = act { Some((*number, *made)) } else { None },
            )
            .collect();
        let stored = answer("sealing_keys", store.sealing_keys().await)?;
        expect("how many sealing keys there are", &stored.len(), &expected.len())?;
        let lost = expected.iter().find(|(number, made)| !stored.contains(&made.sealing_key(*number)));
        expect("a sealing key that is lost", &lost, &None)
    }
}

fn each_has_credential(present: &[Present]) -> Outcome {
    let without = present.iter().find(|it| it.credentials.is_empty()).map(|it| it.account);
    expect("an account without a credential", &without, &None)
}

fn made_of(credential: &StoredCredential) -> Option<Made> {
    Made::of(credential.record.id().as_bytes())
}
