//! The reasons why a server can't start.

use std::{error::Error, fmt, io, net::SocketAddr, path::PathBuf};

use countersign::ConfigurationError;
use countersign_metadata::MetadataError;

use crate::text::with_causes;

/// Why a server can't start. `Display` is one sentence for its operator.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Another program listens on the address.
    AddressInUse(SocketAddr),
    /// The address is not one of this machine's.
    AddressUnavailable(SocketAddr),
    /// This user is not permitted to listen on the address.
    AddressNotPermitted(SocketAddr),
    /// Listening failed for another reason.
    Listen(SocketAddr, io::Error),
    /// This address is configured for the page and for separate metrics.
    AddressTwice(SocketAddr),
    /// The RP ID, an origin or their combination is not usable.
    RelyingParty(ConfigurationError),
    /// A file of metadata, of its roots, or of its number can't be read or written.
    MetadataFile(PathBuf, io::Error),
    /// A root of the metadata, or of the server that it is fetched from, is not a certificate in PEM.
    MetadataRoot(PathBuf),
    /// Metadata can't be fetched from this address: it does not use https, or contains a user name.
    #[cfg(feature = "fetch")]
    MetadataUrl(String),
    /// The metadata in this file is rejected.
    Metadata(PathBuf, MetadataError),
    /// The database is configured as a URL of this scheme instead of a file.
    DatabaseScheme(String),
    /// Passkeys in the database belong to another RP ID, and can't be used with the server's.
    OtherRelyingParty(OtherRelyingParty),
    /// The database's folder can't be created.
    Folder(PathBuf, io::Error),
    /// The database file can't be created or opened.
    File(PathBuf, io::Error),
    /// The database can't be written to.
    DatabaseReadOnly(PathBuf),
    /// Another program holds the database locked.
    DatabaseLocked(PathBuf),
    /// A newer version of this program wrote the database, which was not changed.
    DatabaseTooNew {
        /// The database file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest schema version that this program supports.
        known: i64,
    },
    /// The file is not a database of this application, and was not changed.
    NotCountersign(PathBuf),
    /// The database can't be used for another reason, with SQLite's message.
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

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse(address) => write!(f, "another program is listening on {address} already"),
            Self::AddressUnavailable(address) => {
                write!(f, "can't listen on {address}: it is not an address of this machine")
            }
            Self::AddressNotPermitted(address) => {
                write!(f, "this user is not permitted to listen on {address}")
            }
            Self::Listen(address, error) => write!(f, "can't listen on {address}: {error}"),
            Self::AddressTwice(address) => write!(
                f,
                "{address} is given for the page and for /metrics: without a separate address, /metrics is at the address \
                 of the page"
            ),
            Self::RelyingParty(error) => write!(f, "{error}"),
            Self::MetadataFile(path, error) => {
                write!(f, "can't use the metadata file {}: {error}", path.display())
            }
            Self::MetadataRoot(path) => write!(f, "{} is not a certificate in PEM", path.display()),
            #[cfg(feature = "fetch")]
            Self::MetadataUrl(url) => {
                write!(
                    f,
                    "{url:?} is not an address to fetch metadata from, such as https://mds3.fidoalliance.org/"
                )
            }
            Self::Metadata(path, error) => write!(f, "can't use {}: {}", path.display(), with_causes(error)),
            Self::DatabaseScheme(scheme) => write!(
                f,
                "the database must be a file, not an address that begins with {scheme}: give the path of an SQLite file, such \
                 as /var/lib/countersign/countersign.sqlite3"
            ),
            Self::OtherRelyingParty(passkeys) => passkeys.fmt(f),
            Self::Folder(path, error) => {
                write!(f, "can't create the database's folder {}: {error}", path.display())
            }
            Self::File(path, error) => write!(f, "can't open the database {}: {error}", path.display()),
            Self::DatabaseReadOnly(path) => {
                write!(f, "the database {} can't be written to", path.display())
            }
            Self::DatabaseLocked(path) => {
                write!(f, "the database {} is locked by another program", path.display())
            }
            Self::DatabaseTooNew { path, found, known } => write!(
                f,
                "the database {} was written by a newer version of countersign: its schema is {found}, and this \
                 version supports schemas up to {known}",
                path.display()
            ),
            Self::NotCountersign(path) => {
                write!(f, "the file {} is not a countersign database", path.display())
            }
            Self::Database(path, detail) => {
                write!(f, "the database {} can't be used: {detail}", path.display())
            }
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::Folder(_, error) | Self::File(_, error) => Some(error),
            Self::RelyingParty(error) => Some(error),
            Self::Metadata(_, error) => Some(error),
            _ => None,
        }
    }
}
