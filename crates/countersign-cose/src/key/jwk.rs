//! JSON Web Keys: [RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4), with the key types of
//! [RFC 7518 section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
//! [RFC 8037 section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2),
//! [RFC 8812 section 3.1](https://www.rfc-editor.org/rfc/rfc8812#section-3.1) and
//! [RFC 9964 section 4](https://www.rfc-editor.org/rfc/rfc9964#section-4).

use alloc::{borrow::Cow, string::String, vec::Vec};

use countersign_types::base64url;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::algorithm::{Algorithm, Curve, ParameterSet};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{limits::ENCODED_MAX, material::KeyMaterial, public_key::PublicKey};

impl PublicKey {
    /// Reads a JSON Web Key of type `EC`, `OKP`, `RSA` or `AKP`: one object with each member at most once, its numbers
    /// in base64url without padding and of full length. At most [`ENCODED_MAX`] bytes.
    ///
    /// Members of a private key are rejected; unknown ones are accepted. [`algorithm`](Self::algorithm) returns `alg`,
    /// which must match the key; keys of type `AKP` need one. RFC 8812 does not allow `RS1`.
    ///
    /// ```
    /// use countersign_cose::{Algorithm, PublicKey};
    /// let key = PublicKey::from_jwk(br#"{"kty":"OKP","crv":"Ed25519","alg":"Ed25519",
    ///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)?;
    /// assert_eq!(key.algorithm(), Some(Algorithm::Ed25519));
    /// # Ok::<(), countersign_cose::KeyError>(())
    /// ```
    pub fn from_jwk(json: &[u8]) -> Result<Self, KeyError> {
        if json.len() > ENCODED_MAX {
            return Err(MalformedKeyError::TooLong { got: json.len() }.into());
        }
        // A derived `Deserialize` would accept an array as the object.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(MalformedKeyError::NotJwk.into());
        }
        let jwk: Jwk<'_> = serde_json::from_slice(json).map_err(|_| MalformedKeyError::NotJwk)?;
        jwk.reject_private()?;
        let algorithm = jwk.alg.as_deref().map(algorithm_of).transpose()?;
        let material = jwk.material(algorithm)?;
        if let Some(algorithm) = algorithm
            && !material.fits(algorithm.scheme())
        {
            return Err(MalformedKeyError::SchemeMismatch(algorithm.scheme()).into());
        }
        Ok(Self { algorithm, material })
    }

    /// The key as a JSON Web Key, which [`from_jwk`](Self::from_jwk) reads: the members of its type, and `alg` if the
    /// [`algorithm`](Self::algorithm) is known and has a name in JOSE. That of ESP256 is `ES256`, and so on.
    pub fn to_jwk(&self) -> String {
        let mut jwk = Jwk { alg: self.algorithm.and_then(name_of).map(Cow::Borrowed), ..Jwk::default() };
        let encode = |bytes: &[u8]| Some(Cow::Owned(base64url::encode(bytes)));
        match &self.material {
            KeyMaterial::Ec { curve, point } => {
                (jwk.kty, jwk.crv) = (EC.into(), Some(curve.name().into()));
                (jwk.x, jwk.y) = (encode(point.x()), encode(point.y()));
            }
            KeyMaterial::Ed25519 { x } => {
                (jwk.kty, jwk.crv, jwk.x) = (OKP.into(), Some(ED25519.into()), encode(x));
            }
            KeyMaterial::Ed448 { x } => {
                (jwk.kty, jwk.crv, jwk.x) = (OKP.into(), Some(ED448.into()), encode(x));
            }
            KeyMaterial::Rsa { n, e } => (jwk.kty, jwk.n, jwk.e) = (RSA.into(), encode(n), encode(e)),
            KeyMaterial::MlDsa { parameter_set, key } => {
                jwk.alg = Some(parameter_set.name().into());
                (jwk.kty, jwk.public) = (AKP.into(), encode(key));
            }
        }
        jwk.encode()
    }
}

const EC: &str = "EC";
const OKP: &str = "OKP";
const RSA: &str = "RSA";
const AKP: &str = "AKP";
const ED25519: &str = "Ed25519";
const ED448: &str = "Ed448";

