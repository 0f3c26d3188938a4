//! The backend over AWS-LC, through aws-lc-rs.
//!
//! It has the same verdicts as the backend in plain Rust, in less time. AWS-LC is lax about the encodings of Ed25519
//! points, so these are checked with the other backend's code.

use alloc::{borrow::Cow, boxed::Box, sync::Arc, vec::Vec};

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};

use crate::algorithm::{Curve, Hash, ParameterSet, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey, spki::rsa_public_key};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};
use crate::{contiguous::contiguous, rust_crypto::ed25519};

/// One verifier for each scheme of AWS-LC, except those on secp256k1, for which plain Rust is three times as fast.
pub(crate) fn verifiers() -> Vec<Arc<dyn SignatureVerifier>> {
    ALGORITHMS
        .iter()
        .map(|&(scheme, algorithm)| -> Arc<dyn SignatureVerifier> {
            Arc::new(Verifier { scheme, algorithm })
        })
        .collect()
}

const fn ecdsa(curve: Curve, hash: Hash) -> Scheme {
    Scheme::Ecdsa { curve, hash }
}

const fn pkcs1(hash: Hash) -> Scheme {
    Scheme::RsaPkcs1 { hash }
}

const fn pss(hash: Hash) -> Scheme {
    Scheme::RsaPss { hash }
}

const fn ml_dsa(parameter_set: ParameterSet) -> Scheme {
    Scheme::MlDsa { parameter_set }
}

/// The numbers in RSA's names are bounds of the modulus in bits. They, or tighter ones, were checked before.
static ALGORITHMS: [(Scheme, &dyn VerificationAlgorithm); 20] = [
    (ecdsa(Curve::P256, Hash::Sha256), &signature::ECDSA_P256_SHA256_ASN1),
    (ecdsa(Curve::P256, Hash::Sha384), &signature::ECDSA_P256_SHA384_ASN1),
    (ecdsa(Curve::P256, Hash::Sha512), &signature::ECDSA_P256_SHA512_ASN1),
    (ecdsa(Curve::P384, Hash::Sha256), &signature::ECDSA_P384_SHA256_ASN1),
    (ecdsa(Curve::P384, Hash::Sha384), &signature::ECDSA_P384_SHA384_ASN1),
    (ecdsa(Curve::P384, Hash::Sha512), &signature::ECDSA_P384_SHA512_ASN1),
    (ecdsa(Curve::P521, Hash::Sha256), &signature::ECDSA_P521_SHA256_ASN1),
    (ecdsa(Curve::P521, Hash::Sha384), &signature::ECDSA_P521_SHA384_ASN1),
    (ecdsa(Curve::P521, Hash::Sha512), &signature::ECDSA_P521_SHA512_ASN1),
    (Scheme::Ed25519, &signature::ED25519),
    (pkcs1(Hash::Sha1), &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
    (pkcs1(Hash::Sha256), &signature::RSA_PKCS1_2048_8192_SHA256),
    (pkcs1(Hash::Sha384), &signature::RSA_PKCS1_2048_8192_SHA384),
    (pkcs1(Hash::Sha512), &signature::RSA_PKCS1_2048_8192_SHA512),
    // These fix the salt's length to the hash's, and use the same hash for the mask.
    (pss(Hash::Sha256), &signature::RSA_PSS_2048_8192_SHA256),
    (pss(Hash::Sha384), &signature::RSA_PSS_2048_8192_SHA384),
    (pss(Hash::Sha512), &signature::RSA_PSS_2048_8192_SHA512),
    (ml_dsa(ParameterSet::MlDsa44), &signature::ML_DSA_44),
    (ml_dsa(ParameterSet::MlDsa65), &signature::ML_DSA_65),
    (ml_dsa(ParameterSet::MlDsa87), &signature::ML_DSA_87),
];

#[derive(Debug)]
struct Verifier {
    scheme: Scheme,
    algorithm: &'static dyn VerificationAlgorithm,
}

impl SignatureVerifier for Verifier {
    fn scheme(&self) -> Scheme {
        self.scheme
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let material = key.material();
        if !material.fits(self.scheme) {
            return Err(MalformedKeyError::SchemeMismatch(self.scheme).into());
        }
        let (encoded, fault) = match material {
            KeyMaterial::Ec { point, .. } => (point.as_uncompressed().into(), MalformedKeyError::NotOnCurve),
            KeyMaterial::Ed25519 { x } => {
                ed25519::strict_key(x)?;
                (Cow::Borrowed(&x[..]), MalformedKeyError::NotOnCurve)
            }
            KeyMaterial::Rsa { n, e } => {
                let encoded = rsa_public_key(n, e).map_err(|_| MalformedKeyError::Exponent)?;
                (encoded.into(), MalformedKeyError::Exponent)
            }
            KeyMaterial::MlDsa { key, .. } => (key.into(), MalformedKeyError::SchemeMismatch(self.scheme)),
            KeyMaterial::Ed448 { .. } => return Err(MalformedKeyError::SchemeMismatch(self.scheme).into()),
        };
        let key = ParsedPublicKey::new(self.algorithm, encoded).map_err(|_| fault)?;
        if self.scheme == Scheme::Ed25519 {
            return Ok(Box::new(PreparedEd25519(key)));
        }
        Ok(Box::new(Prepared(key)))
    }
}

#[derive(Debug)]
struct Prepared(ParsedPublicKey);

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        verify(&self.0, message, signature)
    }
}

#[derive(Debug)]
struct PreparedEd25519(ParsedPublicKey);

impl PreparedKey for PreparedEd25519 {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        if !ed25519::is_strict(signature) {
            return Err(SignatureError);
        }
        verify(&self.0, message, signature)
    }
}

fn verify(key: &ParsedPublicKey, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
    contiguous(message, |message| key.verify_sig(message, signature)).map_err(|_| SignatureError)
}

#[cfg(test)]
mod tests;
