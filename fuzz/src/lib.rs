//! Fuzz targets of Countersign: functions of bytes, each with an oracle in addition to not panicking.
//!
//! `cargo xtask fuzz run TARGET --minutes N` fuzzes one. The tests call each with every input of `corpus/` and
//! `regressions/`, on any toolchain.

pub mod ceremonies;
pub mod extensions;
#[cfg(feature = "hostile")]
pub mod growth;
#[cfg(feature = "hostile")]
pub mod hostile;
pub mod inspect;
pub mod keys;
pub mod metadata;
pub mod paths;
pub mod policy;
pub mod seeds;
pub mod statements;
pub mod wire;

/// A target's name and function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("registration_response", wire::registration_response),
    ("authentication_response", wire::authentication_response),
    ("creation_options", wire::creation_options),
    ("request_options", wire::request_options),
    ("client_data", wire::client_data),
    ("authenticator_data", wire::authenticator_data),
    ("attestation_object", wire::attestation_object),
    ("extensions", extensions::extensions),
    ("strict_cbor", wire::strict_cbor),
    ("base64url_text", wire::base64url_text),
    ("cose_key", keys::cose_key),
    ("spki_key", keys::spki_key),
    ("signature", keys::signature),
    ("certificate", paths::certificate),
    ("certificate_path", paths::certificate_path),
    ("remembered_links", paths::remembered_links),
    ("revocation_list", paths::revocation_list),
    ("attestation_status_list", paths::attestation_status_list),
    ("attestation_packed", statements::attestation_packed),
    ("attestation_tpm", statements::attestation_tpm),
    ("attestation_android_key", statements::attestation_android_key),
    ("attestation_android_safetynet", statements::attestation_android_safetynet),
    ("attestation_fido_u2f", statements::attestation_fido_u2f),
    ("attestation_apple", statements::attestation_apple),
    ("attestation_compound", statements::attestation_compound),
    ("attestation_apple_appattest", statements::attestation_apple_appattest),
    ("origin", policy::origin),
    ("sealed_state", policy::sealed_state),
    ("metadata_blob", metadata::metadata_blob),
    ("inspect", inspect::inspect),
    ("registration_ceremony", ceremonies::registration_ceremony),
    ("authentication_ceremony", ceremonies::authentication_ceremony),
];

/// The target of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
