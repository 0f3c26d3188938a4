use alloc::vec;

use crate::testing::{ECDSA, backends, ecdsa_vector, element, hex, integer, sequence};
use crate::{verifier::SignatureError, verifiers::Verifiers};

#[test]
fn rule_116_the_named_tolerance_accepts_padded_integers_and_nothing_else() {
    for verifiers in backends() {
        let tolerant = verifiers.clone().with_padded_ecdsa_integers();
        assert!(tolerant.algorithms().eq(verifiers.algorithms()));
        for row in &ECDSA {
            let vector = ecdsa_vector(row);
            let verify = |verifiers: &Verifiers, signature: &[u8]| {
                verifiers.prepare(&vector.key, vector.scheme).unwrap().verify(&[b"sample"], signature)
            };
            let (r, s) = (hex(row.2), hex(row.3));
            // As a writer of fixed lengths has it: a byte for the sign in any case.
            let fixed = |number: &[u8]| {
                let mut bytes = vec![0; row.0.field_size() + 1 - number.len()];
                bytes.extend(number);
                element(0x02, &bytes)
            };
            let signature = sequence(&[fixed(&r), fixed(&s)].concat());
            assert_eq!(verify(&tolerant, &vector.signature), Ok(()));
            assert_eq!(verify(&tolerant, &signature), Ok(()), "{}", vector.scheme);
            assert_eq!(verify(&verifiers, &signature).is_ok(), signature == vector.signature);

            let mut negative = hex(row.2);
            negative[0] |= 0x80;
            for wrong in [
                sequence(&[integer(&s), integer(&r)].concat()),
                sequence(&[element(0x02, &negative), integer(&s)].concat()),
                sequence(&[element(0x02, &[]), integer(&s)].concat()),
                [&*signature, &[0]].concat(),
                [r.clone(), s.clone()].concat(),
            ] {
                assert_eq!(verify(&tolerant, &wrong), Err(SignatureError), "{}", vector.scheme);
            }
        }
    }
}
