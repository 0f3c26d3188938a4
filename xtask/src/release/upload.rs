//! The upload of packages to a registry, in order, so that it can be resumed after a break.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

/// A package as a file, ready for the upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archive {
    pub(super) name: String,
    pub(super) version: String,
    /// SHA-256 of the `.crate` file, in hexadecimal, as in the index of a registry.
    pub(super) checksum: String,
}

/// What a registry does.
pub(super) trait Registry {
    /// The checksum of a package's version in the index, `None` if the index does not have that version.
    fn checksum(&mut self, name: &str, version: &str) -> Result<Option<String>, Box<dyn Error>>;

    /// Uploads a package.
    fn upload(&mut self, name: &str) -> Result<Upload, Box<dyn Error>>;

    /// Waits before the next question or attempt.
    fn pause(&mut self, duration: Duration) {
        thread::sleep(duration);
    }
}

/// The registry's answer to an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upload {
    Done,
    /// The registry limits how many packages are published in a time.
    TooMany,
}

/// crates.io allows five new names at once, and then one each ten minutes.
const BETWEEN_NEW_NAMES: Duration = Duration::from_secs(10 * 60);
const ATTEMPTS_MAX: u32 = 12;

/// The index is asked at this interval until it has a version, for that long at most. `cargo publish` waits a minute itself.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(5);
const VISIBLE_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Uploads what the registry lacks, in this order, each when the index has those before it. Returns how many it uploaded.
///
/// A version that the index has with the same bytes was uploaded by an earlier run. Other bytes end the release, because
/// what was checked is not what users get.
pub(super) fn upload_all(archives: &[Archive], registry: &mut dyn Registry) -> Result<usize, Box<dyn Error>> {
    let mut uploaded = 0;
    for archive in archives {
        if is_there(archive, registry)? {
            println!("{} {}: in the index already", archive.name, archive.version);
            continue;
        }
        println!("{} {}: upload", archive.name, archive.version);
        let mut attempts = 1;
        while registry.upload(&archive.name)? == Upload::TooMany {
            if attempts == ATTEMPTS_MAX {
                return Err("the registry accepts no more packages; run the command again later".into());
            }
            println!("the registry accepts no more packages now; next attempt in ten minutes");
            registry.pause(BETWEEN_NEW_NAMES);
            attempts += 1;
        }
        uploaded += 1;
        wait_until_there(archive, registry)?;
        println!("{} {}: in the index", archive.name, archive.version);
    }
    Ok(uploaded)
}

fn wait_until_there(archive: &Archive, registry: &mut dyn Registry) -> Result<(), Box<dyn Error>> {
    let mut waited = Duration::ZERO;
    while !is_there(archive, registry)? {
        if waited >= VISIBLE_WITHIN {
            return Err(format!(
                "{} {} was uploaded and is not in the index after {} minutes; run the command again when it is",
                archive.name,
                archive.version,
                VISIBLE_WITHIN.as_secs() / 60
            )
            .into());
        }
        let start = Instant::now();
        registry.pause(BETWEEN_QUESTIONS);
        waited += start.elapsed().max(BETWEEN_QUESTIONS);
    }
    Ok(())
}

