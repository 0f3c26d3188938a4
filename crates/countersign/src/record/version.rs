//! The versions of what is serialised. A member that a version has not is refused by its name, so that without a number what
//! another version wrote would be a riddle.

use serde::{Deserialize, Serialize};

/// This version and no other. A number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(crate) struct Version<const NUMBER: u8>;

impl<const NUMBER: u8> TryFrom<u8> for Version<NUMBER> {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        if number == NUMBER {
            Ok(Self)
        } else {
            Err(format!("of version {number}, and this program knows {NUMBER} alone"))
        }
    }
}

impl<const NUMBER: u8> From<Version<NUMBER>> for u8 {
    fn from(_: Version<NUMBER>) -> Self {
        NUMBER
    }
}
