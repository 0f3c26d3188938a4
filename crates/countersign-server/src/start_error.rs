//! The reasons why a server can't start.

use std::{io, net::SocketAddr, path::PathBuf};

use countersign::ConfigurationError;
use countersign_metadata::MetadataError;
use countersign_store::{DatabaseError, OpenDatabaseError};

use crate::tls::TlsError;

/// Why a server can't start. `Display` is one sentence for its operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another program listens on the address.
    #[error("another program is listening on {0} already")]
    AddressInUse(SocketAddr),
    /// The address is not one of this machine's.
    #[error("can't listen on {0}: it is not an address of this machine")]
    AddressUnavailable(SocketAddr),
    /// This user is not permitted to listen on the address.
    #[error("this user is not permitted to listen on {0}")]
    AddressNotPermitted(SocketAddr),
    /// Listening failed for another reason.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// This address is configured for the page and for separate metrics.
    #[error(
        "{0} is given for the page and for /metrics: without a separate address, /metrics is at the address \
         of the page"
    )]
    AddressTwice(SocketAddr),
    /// The RP ID, an origin or their combination is not usable.
    #[error(transparent)]
    RelyingParty(ConfigurationError),
    /// An address that users would return to is not usable.
    #[error("{address:?} is not an address to return users to: {reason}; such as https://app.example.org")]
    ReturnAddress {
        /// The configured address.
        address: String,
        /// Why it is not usable.
        reason: &'static str,
    },
    /// The domain of the session's cookie is not usable.
    #[error("the cookie of the session can't be for the domain {domain:?}: {reason}")]
    CookieDomain {
        /// The configured domain.
        domain: String,
        /// Why it is not usable.
        reason: &'static str,
    },
    /// The operator's page is on, and other hosts get the session's cookie.
    #[error(
        "the operator's page can't be on with a cookie domain: each host of the domain could act for operators"
    )]
    OperatorPageShared,
    /// The API for FIDO's conformance tests is on for localhost, and the RP ID or an origin is not `localhost`.
    #[error(
        "the api for fido's conformance tests is for the rp id localhost and origins on it; dangerous-anywhere allows it \
         elsewhere"
    )]
    FidoConformancePublic,
    /// A file of metadata for FIDO's conformance tests can't be read.
    #[error("can't read {0}: {1}")]
    FidoConformanceFile(PathBuf, #[source] io::Error),
    /// A file of metadata for FIDO's conformance tests has no metadata statement, or no revocation list.
    #[error("can't use {0} for the conformance tests: {1}")]
    FidoConformanceStatement(PathBuf, String),
    /// The name of a client is not usable.
    #[error(
        "{0:?} is not the name of a client: it has 1 to 64 letters, digits, hyphens, dots and underscores"
    )]
    ClientName(String),
    /// The file with a client's secret can't be read.
    #[error("can't read the secret of a client in {0}: {1}")]
    ClientSecretFile(PathBuf, #[source] io::Error),
    /// The file with a client's secret has no secret.
    #[error(
        "{0} has no secret: 32 random bytes or more, in hexadecimal digits or base64url (openssl rand -hex 32)"
    )]
    ClientSecret(PathBuf),
    /// The certificate or the key for TLS is not usable.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A file of metadata, of its roots, or of its number can't be read or written.
    #[error("can't use the metadata file {0}: {1}")]
    MetadataFile(PathBuf, io::Error),
    /// A root of the metadata, or of the server that it is fetched from, is not a certificate in PEM.
    #[error("{0} is not a certificate in PEM")]
    MetadataRoot(PathBuf),
    /// Metadata can't be fetched from this address: it does not use https, or contains a user name.
    #[cfg(feature = "fetch")]
    #[error("{0:?} is not an address to fetch metadata from, such as https://mds3.fidoalliance.org/")]
    MetadataUrl(String),
    /// The metadata in this file is rejected.
    #[error("can't use {}: {}", .0.display(), countersign_store::text::with_causes(.1))]
    Metadata(PathBuf, #[source] MetadataError),
    /// The program failed while it read metadata. The log has the reason.
    #[error("reading metadata was interrupted: {0}")]
    Interrupted(String),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] OpenDatabaseError),
    /// The database was opened, and failed.
    #[error(transparent)]
    DatabaseFailed(#[from] DatabaseError),
}
