//! Random tokens, which name sessions and browsers. Only their hashes are stored.

use countersign::{
    ceremony::Entropy, ceremony::EntropyError, cose::sha256, store::TokenHash, types::base64url,
};

/// 256 bits: impossible to guess, so that the hash needs neither salt nor stretching.
const LENGTH: usize = 32;

/// The length of the base64url text of [`LENGTH`] bytes.
const TEXT_LENGTH: usize = 43;

/// The prefix of the hashed data of a session's token, so that no other hash can be used as one.
const SESSION: &[u8] = b"countersign session token\0";

/// A secret random token: that of a session or of a browser. It has no `Debug`, so that none gets into a log.
#[derive(Clone)]
pub struct Token([u8; LENGTH]);

impl Token {
    /// Creates a random token.
    pub(crate) fn new(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        let mut bytes = [0; LENGTH];
        entropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Parses the text of a token; `None` if it is malformed.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        base64url::decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The token of the session that a ceremony created, from the ceremony's sealed state and a salt.
    ///
    /// So a repeated finish gets the same token, although no token is stored: only the client has the sealed state, and
    /// only the database has the salt. Both are random, so that a plain hash suffices.
    pub(crate) fn of_session(ceremony: &str, salt: &Self) -> Self {
        Self(sha256(&[SESSION, &sha256(&[ceremony.as_bytes()]), &salt.0]))
    }

    /// The text of the token: 43 characters of base64url.
    pub fn text(&self) -> String {
        base64url::encode(self.0)
    }

    /// The hash for the database: a stolen database reveals no session.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> Token {
        Token::new(&mut getrandom::fill).unwrap()
    }

    #[test]
    fn a_token_survives_its_text() {
        let token = new();
        assert_eq!(Token::parse(token.text().as_bytes()).unwrap().hash(), token.hash());
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(new().hash(), new().hash());
    }

    #[test]
    fn the_token_of_a_session_depends_on_the_ceremony_and_the_salt() {
        let (one, other) = (new(), new());
        let token = Token::of_session("ceremony", &one);
        assert_eq!(token.hash(), Token::of_session("ceremony", &one).hash());
        for differing in
            [Token::of_session("ceremony", &other), Token::of_session("Ceremony", &one), one.clone()]
        {
            assert_ne!(token.hash(), differing.hash());
        }
    }

    #[test]
    fn other_text_is_not_a_token() {
        let text = new().text();
        for other in [&text[1..], &(text.clone() + "A"), "", &"é".repeat(43), &"=".repeat(43)] {
            assert!(Token::parse(other.as_bytes()).is_none(), "{other}");
        }
    }
}
