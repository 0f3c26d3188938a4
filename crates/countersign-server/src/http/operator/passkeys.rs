//! A passkey as an operator sees it, with its attestation explained.

use std::sync::Arc;

use countersign::Timestamp;
use countersign::attestation::AnchorList;
use countersign::lifecycle::{Reassessment, Reassessor};
use countersign::record::Standing;
use countersign::store::StoredCredential;
use countersign::types::{Aaguid, CredentialId, enumerations::Transport};
use countersign_axum::{Models as _, algorithm_name};
use serde::Serialize;

use crate::app::App;
use crate::metadata::service::MetadataService;
use crate::models::ServerModels;
use crate::operator::explanation::{Explanation, Facts, explain};

/// A passkey of an account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Passkey {
    id: CredentialId,
    label: String,
    aaguid: Aaguid,
    /// The name of the model, which is a claim unless the attestation proves it.
    model: Option<String>,
    /// The address of the model's icon.
    icon: Option<String>,
    algorithm: String,
    transports: Vec<Transport>,
    backup_eligible: Option<bool>,
    backup_state: bool,
    user_verified: bool,
    sign_count: u32,
    created_at: String,
    last_used_at: Option<String>,
    flag: Option<Flag>,
    attestation: Explanation,
}

/// Why and when a passkey was flagged.
#[derive(Serialize)]
struct Flag {
    reason: String,
    at: String,
}

/// The passkeys with their attestations, judged by today's metadata. It verifies signatures, so call it on a blocking thread.
pub(super) fn explained(app: &App, stored: Vec<StoredCredential>, now: Timestamp) -> Vec<Passkey> {
    let metadata = app.metadata.as_deref().map(MetadataService::metadata);
    let metadata = metadata.filter(|metadata| metadata.blob().is_some());
    let rp = app.passkeys.relying_party();
    let reassessor = match &metadata {
        Some(metadata) => Reassessor::new(rp, metadata.clone()).with_model_policy(metadata.clone()),
        None => Reassessor::new(rp, Arc::new(AnchorList::new([]))),
    };
    let models = ServerModels::new(app.metadata.clone());
    let explained = |stored: StoredCredential| {
        let record = &stored.record;
        let model = models.name(record.aaguid());
        let attestation = reassessor.attestation(record);
        let judged = metadata.is_some().then(|| reassessor.judge(record, now));
        let facts = Facts {
            model: model.as_deref(),
            evidence: record.evidence(),
            attestation: attestation.as_ref(),
            verdict: judged.as_ref().map(Reassessment::verdict),
        };
        let flag = match record.standing() {
            Standing::Active => None,
            Standing::Flagged(flag) => {
                Some(Flag { reason: flag.reason().to_owned(), at: flag.at().to_string() })
            }
        };
        Passkey {
            attestation: explain(&facts),
            icon: models.icon(record.aaguid()),
            model,
            id: record.id().clone(),
            aaguid: record.aaguid(),
            algorithm: algorithm_name(record),
            transports: record.transports().to_vec(),
            backup_eligible: record.backup_eligible(),
            backup_state: record.backup_state(),
            user_verified: record.uv_initialized(),
            sign_count: record.sign_count(),
            created_at: stored.created_at.to_string(),
            last_used_at: stored.last_used_at.map(|at| at.to_string()),
            flag,
            label: stored.label,
        }
    };
    stored.into_iter().map(explained).collect()
}
