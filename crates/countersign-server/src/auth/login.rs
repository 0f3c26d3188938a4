//! What a server needs to be the login of other applications.

use crate::auth::clients::Clients;
use crate::auth::cookie_domain::CookieDomain;
use crate::auth::return_addresses::ReturnAddresses;
use crate::{config::configuration::Config, start_error::StartError};

/// The configuration of a server as the login of other applications, checked.
pub(crate) struct Login {
    /// The origin of the page.
    pub(crate) page: String,
    /// The addresses that users are returned to.
    pub(crate) return_addresses: ReturnAddresses,
    /// The back ends that may ask about sessions.
    pub(crate) clients: Clients,
    /// The domain of the session's cookie; only the page's host gets it by default.
    pub(crate) cookie_domain: Option<CookieDomain>,
}

impl Login {
    /// Checks the configuration of a server whose page has these origins, and reads the secrets of clients.
    pub(crate) fn new(config: &Config, origins: &[String]) -> Result<Self, StartError> {
        let domain =
            config.cookie_domain.as_deref().map(|domain| CookieDomain::new(domain, origins)).transpose()?;
        Ok(Self {
            page: origins.first().cloned().unwrap_or_default(),
            return_addresses: ReturnAddresses::new(&config.return_addresses)?,
            clients: Clients::read(&config.clients)?,
            cookie_domain: domain,
        })
    }
}
