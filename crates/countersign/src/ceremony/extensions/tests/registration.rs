use countersign_types::base64url;

use super::*;

fn invalid(asked: &ClientExtensionInputs, create: &Create) {
    registration_refused(asked, ExtensionPolicy::new(), create, Code::ExtensionInvalid);
}

fn not_accepted(asked: &ClientExtensionInputs, create: &Create) {
    registration_refused(asked, ExtensionPolicy::new(), create, Code::ExtensionNotAccepted);
}

fn prf() -> ClientExtensionInputs {
    inputs().with_prf(&PrfInput::new())
}

fn large_blob(support: LargeBlobSupport) -> ClientExtensionInputs {
    inputs().with_large_blob(&LargeBlobInput::Support(support))
}

fn cred_protect(enforcement: Enforcement) -> ClientExtensionInputs {
    let level = CredentialProtection::UserVerificationOptionalWithCredentialIdList;
    inputs().with_cred_protect(level, enforcement)
}

#[test]
fn all_that_is_said_is_learned() {
    let asked = inputs()
        .with_cred_props()
        .with_min_pin_length()
        .with_uvm()
        .with_cred_blob(&SecretBytes::new([1]))
        .with_payment(&PaymentInput::new())
        .with_prf(&PrfInput::new());
    let create = created(
        json!({"credProps": {"rk": false}, "prf": {"enabled": true}, "credBlob": true}),
        &[
            ("uvm", &[0x81, 0x83, 2, 4, 2]),
            ("credBlob", &[0xf5]),
            ("hmac-secret", &[0xf5]),
            ("minPinLength", &[0x06]),
            ("thirdPartyPayment", &[0xf5]),
        ],
    );
    let learned = learned_at_registration(&asked, &create);
    assert_eq!((learned.discoverable, learned.prf_enabled), (Some(false), Some(true)));
    assert_eq!((learned.hmac_secret, learned.cred_blob_stored), (Some(true), Some(true)));
    assert_eq!((learned.min_pin_length, learned.uvm.len()), (Some(6), 1));
    assert_eq!(learned.third_party_payment, Some(true));
}

#[test]
fn rule_315_a_required_output_must_be_there() {
    let required = |extension| ExtensionPolicy::new().with_required(extension);
    let asked = inputs().with_cred_props().with_min_pin_length().with_other("future", &1).unwrap();
    for extension in [Extension::CredProps, Extension::MinPinLength, "future".into()] {
        let error = registration_refused(
            &asked,
            required(extension.clone()),
            &created(json!({}), &[]),
            Code::ExtensionNotAccepted,
        );
        let refused = ExtensionRejectedError::Missing { extension };
        assert_eq!(*error.kind(), crate::report::error::ErrorKind::ExtensionNotAccepted(refused));
    }
    let create = created(json!({"credProps": {}, "future": 1}), &[("minPinLength", &[0x04])]);
    for extension in [Extension::CredProps, Extension::MinPinLength, "future".into()] {
        let _ = register(&asked, required(extension), &create).unwrap();
    }
    // What was not asked for can't be answered.
    let _ = register(&inputs(), required(Extension::CredProps), &created(json!({}), &[])).unwrap();
}

