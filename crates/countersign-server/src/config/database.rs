//! The database of a server: a file, or an address that may have a password.

use std::fmt;
use std::path::{Path, PathBuf};

/// The database: the path of an SQLite file, or the address of a PostgreSQL database that begins with `postgres://`.
///
/// `Display` and `Debug` write it without user name, password and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseAddress(String);

impl DatabaseAddress {
    /// The whole text, with the password if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path, if the database is a file.
    pub fn path(&self) -> Option<&Path> {
        (!self.0.contains("://")).then(|| Path::new(&self.0))
    }

    /// The address with this password, which is percent-encoded. The error is the rest of a sentence.
    pub(crate) fn with_password(&self, password: &str) -> Result<Self, String> {
        let (scheme, rest) =
            self.0.split_once("://").ok_or("the database is a file, which has no password")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (user, host) = authority
            .rsplit_once('@')
            .ok_or("the address of the database has no user, such as postgres://USER@HOST/NAME")?;
        if user.contains(':') {
            return Err("the address of the database has a password too: leave one of them out".into());
        }
        Ok(Self(format!("{scheme}://{user}:{password}@{host}{path}")))
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once("://") else { return f.write_str(&self.0) };
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        write!(f, "{scheme}://{place}")
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseAddress({self})")
    }
}

impl From<&str> for DatabaseAddress {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Path> for DatabaseAddress {
    fn from(path: &Path) -> Self {
        Self(path.to_string_lossy().into_owned())
    }
}

impl From<PathBuf> for DatabaseAddress {
    fn from(path: PathBuf) -> Self {
        path.as_path().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_database_has_no_password() {
        for (database, name) in [
            ("/a/x.sqlite3", "/a/x.sqlite3"),
            ("postgres://host/db", "postgres://host/db"),
            ("postgres://user:w@rd@host:5432/db?password=word&sslmode=require", "postgres://host:5432/db"),
        ] {
            let database = DatabaseAddress::from(database);
            assert_eq!(database.to_string(), name);
            assert_eq!(format!("{database:?}"), format!("DatabaseAddress({name})"));
        }
    }

    #[test]
    fn a_password_is_put_between_the_user_and_the_host() {
        let with =
            |text: &str| DatabaseAddress::from(text).with_password("p%40ss").map(|database| database.0);
        for (address, expected) in [
            ("postgres://user@host/db", "postgres://user:p%40ss@host/db"),
            (
                "postgres://user@host:5432/db?sslmode=require",
                "postgres://user:p%40ss@host:5432/db?sslmode=require",
            ),
            ("postgres://user@host", "postgres://user:p%40ss@host"),
        ] {
            assert_eq!(with(address).unwrap(), expected);
        }
        for (address, reason) in [
            ("/a/x.sqlite3", "the database is a file, which has no password"),
            (
                "postgres://host/db?options=a@b",
                "the address of the database has no user, such as postgres://USER@HOST/NAME",
            ),
            (
                "postgres://user:word@host/db",
                "the address of the database has a password too: leave one of them out",
            ),
        ] {
            assert_eq!(with(address).unwrap_err(), reason);
        }
    }
}