/// A member that occurs twice is an error, as with every derived `Deserialize`.
#[derive(Default, Deserialize, Serialize)]
struct Jwk<'a> {
    #[serde(borrow)]
    kty: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    alg: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    crv: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    x: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    y: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    n: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    e: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "pub", skip_serializing_if = "Option::is_none")]
    public: Option<Cow<'a, str>>,
    #[serde(skip_serializing)]
    d: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    p: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    q: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    dp: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    dq: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    qi: Option<IgnoredAny>,
    #[serde(skip_serializing)]
    oth: Option<IgnoredAny>,
    #[serde(skip_serializing, rename = "priv")]
    private: Option<IgnoredAny>,
}

impl Jwk<'_> {
    fn encode(&self) -> String {
        #[expect(clippy::expect_used, reason = "text in named members has a form in JSON")]
        serde_json::to_string(self).expect("a key has an encoding")
    }

    fn reject_private(&self) -> Result<(), MalformedKeyError> {
        for (name, member) in [
            ("d", &self.d),
            ("p", &self.p),
            ("q", &self.q),
            ("dp", &self.dp),
            ("dq", &self.dq),
            ("qi", &self.qi),
            ("oth", &self.oth),
            ("priv", &self.private),
        ] {
            if member.is_some() {
                return Err(MalformedKeyError::PrivateMember { name });
            }
        }
        Ok(())
    }

    fn material(&self, algorithm: Option<Algorithm>) -> Result<KeyMaterial, KeyError> {
        match &*self.kty {
            EC => {
                let name = self.crv.as_deref().ok_or(MalformedKeyError::CurveMissing)?;
                let curve = Curve::ALL.iter().copied().find(|curve| curve.name() == name);
                let curve = curve.ok_or(KeyError::UnsupportedKeyType)?;
                Ok(KeyMaterial::ec(curve, &octets("x", self.x.as_ref())?, &octets("y", self.y.as_ref())?)?)
            }
            OKP => {
                let curve = self.crv.as_deref().ok_or(MalformedKeyError::CurveMissing)?;
                match curve {
                    ED25519 => Ok(KeyMaterial::ed25519(&octets("x", self.x.as_ref())?)?),
                    ED448 => Ok(KeyMaterial::ed448(&octets("x", self.x.as_ref())?)?),
                    _ => Err(KeyError::UnsupportedKeyType),
                }
            }
            RSA => Ok(KeyMaterial::rsa(&octets("n", self.n.as_ref())?, &octets("e", self.e.as_ref())?)?),
            AKP => {
                let algorithm = algorithm.ok_or(MalformedKeyError::AlgorithmMissing)?;
                let parameter_set =
                    ParameterSet::ALL.iter().copied().find(|set| set.name() == algorithm.name());
                let parameter_set =
                    parameter_set.ok_or(MalformedKeyError::SchemeMismatch(algorithm.scheme()))?;
                Ok(KeyMaterial::ml_dsa(parameter_set, &octets("pub", self.public.as_ref())?)?)
            }
            _ => Err(KeyError::UnsupportedKeyType),
        }
    }
}

fn octets(name: &'static str, member: Option<&Cow<'_, str>>) -> Result<Vec<u8>, MalformedKeyError> {
    let text = member.ok_or(MalformedKeyError::Missing { name })?;
    base64url::decode(text.as_bytes()).map_err(|_| MalformedKeyError::NotJwk)
}

fn algorithm_of(name: &str) -> Result<Algorithm, KeyError> {
    (Algorithm::ALL.iter().copied())
        .find(|algorithm| algorithm.name() == name && name_of(*algorithm) == Some(algorithm.name()))
        .ok_or(KeyError::UnsupportedKeyType)
}

/// The algorithm's name in the [IANA JSON Web Signature and Encryption Algorithms
/// registry](https://www.iana.org/assignments/jose/jose.xhtml#web-signature-encryption-algorithms).
const fn name_of(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::Esp256 => Some(Algorithm::Es256.name()),
        Algorithm::Esp384 => Some(Algorithm::Es384.name()),
        Algorithm::Esp512 => Some(Algorithm::Es512.name()),
        Algorithm::Rs1 => None,
        _ => Some(algorithm.name()),
    }
}

#[cfg(test)]
mod tests;
