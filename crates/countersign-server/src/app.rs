//! The application: everything that a server consists of but HTTP.

use std::{future, sync::Arc, time::Duration};

use countersign::{RelyingParty, Timestamp};

use crate::{
    accounts::Accounts, ceremony::ceremonies::Ceremonies, clock, config::Config, credentials::Credentials,
    metadata::service::MetadataService, relying_party::RelyingParties, sessions::Sessions,
    start_error::StartError, store::Store, store_error::StoreError,
};

/// How often a server checks that its database file is still there; each write checks as well.
const PRESENCE_CHECK_EVERY: Duration = Duration::from_secs(30);

/// The application of a server.
pub(crate) struct App {
    pub(crate) accounts: Accounts,
    pub(crate) ceremonies: Ceremonies,
    pub(crate) credentials: Credentials,
    pub(crate) sessions: Sessions,
    /// The metadata of authenticator models, if it is configured.
    pub(crate) metadata: Option<Arc<MetadataService>>,
    /// The relying party that registers and signs in.
    pub(crate) relying_party: Arc<RelyingParty>,
    /// The accepted values of the `Origin` header.
    pub(crate) origins: Vec<String>,
    store: Store,
}

impl App {
    /// Builds the application for these origins. Reads the metadata once, and opens the database.
    pub(crate) fn build(config: &Config, origins: Vec<String>) -> Result<Self, StartError> {
        config.check_database()?;
        let start = |metadata| MetadataService::start(metadata, &config.database, clock::now()).map(Arc::new);
        let metadata = config.metadata.as_ref().map(start).transpose()?;
        let parties = RelyingParties::build(config, &origins, metadata.as_deref())?;
        parties.log_warnings();
        let store = Store::open(&config.database)?;
        if let Some(passkeys) = Store::of_other_relying_party(&config.database, &config.rp_id)? {
            tracing::warn!(
                unusable = passkeys.unusable,
                total = passkeys.total,
                found = passkeys.found,
                configured = passkeys.configured,
                "passkeys in the database can't be used: they were registered with another RP ID"
            );
        }
        let relying_party = parties.accounts.clone();
        Ok(Self {
            accounts: Accounts::new(store.clone()),
            ceremonies: Ceremonies::new(parties, store.clone(), metadata.clone(), config.unknown_signals),
            credentials: Credentials::new(store.clone(), relying_party.clone(), metadata.clone()),
            sessions: Sessions::new(store.clone()),
            metadata,
            relying_party,
            origins,
            store,
        })
    }

    /// Fails if a server with this configuration could not run, or could not accept the passkeys in its database. Its
    /// addresses are not checked. Creates no file, and stores or fetches no metadata.
    pub(crate) fn check(config: &Config) -> Result<(), StartError> {
        config.check_database()?;
        let check = |metadata| MetadataService::check(metadata, &config.database, clock::now());
        let metadata = config.metadata.as_ref().map(check).transpose()?;
        RelyingParties::build(config, &config.origins(config.port()), metadata.as_ref())?;
        match Store::of_other_relying_party(&config.database, &config.rp_id)? {
            Some(passkeys) => Err(StartError::OtherRelyingParty(passkeys)),
            None => Ok(()),
        }
    }

    /// Whether a registration could be judged at its end.
    pub(crate) fn can_register(&self, now: Timestamp) -> bool {
        self.metadata.as_deref().is_none_or(|metadata| metadata.can_judge(now))
    }

    /// Fails if the database file was deleted or replaced since it was opened.
    pub(crate) fn check_database(&self) -> Result<(), StoreError> {
        self.store.check_presence()
    }

    /// Watches the source of the metadata, and the database file. Never returns.
    pub(crate) async fn watch(&self) {
        let metadata = async {
            match &self.metadata {
                Some(metadata) => metadata.watch().await,
                None => future::pending().await,
            }
        };
        let database = async {
            loop {
                tokio::time::sleep(PRESENCE_CHECK_EVERY).await;
                // Logs the outcome itself.
                let _ = self.check_database();
            }
        };
        tokio::join!(metadata, database);
    }
}
