//! Why a ceremony was not simulated.

use std::{io, path::PathBuf};

use countersign_authenticator::CeremonyError;

use crate::verify::error::VerifyError;

/// Why there is no response. `Display` ends with the code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulateError {
    /// The options can't be read.
    #[error(transparent)]
    Input(#[from] VerifyError),
    /// The options are those of the other ceremony.
    #[error("the options are not those of {0} (options-of-other-ceremony)")]
    OtherCeremony(&'static str),
    /// The client ends the ceremony, as a browser does.
    #[error("the client ends the ceremony ({name}): {0} (client-ended)", name = .0.name().unwrap_or("response"))]
    Client(#[from] CeremonyError),
    /// The fault is one of the other ceremony.
    #[error("{0} is a fault of {1} (fault-of-other-ceremony)")]
    FaultOfOtherCeremony(&'static str, &'static str),
    /// The fault changes nothing in this response.
    #[error("{0} changes nothing in this response: it needs {1} (fault-without-effect)")]
    WithoutEffect(&'static str, String),
    /// There is no data folder for the keys.
    #[error("there is no home folder to keep the keys in: name a file with --keys (keys-missing)")]
    NoFolder,
    /// Another program uses the keys.
    #[error("another program has locked {name} (keys-in-use)", name = .0.display())]
    Locked(PathBuf),
    /// The file of keys can't be read.
    #[error("can't read {name}: {1} (file-not-read)", name = .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// The file is not one of keys.
    #[error("{name} is not a file of simulated keys (keys-malformed)", name = .0.display())]
    Malformed(PathBuf),
    /// A later version wrote the file.
    #[error("{name} has keys of version {1}, and this program supports {2} (keys-version)", name = .0.display())]
    Version(PathBuf, u64, u64),
    /// The file of keys can't be written.
    #[error("can't write {name}: {1} (file-not-written)", name = .0.display())]
    Write(PathBuf, #[source] io::Error),
    /// There are no random bytes.
    #[error("the system gives no random bytes: {0} (entropy-failed)")]
    Entropy(getrandom::Error),
    /// Standard output can't be written to.
    #[error("standard output can't be written to: {0}")]
    Output(#[source] io::Error),
}
