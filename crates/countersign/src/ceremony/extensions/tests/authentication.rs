use countersign_types::base64url;

use super::*;
use crate::test_ceremony::RP_ID;

const APPID: &str = "https://example.org/app-id.json";

fn invalid(asked: &ClientExtensionInputs, get: &Get) {
    authentication_refused(asked, ExtensionPolicy::new(), get, Code::ExtensionInvalid);
}

fn prf() -> ClientExtensionInputs {
    inputs().with_prf(&PrfInput::new().with_eval(PrfValues::new(SecretBytes::new([1]))))
}

#[test]
fn all_that_is_said_is_learned() {
    let asked =
        inputs().with_get_cred_blob().with_uvm().with_large_blob(&LargeBlobInput::Read).with_appid(APPID);
    let get = gotten(
        json!({"appid": false, "getCredBlob": "AQI", "largeBlob": {"blob": "AwQ"}, "uvm": [[2, 4, 2]]}),
        &[("uvm", &[0x81, 0x83, 2, 4, 2]), ("credBlob", &[0x42, 0x01, 0x02])],
    );
    let learned = learned_at_authentication(&asked, &get);
    assert_eq!((learned.appid, learned.uvm.len()), (Some(false), 1));
    assert_eq!(learned.cred_blob, Some(SecretBytes::new([1, 2])));
    assert_eq!(learned.large_blob, Some(SecretBytes::new([3, 4])));
}

#[test]
fn rule_315_a_required_output_must_be_there() {
    let asked = inputs().with_get_cred_blob().with_uvm();
    let full = [("uvm", &[0x81, 0x83, 2, 4, 2][..]), ("credBlob", &[0x41, 0x01])];
    for (extension, without) in [(Extension::Uvm, &full[1..]), (Extension::CredBlob, &full[..1])] {
        let required = || ExtensionPolicy::new().with_required(extension.clone());
        let _ = authenticate(&asked, required(), &gotten(json!({}), &full)).unwrap();
        let get = gotten(json!({}), without);
        authentication_refused(&asked, required(), &get, Code::ExtensionNotAccepted);
    }
}

#[test]
fn rule_316_an_output_of_another_type_is_refused() {
    invalid(&prf(), &gotten(json!({"prf": true}), &[]));
    invalid(
        &inputs().with_large_blob(&LargeBlobInput::Read),
        &gotten(json!({"largeBlob": {"blob": 1}}), &[]),
    );
    invalid(&inputs().with_get_cred_blob(), &gotten(json!({}), &[("credBlob", &[0xf5])]));
    invalid(&inputs().with_get_cred_blob(), &gotten(json!({"getCredBlob": true}), &[]));
}

#[test]
fn rule_322_enabled_is_of_registrations() {
    let results = json!({"results": {"first": base64url::encode([7; 32])}});
    let _ = authenticate(&prf(), ExtensionPolicy::new(), &gotten(json!({"prf": results}), &[])).unwrap();
    let mut with_enabled = results;
    with_enabled["enabled"] = true.into();
    invalid(&prf(), &gotten(json!({"prf": with_enabled}), &[]));
}

#[test]
fn rule_323_results_of_prf_are_stripped_refused_or_kept() {
    let secret = base64url::encode([7; 32]);
    let asked = inputs().with_hmac_get_secret(HmacSalts::new([1; 32]));
    for (asked, output) in [
        (prf(), json!({"prf": {"results": {"first": secret}}})),
        (asked, json!({"hmacGetSecret": {"output1": secret}})),
    ] {
        let get = gotten(output, &[]);
        assert_eq!(learned_at_authentication(&asked, &get), AuthenticationExtensions::default());
        let policy = |results| ExtensionPolicy::new().with_prf_results(results);
        authentication_refused(&asked, policy(PrfResultsPolicy::Reject), &get, Code::ExtensionNotAccepted);
        let _ = authenticate(&asked, policy(PrfResultsPolicy::Reject), &gotten(json!({}), &[])).unwrap();
        let authenticated = authenticate(&asked, policy(PrfResultsPolicy::Keep), &get).unwrap();
        let learned = authenticated.extensions();
        let prf = learned.prf_results.as_ref().map(|results| &results.first);
        let hmac = learned.hmac_results.as_ref().map(|results| &results.first);
        assert_eq!(prf.or(hmac).map(SecretBytes::expose), Some(&[7; 32][..]));
        assert!(!format!("{authenticated:?}").contains(&secret));
    }
}

#[test]
fn rule_326_hmac_secret_is_one_or_two_encrypted_results() {
    for length in [48_u8, 80] {
        let encrypted = [&[0x58, length], &[0xcc; 80][..length.into()]].concat();
        let get = gotten(json!({}), &[("hmac-secret", &encrypted)]);
        let _ = authenticate(&prf(), ExtensionPolicy::new(), &get).unwrap();
    }
    let short = [&[0x58, 47], &[0xcc; 47][..]].concat();
    invalid(&prf(), &gotten(json!({}), &[("hmac-secret", &short)]));
    invalid(&prf(), &gotten(json!({}), &[("hmac-secret", &[0xf5])]));
}

#[test]
fn rule_328_supported_is_of_registrations() {
    let asked = inputs().with_large_blob(&LargeBlobInput::Read);
    let _ = authenticate(&asked, ExtensionPolicy::new(), &gotten(json!({"largeBlob": {}}), &[])).unwrap();
    invalid(&asked, &gotten(json!({"largeBlob": {"supported": true}}), &[]));
}

