//! Verification as a value: a table of verifiers, one for each signature scheme.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Algorithm, KeyError, PublicKey, Scheme,
    ecdsa_padding::Padded,
    key::{RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MAX},
};

/// The schemes that can be verified, and by whom: a table that the relying party is given.
///
/// A clone is cheap and shares the verifiers.
///
/// ```
/// use countersign_cose::{Algorithm, Verifiers};
/// # #[cfg(feature = "rust-crypto")]
/// assert!(Verifiers::default().supports(Algorithm::Es256.scheme()));
/// assert_eq!(Verifiers::none().algorithms().count(), 0);
/// ```
#[derive(Debug, Clone)]
pub struct Verifiers {
    table: Arc<Vec<Arc<dyn SignatureVerifier>>>,
    /// The most bits of an RSA modulus.
    rsa_bits: usize,
}

/// The default backend, [`rust_crypto`](Verifiers::rust_crypto). Without its feature there is no default: a program
/// that relied on one does not compile, where an empty table would reject every signature at run time.
#[cfg(feature = "rust-crypto")]
impl Default for Verifiers {
    fn default() -> Self {
        Self::rust_crypto()
    }
}

impl Verifiers {
    fn of(table: Vec<Arc<dyn SignatureVerifier>>) -> Self {
        Self { table: Arc::new(table), rsa_bits: RSA_MODULUS_BITS_MAX }
    }

    /// A table that verifies nothing, to add to.
    pub fn none() -> Self {
        Self::of(Vec::new())
    }

    /// The backend in plain Rust, for every [`Algorithm`] and for every [`Scheme`] of certificates: ECDSA on each curve
    /// with each hash of SHA-2. Ed448 takes the feature `ed448`.
    ///
    /// A prepared key holds the parsed one: at most 300 bytes of the heap for curves, 3 KiB for RSA. One of ML-DSA holds
    /// its matrix, 24, 42 or 72 KiB for the three parameter sets, which saves about half the time of a verification.
    #[cfg(feature = "rust-crypto")]
    pub fn rust_crypto() -> Self {
        Self::of(crate::rust_crypto::verifiers())
    }

    /// The backend over AWS-LC, and [`rust_crypto`](Self::rust_crypto) for what AWS-LC lacks or is slow at: secp256k1
    /// and Ed448. The verdicts are the same.
    ///
    /// A prepared key holds its encoding on the heap, and AWS-LC's parsed form on that of C, together some kilobytes.
    #[cfg(feature = "aws-lc")]
    pub fn aws_lc() -> Self {
        crate::aws_lc::verifiers().into_iter().fold(Self::rust_crypto(), Self::with)
    }

    /// The same verifiers, tolerant of ECDSA signatures whose numbers have superfluous zeros before them: writers of
    /// fixed lengths make them, such as the `YubiKey` of firmware 5.8.
    ///
    /// WebAuthn demands DER, which has one encoding of a number. The tolerance is of such zeros alone, up to one byte
    /// more than a coordinate has; every other deviation from DER stays an invalid signature. It gives whoever holds a
    /// signature a second encoding of it, which matters only where signatures are identifiers.
    pub fn with_padded_ecdsa_integers(self) -> Self {
        Self { table: Arc::new(self.table.iter().cloned().map(Padded::over).collect()), ..self }
    }

    /// The same verifiers, for RSA keys of up to [`RSA_MODULUS_BITS_LONGEST`] bits instead of
    /// [`RSA_MODULUS_BITS_MAX`]: of credentials, and of attestation certificates and their issuers.
    ///
    /// A verification with a key of 8192 bits takes four times as long as with one of 4096. Who registers chooses the key,
    /// and nobody is known to need one as long.
    pub const fn with_long_rsa_keys(mut self) -> Self {
        self.rsa_bits = RSA_MODULUS_BITS_LONGEST;
        self
    }

    /// Adds `verifier`. It takes the place of the one for the same scheme, if there is one.
    pub fn with(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        let verifiers = Arc::make_mut(&mut self.table);
        verifiers.retain(|present| present.scheme() != verifier.scheme());
        verifiers.push(verifier);
        self
    }

    /// Whether signatures of `scheme` can be verified.
    pub fn supports(&self, scheme: Scheme) -> bool {
        self.verifier(scheme).is_some()
    }

