//! Random tokens, which name sessions and ceremonies. Only their hashes are stored.

use countersign::{ceremony::EntropyError, cose::sha256, types::base64url};

/// 256 bits: impossible to guess, so that the hash needs neither salt nor stretching.
const LENGTH: usize = 32;

/// The length of the base64url text of [`LENGTH`] bytes.
const TEXT_LENGTH: usize = 43;

/// The hash of a [`Token`], which the database stores.
pub(crate) type TokenHash = [u8; 32];

/// The prefix of the hashed data of a session's token, so that no other hash can be used as one.
const SESSION: &[u8] = b"countersign session token\0";

/// A random token. It has no `Debug`, so that none gets into a log.
#[derive(Clone)]
pub(crate) struct Token([u8; LENGTH]);

impl Token {
    /// A new random token.
    pub(crate) fn new() -> Result<Self, EntropyError> {
        let mut bytes = [0; LENGTH];
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Parses the text from a client, `None` if it is malformed.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        base64url::decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The token of the session that the ceremony with this name created with this salt.
    ///
    /// So a repeated finish gets the same token, although no token is stored: only the client has the ceremony's name,
    /// and only the database has the salt. Both are random and of a fixed length, so that a plain hash suffices.
    pub(crate) fn of_session(&self, salt: &Self) -> Self {
        Self(sha256(&[SESSION, &self.0, &salt.0]))
    }

    /// The text for the client.
    pub(crate) fn text(&self) -> String {
        base64url::encode(self.0)
    }

    /// The hash for the database: a stolen database reveals no session.
    pub(crate) fn hash(&self) -> TokenHash {
        sha256(&[&self.0])
    }
}

/// Fills a buffer with random bytes of the operating system: the entropy of all ceremonies.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(bytes).map_err(EntropyError::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text() {
        let token = Token::new().unwrap();
        assert_eq!(Token::parse(token.text().as_bytes()).unwrap().hash(), token.hash());
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(Token::new().unwrap().hash(), Token::new().unwrap().hash());
    }

    #[test]
    fn the_token_of_a_session_depends_on_the_ceremony_and_the_salt() {
        let (name, salt) = (Token::new().unwrap(), Token::new().unwrap());
        let token = name.of_session(&salt);
        assert_eq!(token.hash(), name.clone().of_session(&salt).hash());
        for other in [salt.of_session(&name), name.of_session(&name), name.clone(), salt.clone()] {
            assert_ne!(token.hash(), other.hash());
        }
    }

    #[test]
    fn other_text_is_not_a_token() {
        let text = Token::new().unwrap().text();
        for other in [&text[1..], &(text.clone() + "A"), "", &"é".repeat(43), &"=".repeat(43)] {
            assert!(Token::parse(other.as_bytes()).is_none(), "{other}");
        }
    }
}
