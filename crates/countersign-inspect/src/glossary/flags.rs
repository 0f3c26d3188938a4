//! The flags of authenticator data: [section 6.1](https://www.w3.org/TR/webauthn-3/#authdata-flags).

use super::term::Term;
use crate::source::webauthn;

const fn flag(word: &'static str, name: &'static str, source: &'static str, meaning: &'static str) -> Term {
    Term { word, name, meaning, source }
}

pub(super) const FLAGS: &[Term] = &[
    flag(
        "UP",
        "user present, bit 0",
        webauthn!("authdata-flags-up"),
        "The authenticator tested that a user was there, such as by a touch. Every authentication needs it, and every registration \
         that is not conditional.",
    ),
    flag(
        "RFU1",
        "reserved for future use, bit 1",
        webauthn!("authdata-flags"),
        "The bit has no meaning yet and should be clear.",
    ),
    flag(
        "UV",
        "user verified, bit 2",
        webauthn!("authdata-flags-uv"),
        "The authenticator verified the user, by a PIN, a fingerprint or a face. With it, a passkey is two factors at once.",
    ),
    flag(
        "BE",
        "backup eligible, bit 3",
        webauthn!("authdata-flags-be"),
        "The credential may be backed up, so it can be on several devices: a synced passkey. It never changes during the life of a \
         credential.",
    ),
    flag(
        "BS",
        "backup state, bit 4",
        webauthn!("authdata-flags-bs"),
        "The credential is backed up now. It can be set only together with BE, and may change with each authentication.",
    ),
    flag(
        "RFU2",
        "reserved for future use, bit 5",
        webauthn!("authdata-flags"),
        "The bit has no meaning yet and should be clear.",
    ),
    flag(
        "AT",
        "attested credential data included, bit 6",
        webauthn!("authdata-flags-at"),
        "AAGUID, credential ID and public key follow the counter. It is set in registrations, and clear in assertions.",
    ),
    flag(
        "ED",
        "extension data included, bit 7",
        webauthn!("authdata-flags-ed"),
        "The outputs of the authenticator's extensions follow, as a CBOR map.",
    ),
];