    /// Whether both share one table, as clones do, and so give the same verdicts. Tables made separately differ, even if
    /// they hold the same verifiers.
    ///
    /// A caller can keep a verdict with a clone of the table that gave it, and reuse it for tables that share it.
    ///
    /// ```
    /// use countersign_cose::Verifiers;
    /// let verifiers = Verifiers::none();
    /// assert!(verifiers.is_same_table(&verifiers.clone()));
    /// assert!(!verifiers.is_same_table(&Verifiers::none()));
    /// assert!(!verifiers.is_same_table(&verifiers.clone().with_long_rsa_keys()));
    /// ```
    pub fn is_same_table(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table) && self.rsa_bits == other.rsa_bits
    }

    /// The COSE algorithms to choose an offer from: those that can be verified, in the order of [`Algorithm::ALL`],
    /// without [`Algorithm::Rs1`]. SHA-1 is for whoever asks for it by name.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| *algorithm != Algorithm::Rs1 && self.supports(algorithm.scheme()))
    }

    /// Parses `key` for the verification of signatures of `scheme`. What comes back can be kept and used many times.
    ///
    /// If the table has no verifier of the scheme: [`KeyError::VerifierMissing`]. If the point is not on its curve, an RSA
    /// modulus is too long, or the key is none for the scheme: [`KeyError::Malformed`].
    pub fn prepare(&self, key: &PublicKey, scheme: Scheme) -> Result<Box<dyn PreparedKey>, KeyError> {
        let verifier = self.verifier(scheme).ok_or(KeyError::VerifierMissing(scheme))?;
        key.material().check_modulus(self.rsa_bits)?;
        verifier.prepare(key)
    }

    fn verifier(&self, scheme: Scheme) -> Option<&dyn SignatureVerifier> {
        self.table.iter().find(|verifier| verifier.scheme() == scheme).map(|verifier| &**verifier)
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
    fn rule_090_a_missing_verifier_has_a_code_of_its_own() {
        let key = PublicKey::from_cose(&encode(&eddsa_key())).unwrap();
        let error = Verifiers::none().prepare(&key, Scheme::Ed25519).unwrap_err();
        assert_eq!(error, KeyError::VerifierMissing(Scheme::Ed25519));
        assert_eq!(error.code(), Code::VerifierMissing);
        assert_eq!(error.to_string(), "the table has no verifier for Ed25519");
    }

    #[test]
    fn a_verifier_adds_the_algorithms_of_its_scheme() {
        let verifiers = Verifiers::none().with(Arc::new(Echo));
        assert!(verifiers.algorithms().eq([Algorithm::EdDsa, Algorithm::Ed25519]));
        assert!(!verifiers.supports(Algorithm::Es256.scheme()));
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn the_default_table_is_the_default_backend_and_not_empty() {
        let (default, backend) = (Verifiers::default(), Verifiers::rust_crypto());
        assert!(default.algorithms().eq(backend.algorithms()));
        assert!(default.supports(Algorithm::Es256.scheme()));
        assert_eq!(Verifiers::none().algorithms().count(), 0);
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn the_backends_verify_every_algorithm() {
        for verifiers in crate::testing::backends() {
            for &algorithm in Algorithm::ALL {
                let expected = algorithm != Algorithm::Ed448 || cfg!(feature = "ed448");
                assert_eq!(verifiers.supports(algorithm.scheme()), expected, "{algorithm}");
            }
        }
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn rule_109_a_long_rsa_key_is_refused_but_by_option() {
        let key = |bytes: usize, first: u8| {
            let mut n = alloc::vec![0xff; bytes];
            n[0] = first;
            PublicKey::from_cose(&encode(&crate::testing::with(&crate::testing::rsa_key(), -1, n))).unwrap()
        };
        let scheme = Algorithm::Rs256.scheme();
        for verifiers in crate::testing::backends() {
            let long = verifiers.clone().with_padded_ecdsa_integers().with_long_rsa_keys();
            verifiers.prepare(&key(512, 0xff), scheme).unwrap();
            for (key, bits) in [(key(513, 0x01), 4097), (key(1024, 0xff), 8192)] {
                let error = verifiers.prepare(&key, scheme).unwrap_err();
                assert_eq!(error, crate::KeyFault::ModulusSize { bits }.into());
                assert_eq!(error.code(), Code::PublicKeyMalformed);
                long.prepare(&key, scheme).unwrap();
            }
        }
    }

    #[cfg(feature = "rust-crypto")]
    #[test]
    fn rule_123_rs1_is_verified_but_not_among_the_algorithms_to_offer() {
        for verifiers in crate::testing::backends() {
            assert!(verifiers.supports(Algorithm::Rs1.scheme()));
            assert!(verifiers.algorithms().all(|algorithm| algorithm != Algorithm::Rs1));
            assert!(verifiers.algorithms().any(|algorithm| algorithm == Algorithm::Rs256));
        }
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
