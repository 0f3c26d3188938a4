//! Public keys, independent of the encoding that they were received in.

mod cose;
pub(crate) mod error;
#[cfg(feature = "jwk")]
mod jwk;
pub(crate) mod limits;
pub(crate) mod material;
pub(crate) mod public_key;
pub(crate) mod spki;

pub use error::{KeyError, MalformedKeyError};
pub use limits::{
    ENCODED_MAX, RSA_EXPONENT_BITS_MAX, RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MAX, RSA_MODULUS_BITS_MIN,
};
pub use material::{EcPoint, KeyMaterial};
pub use public_key::PublicKey;
