//! Private keys of every algorithm, and their signatures
//! ([section 5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier)). None of them is a secret.

use core::fmt;

use countersign_cose::{Algorithm, Curve, Hash, ParameterSet, PublicKey, Scheme, hash::sha256};
use ml_dsa::Keypair as _;
use p256::ecdsa::signature::Signer as _;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};

use self::rsa_key::RsaKey;
use crate::{cbor::Cbor, der::public_key_bits, generator::Generator};

pub(crate) mod rsa_key;
mod stored;

/// A private key for signatures of one algorithm.
///
/// ECDSA signatures are deterministic ([RFC 6979](https://www.rfc-editor.org/rfc/rfc6979)), as those of the other
/// algorithms are; the salt of RSASSA-PSS is derived from key and message.
///
/// ```
/// use countersign_authenticator::{Algorithm, Generator, PrivateKey};
/// let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a seed", "a label")).unwrap();
/// assert_eq!(key.algorithm(), Algorithm::Es256);
/// assert_eq!(key.sign(b"a message"), key.sign(b"a message"));
/// ```
#[derive(Clone)]
pub struct PrivateKey {
    algorithm: Algorithm,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Secp256k1(k256::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    #[cfg(feature = "ed448")]
    Ed448(Box<ed448_goldilocks::SigningKey>),
    Rsa(Box<RsaKey>),
    MlDsa(ParameterSet, [u8; 32]),
}

impl PrivateKey {
    /// A key from its scalar for elliptic curves (big-endian; shorter ones are padded), or from its seed for Ed25519,
    /// Ed448 and ML-DSA. `None` for invalid bytes, for RSA, and for an algorithm that is not compiled in.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        let secret = match algorithm.scheme() {
            Scheme::Ecdsa { curve: Curve::P256, .. } => {
                Secret::P256(p256::ecdsa::SigningKey::from_slice(&padded(bytes, 32)).ok()?)
            }
            Scheme::Ecdsa { curve: Curve::P384, .. } => {
                Secret::P384(p384::ecdsa::SigningKey::from_slice(&padded(bytes, 48)).ok()?)
            }
            Scheme::Ecdsa { curve: Curve::P521, .. } => {
                Secret::P521(p521::ecdsa::SigningKey::from_slice(&padded(bytes, 66)).ok()?)
            }
            Scheme::Ecdsa { curve: Curve::Secp256k1, .. } => {
                Secret::Secp256k1(k256::ecdsa::SigningKey::from_slice(&padded(bytes, 32)).ok()?)
            }
            Scheme::Ed25519 => {
                Secret::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(bytes.try_into().ok()?)))
            }
            #[cfg(feature = "ed448")]
            Scheme::Ed448 => Secret::Ed448(Box::new(ed448_goldilocks::SigningKey::try_from(bytes).ok()?)),
            Scheme::MlDsa { parameter_set } => Secret::MlDsa(parameter_set, bytes.try_into().ok()?),
            _ => return None,
        };
        Some(Self { algorithm, secret })
    }

    /// A private key from an RSA key; `None` if the algorithm is not an RSA algorithm.
    pub fn from_rsa(algorithm: Algorithm, key: RsaKey) -> Option<Self> {
        matches!(algorithm.scheme(), Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. })
            .then(|| Self { algorithm, secret: Secret::Rsa(Box::new(key)) })
    }

    /// A new key; the same one for a generator in the same state. `None` for an algorithm that is not compiled in.
    ///
    /// Finding the primes of an RSA key takes seconds; [`RsaKey::test_key`] is a fixed one.
    pub fn generate(algorithm: Algorithm, generator: &mut Generator) -> Option<Self> {
        let length = match algorithm.scheme() {
            Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => {
                return Self::from_rsa(algorithm, RsaKey::generate(generator)?);
            }
            Scheme::Ecdsa { curve: Curve::P384, .. } => 48,
            // The curve's order has 521 bits, so that 65 bytes are always below it.
            Scheme::Ecdsa { curve: Curve::P521, .. } => 65,
            Scheme::Ed448 => 57,
            _ => 32,
        };
        // All but one in four thousand million draws are scalars.
        (0..4).find_map(|_| Self::from_bytes(algorithm, &generator.bytes(length)))
    }

    /// A new key for ES256.
    #[expect(clippy::expect_used, reason = "four draws in a row that are no scalar don't happen")]
    pub(crate) fn es256(generator: &mut Generator) -> Self {
        Self::generate(Algorithm::Es256, generator).expect("an ES256 key")
    }

    /// A fixed key that belongs to no authenticator.
    pub(crate) fn stranger(algorithm: Algorithm) -> Option<Self> {
        let rsa = Self::from_rsa(algorithm, RsaKey::second_test_key());
        rsa.or_else(|| Self::generate(algorithm, &mut Generator::new("somebody else", algorithm.name())))
    }

    /// This key for another algorithm of the same scheme, such as ESP256 for ES256; for RSA any of RSA.
    pub fn for_algorithm(&self, algorithm: Algorithm) -> Option<Self> {
        let fits = match self.secret {
            Secret::Rsa(_) => {
                matches!(algorithm.scheme(), Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. })
            }
            _ => algorithm.scheme() == self.algorithm.scheme(),
        };
        fits.then(|| Self { algorithm, secret: self.secret.clone() })
    }

    /// The algorithm of the signatures.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key as a `COSE_Key`, in the order of CTAP2.
    pub fn cose_key(&self) -> Cbor {
        let algorithm = Cbor::from(self.algorithm.identifier().0);
        let ec = |curve: Curve, (x, y): (Vec<u8>, Vec<u8>)| {
            let curve = Cbor::from(curve.identifier());
            Cbor::map([(1, 2.into()), (3, algorithm.clone()), (-1, curve), (-2, x.into()), (-3, y.into())])
        };
        let okp = |curve: i64, x: Vec<u8>| {
            Cbor::map([(1, 1.into()), (3, algorithm.clone()), (-1, curve.into()), (-2, x.into())])
        };
        match &self.secret {
            Secret::P256(key) => {
                ec(Curve::P256, coordinates(key.verifying_key().to_sec1_point(false).as_bytes()))
            }
            Secret::P384(key) => {
                ec(Curve::P384, coordinates(key.verifying_key().to_sec1_point(false).as_bytes()))
            }
            Secret::P521(key) => {
                ec(Curve::P521, coordinates(key.verifying_key().to_sec1_point(false).as_bytes()))
            }
            Secret::Secp256k1(key) => {
                ec(Curve::Secp256k1, coordinates(key.verifying_key().to_sec1_point(false).as_bytes()))
            }
            Secret::Ed25519(key) => okp(6, key.verifying_key().to_bytes().to_vec()),
            #[cfg(feature = "ed448")]
            Secret::Ed448(key) => okp(7, key.verifying_key().to_bytes().to_vec()),
            Secret::Rsa(key) => Cbor::map([
                (1, 3.into()),
                (3, algorithm),
                (-1, key.modulus().into()),
                (-2, key.exponent().into()),
            ]),
            Secret::MlDsa(set, seed) => {
                Cbor::map([(1, 7.into()), (3, algorithm), (-1, ml_dsa_public(*set, seed).into())])
            }
        }
    }

    /// The public key as a DER `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> Vec<u8> {
        PublicKey::from_cose(&self.cose_key().to_vec()).map(|key| key.to_spki()).unwrap_or_default()
    }

    /// The bits of the public key: an uncompressed point for ECDSA, the key itself for Ed25519 and Ed448.
    pub fn public_bytes(&self) -> Vec<u8> {
        public_key_bits(&self.spki()).unwrap_or_default().to_vec()
    }

    /// A signature in the form of [section 6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types):
    /// DER for ECDSA.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::P256(key) => p256_signature(key, message).to_der().as_bytes().to_vec(),
            Secret::P384(key) => p384_signature(key, message).to_der().as_bytes().to_vec(),
            Secret::P521(key) => p521_signature(key, message).to_der().as_bytes().to_vec(),
            Secret::Secp256k1(key) => secp256k1_signature(key, message).to_der().as_bytes().to_vec(),
            _ => self.sign_plain(message),
        }
    }

    /// Signs a response: authenticator data and the hash of client data, in the form of [`sign`](Self::sign).
    pub fn sign_response(&self, authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
        self.sign(&[authenticator_data, &sha256(&[client_data])].concat())
    }

    /// A signature in the form of a JWS ([RFC 7518 section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)):
    /// both numbers of ECDSA in full length, one after the other.
    pub fn sign_plain(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::P256(key) => p256_signature(key, message).to_bytes().to_vec(),
            Secret::P384(key) => p384_signature(key, message).to_bytes().to_vec(),
            Secret::P521(key) => p521_signature(key, message).to_bytes().to_vec(),
            Secret::Secp256k1(key) => secp256k1_signature(key, message).to_bytes().to_vec(),
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            #[cfg(feature = "ed448")]
            Secret::Ed448(key) => key.sign_raw(message).to_bytes().to_vec(),
            Secret::Rsa(key) => self.sign_rsa(key, message),
            Secret::MlDsa(set, seed) => ml_dsa_sign(*set, seed, message, &[]),
        }
    }

    /// A signature of RSASSA-PSS whose salt has this many bytes; `None` for keys of other schemes.
    pub fn sign_with_salt(&self, message: &[u8], length: usize) -> Option<Vec<u8>> {
        let (Secret::Rsa(key), Scheme::RsaPss { hash }) = (&self.secret, self.algorithm.scheme()) else {
            return None;
        };
        let mut salt = Generator::new(message, "the salt of RSASSA-PSS");
        macro_rules! pss {
            ($hash:ty) => {
                rsa::pss::SigningKey::<$hash>::new_with_salt_len(key.inner(), length)
                    .sign_with_rng(&mut salt, message)
                    .to_vec()
            };
        }
        Some(match hash {
            Hash::Sha384 => pss!(sha2::Sha384),
            Hash::Sha512 => pss!(sha2::Sha512),
            _ => pss!(sha2::Sha256),
        })
    }

    /// A signature of ML-DSA in this context, of at most 255 bytes; `None` for keys of other schemes.
    pub fn sign_in_context(&self, message: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        match &self.secret {
            Secret::MlDsa(set, seed) => Some(ml_dsa_sign(*set, seed, message, context)),
            _ => None,
        }
    }

    fn sign_rsa(&self, key: &RsaKey, message: &[u8]) -> Vec<u8> {
        use rsa::pkcs1v15;
        macro_rules! pkcs1 {
            ($hash:ty) => {
                pkcs1v15::SigningKey::<$hash>::new(key.inner()).sign(message).to_vec()
            };
        }
        match self.algorithm.scheme() {
            Scheme::RsaPkcs1 { hash: Hash::Sha1 } => pkcs1!(sha1::Sha1),
            Scheme::RsaPkcs1 { hash: Hash::Sha384 } => pkcs1!(sha2::Sha384),
            Scheme::RsaPkcs1 { hash: Hash::Sha512 } => pkcs1!(sha2::Sha512),
            // The salt is as long as the hash.
            Scheme::RsaPss { hash } => {
                self.sign_with_salt(message, hash.digest(&[]).len()).unwrap_or_default()
            }
            _ => pkcs1!(sha2::Sha256),
        }
    }
}

