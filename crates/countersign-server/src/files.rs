//! Reading files within a limit, and replacing them atomically.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The most bytes of a file of PEM certificates: some five hundred certificates, while one or two are expected.
pub const CERTIFICATES_MAX: usize = 1024 * 1024;

/// The prefix and the suffix of a new file's name, around 16 hexadecimal digits.
const NEW: [&str; 2] = [".countersign-", ".new"];

/// The age after which a new file counts as abandoned: writing one takes seconds.
const LEFT_OVER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait for a lock, which is normally held for milliseconds.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// How long to pause before a lock is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// How many names are tried if a file with the drawn name exists.
const NAMES_MAX: usize = 8;

/// Reads a file of at most `max` bytes. A longer file is an error, and is not read to its end.
pub fn read(path: &Path, max: usize) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut content)?;
    if content.len() > max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {max} bytes")));
    }
    Ok(content)
}

/// Replaces the file at `path`, and creates its folder if there is none.
///
/// After a crash or a full disk there is the old file or the new one, and no mixture of both: the content is written to
/// a new file in the same folder, with a random name that ends in `.new`, and flushed to the disk before the file is
/// renamed. Such files that a crash left a day ago or earlier are removed. Anything but a regular file at `path` is an
/// error: see [`check_replaceable`].
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_for(path, content, Readers::AsUsual)
}

/// Replaces the file at `path` like [`replace`], and lets only its owner read it, on systems with such permissions: for
/// keys.
pub fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_for(path, content, Readers::Owner)
}

fn replace_for(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    check_replaceable(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let folder = folder.unwrap_or(Path::new("."));
    remove_left_over(folder);
    let (mut file, path_of_new) = create_new(folder, readers)?;
    let new = NewFile { path: path_of_new, folder: folder.to_owned() };
    file.write_all(content)?;
    new.replace(path)
}

/// A file with a random name, readable by its owner only, that gets its own name once it is complete. If that does not
/// happen, it is removed: a partial file would waste a full disk.
pub(crate) struct NewFile {
    path: PathBuf,
    folder: PathBuf,
}

impl NewFile {
    /// Creates an empty file in the folder of this path, which must exist. Such files that a crash left a day ago or earlier
    /// are removed.
    pub(crate) fn next_to(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        remove_left_over(folder);
        let (_, path) = create_new(folder, Readers::Owner)?;
        Ok(Self { path, folder: folder.to_owned() })
    }

    /// The random name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Flushes the file to the disk, and gives it this name in the same folder, in place of a file that has it.
    pub(crate) fn replace(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?.sync_all()?;
        fs::rename(&self.path, path)?;
        sync_folder(&self.folder)
    }

    /// Flushes the file to the disk, and gives it this name in the same folder. Fails if a file has the name.
    pub(crate) fn publish(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?.sync_all()?;
        match fs::hard_link(&self.path, path) {
            // The file system has no second names.
            Err(error)
                if error.kind() == io::ErrorKind::Unsupported && fs::symlink_metadata(path).is_err() =>
            {
                fs::rename(&self.path, path)?;
            }
            outcome => outcome?,
        }
        sync_folder(&self.folder)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // It is gone if it was renamed.
        let _ = fs::remove_file(&self.path);
    }
}

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    AsUsual,
    Owner,
}

/// Locks the file at `path` until the returned file is dropped. Creates the file and its folder if there is none. Use
/// it to compare the content of other files before you replace them. Fails if another process holds the lock for five
/// seconds.
pub fn lock(path: &Path) -> io::Result<File> {
    check_replaceable(path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if began.elapsed() < LOCK_WAIT => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            // The file system has no locks: continue without one.
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                return Err(error);
            }
            _ => return Ok(file),
        }
    }
}

/// Fails if there is anything but a regular file at a path: a symbolic link may lead to an unintended file, and a
/// folder, a device, a pipe or a socket must stay.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_dir() {
        "a folder"
    } else {
        "a device, a pipe or a socket"
    };
    let sentence = format!("it is {what}, and only a regular file is replaced");
    Err(io::Error::new(io::ErrorKind::InvalidInput, sentence))
}

/// Creates a file with an unpredictable name, so that no link can have been placed there.
fn create_new(folder: &Path, readers: Readers) -> io::Result<(File, PathBuf)> {
    let [begin, end] = NEW;
    let mut outcome = Err(io::ErrorKind::AlreadyExists.into());
    for _ in 0..NAMES_MAX {
        let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        let path = folder.join(format!("{begin}{random:016x}{end}"));
        // O_EXCL, which does not follow links.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        #[cfg(not(unix))]
        let _ = readers;
        match options.open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => outcome = Err(error),
            Err(error) => return Err(error),
        }
    }
    outcome
}

/// Removes the new files that a crash left long ago, as far as possible.
fn remove_left_over(folder: &Path) {
    let [begin, end] = NEW;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let digits = name.to_str().and_then(|name| name.strip_prefix(begin)?.strip_suffix(end));
        let is_ours =
            digits.is_some_and(|it| it.len() == 16 && it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        // For a link, this is the metadata of the link itself.
        let found = entry.metadata().ok().filter(|_| is_ours).filter(fs::Metadata::is_file);
        let age = found.and_then(|found| found.modified().ok()?.elapsed().ok());
        if age.is_some_and(|age| age > LEFT_OVER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Flushes the new name to the disk, if the system supports that.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_its_folder_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        replace(&path, b"1").unwrap();
        replace(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_private_file() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace_private(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn files_that_a_crash_left_a_day_ago_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, hours: u64| {
            let path = folder.path().join(name);
            let age = Duration::from_secs(hours * 60 * 60);
            File::create(&path).unwrap().set_modified(std::time::SystemTime::now() - age).unwrap();
            path
        };
        let left_over = put(".countersign-0123456789abcdef.new", 25);
        let others = [
            put(".countersign-0123456789abcde0.new", 23),
            put(".countersign-0123456789abcdeg.new", 25),
            put(".countersign-0123456789abcdef0.new", 25),
            put(".countersign-0123456789abcdef.old", 25),
            put("countersign-0123456789abcdef.new", 25),
        ];
        replace(&folder.path().join("a"), b"1").unwrap();
        assert!(!left_over.exists());
        for other in others {
            assert!(other.exists(), "{}", other.display());
        }
    }

    #[test]
    fn a_file_beyond_its_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        fs::write(&path, "123").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"123");
        let error = read(&path, 2).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::FileTooLarge, "it has more than 2 bytes")
        );
        #[cfg(unix)]
        assert_eq!(read(Path::new("/dev/zero"), 10).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let error = replace(folder.path(), b"1").unwrap_err().to_string();
        assert_eq!(error, "it is a folder, and only a regular file is replaced");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_device_or_a_pipe_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let [target, link, pipe] = ["target", "link", "pipe"].map(|name| folder.path().join(name));
        fs::write(&target, "1").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (path, what) in [
            (link.as_path(), "a symbolic link"),
            (pipe.as_path(), "a device, a pipe or a socket"),
            (Path::new("/dev/null"), "a device, a pipe or a socket"),
        ] {
            let error = replace(path, b"2").unwrap_err();
            assert_eq!(error.to_string(), format!("it is {what}, and only a regular file is replaced"));
        }
        assert_eq!(fs::read(&target).unwrap(), b"1");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left beside them");
    }
}
