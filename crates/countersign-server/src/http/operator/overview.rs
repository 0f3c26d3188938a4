//! What an operator sees of all accounts together: ceremonies over time, authenticator models, and the metadata in use.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use countersign::types::Aaguid;
use countersign_axum::Models as _;
use countersign_metadata::Blob;
use serde::Serialize;

use super::super::site::{Shared, Site};
use super::access::Seeing;
use super::assessment::RunningShown;
use super::body::json;
use super::error::Answer;
use crate::metadata::config::MetadataSource;
use crate::metadata::current::CurrentMetadata;
use crate::metadata::last_change::{ChangedModel, LastChange};
use crate::metadata::service::MetadataService;
use crate::models::ServerModels;
use crate::operator::models::ModelCount;
use crate::operator::operations::Operator;
use crate::operator::work::CountedModels;

/// Ceremonies of the last day in this instance, by kind and outcome.
pub(super) async fn counts(State(site): State<Shared>, _: Seeing) -> Answer {
    json(StatusCode::OK, &site.app.counts.shown(site.app.passkeys.now()))
}

/// A model in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    aaguid: Aaguid,
    name: Option<String>,
    /// The latest status in the metadata; `None` if it does not have the model.
    status: Option<String>,
    passkeys: u64,
    flagged: u64,
    last_used_at: Option<String>,
}

/// The passkeys of each model, as the authenticators claim it.
pub(super) async fn models(State(site): State<Shared>, _: Seeing) -> Answer {
    #[derive(Serialize)]
    struct Body {
        running: Option<RunningShown>,
        at: Option<String>,
        models: Vec<Model>,
        others: Option<u64>,
        unreadable: Option<u64>,
        failure: Option<&'static str>,
    }
    let task = site.work.models(&Operator::of(site.app.database.clone()));
    let latest = task.latest.as_ref();
    let body = Body {
        running: task.running.as_ref().map(RunningShown::new),
        at: latest.map(|counted| counted.at.to_string()),
        models: latest.map(|counted| shown(&site, counted)).unwrap_or_default(),
        others: latest.map(|counted| counted.others.passkeys),
        unreadable: latest.map(|counted| counted.unreadable),
        failure: task.failure,
    };
    json(StatusCode::OK, &body)
}

/// The models, those with the most passkeys first.
fn shown(site: &Site, counted: &CountedModels) -> Vec<Model> {
    let (names, now) = (ServerModels::new(site.app.metadata.clone()), site.app.passkeys.now());
    let blob = site.app.metadata.as_deref().and_then(|metadata| metadata.current().blob());
    let status = |aaguid| {
        let report = blob.as_deref()?.entry(aaguid)?.current_report(now)?;
        Some(report.status.as_str().to_owned())
    };
    let model = |(aaguid, count): &(Aaguid, ModelCount)| Model {
        aaguid: *aaguid,
        name: names.name(*aaguid),
        status: status(*aaguid),
        passkeys: count.passkeys,
        flagged: count.flagged,
        last_used_at: count.last_used_at.map(|at| at.to_string()),
    };
    let mut models: Vec<_> = counted.models.iter().map(model).collect();
    models.sort_by_key(|model| core::cmp::Reverse(model.passkeys));
    models
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeShown {
    from: u64,
    to: u64,
    at: String,
    models: Vec<ChangedModelShown>,
    left_out: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangedModelShown {
    key: String,
    name: Option<String>,
    changes: Vec<String>,
    /// Whether a status changed, or the model was added or removed.
    status: bool,
    /// How many passkeys of the model were counted last; `None` if they were not counted yet.
    passkeys: Option<u64>,
}

/// The metadata in use, and what its last change means for the stored passkeys.
pub(super) async fn metadata(State(site): State<Shared>, _: Seeing) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        source: Option<String>,
        number: Option<u64>,
        next_update: Option<String>,
        models: Option<usize>,
        used_since: Option<String>,
        checked_at: Option<String>,
        /// The code of the current problem, if there is one.
        problem: Option<&'static str>,
        change: Option<ChangeShown>,
    }
    let (service, now) = (site.app.metadata.as_deref(), site.app.passkeys.now());
    let current = service.map(MetadataService::current);
    let blob = current.and_then(CurrentMetadata::blob);
    let body = Body {
        source: service.map(|service| source(service.source())),
        number: blob.as_deref().map(Blob::number),
        next_update: blob.as_deref().map(|blob| blob.next_update().to_string()),
        models: blob.as_deref().map(|blob| blob.entries().len()),
        used_since: current.filter(|_| blob.is_some()).map(|current| current.used_since().to_string()),
        checked_at: current.and_then(CurrentMetadata::checked_at).map(|at| at.to_string()),
        problem: current.and_then(|current| current.problem(now)),
        change: current.and_then(CurrentMetadata::last_change).map(|change| changed(&site, &change)),
    };
    json(StatusCode::OK, &body)
}

fn source(source: &MetadataSource) -> String {
    match source {
        MetadataSource::File(path) => path.display().to_string(),
        #[cfg(feature = "fetch")]
        MetadataSource::Url(config) => config.url.clone(),
    }
}

/// The change, with the passkeys of each model. The models with passkeys come first.
fn changed(site: &Site, change: &LastChange) -> ChangeShown {
    let counted = site.work.models(&Operator::of(site.app.database.clone())).latest;
    let passkeys: Option<HashMap<Aaguid, u64>> = counted
        .map(|counted| counted.models.iter().map(|(aaguid, count)| (*aaguid, count.passkeys)).collect());
    let of = |model: &ChangedModel| {
        let counted = passkeys.as_ref()?;
        Some(model.aaguid.and_then(|aaguid| counted.get(&aaguid)).copied().unwrap_or_default())
    };
    let shown = |model: &ChangedModel| ChangedModelShown {
        key: model.key.clone(),
        name: model.name.clone(),
        changes: model.changes.clone(),
        status: model.is_status,
        passkeys: of(model),
    };
    let mut models: Vec<_> = change.models.iter().map(shown).collect();
    models.sort_by_key(|model| core::cmp::Reverse((model.passkeys, model.status)));
    let left_out = change.left_out;
    ChangeShown { from: change.from, to: change.to, at: change.at.to_string(), models, left_out }
}
