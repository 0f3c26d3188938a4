//! The authenticator models that FIDO's tests use: metadata statements in a folder, and BLOBs of a test service.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use countersign::Timestamp;
use countersign::attestation::{
    AnchorQuery, CertificateRevocationList, ModelPolicy, ModelQuery, ModelRejectedError, ModelRemark,
    Revocation, TrustAnchor, TrustAnchors, UnnamedModels,
};
use countersign::types::{Aaguid, AlgorithmIdentifier};
use countersign_metadata::{
    Blob, BlobPolicy, Contradiction, Entry, Metadata, MetadataPolicy, Model, ModelKey, Seen,
};
use countersign_store::text::with_causes;
use serde_json::{Map, Value, json};

use super::config::FidoConformanceConfig;
use crate::metadata::service::blob_policy;
use crate::{backend, files, start_error::StartError};

/// The most bytes of a metadata statement. The icon is most of it; the longest in the service has 106 000 bytes.
const STATEMENT_MAX: usize = 1024 * 1024;

/// The most files of a folder of statements. FIDO's has some thirty.
const STATEMENTS_MAX: usize = 1000;

/// The most bytes of a BLOB: those of FIDO's service have 12 MB, those of the tests some kilobytes.
const BLOB_MAX: usize = 64 * 1024 * 1024;

/// The most bytes of a revocation list.
const REVOCATION_LIST_MAX: usize = 1024 * 1024;

/// The models that are trusted, and what is known of them.
#[derive(Debug)]
pub(crate) struct TestModels(Metadata);

impl TestModels {
    /// Reads the statements and the BLOBs; `None` if none are configured.
    pub(crate) fn load(config: &FidoConformanceConfig, now: Timestamp) -> Result<Option<Self>, StartError> {
        if config.statements.is_none() && config.blobs.is_empty() {
            return Ok(None);
        }
        let statements = config.statements.as_deref().map(read_statements).transpose()?.unwrap_or_default();
        let mut entries: Vec<Value> = statements.iter().map(|(_, entry)| entry.clone()).collect();
        let mut known: HashSet<String> = entries.iter().filter_map(aaguid).collect();
        for blob in read_blobs(config, now)? {
            let new = blob.entries().filter_map(|entry| serde_json::from_str::<Value>(entry.json()).ok());
            entries.extend(new.filter(|entry| aaguid(entry).is_none_or(|aaguid| known.insert(aaguid))));
        }
        let payload = json!({ "no": 1, "nextUpdate": "9999-12-31", "entries": entries });
        let folder = || config.statements.clone().unwrap_or_default();
        let blob = Blob::dangerous_unsigned(payload.to_string())
            .map_err(|error| StartError::FidoConformanceStatement(folder(), error.to_string()))?;
        if let Some(skipped) = blob.skipped().first() {
            let path = statements.get(skipped.position()).map_or_else(folder, |(path, _)| path.clone());
            return Err(StartError::FidoConformanceStatement(path, skipped.error().to_string()));
        }
        // A statement of a test model may share its root with others, and its certificates name no model.
        let policy = MetadataPolicy::fido().with_unnamed_models(UnnamedModels::JudgeTogether);
        let metadata = Metadata::new(BlobPolicy::new([]), policy);
        tracing::info!(models = blob.entries().len(), "models of the fido conformance api");
        metadata.dangerous_replace(blob);
        Ok(Some(Self(metadata)))
    }

    /// Whether the statement of a model lists this algorithm.
    pub(crate) fn list_algorithm(
        &self,
        aaguid: Aaguid,
        algorithm: AlgorithmIdentifier,
        now: Timestamp,
    ) -> bool {
        let model = Model::new(aaguid).with_algorithm(algorithm);
        let judgement = self.0.assess(&model, now);
        judgement.is_ok_and(|it| !it.contradictions.contains(&Contradiction::Algorithm(algorithm)))
    }
}

