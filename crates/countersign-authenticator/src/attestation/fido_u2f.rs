//! [Section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation): FIDO U2F attestation.

use super::{draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{cbor::Cbor, der};

pub(super) fn prepare(draft: &mut AttestationDraft, input: &AttestationInput<'_>) {
    let spki = input.credential_key.spki();
    let point = der::public_key_bits(&spki).unwrap_or_default();
    draft.message =
        [&[0][..], &input.rp_id_hash, &input.client_data_hash, input.credential_id, point].concat();
}

pub(super) fn statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    let signature = signer.key(draft.signer).sign(&draft.message);
    Cbor::map([("sig", signature.into()), ("x5c", signer.x5c(draft))])
}
