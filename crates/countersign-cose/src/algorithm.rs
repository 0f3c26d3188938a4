//! Signature algorithms and the schemes behind them:
//! [WebAuthn section 5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier) over
//! [RFC 9053 section 2](https://www.rfc-editor.org/rfc/rfc9053#section-2),
//! [RFC 8230](https://www.rfc-editor.org/rfc/rfc8230), [RFC 8812](https://www.rfc-editor.org/rfc/rfc8812),
//! [RFC 9864](https://www.rfc-editor.org/rfc/rfc9864) and [RFC 9964](https://www.rfc-editor.org/rfc/rfc9964).

use core::fmt;

use countersign_types::AlgorithmIdentifier;

/// An enumeration whose variants are the rows of a table: a name, and two more columns.
macro_rules! table {
    (
        $(#[doc = $doc:literal])+ $type:ident;
        #[doc = $all:literal] ALL;
        #[doc = $named:literal] name;
        $(#[doc = $first_doc:literal])+ $first_vis:vis $first:ident: $first_type:ty;
        $(#[doc = $second_doc:literal])+ $second_vis:vis $second:ident: $second_type:ty;
        $($(#[doc = $row:literal])+ $variant:ident = $name:literal, $in_first:expr, $in_second:expr;)+
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type {
            $($(#[doc = $row])+ $variant,)+
        }

        impl $type {
            #[doc = $all]
            pub const ALL: &'static [$type] = &[$($type::$variant,)+];

            #[doc = $named]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            $(#[doc = $first_doc])+
            $first_vis const fn $first(self) -> $first_type {
                match self {
                    $(Self::$variant => $in_first,)+
                }
            }

            $(#[doc = $second_doc])+
            $second_vis const fn $second(self) -> $second_type {
                match self {
                    $(Self::$variant => $in_second,)+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

table! {
    /// A COSE signature algorithm that this crate supports.
    ///
    /// A [`Verifiers`](crate::Verifiers) table decides whether its signatures can be verified.
    Algorithm;
    /// Every algorithm, in the order of the documentation's table.
    ALL;
    /// The name of the algorithm in the registry, such as `ES256`.
    name;
    /// The number of the algorithm in the
    /// [IANA COSE Algorithms registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms).
    pub identifier: AlgorithmIdentifier;
    /// The scheme of the algorithm. Two algorithms may share a scheme.
    pub scheme: Scheme;

    /// ECDSA on P-256 with SHA-256 (RFC 9053 section 2.1; WebAuthn fixes the curve).
    Es256 = "ES256", AlgorithmIdentifier(-7), Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 };
    /// ECDSA on P-384 with SHA-384 (RFC 9053 section 2.1; WebAuthn fixes the curve).
    Es384 = "ES384", AlgorithmIdentifier(-35), Scheme::Ecdsa { curve: Curve::P384, hash: Hash::Sha384 };
    /// ECDSA on P-521 with SHA-512 (RFC 9053 section 2.1; WebAuthn fixes the curve).
    Es512 = "ES512", AlgorithmIdentifier(-36), Scheme::Ecdsa { curve: Curve::P521, hash: Hash::Sha512 };
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812 section 3.2).
    Es256K = "ES256K", AlgorithmIdentifier(-47), Scheme::Ecdsa { curve: Curve::Secp256k1, hash: Hash::Sha256 };
    /// ECDSA on P-256 with SHA-256, fully specified (RFC 9864 section 2.1).
    Esp256 = "ESP256", AlgorithmIdentifier(-9), Scheme::Ecdsa { curve: Curve::P256, hash: Hash::Sha256 };
    /// ECDSA on P-384 with SHA-384, fully specified (RFC 9864 section 2.1).
    Esp384 = "ESP384", AlgorithmIdentifier(-51), Scheme::Ecdsa { curve: Curve::P384, hash: Hash::Sha384 };
    /// ECDSA on P-521 with SHA-512, fully specified (RFC 9864 section 2.1).
    Esp512 = "ESP512", AlgorithmIdentifier(-52), Scheme::Ecdsa { curve: Curve::P521, hash: Hash::Sha512 };
    /// EdDSA on Ed25519 (RFC 9053 section 2.2; WebAuthn fixes the curve).
    EdDsa = "EdDSA", AlgorithmIdentifier(-8), Scheme::Ed25519;
    /// EdDSA on Ed25519, fully specified (RFC 9864 section 2.2).
    Ed25519 = "Ed25519", AlgorithmIdentifier(-19), Scheme::Ed25519;
    /// EdDSA on Ed448, fully specified (RFC 9864 section 2.2).
    Ed448 = "Ed448", AlgorithmIdentifier(-53), Scheme::Ed448;
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8812 section 2).
    Rs256 = "RS256", AlgorithmIdentifier(-257), Scheme::RsaPkcs1 { hash: Hash::Sha256 };
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 8812 section 2).
    Rs384 = "RS384", AlgorithmIdentifier(-258), Scheme::RsaPkcs1 { hash: Hash::Sha384 };
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 8812 section 2).
    Rs512 = "RS512", AlgorithmIdentifier(-259), Scheme::RsaPkcs1 { hash: Hash::Sha512 };
    /// RSASSA-PSS with SHA-256, MGF1 with it, and a salt of 32 bytes (RFC 8230 section 2).
    Ps256 = "PS256", AlgorithmIdentifier(-37), Scheme::RsaPss { hash: Hash::Sha256 };
    /// RSASSA-PSS with SHA-384, MGF1 with it, and a salt of 48 bytes (RFC 8230 section 2).
    Ps384 = "PS384", AlgorithmIdentifier(-38), Scheme::RsaPss { hash: Hash::Sha384 };
    /// RSASSA-PSS with SHA-512, MGF1 with it, and a salt of 64 bytes (RFC 8230 section 2).
    Ps512 = "PS512", AlgorithmIdentifier(-39), Scheme::RsaPss { hash: Hash::Sha512 };
    /// ML-DSA-44 (RFC 9964 section 3), with an empty context.
    MlDsa44 = "ML-DSA-44", AlgorithmIdentifier(-48), Scheme::MlDsa { parameter_set: ParameterSet::MlDsa44 };
    /// ML-DSA-65 (RFC 9964 section 3), with an empty context.
    MlDsa65 = "ML-DSA-65", AlgorithmIdentifier(-49), Scheme::MlDsa { parameter_set: ParameterSet::MlDsa65 };
    /// ML-DSA-87 (RFC 9964 section 3), with an empty context.
    MlDsa87 = "ML-DSA-87", AlgorithmIdentifier(-50), Scheme::MlDsa { parameter_set: ParameterSet::MlDsa87 };
    /// RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8812 section 2), which is deprecated but occurs in TPM statements.
    ///
    /// [`Verifiers::algorithms`](crate::Verifiers::algorithms) omits it, so options offer it only if it is named
    /// explicitly.
    Rs1 = "RS1", AlgorithmIdentifier(-65535), Scheme::RsaPkcs1 { hash: Hash::Sha1 };
}

impl Algorithm {
    /// The algorithm with this COSE identifier. `None` if it is not supported.
    ///
    /// ```
    /// use countersign_cose::Algorithm;
    /// use countersign_types::AlgorithmIdentifier;
    /// assert_eq!(Algorithm::from_identifier(AlgorithmIdentifier(-7)), Some(Algorithm::Es256));
    /// assert_eq!(Algorithm::from_identifier(AlgorithmIdentifier(5)), None);
    /// ```
    pub const fn from_identifier(identifier: AlgorithmIdentifier) -> Option<Self> {
        let mut rest = Self::ALL;
        while let [algorithm, others @ ..] = rest {
            if algorithm.identifier().0 == identifier.0 {
                return Some(*algorithm);
            }
            rest = others;
        }
        None
    }
}

impl From<Algorithm> for AlgorithmIdentifier {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.identifier()
    }
}

/// A signature scheme with all its parameters, which a verifier implements.
///
/// COSE algorithms and the signature algorithms of certificates both map to schemes. Only a certificate combines a
/// curve with a hash of another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)), the signature a DER `SEQUENCE` of `r` and `s`.
    Ecdsa {
        /// The key's curve.
        curve: Curve,
        /// The message's hash.
        hash: Hash,
    },
    /// Ed25519 ([RFC 8032 section 5.1](https://www.rfc-editor.org/rfc/rfc8032#section-5.1)), a signature of 64 bytes.
    Ed25519,
    /// Ed448 ([RFC 8032 section 5.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.2)) with an empty context, a
    /// signature of 114 bytes.
    Ed448,
    /// RSASSA-PKCS1-v1_5 ([RFC 8017 section 8.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2)), a signature as
    /// long as the modulus.
    RsaPkcs1 {
        /// The message's hash.
        hash: Hash,
    },
    /// RSASSA-PSS ([RFC 8017 section 8.1](https://www.rfc-editor.org/rfc/rfc8017#section-8.1)), MGF1 with the same
    /// hash, the salt as long as the hash, the signature as long as the modulus.
    RsaPss {
        /// The message's hash, and the mask generation's.
        hash: Hash,
    },
    /// ML-DSA ([FIPS 204](https://doi.org/10.6028/NIST.FIPS.204)) with an empty context, the message not hashed before.
    MlDsa {
        /// The key's parameter set.
        parameter_set: ParameterSet,
    },
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa { curve, hash } => write!(f, "ECDSA {curve} {hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::RsaPkcs1 { hash } => write!(f, "RSASSA-PKCS1-v1_5 {hash}"),
            Self::RsaPss { hash } => write!(f, "RSASSA-PSS {hash}"),
            Self::MlDsa { parameter_set } => parameter_set.fmt(f),
        }
    }
}

table! {
    /// An elliptic curve of ECDSA keys.
    Curve;
    /// Every curve.
    ALL;
    /// The name of the curve in the registry, such as `P-256`.
    name;
    /// The number of the curve in the
    /// [IANA COSE Elliptic Curves registry](https://www.iana.org/assignments/cose/cose.xhtml#elliptic-curves).
    pub identifier: i64;
    /// The prime of the curve's field, big-endian
    /// ([SP 800-186 section 3.2.1](https://doi.org/10.6028/NIST.SP.800-186),
    /// [SEC 2 section 2.4.1](https://www.secg.org/sec2-v2.pdf)).
    pub(crate) prime: &'static [u8];

    /// NIST P-256.
    P256 = "P-256", 1, &P256_PRIME;
    /// NIST P-384.
    P384 = "P-384", 2, &P384_PRIME;
    /// NIST P-521.
    P521 = "P-521", 3, &P521_PRIME;
    /// secp256k1 ([SEC 2 section 2.4.1](https://www.secg.org/sec2-v2.pdf)).
    Secp256k1 = "secp256k1", 8, &SECP256K1_PRIME;
}

impl Curve {
    /// The length of a coordinate in bytes: 32, 48 or 66.
    pub const fn field_size(self) -> usize {
        self.prime().len()
    }
}

/// 2^256 - 2^224 + 2^192 + 2^96 - 1.
#[rustfmt::skip]
const P256_PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];

/// 2^384 - 2^128 - 2^96 + 2^32 - 1.
#[rustfmt::skip]
const P384_PRIME: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
];

/// 2^521 - 1.
const P521_PRIME: [u8; 66] = {
    let mut prime = [0xff; 66];
    prime[0] = 0x01;
    prime
};

/// 2^256 - 2^32 - 977.
#[rustfmt::skip]
const SECP256K1_PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xfc, 0x2f,
];

table! {
    /// A parameter set of ML-DSA ([FIPS 204 section 4](https://doi.org/10.6028/NIST.FIPS.204)).
    ParameterSet;
    /// Every parameter set.
    ALL;
    /// The name of the parameter set, such as `ML-DSA-44`.
    name;
    /// The length of a public key in bytes: 1312, 1952 or 2592.
    pub key_size: usize;
    /// The length of a signature in bytes: 2420, 3309 or 4627.
    pub signature_size: usize;

    /// ML-DSA-44.
    MlDsa44 = "ML-DSA-44", 1312, 2420;
    /// ML-DSA-65.
    MlDsa65 = "ML-DSA-65", 1952, 3309;
    /// ML-DSA-87.
    MlDsa87 = "ML-DSA-87", 2592, 4627;
}

/// A hash function of a signature scheme. [`Hash::digest`] computes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, for which collisions can be computed. Only [`Algorithm::Rs1`] uses it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Every hash function.
    pub const ALL: &'static [Hash] = &[Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The length of its output in bytes: 20, 32, 48 or 64.
    pub const fn output_size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Its name, such as `SHA-256`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use coset::iana::{self, EnumI64 as _};

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_registry() {
        use iana::Algorithm as Registered;
        for (algorithm, registered) in [
            (Algorithm::Es256, Registered::ES256),
            (Algorithm::Es384, Registered::ES384),
            (Algorithm::Es512, Registered::ES512),
            (Algorithm::Esp256, Registered::ESP256),
            (Algorithm::Esp384, Registered::ESP384),
            (Algorithm::Esp512, Registered::ESP512),
            (Algorithm::EdDsa, Registered::EdDSA),
            (Algorithm::Ed25519, Registered::Ed25519),
            (Algorithm::Rs256, Registered::RS256),
            (Algorithm::Rs384, Registered::RS384),
            (Algorithm::Rs512, Registered::RS512),
            (Algorithm::Ps256, Registered::PS256),
            (Algorithm::Ps384, Registered::PS384),
            (Algorithm::Ps512, Registered::PS512),
            (Algorithm::Es256K, Registered::ES256K),
            (Algorithm::Ed448, Registered::Ed448),
            (Algorithm::MlDsa44, Registered::ML_DSA_44),
            (Algorithm::MlDsa65, Registered::ML_DSA_65),
            (Algorithm::MlDsa87, Registered::ML_DSA_87),
            (Algorithm::Rs1, Registered::RS1),
        ] {
            assert_eq!(algorithm.identifier(), AlgorithmIdentifier(registered.to_i64()), "{algorithm}");
        }
    }

    #[test]
    fn every_algorithm_is_found_by_its_identifier() {
        for &algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_identifier(algorithm.into()), Some(algorithm));
        }
        for unknown in [0, 5, -30, -65_534, i64::MIN, i64::MAX] {
            assert_eq!(Algorithm::from_identifier(AlgorithmIdentifier(unknown)), None);
        }
    }

    #[test]
    fn names_and_schemes_print_as_their_standards_write_them() {
        assert_eq!(Algorithm::Es256.to_string(), "ES256");
        assert_eq!(Algorithm::EdDsa.to_string(), "EdDSA");
        assert_eq!(Algorithm::Esp512.scheme().to_string(), "ECDSA P-521 SHA-512");
        assert_eq!(Algorithm::Ed25519.scheme().to_string(), "Ed25519");
        assert_eq!(Algorithm::Rs384.scheme().to_string(), "RSASSA-PKCS1-v1_5 SHA-384");
        assert_eq!(Algorithm::Ps256.scheme().to_string(), "RSASSA-PSS SHA-256");
        assert_eq!(Algorithm::Es256K.scheme().to_string(), "ECDSA secp256k1 SHA-256");
        assert_eq!(Algorithm::Ed448.scheme().to_string(), "Ed448");
        assert_eq!(Algorithm::MlDsa65.scheme().to_string(), "ML-DSA-65");
    }

    #[test]
    fn fields_and_hashes_have_their_sizes() {
        assert_eq!(Curve::ALL.iter().map(|curve| curve.field_size()).sum::<usize>(), 32 + 48 + 66 + 32);
        for &hash in Hash::ALL {
            assert_eq!(hash.digest(&[]).len(), hash.output_size(), "{hash}");
        }
    }
}
