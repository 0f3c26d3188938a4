//! The HTTP interface: a JSON API below `/api`, and the page that uses it.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /` `/app.js` `/client.js` `/view.js` `/style.css` `/icon.svg` | | the page, with entity tags and compressed for those that take gzip |
//! | `GET /health` | | `ok`, or 503 if the database file is gone |
//! | `GET /metrics` | | numbers in the text format of Prometheus; not here if they have an address of their own |
//! | `GET /models/{aaguid}/icon` | | a model's picture, where the metadata has one |
//! | `GET /api/session` | | `{"account": {"name", "userHandle"} or null, "rpId"}` |
//! | `DELETE /api/session` | | 204: signed out |
//! | `POST /api/accounts/start` | `{"name"}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/accounts/finish` | `{"ceremony", "response"}` | 201 `{"account"}` and the session's cookie |
//! | `POST /api/sessions/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST /api/sessions/finish` | `{"ceremony", "response"}` | `{"account"}` and the session's cookie |
//! | `GET /api/credentials` | | `{"credentials": […], "metadata"}`, oldest first |
//! | `POST /api/credentials/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/credentials/finish` | `{"ceremony", "response"}` | 201 `{"credential"}` |
//! | `PATCH /api/credentials/{id}` | `{"label"}` | `{"credential"}` |
//! | `DELETE /api/credentials/{id}` | | 204: gone, and the sessions made with it |
//! | `DELETE /api/account` | | 204: gone, with its credentials and sessions |
//!
//! `metadata` is `null` where none is configured, and otherwise `{"number", "nextUpdate", "models", "trouble"}`: what
//! the metadata in use is, `null` where there is none yet, and a word for why newer one is not had or this one is no
//! longer good: `metadata-unreachable`, `metadata-file-unusable`, or one of the words for a refused BLOB.
//!
//! A ceremony can be finished once, whatever comes of it; the second finish is answered `challenge-expired`.
//!
//! An error is `{"error": {"code", "message"}}`: a word that never changes, and a sentence for a person. What a
//! ceremony's response can be refused for are the words of [`countersign::Code`], with status 401 when signing in and
//! 400 when registering (409 for `credential-already-registered`). The others:
//!
//! | status | code |
//! | --- | --- |
//! | 400 | `request-malformed`, `host-missing`, `name-invalid`, `label-invalid` |
//! | 401 | `not-signed-in` |
//! | 403 | `origin-not-allowed` |
//! | 404 | `not-found` |
//! | 405 | `method-not-allowed` |
//! | 409 | `name-taken`, `last-credential`, `too-many-credentials` |
//! | 413 | `body-too-large` |
//! | 415 | `content-type-unsupported` |
//! | 429 | `too-many-requests` |
//! | 500 | `internal-error` |
//! | 503 | `storage-failed`, `metadata-unavailable` |
//!
//! A body is JSON in UTF-8 with content type `application/json`, an object, of 256 KiB at most. A request that changes
//! something and has an `Origin` header must come from an origin that the relying party accepts: with that and the
//! `SameSite` cookie, no other site can act for who is signed in here.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, patch, post},
};
use countersign::{
    AttestedPolicy, Policy, RelyingParty, RelyingPartyBuilder, ResidentKeyRequirement,
    UserVerificationRequirement, types::Timestamp,
};

use crate::{
    Config, StartError, backend,
    ceremony::{Ceremonies, Failure},
    metadata::Knowledge,
    store::Store,
};

mod accounts;
mod assets;
mod body;
mod cookie;
mod credentials;
mod edge;
mod error;
mod log;
mod metrics;
mod models;
mod sessions;
mod signals;
mod signed_in;
mod step_up;

/// The most bytes of a request's body: what the library takes as a response, and its envelope fits in easily since
/// no real response comes near.
const BODY_MAX: usize = 256 * 1024;

/// What all requests share.
struct App {
    ceremonies: Ceremonies,
    /// The accepted values of the `Origin` header.
    origins: Vec<String>,
    cookies: cookie::Cookies,
    /// What is known of authenticators.
    knowledge: Option<Arc<Knowledge>>,
    answers: metrics::Answers,
    /// The page's files.
    assets: assets::Assets,
    /// What every answer has.
    headers: Arc<edge::Headers>,
}

type Shared = Arc<App>;

impl App {
    /// Refuses to start a registration that could not be judged at its end.
    fn can_register(&self, now: Timestamp) -> Result<(), error::ApiError> {
        let can_judge = self.knowledge.as_deref().is_none_or(|knowledge| knowledge.can_judge(now));
        if can_judge { Ok(()) } else { Err(error::ApiError::MetadataUnavailable) }
    }

    /// The answer to a registration that failed.
    fn registration(&self, failure: Failure) -> error::ApiError {
        error::ApiError::registration(&self.ceremonies.relying_party, failure)
    }

    /// The answer to an authentication that failed.
    fn authentication(&self, failure: Failure) -> error::ApiError {
        error::ApiError::authentication(&self.ceremonies.relying_party, failure)
    }
}

