//! RSA keys ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017)): from a seed, from given primes, or fixed ones.

use core::fmt;
use std::sync::OnceLock;

use countersign_types::hex;
use rsa::BoxedUint;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};

use crate::generator::Generator;

/// An RSA key of two primes with the public exponent 65537.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey(rsa::PrivateKey);

/// The bits of the keys that are generated.
const BITS: usize = 2048;

/// The public exponent.
const EXPONENT: u32 = 65537;

impl RsaKey {
    /// A new key of 2048 bits; the same one for a generator in the same state. It takes seconds.
    ///
    /// Another version of the library that finds the primes may give another key, so don't store such a key.
    pub fn generate(generator: &mut Generator) -> Option<Self> {
        rsa::PrivateKey::new(generator, BITS).ok().map(Self)
    }

    /// A fixed key of 2048 bits.
    pub fn test_key() -> Self {
        static KEY: OnceLock<RsaKey> = OnceLock::new();
        KEY.get_or_init(|| Self::fixed(FIRST_P, FIRST_Q)).clone()
    }

    /// A second fixed key of 2048 bits.
    pub fn second_test_key() -> Self {
        static KEY: OnceLock<RsaKey> = OnceLock::new();
        KEY.get_or_init(|| Self::fixed(SECOND_P, SECOND_Q)).clone()
    }

    #[expect(clippy::expect_used, reason = "the numbers are the constants of this file")]
    fn fixed(p: &str, q: &str) -> Self {
        let [p, q] = [p, q].map(|prime| hex::decode(prime).expect("hexadecimal digits"));
        Self::from_primes(&p, &q).expect("two primes")
    }

    /// The key of two primes, big-endian and of any lengths: the specification's own vector has one that is much longer
    /// than the other. `None` if they give no key.
    pub fn from_primes(p: &[u8], q: &[u8]) -> Option<Self> {
        // Both factors have room for the product.
        let bits = u32::try_from(p.len().checked_add(q.len())?.checked_mul(8)?).ok()?;
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).ok();
        let one = BoxedUint::one();
        let (p_wide, q_wide, exponent) = (number(p)?, number(q)?, number(&EXPONENT.to_be_bytes())?);
        let n = p_wide.checked_mul(&q_wide).into_option()?;
        let totient = p_wide.wrapping_sub(&one).checked_mul(q_wide.wrapping_sub(&one)).into_option()?;
        let d = exponent.invert_mod(&totient.into_nz().into_option()?).into_option()?;
        let primes = [p, q].map(BoxedUint::from_be_slice_vartime).into();
        let exponent = BoxedUint::from(EXPONENT);
        let key = if p.len() == q.len() {
            rsa::PrivateKey::from_components(n, exponent, d, primes)
        } else {
            rsa::PrivateKey::from_components_with_wide_primes(n, exponent, d, primes)
        };
        key.ok().map(Self)
    }

    /// The two primes, big-endian, without leading zeros.
    pub(super) fn primes(&self) -> [Vec<u8>; 2] {
        let mut primes = self.0.primes().iter().map(|prime| prime.to_be_bytes_trimmed_vartime().to_vec());
        [primes.next().unwrap_or_default(), primes.next().unwrap_or_default()]
    }

    /// The modulus, big-endian, without leading zeros.
    pub fn modulus(&self) -> Vec<u8> {
        self.0.n_bytes().to_vec()
    }

    /// The public exponent, big-endian, without leading zeros.
    pub fn exponent(&self) -> Vec<u8> {
        self.0.e_bytes().to_vec()
    }

    pub(super) fn inner(&self) -> rsa::PrivateKey {
        self.0.clone()
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({} bytes)", self.modulus().len())
    }
}

// Made with OpenSSL 3.0, `openssl genrsa 2048`, only for tests.
const FIRST_P: &str = "\
    e7cd18ee6e778cefcd95f96ebcea83463dabb1694156329eb998952afbd88a5f6bc22c6dfead1b2304b312cb490f50e27299\
    a6d112a1308e4a8981d6f105f5f2b8a70805def9dee00aa7c79849d57e2c7f107cd64579da86fe6085c3140f75fde3413035\
    005d085a597b35fff03c9c8f708938311fc3b12f24af521c74e487e3";
const FIRST_Q: &str = "\
    c8718c3cd05355a85d1569870229454f90ff7d46d47e5aec4172a2731598e26c7e87d798c172959bebe28c9dba9711b729fc\
    156c60710065b655aaf1fcf5f8f03d715b5eed5743901b0622ab163b262042cb856b54df71d98365b276885fbb7127568167\
    4e88e6bfb05bd25929b0d966af0c5b47f2a46b015d31a6746989ce91";
const SECOND_P: &str = "\
    c97d6a0b96f76d20c6df85deb71433435f6b485a3512e5eb890bb8d94a373d16c516a0259245efb94fd81b1715074c9483ca\
    3516fee2d111cc0decb49824684b4153bd09f363bbb057b3cb4a8f8dafb6a47d50fb713811e7c545ff83d57afd0c2662019a\
    84fba85d85fd913b14545ccae07a23299733c5f3f7d10825c1fa4169";
const SECOND_Q: &str = "\
    b911d3c0c2e085261a446543cdee1c4a8b8e35aa3bc81bdc84ba6dbd5bdff6d9910f615df4316f1a81b7fa94c1e9bf0cc717\
    ff09b57152ab1ffaeeafeb5bef0457f5ed9e820abd1032a0821f1fbfe5151047a7fba5852f519a7f824f94a5c36a5201214f\
    3914d03cf37541c58882610f96c46eccde935a94a43b39d6a74196a9";
