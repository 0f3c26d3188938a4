//! Faults of Apple's [App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server).

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    Algorithm,
    cbor::Cbor,
    certificate::{oid, parts::Critical},
    change::Change,
    der::{explicit, octet_string, sequence},
    response::AuthenticatorDataDraft,
    scenario::{Format, Scenario},
};

/// The user of an app is not present in the sense of authenticator data.
const APP: Faults = Faults::of(Scenario::of(Format::AppleAppAttest).with_conditional_creation());
const BINDING: &[Code] = &[Code::AttestationBindingMismatch];

const fn data(name: &'static str, codes: &'static [Code], change: fn(&mut AuthenticatorDataDraft)) -> Fault {
    APP.change(name, &[262], codes, Change::AuthenticatorData(change))
}

pub(super) const FAULTS: &[Fault] = &[
    APP.statement("app-attest-x5c-missing", &[260], |statement| statement.remove("x5c")),
    APP.statement("app-attest-x5c-of-one", &[260], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.truncate(1);
        }
    }),
    APP.statement("app-attest-receipt-missing", &[260], |statement| statement.remove("receipt")),
    APP.change(
        "app-attest-development",
        &[261],
        &[Code::AttestationNotAccepted],
        Change::AuthenticatorData(|data| {
            if let Some(attested) = &mut data.attested {
                attested.aaguid = *b"appattestdevelop";
            }
        }),
    ),
    data("app-attest-counter-not-zero", BINDING, |data| data.sign_count = 1),
    data("app-attest-other-app", &[Code::RpIdHashMismatch, Code::AttestationBindingMismatch], |data| {
        data.rp_id_hash = [7; 32];
    }),
    APP.draft("app-attest-nonce-other", &[262], BINDING, |draft| {
        draft.change_leaf(|leaf| {
            let nonce = sequence(&[&explicit(1, &octet_string(&[7; 32]))]);
            leaf.set_extension(oid::APPLE_NONCE, Critical::No, nonce);
        });
    }),
    APP.draft("app-attest-key-other", &[262], BINDING, |draft| {
        draft.certify_stranger(Algorithm::Es256);
    }),
];
