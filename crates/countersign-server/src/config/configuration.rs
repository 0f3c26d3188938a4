//! The configuration of a server.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use countersign::Policy;
use countersign_axum::{SignUp, UnknownSignals};

use crate::audit::config::AuditConfig;
use crate::config::relying_party::RelyingPartyConfig;
use crate::config::{database::DatabaseAddress, policy::draft::PolicyDraft};
use crate::fido_conformance::config::FidoConformanceConfig;
use crate::{client_address::ProxyConfig, limits::config::LimitsConfig, tls::TlsConfig};
use crate::{metadata::config::MetadataConfig, start_error::StartError};

/// The port that [`Config::new`] listens on.
const DEFAULT_PORT: u16 = 8080;

/// The minutes for which a link to the operator's page can be used by default: time to find it in the output of a start.
const DEFAULT_LINK_MINUTES: u32 = 60;

/// Whether a server has a page for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum OperatorPage {
    /// There is none.
    #[default]
    Off,
    /// It is at `/operator`.
    On,
}

/// Whether a server has a page that explains texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum InspectPage {
    /// There is none.
    Off,
    /// It is at `/inspect`, for signed-in users.
    #[default]
    On,
}

/// The configuration of a server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on.
    pub listen: Listen,
    /// The RP ID: the domain that the passkeys belong to.
    pub rp_id: String,
    /// The relying party's name, as authenticators show it.
    pub rp_name: String,
    /// The accepted origins, such as `https://example.org`, compared exactly.
    ///
    /// If the list is empty, the origin follows from the RP ID: `http://localhost:PORT` for `localhost`, or `https` with
    /// [`tls`](Self::tls), with the port that the server listens on, and `https://RP_ID` for any other.
    pub origins: Vec<String>,
    /// The database: the path of an SQLite file, or the address of a PostgreSQL database that begins with `postgres://`.
    /// If there is no such file, it is created with its folder.
    pub database: DatabaseAddress,
    /// A separate address for `/metrics`, which also has `/health/live` and `/health/ready`. By default, all are at the
    /// address of the page.
    pub metrics_listen: Option<Listen>,
    /// The metadata of authenticator models; none by default.
    pub metadata: Option<MetadataConfig>,
    /// Whether the page signals unknown passkeys to their providers; it does by default.
    pub unknown_signals: UnknownSignals,
    /// Who may create an account; everyone by default.
    pub sign_up: SignUp,
    /// What is required of passkeys and their authenticators. By default, that of [`Policy::passkeys`] with discoverable
    /// credentials required, because users sign in without a name.
    ///
    /// A policy that requires attestation needs [`metadata`](Self::metadata), whose roots attestations must lead to.
    pub policy: Policy,
    /// Which origins the relying party accepts beyond those of the page, and how it verifies attestations and signatures.
    pub relying_party: RelyingPartyConfig,
    /// The addresses of applications that users are sent back to after a sign-in, such as `https://app.example.org`: an
    /// origin as browsers write it, or an origin and a path. None by default.
    pub return_addresses: Vec<String>,
    /// The domain whose hosts all get the session's cookie, such as `example.org`, if applications are on other hosts
    /// than the page. By default, only the host of the page gets it.
    pub cookie_domain: Option<String>,
    /// The back ends that may ask about sessions; none by default.
    pub clients: Vec<ClientConfig>,
    /// The proxies in front of the server; none by default.
    pub proxies: ProxyConfig,
    /// How often clients may ask.
    pub limits: LimitsConfig,
    /// The audit log.
    pub audit: AuditConfig,
    /// Whether there is a page for operators at `/operator`; there is none by default.
    ///
    /// It can't be combined with [`cookie_domain`](Self::cookie_domain): each host of the domain would get the sessions of
    /// operators, and could act for them.
    pub operator_page: OperatorPage,
    /// The minutes for which a link to the operator's page can be used; 60 by default.
    pub operator_link_minutes: u32,
    /// Whether there is a page at `/inspect` that explains what signed-in users paste; there is one by default.
    pub inspect_page: InspectPage,
    /// TLS at the address of the page, for a server without a proxy; none by default.
    pub tls: Option<TlsConfig>,
    /// The API for FIDO's conformance tests; off by default.
    pub fido_conformance: FidoConformanceConfig,
}

/// A back end that may ask about sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientConfig {
    /// Its name, for the log.
    pub name: String,
    /// The file with its secret: 32 random bytes or more, in hexadecimal digits or base64url.
    pub secret: PathBuf,
}

impl ClientConfig {
    /// A back end of this name, whose secret is in this file.
    pub fn new(name: impl Into<String>, secret: impl Into<PathBuf>) -> Self {
        Self { name: name.into(), secret: secret.into() }
    }

    /// Parses a name and a file with an equals sign between them. The error is a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
        let client = parts.map(|(name, file)| Self::new(name, file));
        client.ok_or_else(|| {
            format!("{text:?} is not a name and a file, such as wiki=/etc/countersign/wiki.secret")
        })
    }
}

/// An address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listen {
    /// The addresses that a browser tries for `localhost`: this port of 127.0.0.1, and of `::1` if the machine has it.
    /// Port 0 chooses a free port.
    Localhost(u16),
    /// Only this address. Port 0 chooses a free port.
    Address(SocketAddr),
}

