//! The application: everything that a server consists of but HTTP.

use std::path::{Path, PathBuf};
use std::{future, sync::Arc, time::Duration};

use countersign_axum::Passkeys;
use countersign_store::Database;

use crate::{
    auth::login::Login, clock, config::Config, metadata::service::MetadataService, metrics::Metrics,
    models::ServerModels, relying_party, start_error::StartError,
};

/// How often a server checks that its database is still there.
const PRESENCE_CHECK_EVERY: Duration = Duration::from_secs(30);

/// The time limit for a read of the database, after which a server is not ready: load balancers wait for a few seconds.
const READ_PATIENCE: Duration = Duration::from_secs(2);

/// Why requests should go to another server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReady {
    /// The database can't be read, or its file was deleted or replaced.
    Database,
    /// Attestation is required, and there is no metadata yet.
    Metadata,
}

/// The application of a server.
pub(crate) struct App {
    /// Accounts, sign-ins, sessions and their routes.
    pub(crate) passkeys: Passkeys,
    /// What other applications need of it.
    pub(crate) login: Arc<Login>,
    /// The metadata of authenticator models, if it is configured.
    pub(crate) metadata: Option<Arc<MetadataService>>,
    pub(crate) metrics: Metrics,
    /// The accepted values of the `Origin` header.
    pub(crate) origins: Vec<String>,
    database: Database,
}

impl App {
    /// Builds the application for these origins. Reads the metadata once, and opens the database.
    pub(crate) async fn build(config: &Config, origins: Vec<String>) -> Result<Self, StartError> {
        let stored_at = metadata_path(config);
        let start = |metadata| MetadataService::start(metadata, &stored_at, clock::now()).map(Arc::new);
        let metadata = config.metadata.as_ref().map(start).transpose()?;
        let party = relying_party::builder(config, &origins, metadata.as_deref());
        // Before the database is created.
        party.clone().build().map_err(StartError::RelyingParty)?;
        let login = Arc::new(Login::new(config, &origins)?);
        let database = Database::open(&config.database).await?;
        let metrics = Metrics::new(&database, metadata.clone());
        let mut builder = Passkeys::builder(party, database.clone())
            .observer(metrics.events.clone())
            .models(ServerModels::new(metadata.clone()))
            .unknown_signals(config.unknown_signals)
            .sign_up(config.sign_up);
        if let Some(domain) = &login.cookie_domain {
            builder = builder.cookie_domain(domain.as_str());
        }
        let passkeys = builder.build().map_err(StartError::RelyingParty)?;
        for warning in passkeys.relying_party().warnings() {
            tracing::warn!(%warning, "the configuration is probably not meant like this");
        }
        if let Some(passkeys) = database.credentials_of_other_rp_ids(&config.rp_id).await? {
            tracing::warn!(
                unusable = passkeys.unusable,
                total = passkeys.total,
                found = passkeys.found,
                configured = passkeys.configured,
                "passkeys in the database can't be used: they were registered with another RP ID"
            );
        }
        Ok(Self { passkeys, login, metadata, metrics, origins, database })
    }

    /// Fails if a server with this configuration could not run, or could not accept the passkeys in its database. Its
    /// addresses are not checked. Creates no file, and stores or fetches no metadata.
    pub(crate) async fn check(config: &Config) -> Result<(), StartError> {
        let stored_at = metadata_path(config);
        let check = |metadata| MetadataService::check(metadata, &stored_at, clock::now());
        let metadata = config.metadata.as_ref().map(check).transpose()?;
        let origins = config.origins(config.port());
        let party = relying_party::builder(config, &origins, metadata.as_ref());
        party.build().map_err(StartError::RelyingParty)?;
        Login::new(config, &origins)?;
        Database::check(&config.database).await?;
        match Database::credentials_of_other_rp_ids_at(&config.database, &config.rp_id).await? {
            Some(passkeys) => Err(StartError::OtherRelyingParty(passkeys)),
            None => Ok(()),
        }
    }

    /// Fails if requests should go to another server for now.
    ///
    /// Metadata that is out of date is no reason: that is the same for all servers, and signing in needs none.
    pub(crate) async fn check_ready(&self) -> Result<(), NotReady> {
        if !succeeds_within(READ_PATIENCE, self.database.check_health()).await {
            return Err(NotReady::Database);
        }
        let has_metadata = self.metadata.as_deref().is_none_or(MetadataService::has_what_it_requires);
        if has_metadata { Ok(()) } else { Err(NotReady::Metadata) }
    }

    /// Watches the source of the metadata, and the database. Never returns.
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
                let _ = self.database.check_health().await;
            }
        };
        tokio::join!(metadata, database);
    }
}

async fn succeeds_within<T, E>(limit: Duration, work: impl Future<Output = Result<T, E>>) -> bool {
    tokio::time::timeout(limit, work).await.is_ok_and(|outcome| outcome.is_ok())
}

/// The path from which the names of the metadata's files are derived: that of the database file, or `countersign` in the
/// folder for metadata.
fn metadata_path(config: &Config) -> PathBuf {
    let folder = config.metadata.as_ref().and_then(|metadata| metadata.folder.as_deref());
    match folder {
        Some(folder) => folder.join("countersign"),
        None if config.is_database_a_file() => PathBuf::from(&config.database),
        None => Path::new("countersign").to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_read_that_fails_or_takes_too_long_is_no_success() {
        let limit = Duration::from_millis(50);
        assert!(succeeds_within(limit, future::ready(Ok::<_, ()>(()))).await);
        assert!(!succeeds_within(limit, future::ready(Err::<(), _>(()))).await);
        assert!(!succeeds_within(limit, future::pending::<Result<(), ()>>()).await);
    }
}
