//! Links that make an account an operator.
//!
//! The token is in the fragment of the address, which browsers send to no server: it is in no log of a proxy and in no
//! `Referer`. The page removes it from the address at once. The database has its hash.

use std::fmt;

use countersign::store::{self, OperatorLinkKind, TokenHash};
use countersign::{Timestamp, cose::sha256, types::base64url};

/// The random bytes of a token: 256 bits, so that the hash needs neither salt nor stretching.
const TOKEN_BYTES: usize = 32;

/// The prefix of the hashed data, so that no other hash can be used as one of these.
const LINK: &[u8] = b"countersign operator link\0";

/// The path of the operator's page.
pub(crate) const PAGE: &str = "/operator";

/// A link that makes one account an operator, once. It prints no token in `Debug`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperatorLink {
    /// The address to open in a browser. It is a secret.
    pub url: String,
    /// The time at which the link is over if it is not used.
    pub expires_at: Timestamp,
}

impl fmt::Debug for OperatorLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A new link to the page of this origin: its row, which has only the hash of its token, and its address.
pub(super) fn new(
    origin: &str,
    kind: OperatorLinkKind,
    minutes: u32,
    now: Timestamp,
) -> Result<(store::OperatorLink, String), getrandom::Error> {
    let mut token = [0; TOKEN_BYTES];
    getrandom::fill(&mut token)?;
    let expires_at = now.plus_seconds(i64::from(minutes).saturating_mul(60));
    let link = store::OperatorLink { token: hash_of(&token), kind, created_at: now, expires_at };
    Ok((link, format!("{origin}{PAGE}#link={}", base64url::encode(token))))
}

/// The hash of a token in base64url, as the database has it; `None` if the text is no token.
pub(crate) fn hash(text: &str) -> Option<TokenHash> {
    let token: [u8; TOKEN_BYTES] = base64url::decode(text).ok()?.try_into().ok()?;
    Some(hash_of(&token))
}

fn hash_of(token: &[u8; TOKEN_BYTES]) -> TokenHash {
    TokenHash::from_bytes(sha256(&[LINK, token]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_hashed_apart_from_other_tokens() {
        let token = [7; TOKEN_BYTES];
        let text = base64url::encode(token);
        assert_eq!(text.len(), 43);
        assert_eq!(hash(&text), Some(hash_of(&token)));
        assert_ne!(hash(&text), Some(TokenHash::of(&token)));
        for other in ["", &text[1..], &format!("{text}A"), "=", &"é".repeat(43)] {
            assert_eq!(hash(other), None, "{other}");
        }
    }

    #[test]
    fn debug_output_has_no_token() {
        let expires_at = Timestamp::from_unix_seconds(0);
        let link = OperatorLink { url: "http://localhost/operator#link=secret".into(), expires_at };
        assert!(!format!("{link:?}").contains("secret"));
    }
}
