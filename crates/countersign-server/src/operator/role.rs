//! The role of an operator: which accounts have it, giving and taking it, and links that give it.

use countersign::store::{self, ApplicationStore as _, AuditKind, Operation, OperatorLinkKind};
use countersign::types::UserHandle;

use super::error::OperatorError;
use super::link::{self, OperatorLink};
use super::operations::{Operator, audit};
use crate::{clock, config::configuration::Config};

impl Operator {
    /// Returns the accounts that are operators, the earliest first.
    pub async fn operators(&self) -> Result<Vec<store::Operator>, OperatorError> {
        Ok(self.database.operators().await?)
    }

    /// Makes an account an operator.
    pub async fn grant_role(&self, account: &UserHandle) -> Result<(), OperatorError> {
        let grant = Operation::GrantOperator { account: account.clone(), since: clock::now() };
        self.transact(vec![grant, audit(self.entry(AuditKind::OperatorGranted, account))]).await
    }

    /// Takes the role of an operator from an account, which loses it at once. It may be the last operator.
    pub async fn revoke_role(&self, account: &UserHandle) -> Result<(), OperatorError> {
        let revoke = Operation::RevokeOperator(account.clone());
        self.transact(vec![revoke, audit(self.entry(AuditKind::OperatorRevoked, account))]).await
    }

    /// Makes a link to the operator's page of this configuration, which makes one account an operator, whether or not there are
    /// others. The server must run with [`Config::operator_page`](field@Config::operator_page).
    pub async fn link(&self, config: &Config) -> Result<OperatorLink, OperatorError> {
        let origins = config.origins(config.port());
        let origin = origins.first().map_or("", String::as_str);
        self.link_at(origin, OperatorLinkKind::Any, config.operator_link_minutes).await
    }

    /// Makes a link to the page of this origin for the first operator; `None` if there is one.
    pub(crate) async fn first_link(
        &self,
        origin: &str,
        minutes: u32,
    ) -> Result<Option<OperatorLink>, OperatorError> {
        if !self.database.operators().await?.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.link_at(origin, OperatorLinkKind::First, minutes).await?))
    }

    async fn link_at(
        &self,
        origin: &str,
        kind: OperatorLinkKind,
        minutes: u32,
    ) -> Result<OperatorLink, OperatorError> {
        let (link, url) = link::new(origin, kind, minutes, clock::now())
            .map_err(|error| OperatorError::Interrupted(error.to_string()))?;
        let expires_at = link.expires_at;
        self.transact(vec![Operation::AddOperatorLink(link)]).await?;
        Ok(OperatorLink { url, expires_at })
    }
}
