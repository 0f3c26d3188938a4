//! Verification as a value: a table of verifiers, one for each signature scheme.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use crate::{
    algorithm::{Algorithm, Scheme},
    ecdsa_padding::Padded,
    key::{
        error::KeyError,
        limits::{RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MAX},
        public_key::PublicKey,
    },
    verifier::{PreparedKey, SignatureVerifier},
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
        crate::aws_lc::verifiers().into_iter().fold(Self::rust_crypto(), Self::with_verifier)
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

#[cfg(test)]
mod tests;
