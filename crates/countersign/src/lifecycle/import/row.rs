//! Credentials as other libraries store them, in JSON
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use serde_json::Value;

pub(crate) mod error;
pub(crate) mod forms;
pub(crate) mod imported;
pub(crate) mod library;
pub(crate) mod members;
pub(crate) mod webauthn_rs;

pub use error::RowError;
pub use imported::ImportedRow;
pub use library::Library;

use self::{error::ROW_MAX, members::Members};

impl ImportedRow {
    /// Reads a row.
    pub fn from_json(json: &[u8]) -> Result<Self, RowError> {
        if json.len() > ROW_MAX {
            return Err(RowError::TooLong { length: json.len() });
        }
        let row: Value = serde_json::from_slice(json).map_err(|_| RowError::NotAnObject)?;
        let members = Members::of(&row).ok_or(RowError::NotAnObject)?;
        let library = Library::of(|name| members.has(name)).ok_or(RowError::UnknownForm)?;
        match library {
            Library::SimpleWebAuthn => forms::simple_web_authn(members),
            Library::PyWebauthn => forms::py_webauthn(members),
            Library::GoWebauthn => forms::go_webauthn(members),
            Library::JavaWebauthnServer => forms::java_webauthn_server(members),
            Library::WebauthnRs => webauthn_rs::read(members),
            Library::Plain => forms::plain(members),
        }
    }
}

#[cfg(test)]
mod tests;
