//! Faults of Apple's [App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    der::{explicit, octet_string, sequence},
    scenario::{Format, Scenario},
};

/// The user of an app is not present in the sense of authenticator data.
const APP: Faults = Faults::of(
    Scenario::of(Format::AppleAppAttest).with_conditional_creation(),
    &[Code::AttestationStatementMalformed],
);
const BINDING: Faults = APP.codes(&[Code::AttestationBindingMismatch]);

pub(super) const FAULTS: &[Fault] = &[
    APP.statement("app-attest-x5c-missing", &[260], |statement| statement.remove("x5c")),
    APP.statement("app-attest-x5c-of-one", &[260], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.truncate(1);
        }
    }),
    APP.statement("app-attest-receipt-missing", &[260], |statement| statement.remove("receipt")),
    APP.codes(&[Code::AttestationNotAccepted]).data("app-attest-development", &[261], |data| {
        if let Some(attested) = &mut data.attested {
            attested.aaguid = *b"appattestdevelop";
        }
    }),
    BINDING.data("app-attest-counter-not-zero", &[262], |data| data.sign_count = 1),
    APP.codes(&[Code::RpIdHashMismatch, Code::AttestationBindingMismatch]).data(
        "app-attest-other-app",
        &[262],
        |data| {
            data.rp_id_hash = [7; 32];
        },
    ),
    BINDING.leaf("app-attest-nonce-other", &[262], |leaf| {
        let nonce = sequence(&[&explicit(1, &octet_string(&[7; 32]))]);
        leaf.set_extension(oid::APPLE_NONCE, Critical::No, nonce);
    }),
    BINDING.draft("app-attest-key-other", &[262], |draft| draft.certify_stranger(Algorithm::Es256)),
];