#[test]
fn rule_315_an_extension_that_is_required_has_worked() {
    let asked = prf()
        .with_large_blob(&LargeBlobInput::Support(LargeBlobSupport::Preferred))
        .with_cred_blob(&SecretBytes::new([1]))
        .with_hmac_create_secret()
        .with_appid_exclude("https://example.org/app-id.json")
        .with_remote_client_data_json("{}")
        .with_payment(&PaymentInput::new());
    let signed = |name, value: &'static [u8]| created(json!({}), &[(name, value)]);
    let client = |output| created(output, &[]);
    let prf = |is_enabled: bool| client(json!({"prf": {"enabled": is_enabled}}));
    let large_blob = |is_supported: bool| client(json!({"largeBlob": {"supported": is_supported}}));
    let appid = |is_used: bool| client(json!({"appidExclude": is_used}));
    let remote = |is_used: bool| client(json!({"remoteClientDataJSON": is_used}));
    let cases = [
        (Extension::Prf, prf(true), prf(false)),
        (Extension::LargeBlob, large_blob(true), large_blob(false)),
        (Extension::CredBlob, signed("credBlob", &[0xf5]), signed("credBlob", &[0xf4])),
        (Extension::HmacSecret, signed("hmac-secret", &[0xf5]), signed("hmac-secret", &[0xf4])),
        (
            Extension::ThirdPartyPayment,
            signed("thirdPartyPayment", &[0xf5]),
            signed("thirdPartyPayment", &[0xf4]),
        ),
        (Extension::AppIdExclude, appid(true), appid(false)),
        (Extension::RemoteClientDataJson, remote(true), remote(false)),
    ];
    for (extension, worked, failed) in cases {
        let policy = || {
            ExtensionPolicy::new()
                .with_remote_clients(RemoteClients::Accept)
                .with_prf_user_verification(PrfUserVerification::Any)
        };
        let required = || policy().with_required(extension.clone());
        let _ = register(&asked, required(), &worked).unwrap();
        registration_refused(&asked, required(), &failed, Code::ExtensionNotAccepted);
        let _ = register(&asked, policy(), &failed).unwrap();
    }
}

#[test]
fn rule_315_one_ceremony_can_require_more_than_the_policy() {
    let rp = rp().build().unwrap();
    let required = [Extension::Prf];
    let asked_first =
        |state: RegistrationState| state.with_extensions(&prf()).with_required(required.clone());
    let required_first =
        |state: RegistrationState| state.with_required(required.clone()).with_extensions(&prf());
    let finish = |create: &Create, asking: &dyn Fn(RegistrationState) -> RegistrationState| {
        let state = registration_state(&rp);
        let state = asking(state);
        let text = serde_json::to_string(&state).unwrap();
        let state: RegistrationState = serde_json::from_str(&text).unwrap();
        rp.finish_registration(state, &create.response(), CredentialIdStatus::Unregistered, NOW)
    };
    let orders: [&dyn Fn(RegistrationState) -> RegistrationState; 2] = [&asked_first, &required_first];
    for asking in orders {
        let _ = finish(&created(json!({"prf": {"enabled": true}}), &[]), asking).unwrap();
        let error = finish(&created(json!({"prf": {"enabled": false}}), &[]), asking).unwrap_err();
        assert_eq!(error.code(), Code::ExtensionNotAccepted);
    }
}

#[test]
fn unknown_signed_outputs_are_kept_where_they_were_asked_for() {
    let asked = inputs().with_other("future", &true).unwrap();
    let create = created(json!({}), &[("future", &[0x81, 0x01]), ("other", &[0xf5])]);
    let others = learned_at_registration(&asked, &create).others;
    assert_eq!(others.into_iter().collect::<Vec<_>>(), [("future".into(), SecretBytes::new([0x81, 0x01]))]);
}

#[test]
fn rule_316_an_output_of_another_type_is_refused() {
    let asked = inputs().with_cred_props();
    let _ =
        register(&asked, ExtensionPolicy::new(), &created(json!({"credProps": {"rk": true}}), &[])).unwrap();
    invalid(&asked, &created(json!({"credProps": true}), &[]));
    invalid(&asked, &created(json!({"credProps": {"rk": 1}}), &[]));
    invalid(&prf(), &created(json!({"prf": {"enabled": "true"}}), &[]));
    let asked = inputs().with_cred_blob(&SecretBytes::new([1]));
    invalid(&asked, &created(json!({}), &[("credBlob", &[0x41, 0x01])]));
    let asked = inputs().with_payment(&PaymentInput::new());
    invalid(&asked, &created(json!({}), &[("thirdPartyPayment", &[0x01])]));
}

