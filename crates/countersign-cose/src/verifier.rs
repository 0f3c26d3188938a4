//! Verification as a value: a table of verifiers, one for each signature scheme.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use crate::{Algorithm, KeyError, PublicKey, Scheme};

/// The schemes that can be verified, and by whom: a table that the relying party is given.
///
/// A clone is cheap and shares the verifiers.
///
/// ```
/// use countersign_cose::{Algorithm, Verifiers};
/// let verifiers = Verifiers::empty();
/// assert!(!verifiers.supports(Algorithm::Es256.scheme()));
/// assert_eq!(verifiers.algorithms().count(), 0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Verifiers(Arc<Vec<Arc<dyn SignatureVerifier>>>);

impl Verifiers {
    /// A table that verifies nothing, to add to.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The backend in plain Rust, for every [`Algorithm`] and for every [`Scheme`] of certificates.
    #[cfg(feature = "rust-crypto")]
    pub fn rust_crypto() -> Self {
        Self(Arc::new(crate::rust_crypto::verifiers()))
    }

    /// Adds `verifier`. It takes the place of the one for the same scheme, if there is one.
    pub fn with(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        let verifiers = Arc::make_mut(&mut self.0);
        verifiers.retain(|present| present.scheme() != verifier.scheme());
        verifiers.push(verifier);
        self
    }

    /// Whether signatures of `scheme` can be verified.
    pub fn supports(&self, scheme: Scheme) -> bool {
        self.verifier(scheme).is_some()
    }

    /// The COSE algorithms that can be verified, in the order of [`Algorithm::ALL`].
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.iter().copied().filter(|algorithm| self.supports(algorithm.scheme()))
    }

    /// Parses `key` for the verification of signatures of `scheme`. What comes back can be kept and used many times.
    ///
    /// Where no verifier takes the scheme: [`KeyError::UnsupportedScheme`]. Where the point is not on its curve, or the
    /// key is none for the scheme: [`KeyError::Malformed`].
    pub fn prepare(&self, key: &PublicKey, scheme: Scheme) -> Result<Box<dyn PreparedKey>, KeyError> {
        self.verifier(scheme).ok_or(KeyError::UnsupportedScheme(scheme))?.prepare(key)
    }

    fn verifier(&self, scheme: Scheme) -> Option<&dyn SignatureVerifier> {
        self.0.iter().find(|verifier| verifier.scheme() == scheme).map(|verifier| &**verifier)
    }
}

/// The signature does not verify. On purpose it doesn't say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureInvalid;

impl fmt::Display for SignatureInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl core::error::Error for SignatureInvalid {}

/// Prepares keys for one signature scheme. A backend is a set of these.
pub trait SignatureVerifier: fmt::Debug + Send + Sync {
    /// The scheme whose signatures the prepared keys verify.
    fn scheme(&self) -> Scheme;

    /// Parses `key` for verification: the point must be on its curve, the modulus within bounds.
    ///
    /// A key of another kind than the scheme's is [`KeyError::Malformed`].
    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError>;
}

/// A key parsed once, to verify many signatures with.
pub trait PreparedKey: fmt::Debug + Send + Sync {
    /// Verifies `signature` over the concatenation of `message`'s parts.
    ///
    /// The parts spare the caller a copy: WebAuthn signs authenticator data followed by the hash of client data.
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureInvalid>;
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use countersign_types::Code;

    use super::*;
    use crate::testing::{eddsa_key, encode};

    /// Takes every key, and every signature that is its message.
    #[derive(Debug, Clone, Copy)]
    struct Echo;

    impl SignatureVerifier for Echo {
        fn scheme(&self) -> Scheme {
            Scheme::Ed25519
        }

        fn prepare(&self, _: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
            Ok(Box::new(*self))
        }
    }

    impl PreparedKey for Echo {
        fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureInvalid> {
            if message.concat() == signature { Ok(()) } else { Err(SignatureInvalid) }
        }
    }

    #[test]
    fn rule_090_a_scheme_without_a_verifier_is_unsupported() {
        let key = PublicKey::from_cose(&encode(&eddsa_key())).unwrap();
        let error = Verifiers::empty().prepare(&key, Scheme::Ed25519).unwrap_err();
        assert_eq!(error, KeyError::UnsupportedScheme(Scheme::Ed25519));
        assert_eq!(error.code(), Code::AlgorithmUnsupported);
        assert_eq!(error.to_string(), "no verifier for Ed25519");
    }

    #[test]
    fn a_verifier_adds_the_algorithms_of_its_scheme() {
        let verifiers = Verifiers::empty().with(Arc::new(Echo));
        assert!(verifiers.algorithms().eq([Algorithm::EdDsa, Algorithm::Ed25519]));
        assert!(!verifiers.supports(Algorithm::Es256.scheme()));
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn the_rust_backend_verifies_every_algorithm() {
        assert!(Verifiers::rust_crypto().algorithms().eq(Algorithm::ALL.iter().copied()));
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn a_later_verifier_takes_the_place_of_the_one_for_its_scheme() {
        let vector = crate::testing::ed25519_vector();
        let before = Verifiers::rust_crypto();
        let after = before.clone().with(Arc::new(Echo));
        let verify = |verifiers: &Verifiers, signature: &[u8]| {
            let key = verifiers.prepare(&vector.key, vector.scheme).unwrap();
            key.verify(&[&vector.message], signature)
        };
        assert_eq!(verify(&before, &vector.signature), Ok(()));
        assert_eq!(verify(&before, &vector.message), Err(SignatureInvalid));
        assert_eq!(verify(&after, &vector.signature), Err(SignatureInvalid));
        assert_eq!(verify(&after, &vector.message), Ok(()));
        assert_eq!(after.algorithms().count(), before.algorithms().count());
    }
}