/// The routes of a server with this configuration, to be served by other means than [`Server`](crate::Server) or
/// called in tests. Opens the database; listens nowhere. Metadata is read once: it is `Server` that looks after it.
pub fn router(config: &Config) -> Result<Router, StartError> {
    Ok(open(config, config.origins(config.port()))?.routes)
}

/// What a server consists of.
pub(crate) struct Opened {
    /// Everything for the world.
    pub(crate) routes: Router,
    /// What is for the operator: `/health` and `/metrics`.
    pub(crate) operations: Router,
    /// The headers of every answer.
    pub(crate) headers: Arc<edge::Headers>,
    /// What is known of authenticators.
    pub(crate) knowledge: Option<Arc<Knowledge>>,
    /// The database.
    pub(crate) store: Store,
}

/// The relying party of a server with these origins.
fn relying_party(
    config: &Config,
    origins: &[String],
    knowledge: Option<&Knowledge>,
) -> Result<RelyingParty, StartError> {
    let mut builder = RelyingParty::builder(&config.rp_id, &config.rp_name);
    let mut policy = Policy::passkeys();
    if let Some(metadata) = knowledge.and_then(Knowledge::demanded) {
        policy = Policy::attested(AttestedPolicy::new())
            .with_user_verification(UserVerificationRequirement::Required);
        builder = builder.trust_anchors(metadata.clone()).model_policy(metadata);
    }
    // Signing in without a name needs a passkey that its authenticator lists, besides its own check of the user.
    let policy = policy
        .with_resident_key(ResidentKeyRequirement::Required)
        .with_backup_eligibility_change(config.backup_eligibility_change);
    let builder = builder.policy(policy);
    origins
        .iter()
        .fold(builder, RelyingPartyBuilder::origin)
        .verifiers(backend::verifiers())
        .build()
        .map_err(StartError::RelyingParty)
}

/// Says what would keep a server from running, or from accepting the passkeys in its database. Makes no file, listens
/// nowhere, and leaves metadata alone.
pub(crate) fn check(config: &Config) -> Result<(), StartError> {
    config.check_database()?;
    relying_party(config, &config.origins(config.port()), None)?;
    match Store::of_other_relying_party(&config.database, &config.rp_id)? {
        Some(passkeys) => Err(StartError::OtherRelyingParty(passkeys)),
        None => Ok(()),
    }
}

/// Opens a server with these origins.
pub(crate) fn open(config: &Config, origins: Vec<String>) -> Result<Opened, StartError> {
    config.check_database()?;
    let knowledge = Knowledge::load(config, now())?.map(Arc::new);
    let relying_party = relying_party(config, &origins, knowledge.as_deref())?;
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
    let cookies = cookie::Cookies::for_origins(&origins);
    let assets = assets::Assets::new();
    let headers = Arc::new(edge::Headers::new(&origins, assets.version()));
    let ceremonies = Ceremonies {
        step_up: relying_party.clone(),
        relying_party,
        store: store.clone(),
        knowledge: knowledge.clone(),
        unknown_signals: config.unknown_signals,
    };
    let app = Arc::new(App {
        ceremonies,
        origins,
        cookies,
        knowledge: knowledge.clone(),
        answers: metrics::Answers::default(),
        assets,
        headers: headers.clone(),
    });
    let public = if config.metrics_listen.is_some() { health() } else { operations() };
    let routes = finished(public.merge(routes()), &app);
    let for_operator = finished(operations(), &app);
    Ok(Opened { routes, operations: for_operator, headers, knowledge, store })
}

/// The routes with what holds for all of them.
fn finished(routes: Router<Shared>, app: &Shared) -> Router {
    routes
        .fallback(edge::not_found)
        .method_not_allowed_fallback(edge::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), edge::guard))
        .with_state(app.clone())
}

/// Whether the server is well.
fn health() -> Router<Shared> {
    Router::new().route("/health", get(assets::health))
}

/// What is for the operator.
fn operations() -> Router<Shared> {
    health().route("/metrics", get(metrics::metrics))
}

fn routes() -> Router<Shared> {
    assets::Assets::paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(assets::asset)))
        .route("/models/{aaguid}/icon", get(models::icon))
        .route("/api/session", get(sessions::current).delete(sessions::end))
        .route("/api/accounts/start", post(accounts::start))
        .route("/api/accounts/finish", post(accounts::finish))
        .route("/api/account", delete(accounts::remove))
        .route("/api/sessions", get(sessions::list).delete(sessions::end_others))
        .route("/api/sessions/{id}", delete(sessions::end_one))
        .route("/api/sessions/start", post(sessions::start))
        .route("/api/sessions/finish", post(sessions::finish))
        .route("/api/step-up/start", post(step_up::start))
        .route("/api/step-up/finish", post(step_up::finish))
        .route("/api/credentials", get(credentials::list))
        .route("/api/credentials/start", post(credentials::start))
        .route("/api/credentials/finish", post(credentials::finish))
        .route("/api/credentials/{id}", patch(credentials::rename).delete(credentials::remove))
}

/// The time of a request.
fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}
