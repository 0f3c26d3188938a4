//! The current BLOB as a source of trust anchors and a policy on authenticator models
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), steps on trust).

use std::{
    borrow::Cow,
    sync::{Arc, PoisonError, RwLock},
};

use countersign_attestation::{
    AnchorQuery, ModelPolicy, ModelQuery, ModelRejectedError, ModelRemark, TrustAnchor, TrustAnchors,
};
use countersign_cose::Verifiers;
use countersign_types::{Code, Timestamp};

use crate::{
    blob::{Blob, Entry},
    blob_policy::{BlobPolicy, Seen},
    contradictions::Contradiction,
    date::Date,
    error::MetadataError,
    keys::ModelKey,
    metadata_policy::{Judgement, JudgementError, MetadataPolicy},
    model::Model,
};

/// Holds the current BLOB, which can be replaced atomically while in use.
///
/// For a relying party it is the source of each model's trust anchors, and the policy on models:
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_metadata::{BlobPolicy, Metadata, MetadataPolicy, ModelPolicy, TrustAnchors};
///
/// let metadata = Arc::new(Metadata::new(BlobPolicy::fido(), MetadataPolicy::fido()));
/// let anchors: Arc<dyn TrustAnchors> = metadata.clone();
/// let models: Arc<dyn ModelPolicy> = metadata.clone();
/// assert!(metadata.blob().is_none(), "no BLOB was offered yet");
/// ```
#[derive(Debug)]
pub struct Metadata {
    blobs: BlobPolicy,
    models: MetadataPolicy,
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    blob: Option<Arc<Blob>>,
    highest: Option<u64>,
}

impl Metadata {
    /// Creates metadata without a BLOB. Until one is offered, no attestation leads to an anchor.
    pub fn new(blobs: BlobPolicy, models: MetadataPolicy) -> Self {
        Self { blobs, models, held: RwLock::default() }
    }

    /// Rejects BLOBs with a lower number than this, which is the highest that was seen before a restart.
    pub fn with_highest_number(self, number: u64) -> Self {
        self.held.write().unwrap_or_else(PoisonError::into_inner).highest = Some(number);
        self
    }

    /// Verifies a BLOB and replaces the current one with it. A rejected BLOB changes nothing.
    ///
    /// The first BLOB may have the number that was seen before; each later one must have a higher number.
    pub fn offer(
        &self,
        blob: &[u8],
        now: Timestamp,
        verifiers: &Verifiers,
    ) -> Result<Arc<Blob>, MetadataError> {
        let seen = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            match (held.highest, &held.blob) {
                (None, _) => Seen::Nothing,
                (Some(number), None) => Seen::AtLeast(number),
                (Some(number), Some(_)) => Seen::NewerThan(number),
            }
        };
        let blob = Arc::new(self.blobs.verify(blob, seen, now, verifiers)?);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have offered a newer BLOB in the meantime.
        if let Some(seen) = held.highest.filter(|highest| blob.number() < *highest) {
            return Err(MetadataError::Rollback { seen, got: blob.number() });
        }
        held.highest = Some(blob.number());
        held.blob = Some(Arc::clone(&blob));
        Ok(blob)
    }

    /// Replaces the current BLOB with this one, whatever its number, signer and age: for
    /// [`Blob::dangerous_unsigned`]. An outdated one still rejects every model.
    pub fn dangerous_replace(&self, blob: Blob) -> Arc<Blob> {
        let blob = Arc::new(blob);
        self.held.write().unwrap_or_else(PoisonError::into_inner).blob = Some(Arc::clone(&blob));
        blob
    }

    /// The current BLOB.
    pub fn blob(&self) -> Option<Arc<Blob>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).blob.clone()
    }

    /// The highest number seen. Store it, and pass it to [`with_highest_number`](Self::with_highest_number) after a
    /// restart.
    pub fn highest_number(&self) -> Option<u64> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).highest
    }

    /// The policy that decides which BLOBs are accepted.
    pub const fn blob_policy(&self) -> &BlobPolicy {
        &self.blobs
    }

    /// The policy that decides which models are accepted.
    pub const fn model_policy(&self) -> &MetadataPolicy {
        &self.models
    }

    /// Judges a model at `now`. Its attestation was verified before, for example when its credential was registered.
    pub fn assess(&self, model: &Model<'_>, now: Timestamp) -> Result<Judgement, AssessmentError> {
        let blob = self.blob().ok_or(AssessmentError::NoMetadata)?;
        if self.blobs.is_outdated(blob.next_update(), now) {
            return Err(AssessmentError::Outdated(blob.next_update()));
        }
        self.models.judge(&blob, model, now).map_err(AssessmentError::Rejected)
    }
}

impl TrustAnchors for Metadata {
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        let Some(blob) = self.blob() else { return Cow::Borrowed(&[]) };
        let unnamed = self.models.unnamed_models();
        blob.anchors(query).into_owned().into_iter().map(|it| it.with_unnamed_models(unnamed)).collect()
    }

    fn reports_models(&self) -> bool {
        true
    }
}

impl TrustAnchors for Blob {
    /// The roots in the statement of the model, if its attestations have this type and the roots serve the format. The
    /// model is found by its AAGUID if that is signed, otherwise by its attestation key.
    fn anchors(&self, query: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        let by_attestation_key = || query.trust_path.first().and_then(ModelKey::of_attestation_key);
        let Some(key) = query.signed_aaguid.map(ModelKey::Aaguid).or_else(by_attestation_key) else {
            return Cow::Borrowed(&[]);
        };
        let attests = |entry: &Entry<'_>| {
            entry.statement().is_some_and(|statement| statement.attests(query.attestation_type))
        };
        let roots = self.models(key).entries().filter(attests).flat_map(Entry::roots);
        roots.filter(|root| root.serves(query.format)).map(|root| root.anchor().clone()).collect()
    }

    fn reports_models(&self) -> bool {
        true
    }
}

impl ModelPolicy for Metadata {
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
        let rejected = |error: AssessmentError| ModelRejectedError::new(error.to_string());
        self.assess(&Model::of(model), model.now).map(drop).map_err(rejected)
    }

    fn remarks(&self, model: &ModelQuery<'_>) -> Vec<ModelRemark> {
        let Ok(judgement) = self.assess(&Model::of(model), model.now) else { return Vec::new() };
        let remark = |contradiction: &Contradiction| match contradiction {
            Contradiction::Algorithm(_) => ModelRemark::UnlistedAlgorithm,
            Contradiction::UserVerification => ModelRemark::UnlistedUserVerification,
        };
        judgement.contradictions.iter().map(remark).collect()
    }
}

/// Why [`Metadata::assess`] does not accept a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessmentError {
    /// There is no BLOB yet. Code `authenticator-not-accepted`.
    #[error("there is no metadata")]
    NoMetadata,
    /// The current BLOB is too old; holds the day by which the next one was announced. Code `metadata-outdated`.
    #[error("the metadata is outdated: the next was due on {0}")]
    Outdated(Date),
    /// The policy rejects the model. Code `authenticator-not-accepted`.
    #[error("{0}")]
    Rejected(JudgementError),
}

impl AssessmentError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::Outdated(_) => Code::MetadataOutdated,
            Self::NoMetadata | Self::Rejected(_) => Code::AuthenticatorNotAccepted,
        }
    }
}
