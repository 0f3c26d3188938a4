//! A store of any type, so that neither handlers nor extractors name it.

use std::{pin::Pin, sync::Arc};

use countersign::Timestamp;
use countersign::store::{
    Account, ApplicationStore, Confirmation, ConfirmationKey, Evidence, Invitation, Operation,
    RecoveryStatus, Rejection, Session, StoredCredential, StoredSealingKey, TokenHash,
};
use countersign::types::{CredentialId, UserHandle};

use crate::{failure::Failure, observation::observe, observer::Observer};

/// The future of an operation.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A store whose operations are observed.
pub(crate) struct ObservedStore {
    pub(crate) store: Arc<dyn AnyStore>,
    pub(crate) observer: Arc<dyn Observer>,
}

macro_rules! any_store {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        /// An [`ApplicationStore`] as an object. The methods are its methods.
        #[expect(clippy::elidable_lifetime_names, reason = "some of the methods have arguments that need the name")]
        pub(crate) trait AnyStore: Send + Sync {
            $(fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $answer>;)+
        }

        #[expect(clippy::elidable_lifetime_names, reason = "some of the methods have arguments that need the name")]
        impl<S: ApplicationStore> AnyStore for S {
            $(
                fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $answer> {
                    Box::pin(async move {
                        ApplicationStore::$name(self, $($argument),*).await.map_err(Failure::new)
                    })
                }
            )+
        }

        #[expect(clippy::elidable_lifetime_names, reason = "some of the methods have arguments that need the name")]
        impl AnyStore for ObservedStore {
            $(
                fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $answer> {
                    let answer = self.store.$name($($argument),*);
                    Box::pin(observe(&*self.observer, stringify!($name), answer))
                }
            )+
        }
    };
}

any_store! {
    fn transact(operations: Vec<Operation>, now: Timestamp) -> Result<(), Rejection>;
    fn account(handle: &'a UserHandle) -> Option<Account>;
    fn account_by_name(name_key: &'a str) -> Option<Account>;
    fn is_or_was_account(handle: &'a UserHandle, now: Timestamp) -> bool;
    fn credential(id: &'a CredentialId, evidence: Evidence) -> Option<StoredCredential>;
    fn credentials(owner: &'a UserHandle, evidence: Evidence) -> Vec<StoredCredential>;
    fn session(token: &'a TokenHash) -> Option<Session>;
    fn sessions(account: &'a UserHandle, now: Timestamp) -> Vec<Session>;
    fn confirmation(key: &'a ConfirmationKey, now: Timestamp) -> Option<Confirmation>;
    fn credential_ids_unless_confirmed(
        account: &'a UserHandle, acts: &'a [String], browser: Option<&'a TokenHash>, now: Timestamp
    ) -> Option<Vec<CredentialId>>;
    fn recovery_status(account: &'a UserHandle) -> Option<RecoveryStatus>;
    fn has_recovery_code(account: &'a UserHandle, code: &'a TokenHash) -> bool;
    fn invitation(code: &'a TokenHash, now: Timestamp) -> Option<Invitation>;
    fn sealing_keys() -> Vec<StoredSealingKey>;
}