/// Prints the algorithm only.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn p256_signature(key: &p256::ecdsa::SigningKey, message: &[u8]) -> p256::ecdsa::Signature {
    key.sign(message)
}

fn p384_signature(key: &p384::ecdsa::SigningKey, message: &[u8]) -> p384::ecdsa::Signature {
    key.sign(message)
}

fn p521_signature(key: &p521::ecdsa::SigningKey, message: &[u8]) -> p521::ecdsa::Signature {
    key.sign(message)
}

fn secp256k1_signature(key: &k256::ecdsa::SigningKey, message: &[u8]) -> k256::ecdsa::Signature {
    key.sign(message)
}

/// The two halves of an uncompressed point.
fn coordinates(point: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let point = point.get(1..).unwrap_or_default();
    let (x, y) = point.split_at(point.len() / 2);
    (x.to_vec(), y.to_vec())
}

fn padded(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut padded = vec![0; length.saturating_sub(bytes.len())];
    padded.extend_from_slice(bytes);
    padded
}

macro_rules! with_parameter_set {
    ($set:expr, $function:ident, $($argument:expr),+) => {
        match $set {
            ParameterSet::MlDsa44 => $function::<ml_dsa::MlDsa44>($($argument),+),
            ParameterSet::MlDsa65 => $function::<ml_dsa::MlDsa65>($($argument),+),
            _ => $function::<ml_dsa::MlDsa87>($($argument),+),
        }
    };
}

