//! ECDSA verifications that lead to the exceptional cases of point addition: multiples by extreme scalars, the sum of
//! equal points, and the point at infinity. The registering party chooses its key, so it can cause each of them.
//!
//! A verification computes R = u G + v Q with u = e / s and v = r / s. For any u or v and any R = k G there are a key
//! Q = d G and a signature (r, s) that lead there: s = e / u or s = r / v, and d = (k - u) / v.

use alloc::vec::Vec;

use super::{ec, ecdsa_scheme};
use crate::hash::sha256;
use crate::testing::{integer, prepare, sequence};
use crate::{algorithm::Curve, verifier::SignatureError};

/// Implementations go through the bits of a scalar in windows; the last argument has the sizes of graviola's.
macro_rules! extreme_scalars {
    ($name:ident, $library:ident, $curve:ident, $hash:ident, $windows:expr) => {
        #[test]
        fn $name() {
            use $library::elliptic_curve::{PrimeField as _, ops::Reduce as _};
            use $library::{FieldBytes, Scalar, ecdsa::SigningKey};

            let number = |bytes: &[u8]| Scalar::reduce(&FieldBytes::try_from(bytes).unwrap());
            let random = |seed: Scalar| {
                let block = sha256(&[&seed.to_repr()]);
                number(&block.repeat(2)[..Curve::$curve.field_size()])
            };
            let inverse = |scalar: Scalar| -> Scalar { Option::from(scalar.invert()).unwrap() };
            let point = |scalar: Scalar| {
                let key = SigningKey::from_slice(&scalar.to_repr()).unwrap();
                key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            };
            let r_of = |k: Scalar| number(&point(k)[1..=Curve::$curve.field_size()]);
            let e = number(&crate::algorithm::Hash::$hash.digest(&[b"sample"]));
            let verify = |d: Scalar, r: Scalar, s: Scalar| {
                let key = ec(Curve::$curve, &point(d));
                let signature = sequence(&[r, s].map(|scalar| integer(&scalar.to_repr())).concat());
                prepare(&key, ecdsa_scheme(Curve::$curve)).unwrap().verify(&[b"sample"], &signature)
            };

            let mut extreme: Vec<Scalar> = (1..=20_u64).map(Scalar::from).collect();
            let mut power = Scalar::ONE;
            for bit in 0..=8 * Curve::$curve.field_size() {
                if $windows.iter().any(|window| bit % window == 0) {
                    extreme.extend([power - Scalar::ONE, power, power + Scalar::ONE]);
                }
                power = power.double();
            }
            extreme.retain(|scalar| *scalar != Scalar::ZERO);
            for scalar in extreme.iter().flat_map(|scalar| [*scalar, -*scalar]) {
                let k = random(scalar);
                let r = r_of(k);

                let (u, s) = (scalar, e * inverse(scalar));
                let v = r * inverse(s);
                assert_eq!(verify((k - u) * inverse(v), r, s), Ok(()), "u = {u:?}");
                // u G = v Q: the sum is a doubling.
                let doubled = r_of(u.double());
                assert_eq!(verify(u * s * inverse(doubled), doubled, s), Ok(()), "u G = v Q, u = {u:?}");
                // u G = -v Q: the sum is no point.
                assert_eq!(verify(-u * inverse(v), r, s), Err(SignatureError), "u G = -v Q, u = {u:?}");

                let (v, s) = (scalar, r * inverse(scalar));
                let u = e * inverse(s);
                assert_eq!(verify((k - u) * inverse(v), r, s), Ok(()), "v = {v:?}");

                let (d, s) = (scalar, (e + r * scalar) * inverse(k));
                assert_eq!(verify(d, r, s), Ok(()), "d = {d:?}");
            }
        }
    };
}

extreme_scalars!(the_backends_agree_about_extreme_scalars_on_p_256, p256, P256, Sha256, [5, 7]);
extreme_scalars!(the_backends_agree_about_extreme_scalars_on_p_384, p384, P384, Sha384, [5]);
