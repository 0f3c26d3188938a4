//! Verification as a value: a table of verifiers, one for each signature scheme.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use crate::algorithm::{Algorithm, Scheme};
use crate::key::limits::{RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MAX};
use crate::verifier::{PreparedKey, SignatureVerifier};
use crate::{ecdsa_padding::Padded, key::error::KeyError, key::public_key::PublicKey};

/// A table of verifiers, one for each supported signature scheme, which a relying party uses.
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
    /// The most bits of an RSA modulus to prepare.
    rsa_bits: usize,
}

/// The default backend, [`rust_crypto`](Verifiers::rust_crypto). Without its feature there is no default, so a program
/// that relies on one does not compile. An empty table would reject every signature at run time.
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

    /// An empty table, which verifies nothing until verifiers are added.
    pub fn none() -> Self {
        Self::of(Vec::new())
    }

    /// The backend in plain Rust, for every [`Algorithm`] and every [`Scheme`] of certificates: ECDSA on each curve
    /// with each hash of SHA-2. Ed448 needs the feature `ed448`.
    ///
    /// A prepared key holds the parsed one on the heap: at most 300 bytes for curves, 3 KiB for RSA. For ML-DSA it
    /// holds the matrix of 24, 42 or 72 KiB for the three parameter sets, which saves about half the time of a
    /// verification.
    #[cfg(feature = "rust-crypto")]
    pub fn rust_crypto() -> Self {
        Self::of(crate::rust_crypto::verifiers())
    }

    /// The backend over AWS-LC, with [`rust_crypto`](Self::rust_crypto) for secp256k1, at which AWS-LC is slow, and for
    /// Ed448, which it lacks. All backends have the same verdicts.
    ///
    /// A prepared key holds its encoding on the heap, and AWS-LC's parsed form on the C heap, together some kilobytes.
    #[cfg(feature = "aws-lc")]
    pub fn aws_lc() -> Self {
        crate::aws_lc::verifiers().into_iter().fold(Self::rust_crypto(), Self::with_verifier)
    }

    /// The backend over graviola, with [`rust_crypto`](Self::rust_crypto) for what graviola lacks: P-521, secp256k1, Ed448,
    /// RSA with SHA-1, and ML-DSA. All backends have the same verdicts.
    ///
    /// `None` if graviola does not work on this processor. It needs 64-bit x86 with AES, AVX2, ADX, BMI2 and PCLMULQDQ,
    /// as most have since 2015, or 64-bit ARM with AES, PMULL and SHA-2. [`fastest`](Self::fastest) chooses another
    /// backend then.
    ///
    /// A prepared key holds its parsed form and multiples of its point on the heap: at most 5 KiB.
    ///
    /// ```
    /// use countersign_cose::Verifiers;
    /// let verifiers = Verifiers::graviola().unwrap_or_else(Verifiers::rust_crypto);
    /// # let _ = verifiers;
    /// ```
    #[cfg(feature = "graviola")]
    pub fn graviola() -> Option<Self> {
        let verifiers = crate::graviola::verifiers()?;
        Some(verifiers.into_iter().fold(Self::rust_crypto(), Self::with_verifier))
    }

    /// The fastest verifier of each scheme, of the backends that are compiled in and work on this processor: AWS-LC's, else
    /// graviola's, else that of plain Rust.
    #[cfg(feature = "rust-crypto")]
    pub fn fastest() -> Self {
        let fastest = Self::rust_crypto();
        #[cfg(feature = "graviola")]
        let fastest = Self::graviola().unwrap_or(fastest);
        #[cfg(feature = "aws-lc")]
        let fastest = crate::aws_lc::verifiers().into_iter().fold(fastest, Self::with_verifier);
        fastest
    }

    /// Accepts ECDSA signatures whose integers have superfluous leading zeros. Writers of fixed lengths create them,
    /// such as the YubiKey with firmware 5.8.
    ///
    /// WebAuthn requires DER, which has one encoding of an integer. Only such zeros are accepted, up to one byte more
    /// than the size of a coordinate; a signature with any other deviation from DER stays invalid. Each signature then
    /// has further valid encodings, which matters only if signatures are used as identifiers.
    pub fn with_padded_ecdsa_integers(self) -> Self {
        Self { table: Arc::new(self.table.iter().cloned().map(Padded::over).collect()), ..self }
    }

    /// Accepts RSA keys of up to [`RSA_MODULUS_BITS_LONGEST`] bits instead of [`RSA_MODULUS_BITS_MAX`], in credentials
    /// and in attestation certificates and their issuers.
    ///
    /// A verification with a key of 8192 bits takes four times as long as with one of 4096. The registering party
    /// chooses the key, and no authenticator is known to need one this long.
    pub const fn with_long_rsa_keys(mut self) -> Self {
        self.rsa_bits = RSA_MODULUS_BITS_LONGEST;
        self
    }

    /// Adds `verifier`, replacing the one for the same scheme, if there is one.
    pub fn with_verifier(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        let verifiers = Arc::make_mut(&mut self.table);
        verifiers.retain(|present| present.scheme() != verifier.scheme());
        verifiers.push(verifier);
        self
    }

    /// Whether signatures of `scheme` can be verified.
    pub fn supports(&self, scheme: Scheme) -> bool {
        self.verifier(scheme).is_some()
    }

    /// Whether both share one table, as clones do, and so have the same verdicts. Tables that were created separately
    /// differ, even if they hold the same verifiers.
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

    /// The COSE algorithms that options can offer: those that can be verified, in the order of [`Algorithm::ALL`],
    /// without [`Algorithm::Rs1`]. To use SHA-1, name it explicitly.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| *algorithm != Algorithm::Rs1 && self.supports(algorithm.scheme()))
    }

    /// Parses `key` to verify signatures of `scheme`. The prepared key can be kept and used many times.
    ///
    /// Fails with [`KeyError::VerifierMissing`] if the table has no verifier of the scheme, and with
    /// [`KeyError::Malformed`] if the point is not on its curve, an RSA modulus is too long, or the key does not match
    /// the scheme.
    pub fn prepare(&self, key: &PublicKey, scheme: Scheme) -> Result<Box<dyn PreparedKey>, KeyError> {
        let verifier = self.verifier(scheme).ok_or(KeyError::VerifierMissing(scheme))?;
        key.material().check_modulus(self.rsa_bits)?;
        verifier.prepare(key)
    }

    fn verifier(&self, scheme: Scheme) -> Option<&dyn SignatureVerifier> {
        self.table.iter().find(|verifier| verifier.scheme() == scheme).map(|verifier| &**verifier)
    }
}

#[cfg(test)]
mod tests;