fn ml_dsa_public(set: ParameterSet, seed: &[u8; 32]) -> Vec<u8> {
    fn public<P: ml_dsa::MlDsaParams>(seed: &[u8; 32]) -> Vec<u8> {
        ml_dsa::SigningKey::<P>::from_seed(&(*seed).into()).verifying_key().encode().to_vec()
    }
    with_parameter_set!(set, public, seed)
}

fn ml_dsa_sign(set: ParameterSet, seed: &[u8; 32], message: &[u8], context: &[u8]) -> Vec<u8> {
    fn sign<P: ml_dsa::MlDsaParams>(seed: &[u8; 32], message: &[u8], context: &[u8]) -> Vec<u8> {
        let key = ml_dsa::SigningKey::<P>::from_seed(&(*seed).into());
        // The only failure is a context that is too long.
        let signature = key.expanded_key().sign_deterministic(message, context);
        signature.map(|signature| signature.encode().to_vec()).unwrap_or_default()
    }
    with_parameter_set!(set, sign, seed, message, context)
}

#[cfg(test)]
mod tests {
    use countersign_cose::Verifiers;

    use super::*;

    fn key(algorithm: Algorithm) -> Option<PrivateKey> {
        let rsa = PrivateKey::from_rsa(algorithm, RsaKey::test_key());
        rsa.or_else(|| PrivateKey::generate(algorithm, &mut Generator::new("seed", "label")))
    }

