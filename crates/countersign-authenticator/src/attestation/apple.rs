//! [Section 8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation): Apple anonymous attestation, and
//! [App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server),
//! whose certificate is made alike.

use super::{draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{explicit, octet_string, sequence},
};

/// Nothing but the certificate binds the statement: it is made for the credential's key.
pub(super) fn prepare(draft: &mut AttestationDraft, input: &AttestationInput<'_>) {
    let nonce = sequence(&[&explicit(1, &octet_string(&draft.nonce))]);
    if let Some(leaf) = &mut draft.leaf {
        leaf.certify(&input.credential_key.spki());
        leaf.set_extension(oid::APPLE_NONCE, Critical::No, nonce);
    }
}

pub(super) fn statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    Cbor::map([("x5c", signer.x5c(draft))])
}

pub(super) fn app_attest_statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    Cbor::map([("x5c", signer.x5c(draft)), ("receipt", b"a receipt".to_vec().into())])
}
