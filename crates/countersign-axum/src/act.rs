//! The acts that a session confirms with a passkey.

use countersign::types::{CredentialId, UserHandle};
use serde::{Deserialize, Serialize};

/// An act that requires a confirmation. The signature covers its JSON, which is also stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Act {
    /// Adds a credential to the account.
    AddCredential {},
    /// Removes a credential.
    RemoveCredential {
        /// The ID of the credential.
        credential: CredentialId,
    },
    /// Deletes the account.
    DeleteAccount {},
    /// Changes the name of the account.
    RenameAccount {
        /// The new name, as it is stored.
        name: String,
    },
    /// Makes recovery codes, in place of those that the account has.
    MakeRecoveryCodes {},
    /// Verifies the user, for no act of these routes: the session counts as recently verified.
    Verify {},
    /// Adds a credential without asking the user. The recent sign-in replaces the confirmation with a passkey, so that
    /// the act can't be confirmed by request.
    AddConditionally {},
}

impl Act {
    /// The JSON of the act. Equal acts have equal texts.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The data that a confirmation is bound to: the act, the account and the session.
    pub(crate) fn bound_data(
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
