//! The credentials that a page may signal as all that are accepted.

use countersign::store::TokenHash;
use countersign::types::{CredentialId, UserHandle};
use countersign::{Timestamp, relying_party::policy::ConditionalCreatePolicy};

use crate::{act::Act, app::App, operation_error::Result};

impl App {
    /// The IDs of the account's credentials, oldest first. `None` while another browser adds a credential: its provider
    /// may have the passkey already, and would delete it because the list lacks it. Such a browser has a confirmation,
    /// which the finish uses up.
    pub(crate) async fn accepted(
        &self,
        owner: &UserHandle,
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>> {
        let mut acts = vec![Act::AddCredential {}.text()?];
        if *self.accounts.policy().conditional_create() != ConditionalCreatePolicy::Reject {
            acts.push(Act::AddConditionally {}.text()?);
        }
        Ok(self.store.credential_ids_unless_confirmed(owner, &acts, browser, now).await?)
    }
}
