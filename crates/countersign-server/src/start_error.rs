//! Why a server can't start, each reason as one sentence.

use std::{error::Error, fmt, io, net::SocketAddr, path::PathBuf};

use countersign::ConfigurationError;
use countersign_metadata::MetadataError;

/// Why a server can't start. `Display` is one sentence for the person who started it.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Another program listens on the address.
    AddressInUse(SocketAddr),
    /// The address is not one of this machine's.
    AddressUnavailable(SocketAddr),
    /// The operating system does not let this user listen on the address.
    AddressForbidden(SocketAddr),
    /// Listening failed for another reason.
    Listen(SocketAddr, io::Error),
    /// The page and the operator's numbers are to be at this address, each as its own.
    AddressTwice(SocketAddr),
    /// The RP ID, an origin or their combination is not usable.
    RelyingParty(ConfigurationError),
    /// A file of metadata, or of its roots, or of its number, can't be read or written.
    MetadataFile(PathBuf, io::Error),
    /// A root of metadata, or of the server that it is fetched from, is not a certificate in PEM.
    MetadataRoot(PathBuf),
    /// Metadata can't be fetched from this address: it is not one over https, or has a user name in it.
    #[cfg(feature = "fetch")]
    MetadataUrl(String),
    /// The metadata is refused.
    Metadata(PathBuf, MetadataError),
    /// The database is to be at an address of this scheme, and not in a file.
    DatabaseScheme(String),
    /// Passkeys in the database belong to another RP ID than the server's, and can't be used with it.
    OtherRelyingParty(OtherRelyingParty),
    /// The database's folder can't be created.
    Folder(PathBuf, io::Error),
    /// The database file can't be created or opened.
    File(PathBuf, io::Error),
    /// The database can be read, but not written to.
    DatabaseReadOnly(PathBuf),
    /// Another program holds the database locked.
    DatabaseLocked(PathBuf),
    /// A newer version of this program wrote the database. It was left as it is.
    DatabaseTooNew {
        /// The database file.
        path: PathBuf,
        /// The schema version that it has.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// The file is no database, or another application's. It was left as it is.
    NotCountersign(PathBuf),
    /// The database can't be used for another reason, in SQLite's words.
    Database(PathBuf, String),
}

/// Passkeys in a database that a server with this RP ID can't accept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRelyingParty {
    /// How many there are.
    pub unusable: u64,
    /// How many passkeys there are in all.
    pub total: u64,
    /// The RP ID that one of them belongs to.
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
            Self::AddressForbidden(address) => write!(f, "this user is not permitted to listen on {address}"),
            Self::Listen(address, error) => write!(f, "can't listen on {address}: {error}"),
            Self::AddressTwice(address) => write!(
                f,
                "{address} is given for the page and for /metrics: without an address of its own, /metrics is where the \
                 page is"
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
            Self::Metadata(path, error) => write!(f, "can't use {}: {error}", path.display()),
            Self::DatabaseScheme(scheme) => write!(
                f,
                "the database is a file, and an address that begins with {scheme}: is none: give the path of an SQLite \
                 file, such as /var/lib/countersign/countersign.sqlite3"
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
                 version knows those up to {known}",
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
            _ => None,
        }
    }
}
