//! The format of a token: base64url of
//! version (1 byte) ‖ kind of ceremony (1) ‖ key number (4, big-endian) ‖ SHA-256 of the RP ID, cut (8) ‖ SHA-256 of the
//! purpose, cut (8) ‖ nonce (24) ‖ ciphertext ‖ tag (16), sealed by XChaCha20-Poly1305
//! ([draft-irtf-cfrg-xchacha-03](https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03)).
//!
//! A nonce of 24 random bytes never comes twice, so that a key needs no counter and serves any number of tokens. All that
//! precedes the nonce is associated data, and so are the whole RP ID and the whole purpose.

use crate::ceremony::sealed::error::{OpenError, SealError, TOKEN_MAX};

/// Bytes of the nonce.
pub(super) const NONCE_LENGTH: usize = 24;

const HEADER_LENGTH: usize = 22;
const TAG_LENGTH: usize = 8;
const VERSION: u8 = 3;

/// What the associated data begins with, so that the keys' other uses, if there are any, make no tokens.
const DOMAIN: &[u8] = b"countersign sealed state\0";

/// The part of a token that is readable without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    kind: u8,
    key_id: u32,
    rp_tag: [u8; TAG_LENGTH],
    purpose_tag: [u8; TAG_LENGTH],
}

impl Header {
    pub(super) fn new(kind: u8, key_id: u32, rp_id: &str, purpose: &str) -> Self {
        Self { kind, key_id, rp_tag: tag(rp_id), purpose_tag: tag(purpose) }
    }

    /// The header, the nonce and the rest of a token's bytes.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, [u8; NONCE_LENGTH], &[u8]), OpenError> {
        let (header, rest) = bytes.split_first_chunk::<HEADER_LENGTH>().ok_or(OpenError::Malformed)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(OpenError::Malformed)?;
        let [version, kind, k0, k1, k2, k3, t0, t1, t2, t3, t4, t5, t6, t7, purpose_tag @ ..] = *header;
        if version != VERSION {
            return Err(OpenError::UnknownVersion(version));
        }
        let key_id = u32::from_be_bytes([k0, k1, k2, k3]);
        let rp_tag = [t0, t1, t2, t3, t4, t5, t6, t7];
        Ok((Self { kind, key_id, rp_tag, purpose_tag }, *nonce, sealed))
    }

    /// Returns the exact reason for a rejection, which the associated data would not give.
    pub(super) fn is_for(&self, kind: u8, rp_id: &str, purpose: &str) -> Result<(), OpenError> {
        if self.kind != kind {
            Err(OpenError::OtherCeremony)
        } else if self.rp_tag != tag(rp_id) {
            Err(OpenError::OtherRelyingParty)
        } else if self.purpose_tag != tag(purpose) {
            Err(OpenError::OtherPurpose)
        } else {
            Ok(())
        }
    }

    pub(super) fn key_id(&self) -> u32 {
        self.key_id
    }

    /// A token's bytes.
    pub(super) fn followed_by(&self, nonce: &[u8; NONCE_LENGTH], sealed: &[u8]) -> Vec<u8> {
        [&self.bytes()[..], nonce, sealed].concat()
    }

    fn bytes(&self) -> [u8; HEADER_LENGTH] {
        let [k0, k1, k2, k3] = self.key_id.to_be_bytes();
        let [t0, t1, t2, t3, t4, t5, t6, t7] = self.rp_tag;
        let [p0, p1, p2, p3, p4, p5, p6, p7] = self.purpose_tag;
        [VERSION, self.kind, k0, k1, k2, k3, t0, t1, t2, t3, t4, t5, t6, t7, p0, p1, p2, p3, p4, p5, p6, p7]
    }
}

/// The domain and the header have fixed lengths, and neither a domain name nor a purpose has a zero byte.
pub(super) fn associated_data(header: &Header, rp_id: &str, purpose: &str) -> Vec<u8> {
    [DOMAIN, &header.bytes(), rp_id.as_bytes(), b"\0", purpose.as_bytes()].concat()
}

/// A token's bytes.
pub(super) fn decode(token: &str) -> Result<Vec<u8>, OpenError> {
    if token.len() > TOKEN_MAX {
        return Err(OpenError::TooLong { length: token.len() });
    }
    countersign_types::base64url::decode(token).map_err(|_| OpenError::Malformed)
}

/// What is sealed: the length of the state (4 bytes, big-endian), the state, and what the caller attached.
pub(super) fn content(state: &[u8], attached: &[u8]) -> Result<Vec<u8>, SealError> {
    let length = u32::try_from(state.len()).map_err(|_| SealError::TooLong)?;
    Ok([&length.to_be_bytes(), state, attached].concat())
}

/// The state and the attached bytes of what was sealed.
pub(super) fn parts(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn tag(text: &str) -> [u8; TAG_LENGTH] {
    let mut tag = [0; TAG_LENGTH];
    tag.iter_mut().zip(countersign_cose::hash::sha256(&[text.as_bytes()])).for_each(|(to, from)| *to = from);
    tag
}
