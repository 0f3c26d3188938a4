//! The reasons why a server can't start.

use std::{fmt, io, net::SocketAddr, path::PathBuf};

use countersign::ConfigurationError;
use countersign_metadata::MetadataError;

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
    #[error("{0}")]
    RelyingParty(#[source] ConfigurationError),
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
    #[error("can't use {}: {}", .0.display(), crate::text::with_causes(.1))]
    Metadata(PathBuf, #[source] MetadataError),
    /// The database is configured as a URL of this scheme instead of a file.
    #[error(
        "the database must be a file, not an address that begins with {0}: give the path of an SQLite file, such \
         as /var/lib/countersign/countersign.sqlite3"
    )]
    DatabaseScheme(String),
    /// Passkeys in the database belong to another RP ID, and can't be used with the server's.
    #[error("{0}")]
    OtherRelyingParty(OtherRelyingParty),
    /// The database's folder can't be created.
    #[error("can't create the database's folder {0}: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// The database file can't be created or opened.
    #[error("can't open the database {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The database can't be written to.
    #[error("the database {0} can't be written to")]
    DatabaseReadOnly(PathBuf),
    /// Another program holds the database locked.
    #[error("the database {0} is locked by another program")]
    DatabaseLocked(PathBuf),
    /// A newer version of this program wrote the database, which was not changed.
    #[error("the database {} was written by a newer version of countersign: its schema is {found}, and this \
         version supports schemas up to {known}", .path.display())]
    DatabaseTooNew {
        /// The database file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest schema version that this program supports.
        known: i64,
    },
    /// The file is not a database of this application, and was not changed.
    #[error("the file {0} is not a countersign database")]
    NotCountersign(PathBuf),
    /// The database can't be used for another reason, with SQLite's message.
    #[error("the database {0} can't be used: {1}")]
    Database(PathBuf, String),
}

/// Passkeys in a database that a server with this RP ID can't accept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRelyingParty {
    /// The number of unusable passkeys.
    pub unusable: u64,
    /// The number of all passkeys.
    pub total: u64,
    /// The RP ID of one of the unusable passkeys.
    pub found: String,
    /// The server's RP ID.
    pub configured: String,
}

impl fmt::Display for OtherRelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unusable, total, found, configured } = self;
        write!(
            f,
            "{unusable} of the {total} passkeys in the database can't be used with the RP ID {configured:?}: they were \
             registered with {found:?}"
        )
    }
}
