//! What the strict procedures say of a whole registration: its attestation statement, if its parts can be read.

use std::sync::Arc;

use countersign::attestation::{
    AttestationType, Formats, VerificationInput, format::android_safetynet::AndroidSafetyNetFormat,
};
use countersign::cose::{PublicKey, Verifiers, hash::sha256};
use countersign::types::{AttestationObject, AuthenticatorData};

use crate::{explanation::Note, words::with_causes};

/// The verdict on a registration's attestation statement; nothing if the parts that it signs can't be read.
pub(crate) fn of_registration(attestation_object: &[u8], client_data: &[u8]) -> Option<Note> {
    let object = AttestationObject::parse(attestation_object).ok()?;
    let data = AuthenticatorData::parse(object.authenticator_data).ok()?;
    let key = PublicKey::from_cose(data.attested_credential_data?.public_key).ok()?;
    let (verifiers, hash) = (Verifiers::rust_crypto(), sha256(&[client_data]));
    let input = VerificationInput::new(&object, &data, &hash, &key, &verifiers);
    let formats = Formats::standard().with_format(Arc::new(AndroidSafetyNetFormat::default()));
    Some(match formats.verify(&input) {
        Ok(attestation) if attestation.attestation_type() == AttestationType::None => {
            Note::info("the attestation statement is that of none")
        }
        Ok(attestation) => Note::info(format!(
            "the attestation statement verifies as {}, type {}; whether its certificates lead to a trust anchor is not judged",
            attestation.format(),
            attestation.attestation_type()
        )),
        Err(error) => {
            let text = format!("the attestation statement does not verify: {}", with_causes(&error));
            Note::deviation(text).with_code(error.code())
        }
    })
}
