use crate::algorithm::{Curve, ParameterSet, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::testing::{ec_key, encode, ml_dsa_signature, ml_dsa_vector, prepare};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

#[test]
fn the_parts_of_a_message_count_as_one() {
    for &parameter_set in ParameterSet::ALL {
        let vector = ml_dsa_vector(parameter_set);
        let key = vector.prepared();
        assert_eq!(key.verify(&[b"sam", b"", b"ple"], &vector.signature), Ok(()));
        assert_eq!(key.verify(&[b"sampel"], &vector.signature), Err(SignatureError));
        assert_eq!(key.verify(&[b"sample", &[0; 5000]], &vector.signature), Err(SignatureError));
    }
}

#[test]
fn rule_122_a_signature_with_a_context_is_rejected() {
    for &parameter_set in ParameterSet::ALL {
        let key = ml_dsa_vector(parameter_set).prepared();
        let with = |context: &[u8]| ml_dsa_signature(parameter_set, b"sample", context);
        assert_eq!(key.verify(&[b"sample"], &with(&[])), Ok(()));
        for context in [&[0][..], b"webauthn", &[0xff; 255]] {
            assert_eq!(key.verify(&[b"sample"], &with(context)), Err(SignatureError));
        }
    }
}

#[test]
fn rule_122_a_signature_has_the_length_of_its_parameter_set() {
    for &parameter_set in ParameterSet::ALL {
        let vector = ml_dsa_vector(parameter_set);
        let (key, right) = (vector.prepared(), vector.signature);
        assert_eq!(right.len(), parameter_set.signature_size());
        assert_eq!(key.verify(&[b"sample"], &right), Ok(()));
        for wrong in [
            [&*right, &[0]].concat(),
            [&[0], &*right].concat(),
            right[..right.len() - 1].to_vec(),
            right[1..].to_vec(),
            right[..2420 - 1].to_vec(),
            [].to_vec(),
        ] {
            assert_eq!(key.verify(&[b"sample"], &wrong), Err(SignatureError), "{} bytes", wrong.len());
        }
    }
}

#[test]
fn a_key_of_another_kind_or_parameter_set_is_rejected() {
    let p256 = PublicKey::from_cose(&encode(&ec_key(Curve::P256))).unwrap();
    let smaller = ml_dsa_vector(ParameterSet::MlDsa44).key;
    for key in [p256, smaller] {
        let scheme = Scheme::MlDsa { parameter_set: ParameterSet::MlDsa65 };
        let error = prepare(&key, scheme).unwrap_err();
        assert_eq!(error, KeyError::Malformed(MalformedKeyError::SchemeMismatch(scheme)));
    }
}
