//! Private keys as JSON.

use countersign_cose::Algorithm;
use countersign_types::{AlgorithmIdentifier, base64url};
use serde_json::{Value, json};

use super::{PrivateKey, Secret};
use crate::private_key::rsa_key::RsaKey;

impl PrivateKey {
    /// The key as JSON: the COSE algorithm with the scalar or seed, or with the primes of an RSA key.
    pub(crate) fn to_json(&self) -> Value {
        let secret = match &self.secret {
            Secret::P256(key) => key.to_bytes().to_vec(),
            Secret::P384(key) => key.to_bytes().to_vec(),
            Secret::P521(key) => key.to_bytes().to_vec(),
            Secret::Secp256k1(key) => key.to_bytes().to_vec(),
            Secret::Ed25519(key) => key.to_bytes().to_vec(),
            #[cfg(feature = "ed448")]
            Secret::Ed448(key) => key.to_bytes().to_vec(),
            Secret::MlDsa(_, seed) => seed.to_vec(),
            Secret::Rsa(key) => {
                let primes = key.primes().map(base64url::encode);
                return json!({"algorithm": self.algorithm.identifier().0, "primes": primes});
            }
        };
        json!({"algorithm": self.algorithm.identifier().0, "secret": base64url::encode(secret)})
    }

    /// The key that was written; `None` if the JSON is not that of one.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let identifier = AlgorithmIdentifier(value.get("algorithm")?.as_i64()?);
        let algorithm = Algorithm::from_identifier(identifier)?;
        if let Some([p, q]) = value.get("primes").and_then(Value::as_array).map(Vec::as_slice) {
            return Self::from_rsa(algorithm, RsaKey::from_primes(&bytes(p)?, &bytes(q)?)?);
        }
        Self::from_bytes(algorithm, &bytes(value.get("secret")?)?)
    }
}

/// The bytes of a text in base64url.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    base64url::decode(value.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Generator;

    #[test]
    fn every_key_is_read_as_it_was_written() {
        let mut count = 0;
        for &algorithm in Algorithm::ALL {
            let rsa = PrivateKey::from_rsa(algorithm, RsaKey::test_key());
            let key = rsa.or_else(|| PrivateKey::generate(algorithm, &mut Generator::new("seed", "label")));
            let Some(key) = key else { continue };
            let read = PrivateKey::from_json(&key.to_json()).unwrap();
            assert_eq!((read.algorithm(), read.spki()), (algorithm, key.spki()));
            assert_eq!(read.sign(b"a message"), key.sign(b"a message"), "{algorithm}");
            count += 1;
        }
        assert!(count >= 18, "{count}");
    }

    #[test]
    fn what_is_no_key_is_not_read() {
        for value in [
            json!(null),
            json!({"algorithm": -7}),
            json!({"algorithm": -7, "secret": ""}),
            json!({"algorithm": -7, "secret": 1}),
            json!({"algorithm": 0, "secret": "AA"}),
            json!({"algorithm": -257, "primes": ["AA"]}),
            json!({"algorithm": -257, "primes": ["AA", "AA"]}),
            json!({"algorithm": -7, "primes": ["Aw", "BQ"]}),
        ] {
            assert!(PrivateKey::from_json(&value).is_none(), "{value}");
        }
    }
}
