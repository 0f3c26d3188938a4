//! ML-DSA ([FIPS 204](https://doi.org/10.6028/NIST.FIPS.204)) as [RFC 9964 section
//! 3](https://www.rfc-editor.org/rfc/rfc9964#section-3) uses it: with an empty context, not prehashed.

use alloc::{boxed::Box, sync::Arc};
use core::{fmt, marker::PhantomData};

use ml_dsa::{
    EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey,
    signature::MultipartVerifier as _,
};

use crate::algorithm::{ParameterSet, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// One verifier for each parameter set.
pub(super) fn verifiers() -> [Arc<dyn SignatureVerifier>; 3] {
    [
        Arc::new(MlDsa::<MlDsa44>(PhantomData)),
        Arc::new(MlDsa::<MlDsa65>(PhantomData)),
        Arc::new(MlDsa::<MlDsa87>(PhantomData)),
    ]
}

#[derive(Debug)]
struct MlDsa<P>(PhantomData<P>);

impl<P: Parameters> SignatureVerifier for MlDsa<P> {
    fn scheme(&self) -> Scheme {
        Scheme::MlDsa { parameter_set: P::SET }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let KeyMaterial::MlDsa { parameter_set, key } = key.material() else {
            return Err(MalformedKeyError::SchemeMismatch(self.scheme()).into());
        };
        // The length was checked before, and differs between the parameter sets.
        let encoded = EncodedVerifyingKey::<P>::try_from(&**key)
            .ok()
            .filter(|_| *parameter_set == P::SET)
            .ok_or(MalformedKeyError::SchemeMismatch(self.scheme()))?;
        Ok(Box::new(Prepared(VerifyingKey::<P>::decode(&encoded))))
    }
}

#[derive(Debug)]
struct Prepared<P: MlDsaParams>(VerifyingKey<P>);

impl<P: Parameters> PreparedKey for Prepared<P> {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let signature = Signature::<P>::try_from(signature).map_err(|_| SignatureError)?;
        self.0.multipart_verify(message, &signature).map_err(|_| SignatureError)
    }
}

trait Parameters: MlDsaParams + fmt::Debug + Send + Sync + 'static {
    const SET: ParameterSet;
}

impl Parameters for MlDsa44 {
    const SET: ParameterSet = ParameterSet::MlDsa44;
}

impl Parameters for MlDsa65 {
    const SET: ParameterSet = ParameterSet::MlDsa65;
}

impl Parameters for MlDsa87 {
    const SET: ParameterSet = ParameterSet::MlDsa87;
}

#[cfg(test)]
mod tests;
