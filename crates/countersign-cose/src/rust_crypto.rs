//! The backend in plain Rust: the `RustCrypto` and dalek crates, with one file for each family of schemes.

use alloc::{sync::Arc, vec::Vec};

use self::rsa::{Padding, Rsa};
use crate::{algorithm::Hash, verifier::SignatureVerifier};

mod ecdsa;
pub(crate) mod ed25519;
#[cfg(feature = "ed448")]
mod ed448;
mod ml_dsa;
pub(crate) mod rsa;

/// One verifier for each scheme.
pub(crate) fn verifiers() -> Vec<Arc<dyn SignatureVerifier>> {
    let mut verifiers: Vec<Arc<dyn SignatureVerifier>> = Vec::new();
    verifiers.push(Arc::new(ed25519::Ed25519));
    #[cfg(feature = "ed448")]
    verifiers.push(Arc::new(ed448::Ed448));
    verifiers.push(Arc::new(Rsa { padding: Padding::Pkcs1, hash: Hash::Sha1 }));
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        verifiers.extend(ecdsa::verifiers(hash));
        verifiers.push(Arc::new(Rsa { padding: Padding::Pkcs1, hash }));
        verifiers.push(Arc::new(Rsa { padding: Padding::Pss, hash }));
    }
    verifiers.extend(ml_dsa::verifiers());
    verifiers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{testing::vectors, verifier::SignatureError};

    #[test]
    fn there_is_one_verifier_for_each_scheme() {
        let mut schemes: alloc::vec::Vec<_> =
            super::verifiers().iter().map(|verifier| verifier.scheme()).collect();
        schemes.sort_unstable();
        schemes.dedup();
        assert_eq!(schemes.len(), super::verifiers().len());
        assert!(vectors().iter().map(|vector| vector.scheme).all(|scheme| schemes.contains(&scheme)));
        assert_eq!(vectors().len(), schemes.len());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_never_verifies(
            which in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let vectors = vectors();
            let vector = &vectors[which.index(vectors.len())];
            let key = vector.prepared();
            prop_assert_eq!(key.verify(&[&vector.message], &vector.signature), Ok(()));

            let mut signature = vector.signature.clone();
            signature[at.index(vector.signature.len())] ^= 1_u8 << bit;
            prop_assert_eq!(key.verify(&[&vector.message], &signature), Err(SignatureError));

            let mut message = vector.message.clone();
            message[at.index(vector.message.len())] ^= 1_u8 << bit;
            prop_assert_eq!(key.verify(&[&message], &vector.signature), Err(SignatureError));
        }

        #[test]
        fn any_bytes_are_no_signature(
            which in any::<prop::sample::Index>(),
            signature in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let vectors = vectors();
            let vector = &vectors[which.index(vectors.len())];
            prop_assert_eq!(vector.prepared().verify(&[&vector.message], &signature), Err(SignatureError));
        }
    }
}
