//! What the server says about authenticator models: what the metadata has, or else a list of names.

use std::{collections::HashMap, sync::Arc};

use countersign::types::{Aaguid, CredentialId};
use countersign::{CredentialRecord, RelyingParty, Timestamp};
use countersign_axum::{Models, Unavailable};
use serde::Serialize;
use serde_json::Value;

use crate::metadata::service::MetadataService;

/// The accepted media types of icons: images that are no documents.
const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The error of a registration that could not be judged.
const UNAVAILABLE: Unavailable = Unavailable {
    code: "metadata-unavailable",
    message: "The server can’t judge authenticators at the moment, so that no passkey can be registered.",
};

/// The models of a server.
pub(crate) struct ServerModels {
    metadata: Option<Arc<MetadataService>>,
}

impl ServerModels {
    pub(crate) const fn new(metadata: Option<Arc<MetadataService>>) -> Self {
        Self { metadata }
    }
}

impl Models for ServerModels {
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        match &self.metadata {
            Some(metadata) => metadata.name(aaguid).map(|model| model.name),
            None => countersign_metadata::provider_name(aaguid).map(str::to_owned),
        }
    }

    fn label(&self, aaguid: Aaguid) -> Option<String> {
        let name = match &self.metadata {
            Some(metadata) => metadata.name(aaguid),
            None => countersign_metadata::model_name(aaguid),
        };
        name.map(|model| model.name)
    }

    /// The address of a file of this server: the page loads no others.
    fn icon(&self, aaguid: Aaguid) -> Option<String> {
        let icon = self.metadata.as_deref()?.name(aaguid)?.icon?;
        image(&icon).map(|_| format!("/models/{aaguid}/icon"))
    }

    fn check_registration(&self, now: Timestamp) -> Result<(), Unavailable> {
        let can_judge = self.metadata.as_deref().is_none_or(|metadata| metadata.can_judge(now));
        if can_judge { Ok(()) } else { Err(UNAVAILABLE) }
    }

    fn judges(&self) -> bool {
        self.metadata.is_some()
    }

    fn known_faults(
        &self,
        credentials: &[&CredentialId],
        now: Timestamp,
    ) -> HashMap<CredentialId, Option<String>> {
        let known = |metadata: &MetadataService| metadata.known_revocation_reasons(credentials, now);
        self.metadata.as_deref().map(known).unwrap_or_default()
    }

    fn fault(&self, rp: &RelyingParty, record: &CredentialRecord, now: Timestamp) -> Option<String> {
        self.metadata.as_deref()?.revocation_reason(rp, record, now)
    }

    fn about(&self, now: Timestamp) -> Value {
        let about = self.metadata.as_deref().map(|metadata| About::new(metadata, now));
        serde_json::to_value(about).unwrap_or_default()
    }
}

/// The metadata that names and judges passkeys, in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About {
    number: Option<u64>,
    next_update: Option<String>,
    models: Option<usize>,
    trouble: Option<&'static str>,
}

impl About {
    fn new(metadata: &MetadataService, now: Timestamp) -> Self {
        let blob = metadata.current().blob();
        Self {
            number: blob.as_deref().map(countersign_metadata::Blob::number),
            next_update: blob.as_deref().map(|blob| blob.next_update().to_string()),
            models: blob.as_deref().map(|blob| blob.entries().len()),
            trouble: metadata.current().problem(now),
        }
    }
}

/// The media type of a `data:` URL, and its content in base64.
pub(crate) fn image(url: &str) -> Option<(&'static str, &str)> {
    let (kind, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = IMAGES.into_iter().find(|known| *known == kind)?;
    Some((kind, text))
}
