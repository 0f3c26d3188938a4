//! The evidence of a record, read and verified again
//! ([section 7.1, step 22](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-attestation)).

use countersign_attestation::{Attestation, Formats, VerificationInput};
use countersign_cose::{PublicKey, Verifiers, hash::sha256};
use countersign_types::{Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, ClientData};

use crate::lifecycle::reassessment::verdict::{EvidenceError, Verdict};
use crate::record::{credential_record::CredentialRecord, evidence::AttestationEvidence};

/// A record's evidence, verified.
pub(crate) struct Found {
    /// The attestation, as its format verified it.
    pub(crate) attestation: Attestation,
    /// The AAGUID in its authenticator data.
    pub(crate) aaguid: Aaguid,
    /// UV: whether the authenticator reported that it verified the user.
    pub(super) user_verified: bool,
}

/// Verifies the attestation; or returns the verdict that ends the assessment.
pub(super) fn verify(
    record: &CredentialRecord,
    evidence: &AttestationEvidence,
    formats: &Formats,
    verifiers: &Verifiers,
) -> Result<Found, Verdict> {
    let object = AttestationObject::parse(evidence.object())
        .map_err(|fault| Verdict::EvidenceUnusable(EvidenceError::AttestationObject(fault)))?;
    let data = AuthenticatorData::parse(object.authenticator_data)
        .map_err(|fault| Verdict::EvidenceUnusable(EvidenceError::AuthenticatorData(fault)))?;
    let (attested, key) = of_record(record, evidence, &data).map_err(Verdict::EvidenceUnusable)?;
    let client_data_hash = sha256(&[evidence.client_data()]);
    let input = VerificationInput::new(&object, &data, &client_data_hash, &key, verifiers);
    let attestation = formats.verify(&input).map_err(Verdict::StatementInvalid)?;
    Ok(Found { attestation, aaguid: attested.aaguid, user_verified: data.flags.user_verified() })
}

/// Checks that the evidence belongs to this credential: its ID, key and relying party, and a registration.
fn of_record<'a>(
    record: &CredentialRecord,
    evidence: &AttestationEvidence,
    data: &AuthenticatorData<'a>,
) -> Result<(AttestedCredentialData<'a>, PublicKey), EvidenceError> {
    let client_data = ClientData::parse(evidence.client_data()).map_err(EvidenceError::ClientData)?;
    let attested = data.attested_credential_data.ok_or(EvidenceError::OfAnotherCredential)?;
    let key = PublicKey::from_cose(attested.public_key).map_err(EvidenceError::PublicKey)?;
    // The keys are compared, not their encodings: an imported record may have another one.
    let stored = PublicKey::from_cose(record.public_key()).map_err(EvidenceError::PublicKey)?;
    let is_its_own = client_data.type_ == "webauthn.create"
        && attested.credential_id == record.id().as_bytes()
        && key.material() == stored.material()
        && *data.rp_id_hash == sha256(&[record.rp_id().as_bytes()]);
    if is_its_own { Ok((attested, key)) } else { Err(EvidenceError::OfAnotherCredential) }
}
