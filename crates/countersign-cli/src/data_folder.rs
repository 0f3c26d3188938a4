//! The folder for a user's data, by the conventions of each system.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The user's data folder according to environment variables, `None` if they are not set.
fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // A relative path would depend on the current folder; the XDG rules ignore relative paths.
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return folder("LOCALAPPDATA").or_else(|| folder("APPDATA"));
    }
    let home = || folder("HOME");
    if cfg!(target_os = "macos") {
        return home().map(|home| home.join("Library/Application Support"));
    }
    folder("XDG_DATA_HOME").or_else(|| home().map(|home| home.join(".local/share")))
}

/// The database in the user's data folder, `None` if there is no such folder.
pub(crate) fn database() -> Option<PathBuf> {
    find(|name| std::env::var_os(name)).map(database_in)
}

/// The file of simulated keys in the user's data folder, `None` if there is no such folder.
pub(crate) fn simulated_keys() -> Option<PathBuf> {
    let folder = find(|name| std::env::var_os(name))?;
    Some(folder.join("countersign").join("simulated-keys.json"))
}

fn database_in(folder: impl AsRef<Path>) -> PathBuf {
    folder.as_ref().join("countersign").join("countersign.sqlite3")
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    fn find_with(variables: &[(&str, &str)]) -> Option<PathBuf> {
        find(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_data_folder_is_the_one_that_is_set_or_below_home() {
        let home = ("HOME", "/home/ada");
        assert_eq!(find_with(&[home, ("XDG_DATA_HOME", "/data")]), Some("/data".into()));
        for unset in [&[home][..], &[home, ("XDG_DATA_HOME", "")], &[home, ("XDG_DATA_HOME", "data")]] {
            assert_eq!(find_with(unset), Some("/home/ada/.local/share".into()));
        }
        assert_eq!(find_with(&[]), None);
        assert_eq!(find_with(&[("HOME", "")]), None);
    }

    #[test]
    fn the_database_has_a_folder_of_its_own() {
        assert_eq!(database_in("/data"), Path::new("/data/countersign/countersign.sqlite3"));
    }
}
