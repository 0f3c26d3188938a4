//! [Section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation): TPM attestation.

use countersign_cose::{Algorithm, Hash, PublicKey, Scheme};

use self::structures::{PublicArea, tpm_curve};
use super::{draft::AttestationDraft, input::AttestationInput, signer::Signer};
use crate::{
    cbor::Cbor,
    certificate::{
        oid,
        parts::{Attribute, Critical, directory_name},
    },
    der::{object_identifier, sequence},
};

pub(crate) mod structures;

pub(super) fn supports(algorithm: Algorithm) -> bool {
    match algorithm.scheme() {
        Scheme::Ecdsa { curve, .. } => tpm_curve(curve).is_some(),
        Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => true,
        _ => false,
    }
}

pub(super) fn prepare(draft: &mut AttestationDraft, input: &AttestationInput<'_>) {
    let key = PublicKey::from_cose(&input.credential_key.cose_key().to_vec());
    if let Some(area) = key.ok().and_then(|key| PublicArea::of(key.material())) {
        draft.public_area = area;
    }
    if let Some(leaf) = &mut draft.leaf {
        leaf.subject.clear();
        let purpose = sequence(&[&object_identifier(oid::TPM_AIK_CERTIFICATE)]);
        leaf.set_extension(oid::EXTENDED_KEY_USAGE, Critical::No, purpose);
        let model = leaf.issuer.first().map(|name| String::from_utf8_lossy(&name.value).into_owned());
        let names = directory_name(&[
            Attribute::new(oid::TPM_MANUFACTURER, "id:00000000"),
            Attribute::new(oid::TPM_VERSION, "id:00000000"),
            Attribute::new(oid::TPM_MODEL, &model.unwrap_or_default()),
        ]);
        leaf.set_extension(oid::SUBJECT_ALT_NAME, Critical::Yes, names);
    }
}

pub(super) fn statement(draft: &AttestationDraft, signer: &Signer<'_>) -> Cbor {
    let key = signer.key(draft.signer);
    let hash = match key.algorithm().scheme() {
        Scheme::Ecdsa { hash, .. } | Scheme::RsaPkcs1 { hash } | Scheme::RsaPss { hash } => hash,
        _ => Hash::Sha256,
    };
    let mut info = draft.certify_info.clone();
    info.extra_data.get_or_insert_with(|| hash.digest(&[&draft.message]));
    info.name.get_or_insert_with(|| draft.public_area.name());
    let info = info.to_vec();
    Cbor::map([
        ("ver", "2.0".into()),
        ("alg", draft.algorithm.into()),
        ("x5c", signer.x5c(draft)),
        ("sig", key.sign(&info).into()),
        ("certInfo", info.into()),
        ("pubArea", draft.public_area.to_vec().into()),
    ])
}
