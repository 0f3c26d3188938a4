//! `countersign metadata fetch`: fetches the newest BLOB over https, and replaces the file with it once it is verified.

use std::path::{Path, PathBuf};
use std::{ffi::OsString, fs, io, time::SystemTime};

use countersign::types::Timestamp;
use countersign_metadata::{Blob, BlobPolicy, Seen};
use countersign_server::fetch::{Answer, Client, FIDO_URL, FetchConfig, HttpValidators, LastFetch};
use countersign_server::files;

use super::load::{load, verifiers};
use super::{arguments::FetchArguments, error::MetadataCommandError};
use crate::progress::Progress;

/// Fetches the newest BLOB, unless the file has it. Returns the BLOB that is in the file now, and a sentence about it.
pub(super) fn fetch(
    arguments: &FetchArguments,
    newer_than: Option<u64>,
    policy: &BlobPolicy,
    now: Timestamp,
) -> Result<(Blob, String), MetadataCommandError> {
    let file = &*arguments.file;
    let mut config = FetchConfig::new(arguments.url.as_deref().unwrap_or(FIDO_URL));
    config.authorities.clone_from(&arguments.authorities);
    let client = Client::new(&config).map_err(|error| MetadataCommandError::Setup(error.to_string()))?;
    // The file with the address and the validators.
    let beside = with_suffix(file, ".fetched");
    // Before anything is read: a pipe would block, and a link leads elsewhere.
    for path in [file, &beside] {
        files::check_replaceable(path).map_err(|error| MetadataCommandError::File(path.to_owned(), error))?;
    }
    let last = LastFetch::read(&beside).filter(|it| it.url == client.url());
    // The number counts even if the BLOB is out of date.
    let lenient = policy.clone().dangerous_accept_outdated();
    let current = load(file, &lenient, Seen::Nothing, now).ok();
    let number = current.as_ref().map(Blob::number);
    let seen = seen(newer_than, number, last.as_ref());
    let known = last.filter(|it| Some(it.number) == number).map(|it| it.validators);

    let mut progress = Progress::on_terminal();
    let answer = client.get(known.as_ref(), &mut |done, whole| progress.show("fetching", done, whole));
    drop(progress);
    let answer = answer.map_err(|error| MetadataCommandError::Fetch(client.url().to_owned(), error))?;
    let fetched = match &answer {
        Answer::NotModified => None,
        Answer::Content { bytes, .. } => {
            let verified = policy.verify(bytes, seen, now, &verifiers());
            Some(
                verified
                    .map_err(|error| MetadataCommandError::Rejected(PathBuf::from(client.url()), error))?,
            )
        }
    };
    let lock = with_suffix(file, ".lock");
    let _locked = files::lock(&lock).map_err(|error| MetadataCommandError::File(lock.clone(), error))?;
    // Another process may have fetched meanwhile.
    let newer = load(file, &lenient, Seen::Nothing, now).ok().filter(|it| Some(it.number()) > number);
    let (blob, validators, what) = match (answer, fetched, newer) {
        (_, Some(fetched), Some(newer)) if newer.number() > fetched.number() => {
            return Ok((newer, format!("{} has a newer one already", file.display())));
        }
        (Answer::Content { bytes, validators }, Some(blob), _) => {
            put(file, &beside, &bytes)?;
            (blob, validators, "has the newest now")
        }
        (_, _, Some(newer)) => return Ok((newer, format!("{} has a newer one already", file.display()))),
        _ => (load(file, policy, seen, now)?, known.unwrap_or_default(), "has the newest already"),
    };
    store_last_fetch(&beside, client.url(), blob.number(), validators)?;
    Ok((blob, format!("{} {what}", file.display())))
}

/// Requires at least the number of the file, and that of the last fetch from the address.
fn seen(newer_than: Option<u64>, current: Option<u64>, last: Option<&LastFetch>) -> Seen {
    let highest = current.max(last.map(|it| it.number));
    match (newer_than, highest) {
        (Some(number), highest) if highest.is_none_or(|highest| number >= highest) => Seen::NewerThan(number),
        (_, Some(number)) => Seen::AtLeast(number),
        (_, None) => Seen::Nothing,
    }
}

/// The path of a file next to a BLOB.
fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

/// Replaces the file. The validators of the old BLOB are removed first, so that they are never used for the new one.
fn put(file: &Path, beside: &Path, bytes: &[u8]) -> Result<(), MetadataCommandError> {
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(MetadataCommandError::File(beside.to_owned(), error));
        }
        _ => {}
    }
    files::replace(file, bytes).map_err(|error| MetadataCommandError::File(file.to_owned(), error))
}

fn store_last_fetch(
    beside: &Path,
    url: &str,
    number: u64,
    validators: HttpValidators,
) -> Result<(), MetadataCommandError> {
    let last = LastFetch { url: url.to_owned(), number, checked_at: SystemTime::now().into(), validators };
    last.write(beside).map_err(|error| MetadataCommandError::File(beside.to_owned(), error))
}