#[test]
fn rule_317_an_enforced_level_must_be_confirmed() {
    let asked = cred_protect(Enforcement::Enforced);
    let _ =
        register(&asked, ExtensionPolicy::new(), &created(json!({}), &[("credProtect", &[0x02])])).unwrap();
    not_accepted(&asked, &created(json!({}), &[]));
    let _ = register(&cred_protect(Enforcement::BestEffort), ExtensionPolicy::new(), &create()).unwrap();
    let weakest = CredentialProtection::UserVerificationOptional;
    let asked = inputs().with_cred_protect(weakest, Enforcement::Enforced);
    let _ = register(&asked, ExtensionPolicy::new(), &create()).unwrap();
}

#[test]
fn rule_318_a_weaker_level_is_refused_and_a_stronger_one_will_do() {
    let asked = cred_protect(Enforcement::BestEffort);
    let with = |level| created(json!({}), &[("credProtect", &[level])]);
    not_accepted(&asked, &with(0x01));
    let learned = learned_at_registration(&asked, &with(0x03));
    assert_eq!(learned.cred_protect, Some(CredentialProtection::UserVerificationRequired));
    let exact = ExtensionPolicy::new().with_cred_protect(CredProtectPolicy::Exact);
    let _ = register(&asked, exact.clone(), &with(0x02)).unwrap();
    registration_refused(&asked, exact, &with(0x03), Code::ExtensionNotAccepted);
}

#[test]
fn rule_319_a_level_outside_1_to_3_is_refused() {
    for level in [0x00, 0x04] {
        invalid(&cred_protect(Enforcement::BestEffort), &created(json!({}), &[("credProtect", &[level])]));
    }
}

#[test]
fn rule_320_a_minimum_pin_length_below_policy_is_refused() {
    let asked = inputs().with_min_pin_length();
    let policy = || ExtensionPolicy::new().with_minimum_pin_length(6);
    let with = |length: &[u8]| created(json!({}), &[("minPinLength", length)]);
    let _ = register(&asked, policy(), &with(&[0x06])).unwrap();
    registration_refused(&asked, policy(), &with(&[0x05]), Code::ExtensionNotAccepted);
    registration_refused(&asked, policy(), &with(&[0x25]), Code::ExtensionInvalid);
    let _ = register(&asked, policy(), &created(json!({}), &[])).unwrap();
}

#[test]
fn rule_321_prf_must_be_enabled_where_it_is_required() {
    let required = || {
        ExtensionPolicy::new()
            .with_required(Extension::Prf)
            .with_prf_user_verification(PrfUserVerification::Any)
    };
    let _ = register(&prf(), required(), &created(json!({"prf": {"enabled": true}}), &[])).unwrap();
    for output in [json!({"prf": {"enabled": false}}), json!({"prf": {}}), json!({})] {
        let create = created(output, &[]);
        registration_refused(&prf(), required(), &create, Code::ExtensionNotAccepted);
        let _ = register(&prf(), ExtensionPolicy::new(), &create).unwrap();
    }
}

#[test]
fn rule_323_results_of_prf_are_stripped_refused_or_kept() {
    let results = json!({"prf": {"enabled": true, "results": {"first": base64url::encode([7; 32])}}});
    let create = created(results, &[]);
    assert_eq!(learned_at_registration(&prf(), &create).prf_results, None);
    let policy = |results| ExtensionPolicy::new().with_prf_results(results);
    for asked in [prf(), inputs()] {
        registration_refused(&asked, policy(PrfResultsPolicy::Reject), &create, Code::ExtensionNotAccepted);
    }
    let of_the_other = created(json!({"hmacGetSecret": {"output1": base64url::encode([7; 32])}}), &[]);
    let _ = register(&inputs(), policy(PrfResultsPolicy::Strip), &of_the_other).unwrap();
    let refuse = policy(PrfResultsPolicy::Reject);
    registration_refused(&inputs(), refuse, &of_the_other, Code::ExtensionNotAccepted);
    let registered = register(&prf(), policy(PrfResultsPolicy::Keep), &create).unwrap();
    let results = registered.extensions().prf_results.as_ref();
    assert_eq!(results.map(|results| results.first.expose()), Some(&[7; 32][..]));
    let debug = format!("{registered:?}");
    assert!(debug.contains("SecretBytes(32 bytes)") && !debug.contains(&base64url::encode([7; 32])));
    let record = serde_json::to_string(registered.credential()).unwrap();
    assert!(!record.contains(&base64url::encode([7; 32])));
}

