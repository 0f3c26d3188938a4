//! What a session confirms with a passkey before it is done.

use countersign::types::{CredentialId, UserHandle};
use serde::{Deserialize, Serialize};

/// An act that takes a confirmation. Its JSON, as it is written here, is what the signature covers and what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Act {
    /// To add a credential to the account.
    AddCredential {},
    /// To remove this one.
    RemoveCredential {
        /// Its ID.
        credential: CredentialId,
    },
    /// To delete the account.
    DeleteAccount {},
}

impl Act {
    /// Its one text.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// What an assertion that confirms it is bound to: the act, the account and the session.
    pub(super) fn bound_data(
        &self,
        account: &UserHandle,
        session: &str,
    ) -> Result<Vec<u8>, serde_json::Error> {
        #[derive(Serialize)]
        struct Data<'a> {
            act: &'a Act,
            account: &'a UserHandle,
            session: &'a str,
        }
        serde_json::to_vec(&Data { act: self, account, session })
    }
}