#[test]
fn rule_330_a_blob_that_had_to_be_written_was_written() {
    let asked = inputs().with_large_blob(&LargeBlobInput::Write(SecretBytes::new([1])));
    let required = || ExtensionPolicy::new().with_required(Extension::LargeBlob);
    let get = gotten(json!({"largeBlob": {"written": true}}), &[]);
    let authenticated = authenticate(&asked, required(), &get).unwrap();
    assert_eq!(authenticated.extensions().large_blob_written, Some(true));
    for output in [json!({"largeBlob": {"written": false}}), json!({"largeBlob": {}}), json!({})] {
        let get = gotten(output, &[]);
        authentication_refused(&asked, required(), &get, Code::ExtensionNotAccepted);
        let _ = authenticate(&asked, ExtensionPolicy::new(), &get).unwrap();
    }
}

#[test]
fn rule_315_an_extension_that_is_required_has_worked() {
    let asked = inputs()
        .with_large_blob(&LargeBlobInput::Read)
        .with_payment(&PaymentInput::new())
        .with_remote_client_data_json("{}");
    let payment = |value: &'static [u8]| gotten(json!({}), &[("thirdPartyPayment", value)]);
    let remote = |is_used: bool| gotten(json!({"remoteClientDataJSON": is_used}), &[]);
    let cases = [
        (
            Extension::LargeBlob,
            gotten(json!({"largeBlob": {"blob": "AwQ"}}), &[]),
            gotten(json!({"largeBlob": {}}), &[]),
        ),
        (Extension::ThirdPartyPayment, payment(&[0xf5]), payment(&[0xf4])),
        (Extension::RemoteClientDataJson, remote(true), remote(false)),
    ];
    for (extension, worked, failed) in cases {
        let policy = || ExtensionPolicy::new().with_remote_clients(RemoteClients::Accept);
        let required = || policy().with_required(extension.clone());
        let _ = authenticate(&asked, required(), &worked).unwrap();
        authentication_refused(&asked, required(), &failed, Code::ExtensionNotAccepted);
        let _ = authenticate(&asked, policy(), &failed).unwrap();
    }
}

#[test]
fn rule_331_the_appid_that_was_asked_for_takes_the_place_of_the_relying_partys() {
    const OTHER: &str = "https://example.org/other.json";
    let rp = rp().appid(APPID).build().unwrap();
    let finish = |asked: &ClientExtensionInputs, used: &str| {
        let state = authentication_state(&rp, Some(handle(7)));
        let get = Get { rp_id: used.into(), ..gotten(json!({"appid": true}), &[]) };
        let result = rp.finish_authentication(state.with_extensions(asked), &get.response(), &record(), NOW);
        result.map(drop).map_err(|error| error.code())
    };
    assert_eq!(finish(&inputs().with_uvm(), APPID), Ok(()));
    assert_eq!(finish(&inputs().with_appid(OTHER), OTHER), Ok(()));
    assert_eq!(finish(&inputs().with_appid(OTHER), APPID), Err(Code::RpIdHashMismatch));
}

#[test]
fn rule_331_an_appid_that_nobody_sent_is_not_used() {
    let used = |rp_id: &str| Get { rp_id: rp_id.into(), ..gotten(json!({"appid": true}), &[]) };
    let _ = authenticate(&inputs().with_appid(APPID), ExtensionPolicy::new(), &used(APPID)).unwrap();
    let error = authenticate(&inputs(), ExtensionPolicy::new(), &used(APPID)).unwrap_err();
    assert_eq!(error.code(), Code::RpIdHashMismatch);
    let reject = ExtensionPolicy::new().with_unsolicited_client_outputs(Unsolicited::Reject);
    authentication_refused(&inputs(), reject, &used(RP_ID), Code::ExtensionNotAccepted);
}

#[test]
fn rule_336_uvm_has_1_to_3_triples() {
    let asked = inputs().with_uvm();
    let _ = authenticate(&asked, ExtensionPolicy::new(), &gotten(json!({"uvm": [[2, 4, 2]]}), &[])).unwrap();
    invalid(&asked, &gotten(json!({"uvm": [[2, 4]]}), &[]));
    invalid(&asked, &gotten(json!({}), &[("uvm", &[0x80])]));
}

#[test]
fn an_appid_counts_as_asked_for_where_the_relying_party_has_one_and_only_there() {
    let finish = |rp: crate::relying_party::builder::RelyingPartyBuilder, get: &Get| {
        let extensions = ExtensionPolicy::new().with_unsolicited_client_outputs(Unsolicited::Reject);
        let rp = rp.policy(policy().with_extensions(extensions)).build().unwrap();
        let state = authentication_state(&rp, Some(handle(7)));
        let asked = authentication_state(&rp, Some(handle(7)));
        let results = [state, asked.with_extensions(&inputs())]
            .map(|state| rp.finish_authentication(state, &get.response(), &record(), NOW).map(drop));
        results.map(|result| result.map_err(|error| error.kind().clone()))
    };
    let claimed = gotten(json!({"appid": false}), &[]);
    assert_eq!(finish(rp().appid("https://example.org/app-id.json"), &claimed), [Ok(()), Ok(())]);
    let name = || "appid".to_owned();
    let unsolicited = || {
        Err(crate::report::error::ErrorKind::ExtensionNotAccepted(
            ExtensionRejectedError::UnsolicitedClientOutput { name: name() },
        ))
    };
    assert_eq!(finish(rp(), &claimed), [unsolicited(), unsolicited()]);
}
