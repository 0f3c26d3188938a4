//! [Section 8.4](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation): Android key attestation.

use super::{
    draft::{AttestationDraft, SignerRole},
    input::AttestationInput,
};
use crate::certificate::{oid, parts::Critical};

pub(crate) mod description;

/// The certificate is for the credential's key, which signs as well.
pub(super) fn prepare(draft: &mut AttestationDraft, input: &AttestationInput<'_>) {
    draft.signer = SignerRole::Credential;
    draft.algorithm = input.credential_key.algorithm().identifier().0;
    if let Some(leaf) = &mut draft.leaf {
        leaf.certify(&input.credential_key.spki());
        // In its place among the extensions; its value is set once the description is final.
        leaf.set_extension(oid::ANDROID_KEY_DESCRIPTION, Critical::No, Vec::new());
    }
}

/// Puts the description into the certificate, unless a change put something else there.
pub(super) fn finish(draft: &mut AttestationDraft) {
    let description = draft.key_description.to_vec();
    let extension = draft.leaf.as_mut().and_then(|leaf| leaf.extension_mut(oid::ANDROID_KEY_DESCRIPTION));
    if let Some(extension) = extension.filter(|extension| extension.value.is_empty()) {
        extension.value = description;
    }
}
