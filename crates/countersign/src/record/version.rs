//! The versions of serialised forms. Unknown members are rejected, so that a form of another version needs a number to be
//! recognised by.

/// This version only. A number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(crate) struct FormatVersion<const NUMBER: u8>;

impl<const NUMBER: u8> TryFrom<u8> for FormatVersion<NUMBER> {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        if number == NUMBER {
            Ok(Self)
        } else {
            Err(format!("of version {number}, and this program supports only {NUMBER}"))
        }
    }
}

impl<const NUMBER: u8> From<FormatVersion<NUMBER>> for u8 {
    fn from(_: FormatVersion<NUMBER>) -> Self {
        NUMBER
    }
}