/// Whether the index has this version; an error if it has it with other bytes.
fn is_there(archive: &Archive, registry: &mut dyn Registry) -> Result<bool, Box<dyn Error>> {
    let Some(checksum) = registry.checksum(&archive.name, &archive.version)? else { return Ok(false) };
    if checksum == archive.checksum {
        return Ok(true);
    }
    Err(format!(
        "the index has {} {} with the checksum {checksum}, and the package here has {}: it was published from another \
         tree or by another version of cargo. Check out what was published, or release a new version",
        archive.name, archive.version, archive.checksum
    )
    .into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A registry that shows an upload after some questions.
    #[derive(Default)]
    struct Fake {
        index: BTreeMap<String, String>,
        uploads: Vec<String>,
        /// The next answers to uploads, before it accepts them.
        rejections: Vec<Upload>,
        /// How many questions an upload stays invisible for, and the questions left for the last upload.
        delay: u32,
        left: u32,
        breaks_at: Option<&'static str>,
        /// The bytes in the index are not those uploaded.
        alters: bool,
        pauses: Vec<Duration>,
    }

    impl Registry for Fake {
        fn checksum(&mut self, name: &str, _: &str) -> Result<Option<String>, Box<dyn Error>> {
            if self.left > 0 && self.uploads.last().is_some_and(|last| last == name) {
                self.left -= 1;
                return Ok(None);
            }
            Ok(self.index.get(name).cloned())
        }

        fn upload(&mut self, name: &str) -> Result<Upload, Box<dyn Error>> {
            if self.breaks_at == Some(name) {
                return Err("the line broke".into());
            }
            if let Some(rejection) = self.rejections.pop() {
                return Ok(rejection);
            }
            self.uploads.push(name.to_owned());
            self.left = self.delay;
            let bytes = if self.alters { "other" } else { name };
            self.index.insert(name.to_owned(), bytes.to_owned());
            Ok(Upload::Done)
        }

        fn pause(&mut self, duration: Duration) {
            self.pauses.push(duration);
        }
    }

    fn archives() -> Vec<Archive> {
        let archive =
            |name: &str| Archive { name: name.into(), version: "1.0.0".into(), checksum: name.into() };
        ["a", "b", "c"].map(archive).into()
    }

    #[test]
    fn packages_are_uploaded_in_order_each_when_the_one_before_is_visible() {
        let mut registry = Fake { delay: 2, ..Fake::default() };
        assert_eq!(upload_all(&archives(), &mut registry).unwrap(), 3);
        assert_eq!(registry.uploads, ["a", "b", "c"]);
        assert_eq!(registry.pauses, [BETWEEN_QUESTIONS; 6]);
    }

    #[test]
    fn after_a_break_the_rest_is_uploaded() {
        let mut registry = Fake { breaks_at: Some("b"), ..Fake::default() };
        assert!(upload_all(&archives(), &mut registry).is_err());
        assert_eq!(registry.uploads, ["a"]);
        registry.breaks_at = None;
        assert_eq!(upload_all(&archives(), &mut registry).unwrap(), 2);
        assert_eq!(registry.uploads, ["a", "b", "c"]);
        assert_eq!(upload_all(&archives(), &mut registry).unwrap(), 0);
    }

    #[test]
    fn a_version_with_other_bytes_ends_the_release() {
        let mut registry = Fake::default();
        registry.index.insert("b".to_owned(), "other".to_owned());
        let error = upload_all(&archives(), &mut registry).unwrap_err().to_string();
        assert!(error.contains("b 1.0.0 with the checksum other"), "{error}");
        assert_eq!(registry.uploads, ["a"]);
    }

    #[test]
    fn an_upload_that_arrives_with_other_bytes_ends_the_release() {
        let mut registry = Fake { alters: true, ..Fake::default() };
        assert!(upload_all(&archives(), &mut registry).is_err());
        assert_eq!(registry.uploads, ["a"]);
    }

    #[test]
    fn an_upload_that_never_becomes_visible_ends_the_release() {
        let mut registry = Fake { delay: u32::MAX, ..Fake::default() };
        let error = upload_all(&archives(), &mut registry).unwrap_err().to_string();
        assert!(error.contains("not in the index after 15 minutes"), "{error}");
        assert_eq!(registry.uploads, ["a"]);
    }

    #[test]
    fn the_limit_of_new_packages_is_waited_for() {
        let mut registry = Fake { rejections: vec![Upload::TooMany; 2], ..Fake::default() };
        assert_eq!(upload_all(&archives(), &mut registry).unwrap(), 3);
        assert_eq!(registry.pauses, [BETWEEN_NEW_NAMES; 2]);
        let mut registry = Fake { rejections: vec![Upload::TooMany; 99], ..Fake::default() };
        assert!(upload_all(&archives(), &mut registry).is_err());
        assert_eq!(registry.uploads, Vec::<String>::new());
    }
}