    #[test]
    fn signatures_of_every_algorithm_verify() {
        for &algorithm in Algorithm::ALL {
            let Some(key) = key(algorithm) else {
                assert!(algorithm == Algorithm::Ed448 && cfg!(not(feature = "ed448")), "{algorithm}");
                continue;
            };
            let public = PublicKey::from_cose(&key.cose_key().to_vec()).unwrap();
            let prepared = Verifiers::rust_crypto().prepare(&public, algorithm.scheme()).unwrap();
            prepared.verify(&[b"a message"], &key.sign(b"a message")).unwrap();
            prepared.verify(&[b"another"], &key.sign(b"a message")).unwrap_err();
            assert_eq!(PublicKey::from_spki(&key.spki()).unwrap().material(), public.material());
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_rsa_key() {
        let generate = || RsaKey::generate(&mut Generator::new("seed", "rsa")).unwrap();
        assert_eq!(generate().modulus(), generate().modulus());
        assert_eq!(generate().modulus().len(), 256);
    }

    #[test]
    fn a_key_serves_the_algorithms_of_its_scheme() {
        let key = key(Algorithm::Es256).unwrap();
        assert_eq!(key.for_algorithm(Algorithm::Esp256).unwrap().algorithm(), Algorithm::Esp256);
        assert!(key.for_algorithm(Algorithm::Es384).is_none());
    }
}
