//! Random tokens: what names a session or an open ceremony, and only its hash is stored.

use countersign::{ceremony::EntropyError, cose::sha256, types::base64url};

/// 256 bits: beyond guessing, so that its hash needs neither salt nor stretching.
const LENGTH: usize = 32;

/// The base64url text of [`LENGTH`] bytes.
const TEXT_LENGTH: usize = 43;

/// What the database knows of a [`Token`].
pub(crate) type TokenHash = [u8; 32];

/// What the hash begins with that makes a session's token, so that no other hash is taken for one.
const SESSION: &[u8] = b"countersign session token\0";

/// A random token. Without `Debug`, so that none gets into a log.
#[derive(Clone)]
pub(crate) struct Token([u8; LENGTH]);

impl Token {
    /// A new one.
    pub(crate) fn new() -> Result<Self, EntropyError> {
        let mut bytes = [0; LENGTH];
        fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// What the client sent back; `None` for what no token looks like.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        base64url::decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The token of the session that the ceremony of this name opened with this salt.
    ///
    /// So a repeated finish gets the same token, though no token is stored: the ceremony's name is the client's alone,
    /// and the salt the database's alone. Both have a fixed length and are random, so that a plain hash will do.
    pub(crate) fn of_session(&self, salt: &Self) -> Self {
        Self(sha256(&[SESSION, &self.0, &salt.0]))
    }

    /// What the client keeps.
    pub(crate) fn text(&self) -> String {
        base64url::encode(self.0)
    }

    /// What the database keeps: a stolen database opens no session.
    pub(crate) fn hash(&self) -> TokenHash {
        sha256(&[&self.0])
    }
}

/// Random bytes of the operating system: the entropy of every ceremony here.
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
    fn a_session_s_token_depends_on_the_ceremony_and_the_salt() {
        let (name, salt) = (Token::new().unwrap(), Token::new().unwrap());
        let token = name.of_session(&salt);
        assert_eq!(token.hash(), name.clone().of_session(&salt).hash());
        for other in [salt.of_session(&name), name.of_session(&name), name.clone(), salt.clone()] {
            assert_ne!(token.hash(), other.hash());
        }
    }

    #[test]
    fn other_text_is_no_token() {
        let text = Token::new().unwrap().text();
        for other in [&text[1..], &(text.clone() + "A"), "", &"é".repeat(43), &"=".repeat(43)] {
            assert!(Token::parse(other.as_bytes()).is_none(), "{other}");
        }
    }
}
