//! Bytes that are secrets.

use alloc::vec::Vec;
use core::fmt;

/// Bytes that are a secret, or are treated as one: the results of `prf`, the contents of a large blob or a `credBlob`.
///
/// They have no serialised form, and their debug text has only the length.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Wraps secret bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes, to use them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_text_has_only_the_length() {
        let secret = SecretBytes::new([0xab; 3]);
        assert_eq!(format!("{secret:?}"), "SecretBytes(3 bytes)");
        assert_eq!(secret.expose(), [0xab; 3]);
    }
}
