//! The BLOB that is in use, as a source of trust anchors and a policy on models
//! ([section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential), steps on trust).

use std::{
    borrow::Cow,
    sync::{Arc, PoisonError, RwLock},
};

use countersign_attestation::{
    AnchorQuery, ModelPolicy, ModelQuery, ModelRejectedError, ModelRemark, TrustAnchor, TrustAnchors,
};
use countersign_cose::Verifiers;
use countersign_types::Timestamp;

use crate::{
    Blob, BlobPolicy, Entry, MetadataError, MetadataPolicy, ModelKey, Seen,
    judge::{Contradiction, Judgement, Model, Refusal},
};

/// The BLOB that is in use, which a newer one may replace at any time; shared by whoever asks it.
///
/// For the relying party it is the trust anchors of each model, and the policy on models:
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_attestation::{ModelPolicy, TrustAnchors};
/// use countersign_metadata::{BlobPolicy, Metadata, MetadataPolicy};
///
/// let metadata = Arc::new(Metadata::new(BlobPolicy::fido(), MetadataPolicy::fido()));
/// let anchors: Arc<dyn TrustAnchors> = metadata.clone();
/// let models: Arc<dyn ModelPolicy> = metadata.clone();
/// assert!(metadata.blob().is_none(), "until one is offered");
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
    /// Without a BLOB yet. Until there is one, no attestation leads to an anchor.
    pub fn new(blobs: BlobPolicy, models: MetadataPolicy) -> Self {
        Self { blobs, models, held: RwLock::default() }
    }

    /// The same, which refuses BLOBs with a lower number than this: the highest that was seen before a restart.
    pub fn with_highest_number(self, number: u64) -> Self {
        self.held.write().unwrap_or_else(PoisonError::into_inner).highest = Some(number);
        self
    }

    /// Verifies a BLOB, and puts it in the place of the one in use. One that is refused changes nothing.
    ///
    /// The first may have the number that was seen before; what comes later must have a higher one.
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
        // Another may have been offered in the meantime.
        if let Some(seen) = held.highest.filter(|highest| blob.number() < *highest) {
            return Err(MetadataError::Rollback { seen, got: blob.number() });
        }
        held.highest = Some(blob.number());
        held.blob = Some(Arc::clone(&blob));
        Ok(blob)
    }

    /// The BLOB in use.
    pub fn blob(&self) -> Option<Arc<Blob>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).blob.clone()
    }

    /// The highest number seen, to remember over a restart.
    pub fn highest_number(&self) -> Option<u64> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).highest
    }

    /// Which BLOBs are believed.
    pub const fn blob_policy(&self) -> &BlobPolicy {
        &self.blobs
    }

    /// Which models are accepted.
    pub const fn model_policy(&self) -> &MetadataPolicy {
        &self.models
    }

    /// Judges a model at `now`, whose attestation was judged before: one of a stored credential, perhaps.
    pub fn assess(&self, model: &Model<'_>, now: Timestamp) -> Result<Judgement, Unfit> {
        let blob = self.blob().ok_or(Unfit::NoMetadata)?;
        if self.blobs.is_outdated(blob.next_update(), now) {
            return Err(Unfit::Outdated(blob.next_update()));
        }
        self.models.judge(&blob, model, now).map_err(Unfit::Refused)
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
    /// The roots in the statement of the model that attests in this way and that serve the format: found by AAGUID if it
    /// is signed, otherwise by the attestation key.
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
        let refused = |unfit: Unfit| ModelRejectedError::new(unfit.to_string());
        self.assess(&Model::of(model), model.now).map(drop).map_err(refused)
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

/// Why the metadata in use does not speak for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// There is no BLOB in use.
    NoMetadata,
    /// The BLOB in use is too old; holds the day by which the next one was announced.
    Outdated(crate::Date),
    /// The model is not accepted.
    Refused(Refusal),
}

impl core::fmt::Display for Unfit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoMetadata => f.write_str("there is no metadata"),
            Self::Outdated(date) => write!(f, "the metadata is outdated: the next was due on {date}"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for Unfit {}

impl Unfit {
    /// The stable word for it.
    pub const fn code(&self) -> countersign_types::Code {
        match self {
            Self::Outdated(_) => countersign_types::Code::MetadataOutdated,
            Self::NoMetadata | Self::Refused(_) => countersign_types::Code::AuthenticatorNotAccepted,
        }
    }
}
