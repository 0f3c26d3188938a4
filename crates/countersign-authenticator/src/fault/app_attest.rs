//! Faults of Apple's [App Attest](https://developer.apple.com/documentation/devicecheck/validating-apps-that-connect-to-your-server).

use countersign_types::Code;

use super::Fault;
use crate::{
    Algorithm, AttestationDraft, AuthenticatorDataDraft, Cbor, Change, Format, Scenario,
    certificate::{Critical, oid},
    der::{explicit, octet_string, sequence},
};

/// The user of an app is not present in the sense of authenticator data.
const APP: Scenario = Scenario::of(Format::AppleAppAttest).conditional();
const BINDING: &[Code] = &[Code::AttestationBindingMismatch];

const fn statement(name: &'static str, rules: &'static [u16], change: fn(&mut Cbor)) -> Fault {
    Fault::new(name, rules, &[Code::AttestationStatementMalformed], APP, Change::Statement(change))
}

const fn data(name: &'static str, codes: &'static [Code], change: fn(&mut AuthenticatorDataDraft)) -> Fault {
    Fault::new(name, &[262], codes, APP, Change::AuthenticatorData(change))
}

const fn draft(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    change: fn(&mut AttestationDraft),
) -> Fault {
    Fault::new(name, rules, codes, APP, Change::Attestation(change))
}

pub(super) const FAULTS: &[Fault] = &[
    statement("app-attest-x5c-missing", &[260], |statement| statement.remove("x5c")),
    statement("app-attest-x5c-of-one", &[260], |statement| {
        if let Some(Cbor::Array(certificates)) = statement.get_mut("x5c") {
            certificates.truncate(1);
        }
    }),
    statement("app-attest-receipt-missing", &[260], |statement| statement.remove("receipt")),
    Fault::new(
        "app-attest-development",
        &[261],
        &[Code::AttestationNotAccepted],
        APP,
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
    draft("app-attest-nonce-other", &[262], BINDING, |draft| {
        draft.change_leaf(|leaf| {
            let nonce = sequence(&[&explicit(1, &octet_string(&[7; 32]))]);
            leaf.set_extension(oid::APPLE_NONCE, Critical::No, nonce);
        });
    }),
    draft("app-attest-key-other", &[262], BINDING, |draft| {
        draft.certify_stranger(Algorithm::Es256);
    }),
];