impl Listen {
    /// Parses an address. The error is a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let localhost =
            text.strip_prefix("localhost:").and_then(|port| port.parse().ok()).map(Self::Localhost);
        localhost.or_else(|| text.parse::<SocketAddr>().ok().map(Self::Address)).ok_or_else(|| {
            format!(
                "{text:?} is not an address to listen on, such as localhost:8080, 127.0.0.1:8080 or [::1]:8080"
            )
        })
    }

    /// The addresses that the server tries to listen on.
    fn addresses(self) -> Vec<SocketAddr> {
        match self {
            Self::Localhost(port) => {
                vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
            }
            Self::Address(address) => vec![address],
        }
    }
}

impl Config {
    /// The configuration of a server for a browser on the same machine, at <http://localhost:8080>, with this database.
    pub fn new(database: impl AsRef<Path>) -> Self {
        Self {
            listen: Listen::Localhost(DEFAULT_PORT),
            rp_id: "localhost".into(),
            rp_name: "Countersign".into(),
            origins: Vec::new(),
            database: database.as_ref().into(),
            metrics_listen: None,
            metadata: None,
            unknown_signals: UnknownSignals::default(),
            sign_up: SignUp::default(),
            policy: PolicyDraft::server().policy(),
            relying_party: RelyingPartyConfig::default(),
            return_addresses: Vec::new(),
            cookie_domain: None,
            clients: Vec::new(),
            proxies: ProxyConfig::default(),
            limits: LimitsConfig::default(),
            audit: AuditConfig::default(),
            operator_page: OperatorPage::default(),
            operator_link_minutes: DEFAULT_LINK_MINUTES,
            inspect_page: InspectPage::default(),
            tls: None,
            fido_conformance: FidoConformanceConfig::default(),
        }
    }

    /// The port to listen on, 0 if it is not decided yet.
    pub(crate) const fn port(&self) -> u16 {
        match self.listen {
            Listen::Localhost(port) => port,
            Listen::Address(address) => address.port(),
        }
    }

    /// Rejects one address for both purposes: the second socket would find it in use, as if by another program.
    pub(crate) fn check_addresses(&self) -> Result<(), StartError> {
        let Some(own) = self.metrics_listen else { return Ok(()) };
        let clash = |one: &SocketAddr, other: &SocketAddr| {
            let covers_all = one.ip().is_unspecified() || other.ip().is_unspecified();
            one.port() != 0
                && one.port() == other.port()
                && (one.ip() == other.ip() || (covers_all && one.is_ipv4() == other.is_ipv4()))
        };
        let page = self.listen.addresses();
        let taken = own.addresses().into_iter().find(|own| page.iter().any(|page| clash(page, own)));
        taken.map_or(Ok(()), |address| Err(StartError::AddressTwice(address)))
    }

    /// Rejects the operator's page if other hosts get the session's cookie.
    pub(crate) fn check_operator_page(&self) -> Result<(), StartError> {
        match (self.operator_page, &self.cookie_domain) {
            (OperatorPage::On, Some(_)) => Err(StartError::OperatorPageShared),
            _ => Ok(()),
        }
    }

    /// The accepted origins: those of [`origins`](field@Self::origins), or the one that follows from the RP ID.
    pub fn accepted_origins(&self) -> Vec<String> {
        self.origins(self.port())
    }

    /// The accepted origins of a server that listens on this port.
    pub(crate) fn origins(&self, port: u16) -> Vec<String> {
        if !self.origins.is_empty() {
            return self.origins.clone();
        }
        let (scheme, usual) = if self.tls.is_some() { ("https", 443) } else { ("http", 80) };
        let origin = match (self.rp_id.as_str(), port) {
            // Browsers omit the default port of the scheme.
            ("localhost", port) if port == usual => format!("{scheme}://localhost"),
            ("localhost", port) => format!("{scheme}://localhost:{port}"),
            (rp_id, _) => format!("https://{rp_id}"),
        };
        vec![origin]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_the_metrics_need_different_addresses() {
        let clash = |page: &str, own: &str| {
            let listen = |text: &str| Listen::parse(text).unwrap();
            let mut config = Config::new("x");
            (config.listen, config.metrics_listen) = (listen(page), Some(listen(own)));
            config.check_addresses().err().map(|error| error.to_string())
        };
        let sentence = |address: &str| {
            Some(format!(
                "{address} is given for the page and for /metrics: without a separate address, /metrics is at the address \
                 of the page"
            ))
        };
        for (page, own, address) in [
            ("127.0.0.1:80", "127.0.0.1:80", "127.0.0.1:80"),
            ("localhost:80", "localhost:80", "127.0.0.1:80"),
            ("localhost:80", "[::1]:80", "[::1]:80"),
            ("0.0.0.0:80", "127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::]:80", "[::]:80"),
        ] {
            assert_eq!(clash(page, own), sentence(address));
        }
        for (page, own) in [
            ("127.0.0.1:80", "127.0.0.1:81"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:80", "127.0.0.2:80"),
            ("0.0.0.0:80", "[::1]:80"),
        ] {
            assert_eq!(clash(page, own), None, "{page} {own}");
        }
    }

    #[test]
    fn the_origin_follows_the_port_for_localhost_and_the_rp_id_otherwise() {
        let mut config = Config::new("x");
        assert_eq!(config.origins(8080), ["http://localhost:8080"]);
        assert_eq!(config.origins(80), ["http://localhost"]);
        config.rp_id = "example.org".into();
        assert_eq!(config.origins(8080), ["https://example.org"]);
        config.origins = vec!["https://login.example.org".into()];
        assert_eq!(config.origins(8080), ["https://login.example.org"]);
    }
}
