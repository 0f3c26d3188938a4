//! What may be a secret is in no text that a log would hold.

use countersign_types::{base64url, extensions::HmacSalts, hex::Hex};

use super::*;
use crate::ceremony::finish_options::FinishOptions;
use crate::ceremony::request::{AuthenticationRequest, RegistrationRequest};
use crate::relying_party::user::User;
use crate::report::ceremony_report::Report;
use crate::test_ceremony::entropy;

const SECRET: [u8; 32] = *b"sEcReT-sEcReT-sEcReT-sEcReT-sEcR";

/// The ways in which bytes come into a text: base64url at each offset within three bytes, hexadecimal and decimal digits,
/// and as they are.
fn spellings() -> Vec<String> {
    let base64url = (0..3).map(|skipped| base64url::encode(&SECRET[skipped..skipped + 12]));
    let decimal: Vec<_> = SECRET[..6].iter().map(ToString::to_string).collect();
    base64url
        .chain([Hex(&SECRET[..6]).to_string(), decimal.join(", "), decimal.join(","), "sEcReT".into()])
        .collect()
}

#[track_caller]
fn tells_nothing(text: &str) {
    for secret in spellings() {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
}

fn results() -> Value {
    let secret = base64url::encode(SECRET);
    json!({
        "prf": {"results": {"first": secret, "second": secret}},
        "hmacGetSecret": {"output1": secret, "output2": secret},
        "largeBlob": {"blob": secret},
        "getCredBlob": secret,
        "future": secret,
    })
}

/// `credBlob`, signed: its bytes.
fn signed() -> Vec<u8> {
    [&[0x58, 32][..], &SECRET].concat()
}

fn keeping() -> ExtensionPolicy {
    ExtensionPolicy::new()
        .with_prf_results(PrfResultsPolicy::Keep)
        .with_unsolicited_client_outputs(Unsolicited::Report)
}

fn asked() -> ClientExtensionInputs {
    let secret = || SecretBytes::new(SECRET);
    let prf = PrfInput::new().with_eval(PrfValues::new(secret()).with_second(secret()));
    inputs().with_prf(&prf).with_get_cred_blob().with_hmac_get_secret(HmacSalts::new(SECRET))
}

#[test]
fn what_a_ceremony_asks_with_is_in_no_debug_text_and_no_state() {
    let rp = rp().policy(crate::relying_party::policy::Policy::passkeys()).build().unwrap();
    let (user, listed) = (User::new(handle(7), "jo", "Jo"), [record().descriptor()]);
    let write = LargeBlobInput::Write(SecretBytes::new(SECRET));
    let request = AuthenticationRequest::identified(&user.handle, &listed)
        .with_extensions(asked().with_large_blob(&write));
    tells_nothing(&format!("{request:?}"));
    let (options, state) = rp.start_authentication(request, &mut entropy(), NOW).unwrap();
    tells_nothing(&format!("{options:?} {state:?} {}", serde_json::to_string(&state).unwrap()));
    let prf = PrfInput::new().with_eval(PrfValues::new(SecretBytes::new(SECRET)));
    let inputs = inputs().with_prf(&prf).with_cred_blob(&SecretBytes::new(SECRET));
    let request = RegistrationRequest::new(&user).with_extensions(inputs);
    tells_nothing(&format!("{request:?}"));
    let (options, state) = rp.start_registration(request, &mut entropy(), NOW).unwrap();
    tells_nothing(&format!("{options:?} {state:?} {}", serde_json::to_string(&state).unwrap()));
}

#[test]
fn what_an_authentication_tells_is_in_no_debug_text_no_report_and_no_record() {
    let rp = rp().policy(policy().with_extensions(keeping())).build().unwrap();
    let get = gotten(results(), &[("credBlob", &signed())]);
    let response = get.response();
    tells_nothing(&format!("{response:?}"));
    let state = || authentication_state(&rp, Some(handle(7)));
    let state = || state().with_extensions(&asked().with_large_blob(&LargeBlobInput::Read));
    let mut report = Report::default();
    let finished = rp.finish_authentication(
        state(),
        &response,
        &record(),
        FinishOptions::at(NOW).with_report(&mut report),
    );
    let authenticated = finished.unwrap();
    let learned = authenticated.extensions();
    assert_eq!(learned.prf_results.as_ref().unwrap().first.expose(), SECRET);
    assert_eq!(learned.large_blob.as_ref().unwrap().expose(), SECRET);
    assert_eq!(learned.cred_blob.as_ref().unwrap().expose(), SECRET);
    tells_nothing(&format!("{authenticated:?} {report:?} {}", serde_json::to_string(&report).unwrap()));
    let mut stored = record();
    stored.apply(authenticated.update()).unwrap();
    tells_nothing(&format!("{stored:?} {}", serde_json::to_string(&stored).unwrap()));
    let data = countersign_types::AuthenticatorData::parse(response.authenticator_data()).unwrap();
    tells_nothing(&format!("{data:?}"));
}

#[test]
fn what_a_registration_tells_is_in_no_debug_text_no_report_and_no_record() {
    let rp = rp().policy(policy().with_extensions(keeping())).build().unwrap();
    let response = created(results(), &[]).response();
    tells_nothing(&format!("{response:?}"));
    let state = registration_state(&rp);
    let prf = inputs().with_prf(&PrfInput::new().with_eval(PrfValues::new(SecretBytes::new(SECRET))));
    let status = CredentialIdStatus::Unregistered;
    let mut report = Report::default();
    let finished = rp.finish_registration(
        state.with_extensions(&prf),
        &response,
        status,
        FinishOptions::at(NOW).with_report(&mut report),
    );
    let registered = finished.unwrap();
    assert_eq!(registered.extensions().prf_results.as_ref().unwrap().first.expose(), SECRET);
    tells_nothing(&format!("{registered:?} {report:?} {}", serde_json::to_string(&report).unwrap()));
    tells_nothing(&serde_json::to_string(registered.credential()).unwrap());
}

#[test]
fn an_output_that_is_refused_is_not_repeated() {
    let secret = base64url::encode(SECRET);
    for (asked, results) in [
        (asked(), json!({"prf": {"results": {"first": format!("{secret}=")}}})),
        (asked(), json!({"prf": {"results": secret}})),
        (asked(), json!({"hmacGetSecret": {"output1": secret, "output2": [secret]}})),
        (
            inputs().with_large_blob(&LargeBlobInput::Read),
            json!({"largeBlob": {"blob": format!("{secret}=")}}),
        ),
    ] {
        let error = authenticate(&asked, keeping(), &gotten(results, &[])).unwrap_err();
        assert_eq!(error.code(), Code::ExtensionInvalid);
        tells_nothing(&format!("{error} {error:?}"));
    }
}

/// What `JSON.stringify()` and pages of their own make of results, and results of another length.
fn spoiled() -> [Value; 9] {
    let secret = base64url::encode(SECRET);
    [
        json!({"first": {}}),
        json!({"first": SECRET.to_vec()}),
        json!({"first": {"0": 1, "1": 2}}),
        json!({"first": format!("{secret}=")}),
        json!({"first": "c2hvcnQ"}),
        json!({"first": null, "second": {}}),
        json!({}),
        json!([]),
        json!(secret),
    ]
}

/// In the places of both extensions.
fn results_of(value: &Value) -> [Value; 2] {
    [json!({"prf": {"enabled": null, "results": value}}), json!({"hmacGetSecret": value})]
}

#[test]
fn results_that_a_page_spoiled_are_dropped_unread_where_they_are_stripped() {
    for results in spoiled().iter().flat_map(results_of) {
        for asked in [asked(), inputs()] {
            let get = gotten(results.clone(), &[]);
            assert_eq!(
                learned_at_authentication(&asked, &get),
                AuthenticationExtensions::default(),
                "{results}"
            );
            let create = created(results.clone(), &[]);
            assert_eq!(
                learned_at_registration(&asked, &create),
                RegistrationExtensions::default(),
                "{results}"
            );
        }
    }
    for nothing in [json!({"prf": {}}), json!({"prf": null}), json!({"prf": {"results": null}}), json!(null)]
    {
        assert_eq!(
            learned_at_authentication(&asked(), &gotten(nothing.clone(), &[])),
            AuthenticationExtensions::default()
        );
        assert_eq!(
            learned_at_registration(&asked(), &created(nothing, &[])),
            RegistrationExtensions::default()
        );
    }
}

#[test]
fn rule_323_results_are_refused_because_they_are_there_whatever_a_page_made_of_them() {
    let refusing = || ExtensionPolicy::new().with_prf_results(PrfResultsPolicy::Reject);
    for results in spoiled().iter().flat_map(results_of) {
        for asked in [asked(), inputs()] {
            let (create, get) = (created(results.clone(), &[]), gotten(results.clone(), &[]));
            authentication_refused(&asked, refusing(), &get, Code::ExtensionNotAccepted);
            registration_refused(&asked, refusing(), &create, Code::ExtensionNotAccepted);
        }
    }
    for nothing in [json!({"prf": {}}), json!({"prf": null}), json!({"prf": {"results": null}}), json!(null)]
    {
        let _ = authenticate(&asked(), refusing(), &gotten(nothing.clone(), &[])).unwrap();
        let _ = register(&asked(), refusing(), &created(nothing, &[])).unwrap();
    }
}

#[test]
fn spoiled_results_are_invalid_only_where_they_were_asked_for_and_are_kept() {
    for results in spoiled().iter().flat_map(results_of) {
        let get = gotten(results, &[]);
        authentication_refused(&asked(), keeping(), &get, Code::ExtensionInvalid);
        let _ = authenticate(&inputs(), keeping(), &get).unwrap();
    }
}