impl TrustAnchors for TestModels {
    /// The roots in the statements of the model, whatever its attestation. In the service's metadata a root serves certain
    /// formats; statements of test models don't say which.
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        let by_attestation_key = || query.trust_path.first().and_then(ModelKey::of_attestation_key);
        let key = query.signed_aaguid.map(ModelKey::Aaguid).or_else(by_attestation_key);
        let (Some(blob), Some(key)) = (self.0.blob(), key) else { return Cow::Borrowed(&[]) };
        let attests = |entry: &Entry<'_>| {
            entry.statement().is_some_and(|statement| statement.attests(query.attestation_type))
        };
        let roots = blob.models(key).entries().filter(attests).flat_map(Entry::roots);
        let unnamed = self.0.model_policy().unnamed_models();
        roots.map(|root| root.anchor().clone().with_unnamed_models(unnamed)).collect()
    }

    fn reports_models(&self) -> bool {
        true
    }
}

impl ModelPolicy for TestModels {
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
        self.0.judge(model)
    }

    fn remarks(&self, model: &ModelQuery<'_>) -> Vec<ModelRemark> {
        self.0.remarks(model)
    }
}

/// The AAGUID of an entry.
fn aaguid(entry: &Value) -> Option<String> {
    entry.get("aaguid").and_then(Value::as_str).map(str::to_ascii_lowercase)
}

/// The entries for the statements in a folder, each with its file, in the order of the names.
fn read_statements(folder: &Path) -> Result<Vec<(PathBuf, Value)>, StartError> {
    let failed = |error| StartError::FidoConformanceFile(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
        if paths.len() > STATEMENTS_MAX {
            let message = format!("it has more than {STATEMENTS_MAX} statements");
            return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, message)));
        }
    }
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), read_statement(&path)?))).collect()
}

/// The entry of a BLOB for the statement in a file, with a status that neither certifies nor rejects the model.
fn read_statement(path: &Path) -> Result<Value, StartError> {
    let content = files::read(path, STATEMENT_MAX)
        .map_err(|error| StartError::FidoConformanceFile(path.to_owned(), error))?;
    let statement = serde_json::from_slice(&content)
        .map_err(|error| StartError::FidoConformanceStatement(path.to_owned(), error.to_string()))?;
    let Value::Object(statement) = statement else {
        let message = "it is not an object".to_owned();
        return Err(StartError::FidoConformanceStatement(path.to_owned(), message));
    };
    let mut entry = Map::new();
    for key in ["aaguid", "aaid", "attestationCertificateKeyIdentifiers"] {
        entry.extend(statement.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let report = json!([{ "status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2018-01-01" }]);
    entry.insert("metadataStatement".into(), Value::Object(statement));
    entry.insert("statusReports".into(), report);
    entry.insert("timeOfLastStatusChange".into(), "2018-01-01".into());
    Ok(Value::Object(entry))
}

/// The BLOBs that are accepted. One that is rejected is logged: the tests offer such, and then use its models.
fn read_blobs(config: &FidoConformanceConfig, now: Timestamp) -> Result<Vec<Blob>, StartError> {
    if config.blobs.is_empty() {
        return Ok(Vec::new());
    }
    let read = |path: &PathBuf, max| {
        files::read(path, max).map_err(|error| StartError::FidoConformanceFile(path.clone(), error))
    };
    let mut revocation = Revocation::none();
    for path in &config.revocation_lists {
        let list = CertificateRevocationList::from_der(&read(path, REVOCATION_LIST_MAX)?)
            .map_err(|error| StartError::FidoConformanceStatement(path.clone(), error.to_string()))?;
        revocation = revocation.with_list(list);
    }
    let policy = blob_policy(&config.roots)?.with_revocation(revocation);
    let mut blobs = Vec::new();
    for path in &config.blobs {
        match policy.verify(&read(path, BLOB_MAX)?, Seen::Nothing, now, &backend::verifiers()) {
            Ok(blob) => blobs.push(blob),
            Err(error) => {
                let (path, code) = (path.display(), error.code().as_str());
                tracing::warn!(%path, code, error = %with_causes(&error), "a blob of the tests is rejected");
            }
        }
    }
    Ok(blobs)
}
