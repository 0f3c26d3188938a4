//! Files that are replaced at once or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

/// Puts a file with this content in the place of the one at `path`, and makes its folder if there is none.
///
/// Whatever happens, a crash or a full disk, there is the old file or the new one, and no mixture of both: the content
/// is written to a file beside it, `path` with `.new` appended, and brought to the disk before that takes its name.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().inspect_err(|_| {
        // What a full disk took of it is in the way of others.
        let _ = fs::remove_file(&new);
    })?;
    sync_folder(folder.unwrap_or(Path::new(".")))
}

/// Brings the new name to the disk, where the system has that.
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

    #[test]
    fn what_can_t_be_written_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        replace(&path, b"1").unwrap();
        fs::create_dir(folder.path().join("b.new")).unwrap();
        replace(&path, b"2").unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"1");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        replace(&path, b"1").unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.path().join("b.new")).unwrap();
        assert_eq!(replace(&path, b"2").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"1");
        assert!(fs::symlink_metadata(folder.path().join("b.new")).is_err());
    }
}
