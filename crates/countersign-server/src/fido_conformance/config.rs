//! The configuration of the API for FIDO's conformance tests.

use std::path::PathBuf;

use url::{Host, Url};

use crate::start_error::StartError;

/// Where there is an API for FIDO's conformance tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FidoConformanceApi {
    /// There is none.
    #[default]
    Off,
    /// It is at a server whose RP ID and origins are `localhost`.
    Localhost,
    /// It is at a server of any RP ID. Anyone who can reach the server can then fill the API's memory, and have users of the
    /// RP ID register passkeys that no account of the server has.
    DangerousAnywhere,
}

/// The configuration of the API for FIDO's conformance tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FidoConformanceConfig {
    /// Where there is such an API; nowhere by default.
    pub api: FidoConformanceApi,
    /// A folder of metadata statements, one `.json` file each, whose models are trusted.
    pub statements: Option<PathBuf>,
    /// Files of metadata BLOBs, whose models are trusted. A rejected BLOB is logged, and its models stay unknown.
    pub blobs: Vec<PathBuf>,
    /// Files with the roots that may have signed the BLOBs, one certificate in PEM each. Without any, they are those of FIDO's
    /// own service.
    pub roots: Vec<PathBuf>,
    /// Files of revocation lists, in DER, for the certificates that signed the BLOBs.
    pub revocation_lists: Vec<PathBuf>,
}

impl FidoConformanceConfig {
    /// Rejects an RP ID or an origin that is not `localhost`, unless that was asked for.
    pub(crate) fn check_place(&self, rp_id: &str, origins: &[String]) -> Result<(), StartError> {
        let is_local = |origin: &String| {
            let url = Url::parse(origin).ok();
            url.is_some_and(|url| url.host() == Some(Host::Domain("localhost")))
        };
        let is_public = rp_id != "localhost" || !origins.iter().all(is_local);
        match self.api {
            FidoConformanceApi::Localhost if is_public => Err(StartError::FidoConformancePublic),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_for_localhost_unless_more_was_asked_for() {
        let is_accepted = |api, rp_id: &str, origins: &[&str]| {
            let origins: Vec<_> = origins.iter().copied().map(str::to_owned).collect();
            FidoConformanceConfig { api, ..Default::default() }.check_place(rp_id, &origins).is_ok()
        };
        let local = ["http://localhost:8080", "https://localhost"];
        let public = ["https://localhost", "https://example.org"];
        assert!(is_accepted(FidoConformanceApi::Localhost, "localhost", &local));
        assert!(!is_accepted(FidoConformanceApi::Localhost, "example.org", &local));
        assert!(!is_accepted(FidoConformanceApi::Localhost, "localhost", &public));
        assert!(!is_accepted(FidoConformanceApi::Localhost, "localhost", &["https://localhost.example.org"]));
        assert!(is_accepted(FidoConformanceApi::DangerousAnywhere, "example.org", &public));
        assert!(is_accepted(FidoConformanceApi::Off, "example.org", &public));
    }
}
