//! [Section 8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation): packed attestation, self and basic.

use super::{attester::Attester, draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::octet_string,
};

pub(super) fn prepare(draft: &mut AttestationDraft, attester: &Attester, input: &AttestationInput<'_>) {
    if let Some(leaf) = draft.leaf.as_mut().filter(|_| attester.certifies_aaguid) {
        leaf.set_extension(oid::FIDO_AAGUID, Critical::No, octet_string(&input.aaguid));
    }
}

pub(super) fn statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    let signature = signer.key(draft.signer).sign(&draft.message);
    let mut statement = Cbor::map([("alg", draft.algorithm.into()), ("sig", signature.into())]);
    if draft.leaf.is_some() {
        statement.set("x5c", signer.x5c(draft));
    }
    statement
}