#[test]
fn rule_326_hmac_secret_is_a_boolean() {
    let create = created(json!({"prf": {"enabled": true}}), &[("hmac-secret", &[0xf5])]);
    let _ = register(&prf(), ExtensionPolicy::new(), &create).unwrap();
    let encrypted = [&[0x58, 48], &[0xcc; 48][..]].concat();
    invalid(&prf(), &created(json!({"prf": {"enabled": true}}), &[("hmac-secret", &encrypted)]));
    let create = created(json!({}), &[("hmac-secret", &[0xf5]), ("hmac-secret-mc", &encrypted)]);
    let _ = register(&prf(), ExtensionPolicy::new(), &create).unwrap();
    invalid(&prf(), &created(json!({}), &[("hmac-secret", &[0xf5]), ("hmac-secret-mc", &[0xf5])]));
}

#[test]
fn rule_327_prf_and_hmac_secret_agree() {
    let with = |enabled, secret| created(json!({"prf": {"enabled": enabled}}), &[("hmac-secret", &[secret])]);
    let _ = register(&prf(), ExtensionPolicy::new(), &with(true, 0xf5)).unwrap();
    let _ = register(&prf(), ExtensionPolicy::new(), &with(false, 0xf4)).unwrap();
    invalid(&prf(), &with(true, 0xf4));
    invalid(&prf(), &with(false, 0xf5));
}

#[test]
fn rule_328_a_new_credential_has_no_blob_yet() {
    let asked = large_blob(LargeBlobSupport::Preferred);
    let create = created(json!({"largeBlob": {"supported": false}}), &[]);
    assert_eq!(learned_at_registration(&asked, &create).large_blob_supported, Some(false));
    invalid(&asked, &created(json!({"largeBlob": {"supported": true, "blob": "AQI"}}), &[]));
    invalid(&asked, &created(json!({"largeBlob": {"supported": true, "written": true}}), &[]));
}

#[test]
fn support_of_large_blobs_that_was_required_must_be_there() {
    let asked = large_blob(LargeBlobSupport::Required);
    let _ =
        register(&asked, ExtensionPolicy::new(), &created(json!({"largeBlob": {"supported": true}}), &[]))
            .unwrap();
    not_accepted(&asked, &created(json!({"largeBlob": {"supported": false}}), &[]));
    not_accepted(&asked, &created(json!({}), &[]));
}

#[test]
fn rule_336_uvm_has_1_to_3_triples() {
    let asked = inputs().with_uvm();
    let _ = register(&asked, ExtensionPolicy::new(), &created(json!({"uvm": [[2, 4, 2]]}), &[])).unwrap();
    invalid(&asked, &created(json!({"uvm": []}), &[]));
    invalid(&asked, &created(json!({}), &[("uvm", &[0x81, 0x82, 2, 4])]));
}

#[test]
fn rule_339_authenticator_outputs_with_trailing_bytes_are_refused() {
    let mut create = created(json!({}), &[("minPinLength", &[0x04])]);
    let _ = register(&inputs(), ExtensionPolicy::new(), &create).unwrap();
    create.trailing.push(0xf6);
    let error = register(&inputs(), ExtensionPolicy::new(), &create).unwrap_err();
    assert_eq!(error.code(), Code::AuthenticatorDataMalformed);
}
