//! What an application says about authenticator models: their names, and whether stored credentials are still good.

use std::collections::HashMap;

use countersign::types::{Aaguid, CredentialId};
use countersign::{CredentialRecord, RelyingParty, Timestamp};
use serde_json::Value;

/// The application's knowledge about authenticator models, such as that of the FIDO Metadata Service. All methods have
/// defaults, which know nothing and accept everything.
///
/// ```
/// use countersign::types::Aaguid;
///
/// struct Names;
///
/// impl countersign_axum::Models for Names {
///     fn name(&self, aaguid: Aaguid) -> Option<String> {
///         (aaguid == Aaguid::default()).then(|| "Security key".to_owned())
///     }
/// }
/// ```
pub trait Models: Send + Sync + 'static {
    /// The name of a model or of a passkey provider.
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        let _ = aaguid;
        None
    }

    /// The label of a new passkey of this model. If it is not valid as a label, the passkey is labelled "Passkey".
    fn label(&self, aaguid: Aaguid) -> Option<String> {
        self.name(aaguid)
    }

    /// The address of the model's icon.
    fn icon(&self, aaguid: Aaguid) -> Option<String> {
        let _ = aaguid;
        None
    }

    /// Fails if a registration could not be judged at its end.
    fn check_registration(&self, now: Timestamp) -> Result<(), Unavailable> {
        let _ = now;
        Ok(())
    }

    /// Whether stored credentials are judged. Otherwise neither [`known_faults`](Self::known_faults) nor
    /// [`fault`](Self::fault) is called.
    fn judges(&self) -> bool {
        false
    }

    /// The results of [`fault`](Self::fault) for these credentials that are known without work.
    fn known_faults(
        &self,
        credentials: &[&CredentialId],
        now: Timestamp,
    ) -> HashMap<CredentialId, Option<String>> {
        let _ = (credentials, now);
        HashMap::new()
    }

    /// Why a stored credential could not be registered today. It may be slow, and is called on a blocking thread.
    fn fault(&self, rp: &RelyingParty, record: &CredentialRecord, now: Timestamp) -> Option<String> {
        let _ = (rp, record, now);
        None
    }

    /// A description of the data in use, for the list of credentials.
    fn about(&self, now: Timestamp) -> Value {
        let _ = now;
        Value::Null
    }
}

/// Why no credential can be registered at the moment: the code of the error, and the sentence for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "applications build it")]
pub struct Unavailable {
    /// The code: lower-case words with hyphens between.
    pub code: &'static str,
    /// The sentence for the user.
    pub message: &'static str,
}

/// No knowledge about models.
pub(crate) struct NoModels;

impl Models for NoModels {}
