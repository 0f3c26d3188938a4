//! The application: everything that a server consists of but HTTP.

use std::path::PathBuf;
use std::{future, sync::Arc, time::Duration};

use countersign::RelyingPartyBuilder;
use countersign_axum::{AuditLog, Passkeys, SignUp};
use countersign_store::Database;

use crate::{
    audit,
    audit::config::AuditConfig,
    auth::login::Login,
    clock,
    config::configuration::Config,
    fido_conformance::api::FidoConformance,
    metadata::service::{AttestationRequirement, MetadataService},
    metrics::Metrics,
    models::ServerModels,
    operator::counts::{Counting, Counts},
    relying_party,
    start_error::StartError,
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
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) audit: AuditConfig,
    /// The accepted values of the `Origin` header.
    pub(crate) origins: Vec<String>,
    pub(crate) database: Database,
    /// Who may create an account.
    pub(crate) sign_up: SignUp,
    /// The minutes for which a link to the operator's page can be used.
    pub(crate) operator_link_minutes: u32,
    /// Ceremonies of the last day, for the operator's page.
    pub(crate) counts: Arc<Counts>,
    /// The API for FIDO's conformance tests, if it is on.
    pub(crate) fido_conformance: Option<Arc<FidoConformance>>,
}

impl App {
    /// Builds the application for these origins. Reads the metadata once, and opens the database.
    pub(crate) async fn build(config: &Config, origins: Vec<String>) -> Result<Self, StartError> {
        let metadata = start_metadata(config)?;
        // Before the database is created.
        let prepared = Prepared::new(config, origins, metadata)?;
        let database = Database::open(config.database.as_str()).await?;
        let metrics = Arc::new(Metrics::new(&database));
        let app = prepared.into_app(config, database, metrics, Arc::new(Counts::new(clock::now())))?;
        if let Some(passkeys) = app.database.credentials_of_other_rp_ids(&config.rp_id).await? {
            tracing::warn!(
                unusable = passkeys.unusable,
                total = passkeys.total,
                found = passkeys.found,
                configured = passkeys.configured,
                "passkeys in the database can't be used: they were registered with another RP ID"
            );
        }
        Ok(app)
    }

    /// Builds the application with another configuration and the same database. Metadata whose configuration is the same
    /// stays in use.
    pub(crate) async fn reload(&self, config: &Config, origins: Vec<String>) -> Result<Self, StartError> {
        let is_same = |metadata: &&Arc<MetadataService>| {
            let configured = config.metadata.as_ref();
            configured.is_some_and(|configured| metadata.is_of(configured, requirement(config)))
        };
        let metadata = if let Some(metadata) = self.metadata.as_ref().filter(is_same) {
            Some(metadata.clone())
        } else {
            let config = config.clone();
            let starting = tokio::task::spawn_blocking(move || start_metadata(&config)).await;
            // Fails only after a panic, which the log has.
            starting.map_err(|error| StartError::Interrupted(error.to_string()))??
        };
        Prepared::new(config, origins, metadata)?.into_app(
            config,
            self.database.clone(),
            self.metrics.clone(),
            self.counts.clone(),
        )
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

    /// Watches the database. Never returns.
    pub(crate) async fn watch_database(&self) {
        loop {
            tokio::time::sleep(PRESENCE_CHECK_EVERY).await;
            // Logs the outcome itself.
            let _ = self.database.check_health().await;
        }
    }

    /// Writes the last anchor of the audit log.
    pub(crate) async fn end_audit(&self) {
        if self.audit.is_on
            && let Err(error) = audit::anchor(&self.database, clock::now()).await
        {
            tracing::warn!(%error, "the audit log can't be anchored");
        }
    }

    /// Watches the source of the metadata. Never returns.
    pub(crate) async fn watch_metadata(&self) {
        match &self.metadata {
            Some(metadata) => metadata.watch().await,
            None => future::pending().await,
        }
    }
}

/// What an application is built from besides its database: checked, so that building rarely fails later.
struct Prepared {
    party: RelyingPartyBuilder,
    login: Arc<Login>,
    metadata: Option<Arc<MetadataService>>,
    origins: Vec<String>,
    fido_conformance: Option<Arc<FidoConformance>>,
}

impl Prepared {
    fn new(
        config: &Config,
        origins: Vec<String>,
        metadata: Option<Arc<MetadataService>>,
    ) -> Result<Self, StartError> {
        let party = relying_party::builder(config, &origins, metadata.as_deref());
        party.clone().build().map_err(StartError::RelyingParty)?;
        config.check_operator_page()?;
        let login = Arc::new(Login::new(config, &origins)?);
        let fido_conformance = FidoConformance::new(config, &origins, clock::now())?.map(Arc::new);
        Ok(Self { party, login, metadata, origins, fido_conformance })
    }

    fn into_app(
        self,
        config: &Config,
        database: Database,
        metrics: Arc<Metrics>,
        counts: Arc<Counts>,
    ) -> Result<App, StartError> {
        let Self { party, login, metadata, origins, fido_conformance } = self;
        let mut builder = Passkeys::builder(party, database.clone())
            .observer(Counting { events: metrics.events.clone(), counts: counts.clone() })
            .models(ServerModels::new(metadata.clone()))
            .unknown_signals(config.unknown_signals)
            .sign_up(config.sign_up)
            .audit_log(if config.audit.is_on { AuditLog::On } else { AuditLog::Off });
        if let Some(domain) = &login.cookie_domain {
            builder = builder.cookie_domain(domain.as_str());
        }
        let passkeys = builder.build().map_err(StartError::RelyingParty)?;
        for warning in passkeys.relying_party().warnings() {
            tracing::warn!(%warning, "the configuration is probably not meant like this");
        }
        metrics.use_metadata(metadata.clone());
        let (audit, sign_up) = (config.audit, config.sign_up);
        Ok(App {
            passkeys,
            login,
            metadata,
            metrics,
            audit,
            origins,
            database,
            sign_up,
            operator_link_minutes: config.operator_link_minutes,
            counts,
            fido_conformance,
        })
    }
}

/// Starts the metadata, if it is configured.
fn start_metadata(config: &Config) -> Result<Option<Arc<MetadataService>>, StartError> {
    let stored_at = metadata_path(config);
    let start = |metadata| MetadataService::start(metadata, requirement(config), &stored_at, clock::now());
    Ok(config.metadata.as_ref().map(start).transpose()?.map(Arc::new))
}

/// Whether registrations must be attested.
pub(crate) fn requirement(config: &Config) -> AttestationRequirement {
    let is_required = config.policy.attestation_policy().is_some();
    if is_required { AttestationRequirement::Attested } else { AttestationRequirement::None }
}

async fn succeeds_within<T, E>(limit: Duration, work: impl Future<Output = Result<T, E>>) -> bool {
    tokio::time::timeout(limit, work).await.is_ok_and(|outcome| outcome.is_ok())
}

/// The path from which the names of the metadata's files are derived: that of the database file, or `countersign` in the
/// folder for metadata.
pub(crate) fn metadata_path(config: &Config) -> PathBuf {
    let folder = config.metadata.as_ref().and_then(|metadata| metadata.folder.as_deref());
    match (folder, config.database.path()) {
        (Some(folder), _) => folder.join("countersign"),
        (None, Some(path)) => path.to_owned(),
        (None, None) => PathBuf::from("countersign"),
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
