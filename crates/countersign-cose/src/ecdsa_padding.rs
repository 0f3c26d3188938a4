//! Tolerance of ECDSA signatures whose integers have more leading zeros than
//! [WebAuthn section 6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types) allows.

use alloc::{boxed::Box, sync::Arc};

use crate::algorithm::{Curve, Scheme};
use crate::ecdsa_der::{SIGNATURE_MAX, without_padding};
use crate::key::{error::KeyError, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// Removes superfluous zeros, then calls the inner verifier.
#[derive(Debug)]
pub(crate) struct Padded {
    curve: Curve,
    verifier: Arc<dyn SignatureVerifier>,
}

impl Padded {
    /// Wraps `verifier` if its scheme is ECDSA, and returns any other unchanged.
    pub(crate) fn over(verifier: Arc<dyn SignatureVerifier>) -> Arc<dyn SignatureVerifier> {
        match verifier.scheme() {
            Scheme::Ecdsa { curve, .. } => Arc::new(Self { curve, verifier }),
            _ => verifier,
        }
    }
}

impl SignatureVerifier for Padded {
    fn scheme(&self) -> Scheme {
        self.verifier.scheme()
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let key = self.verifier.prepare(key)?;
        Ok(Box::new(Prepared { curve: self.curve, key }))
    }
}

#[derive(Debug)]
struct Prepared {
    curve: Curve,
    key: Box<dyn PreparedKey>,
}

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let mut buffer = [0; SIGNATURE_MAX];
        let signature = without_padding(signature, self.curve, &mut buffer).ok_or(SignatureError)?;
        self.key.verify(message, signature)
    }
}

#[cfg(all(test, feature = "rust-crypto"))]
mod tests;
