//! The credentials that a page may signal as all that are accepted.

use countersign::store::{Evidence, TokenHash};
use countersign::types::{CredentialId, UserHandle};
use countersign::{Timestamp, relying_party::policy::ConditionalCreatePolicy};

use crate::{act::Act, app::App, operation_error::Result};

impl App {
    /// The IDs of the account's credentials, oldest first. `None` while another browser adds a credential: its provider
    /// may have the passkey already, and would delete it because the list lacks it.
    pub(crate) async fn accepted(
        &self,
        owner: &UserHandle,
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>> {
        // Before the list is read, so that it has a credential whose adding ends meanwhile.
        if self.is_added_elsewhere(owner, browser, now).await? {
            return Ok(None);
        }
        let credentials = self.store.credentials(owner, Evidence::Omit).await?;
        Ok(Some(credentials.iter().map(|credential| credential.record.id().clone()).collect()))
    }

    /// Whether a browser other than this one adds a credential to the account: it has a confirmation, which the finish
    /// uses up.
    pub(crate) async fn is_added_elsewhere(
        &self,
        owner: &UserHandle,
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut is_added = self.is_confirmed(owner, &Act::AddCredential {}, browser, now).await?;
        if *self.accounts.policy().conditional_create() != ConditionalCreatePolicy::Reject {
            is_added |= self.is_confirmed(owner, &Act::AddConditionally {}, browser, now).await?;
        }
        Ok(is_added)
    }

    async fn is_confirmed(
        &self,
        owner: &UserHandle,
        act: &Act,
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(self.store.is_confirmed_elsewhere(owner, &act.text()?, browser, now).await?)
    }
}
