//! Hash functions ([FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)), over messages in parts.

use alloc::vec::Vec;
use core::ops::Deref;

use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::Hash;

/// SHA-256 of the concatenation of `parts`.
///
/// ```
/// use countersign_cose::hash::sha256;
/// assert_eq!(sha256(&[b"example", b".org"]), sha256(&[b"example.org"]));
/// ```
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    over::<Sha256>(parts).into()
}

impl Hash {
    /// The hash of the concatenation of `parts`: [`output_size`](Self::output_size) bytes.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        self.digest_on_stack(parts).to_vec()
    }

    /// Computes [`digest`](Self::digest) without an allocation.
    pub(crate) fn digest_on_stack(self, parts: &[&[u8]]) -> Digest {
        match self {
            Self::Sha1 => Digest::Sha1(over::<Sha1>(parts).into()),
            Self::Sha256 => Digest::Sha256(over::<Sha256>(parts).into()),
            Self::Sha384 => Digest::Sha384(over::<Sha384>(parts).into()),
            Self::Sha512 => Digest::Sha512(over::<Sha512>(parts).into()),
        }
    }
}

fn over<D: sha2::Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize()
}

/// The output of a hash function.
pub(crate) enum Digest {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

impl Deref for Digest {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
            Self::Sha384(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;

    // FIPS 180-4's examples, https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
    const ABC: [(Hash, &str); 4] = [
        (Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Hash::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Hash::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];

    #[test]
    fn the_parts_of_a_message_are_hashed_as_one() {
        for (hash, expected) in ABC {
            for parts in [&[&b"abc"[..]][..], &[b"a", b"bc"], &[b"", b"ab", b"", b"c"]] {
                assert_eq!(hash.digest(parts), hex(expected), "{hash}");
            }
        }
        assert_eq!(sha256(&[b"ab", b"c"])[..], hex(ABC[1].1));
    }
}
