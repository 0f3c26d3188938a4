//! Reading and verifying BLOBs.

use std::{fs::File, io::Read as _, path::Path};

use countersign::{cose::Verifiers, types::Timestamp};
use countersign_metadata::{Blob, BlobPolicy, Metadata, Seen, limits::BLOB_MAX, roots::anchor_from_pem};
use countersign_server::files;

use super::{arguments::CommonOptions, error::MetadataCommandError};
use crate::progress::Progress;

/// The policy for BLOBs that the options ask for.
pub(crate) fn policy(options: &CommonOptions) -> Result<BlobPolicy, MetadataCommandError> {
    let mut policy = if options.roots.is_empty() {
        BlobPolicy::fido()
    } else {
        let mut anchors = Vec::new();
        for path in &options.roots {
            let pem = files::read(path, files::CERTIFICATES_MAX)
                .map_err(|error| MetadataCommandError::File(path.clone(), error))?;
            let pem = String::from_utf8(pem).map_err(|_| MetadataCommandError::Root(path.clone()))?;
            anchors.push(anchor_from_pem(&pem).map_err(|_| MetadataCommandError::Root(path.clone()))?);
        }
        BlobPolicy::new(anchors)
    };
    if let Some(host) = &options.host {
        policy = policy.with_host_name(host);
    }
    if options.accept_outdated {
        policy = policy.dangerous_accept_outdated();
    }
    Ok(policy)
}

/// Reads and verifies a file.
pub(crate) fn load(
    path: &Path,
    policy: &BlobPolicy,
    seen: Seen,
    now: Timestamp,
) -> Result<Blob, MetadataCommandError> {
    let bytes = read(path)?;
    policy
        .verify(&bytes, seen, now, &verifiers())
        .map_err(|error| MetadataCommandError::Rejected(path.to_owned(), error))
}

/// Reads a file, verifies it, and puts it into use.
pub(crate) fn offer(path: &Path, metadata: &Metadata, now: Timestamp) -> Result<(), MetadataCommandError> {
    let bytes = read(path)?;
    let offered = metadata.offer(&bytes, now, &verifiers());
    offered.map(drop).map_err(|error| MetadataCommandError::Rejected(path.to_owned(), error))
}

pub(super) fn verifiers() -> Verifiers {
    Verifiers::rust_crypto()
}

/// Reads a file, and shows the progress on a terminal: it may be on a slow disk, or a pipe.
fn read(path: &Path) -> Result<Vec<u8>, MetadataCommandError> {
    const STEP: u64 = 1 << 20;
    let failed = |error| MetadataCommandError::File(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    let whole = file.metadata().map_err(failed)?.len();
    let (mut bytes, mut progress) = (Vec::new(), Progress::on_terminal());
    loop {
        let count = (&mut file).take(STEP).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > BLOB_MAX {
            return Err(MetadataCommandError::TooLong(path.to_owned()));
        }
        progress.show("reading", u64::try_from(bytes.len()).unwrap_or(u64::MAX), Some(whole));
        if count == 0 {
            return Ok(bytes);
        }
    }
}
