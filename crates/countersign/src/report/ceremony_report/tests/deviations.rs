//! What deviates and is accepted: each deviation by one response.

use countersign_cose::Verifiers;
use countersign_types::{
    AuthenticationResponse, RegistrationResponse, enumerations::AuthenticatorAttachment,
};

use super::*;
use crate::relying_party::policy::Policy;
use crate::relying_party::policy::choices::{CrossOrigin, TopOrigins};
use crate::report::{deviation::Deviations, error::ErrorKind, step::RegistrationStep};
use crate::test_ceremony::{AT, Attest, policy, registration_state};

/// The deviations of an accepted registration response, `change`d after it was made.
fn deviations(create: &Create, change: impl FnOnce(&mut Value)) -> Vec<Deviation> {
    let mut create = create.clone();
    create.client_data["crossOrigin"] = json!(false);
    let mut json = json!({
        "id": base64url::encode(&create.id), "rawId": base64url::encode(&create.id), "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(create.client_data.to_string()),
            "attestationObject": base64url::encode(create.attestation_object()),
        },
        "clientExtensionResults": create.extension_results,
    });
    change(&mut json);
    let response = RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap();
    let finish = |rp: RelyingPartyBuilder| {
        let rp = rp.build().unwrap();
        let state = registration_state(&rp);
        let status = CredentialIdStatus::Unregistered;
        let mut report = Report::default();
        let result =
            rp.finish_registration(state, &response, status, FinishOptions::at(NOW).with_report(&mut report));
        result.map(|_| report.deviations().to_vec()).map_err(|error| error.kind().clone())
    };
    let met = finish(rp()).unwrap();
    refused_where_met(&met, |refused| finish(rp().policy(policy().with_rejected_deviations([refused]))));
    met
}

/// The same of a member that holds bytes.
fn deviations_of_bytes(member: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<Deviation> {
    deviations(&create(), |json| {
        let member = &mut json["response"][member];
        let mut bytes = base64url::decode(member.as_str().unwrap()).unwrap();
        change(&mut bytes);
        *member = json!(base64url::encode(bytes));
    })
}

fn deviations_of_assertion(
    get: &Get,
    rp: &RelyingPartyBuilder,
    change: impl FnOnce(&mut Value),
) -> Result<Vec<Deviation>, Code> {
    let mut get = get.clone();
    if get.client_data["crossOrigin"].is_null() {
        get.client_data["crossOrigin"] = json!(false);
    }
    let mut json = serde_json::to_value(get.response()).unwrap();
    change(&mut json);
    let response = AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap();
    let finish = |rp: RelyingPartyBuilder| {
        let rp = rp.build().unwrap();
        let state = authentication_state(&rp, Some(handle(7)));
        let mut report = Report::default();
        let result = rp.finish_authentication(
            state,
            &response,
            &record(),
            FinishOptions::at(NOW).with_report(&mut report),
        );
        result.map(|_| report.deviations().to_vec()).map_err(|error| error.kind().clone())
    };
    let met = finish(rp.clone()).map_err(|fault| fault.code())?;
    let policy = rp.clone().build().unwrap().policy().clone();
    refused_where_met(&met, |refused| {
        finish(rp.clone().policy(policy.clone().with_rejected_deviations([refused])))
    });
    Ok(met)
}

/// A relying party that refuses one deviation fails what has it, and nothing else.
fn refused_where_met(
    met: &[Deviation],
    finish_refusing: impl Fn(Deviation) -> Result<Vec<Deviation>, ErrorKind>,
) {
    for deviation in Deviation::ALL {
        let finished = finish_refusing(*deviation);
        if met.contains(deviation) {
            let fault = finished.unwrap_err();
            assert_eq!(fault, ErrorKind::DeviationNotAccepted(*deviation));
            assert_eq!(fault.to_string(), format!("the deviation {deviation} is not accepted"));
        } else {
            assert_eq!(finished.unwrap(), met);
        }
    }
}

#[test]
fn a_refused_deviation_has_the_code_of_what_is_wrong() {
    for (deviation, code) in [
        (Deviation::ReservedFlags, Code::AuthenticatorDataMalformed),
        (Deviation::NonMinimalCbor, Code::AuthenticatorDataMalformed),
        (Deviation::UnknownAttestationObjectMember, Code::AttestationObjectMalformed),
        (Deviation::ByteOrderMark, Code::ClientDataMalformed),
        (Deviation::AppIdNotUsed, Code::RpIdHashMismatch),
        (Deviation::UserHandleEmpty, Code::ResponseMalformed),
        (Deviation::PaddedSignature, Code::SignatureInvalid),
        (Deviation::CopyDiffers, Code::ResponseMalformed),
    ] {
        assert_eq!(ErrorKind::DeviationNotAccepted(deviation).code(), code);
    }
    let set: Deviations = [Deviation::ReservedFlags, Deviation::UnknownTransport].into_iter().collect();
    assert_eq!(format!("{set:?}"), "{ReservedFlags, UnknownTransport}");
}

#[test]
fn a_response_without_deviations_has_no_lint() {
    assert_eq!(deviations(&create(), |_| ()), []);
    assert_eq!(deviations_of_assertion(&get(), &rp(), |_| ()), Ok(vec![]));
}

#[test]
fn lengths_that_are_longer_than_needed_are_lint() {
    // An empty map whose length has a byte of its own.
    let create = Create { attest: Attest::As("none", vec![0xb8, 0x00]), ..create() };
    let (code, report) = registered(&create, rp(), Asking::Modal);
    assert_eq!(code, None);
    assert!(report.deviations().contains(&Deviation::NonMinimalCbor));
}

#[test]
fn copies_that_differ_are_lint() {
    let with = |name: &str, value: Value| deviations(&create(), |json| json["response"][name] = value);
    assert_eq!(with("publicKeyAlgorithm", json!(-7)), []);
    assert_eq!(with("publicKeyAlgorithm", json!(0)), [Deviation::CopyDiffers]);
    assert_eq!(with("publicKey", json!({})), [Deviation::CopyDiffers]);
    assert_eq!(with("authenticatorData", json!("")), [Deviation::CopyDiffers]);
}

#[test]
fn rule_079_a_reserved_flag_is_lint() {
    let reserved = Get { flags: UP | UV | 0x20, ..get() };
    assert_eq!(deviations_of_assertion(&reserved, &rp(), |_| ()), Ok(vec![Deviation::ReservedFlags]));
    let reserved = Create { flags: UP | UV | AT | 0x02, ..create() };
    assert_eq!(deviations(&reserved, |_| ()), [Deviation::ReservedFlags]);
}

#[test]
fn rule_069_attested_credential_data_in_an_assertion_is_lint() {
    // AAGUID, a credential ID of one byte, and an empty map for the key.
    let trailing = [&[0xaa; 16][..], &[0, 1, 0x1d, 0xa0]].concat();
    let attested = Get { flags: UP | UV | AT, trailing, ..get() };
    let expected = vec![Deviation::AttestedCredentialDataInAssertion];
    assert_eq!(deviations_of_assertion(&attested, &rp(), |_| ()), Ok(expected));
}

#[test]
fn rule_055_an_appid_that_was_not_used_is_lint() {
    let claimed = Get { extension_results: json!({"appid": true}), ..get() };
    let with_appid = || rp().appid("https://example.org/app-id.json");
    let deviations = deviations_of_assertion(&claimed, &with_appid(), |_| ()).unwrap();
    assert!(deviations.contains(&Deviation::AppIdNotUsed), "{deviations:?}");
    let used = Get { rp_id: "https://example.org/app-id.json".into(), ..claimed };
    let deviations = deviations_of_assertion(&used, &with_appid(), |_| ()).unwrap();
    assert!(!deviations.contains(&Deviation::AppIdNotUsed), "{deviations:?}");
}

#[test]
fn keys_out_of_order_and_unknown_members_are_lint() {
    let last = [0x6b, b'z', b'z', b'z', b'z', b'z', b'z', b'z', b'z', b'z', b'z', b'z', 0x00];
    let with_member = |member: &'static [u8]| {
        deviations_of_bytes("attestationObject", move |bytes| {
            bytes[0] += 1;
            bytes.extend(member);
        })
    };
    assert_eq!(with_member(Box::leak(Box::new(last))), [Deviation::UnknownAttestationObjectMember]);
    let unsorted = [Deviation::UnsortedCborKeys, Deviation::UnknownAttestationObjectMember];
    assert_eq!(with_member(&[0x61, b'z', 0x00]), unsorted);
}

#[test]
fn client_data_of_level_1_is_lint() {
    let get = Get {
        client_data: json!({"type": "webauthn.get", "challenge": base64url::encode(CHALLENGE), "origin": "https://example.org"}),
        ..get()
    };
    let (_, report) = authenticated(&get, rp());
    assert_eq!(report.deviations(), [Deviation::CrossOriginMissing]);
}

#[test]
fn a_byte_order_mark_is_lint() {
    let marked = deviations_of_bytes("clientDataJSON", |bytes| {
        bytes.splice(0..0, "\u{feff}".bytes());
    });
    assert_eq!(marked, [Deviation::ByteOrderMark]);
}

#[test]
fn an_empty_user_handle_is_lint() {
    let empty = deviations_of_assertion(&get(), &rp(), |json| json["response"]["userHandle"] = json!(""));
    assert_eq!(empty, Ok(vec![Deviation::UserHandleEmpty]));
}

#[test]
fn a_padded_signature_is_lint_where_it_is_tolerated() {
    let pad = |json: &mut Value| {
        let signature = base64url::decode(json["response"]["signature"].as_str().unwrap()).unwrap();
        let number = usize::from(signature[3]);
        // Zeros before the first number, to the 33 bytes that a fixed-length writer has.
        let zeros = vec![0; 33 - number];
        let length = u8::try_from(signature.len() - 2 + zeros.len()).unwrap();
        let padded = [&[0x30, length, 2, 33][..], &zeros, &signature[4..]].concat();
        json["response"]["signature"] = json!(base64url::encode(padded));
    };
    // One of these has a first number of less than 33 bytes.
    let short = (6..).map(|sign_count| Get { sign_count, ..get() });
    let short = short.into_iter().find(|get| get.response().signature()[3] < 33).unwrap();
    let tolerant = Verifiers::rust_crypto().with_padded_ecdsa_integers();
    assert_eq!(deviations_of_assertion(&short, &rp(), pad), Err(Code::SignatureInvalid));
    let tolerated = deviations_of_assertion(&short, &rp().verifiers(tolerant), pad);
    assert_eq!(tolerated, Ok(vec![Deviation::PaddedSignature]));
}

#[test]
fn an_output_that_nobody_asked_for_deviates_from_nothing() {
    let create = Create { extension_results: json!({"future": 1}), ..create() };
    assert_eq!(deviations(&create, |_| ()), []);
    let get = Get { extension_results: json!({"future": 1}), ..get() };
    assert_eq!(deviations_of_assertion(&get, &rp(), |_| ()), Ok(vec![]));
}

#[test]
fn a_transport_without_a_name_in_the_specification_is_lint() {
    let warp = deviations(&create(), |json| json["response"]["transports"] = json!(["warp"]));
    assert_eq!(warp, [Deviation::UnknownTransport]);
}

#[test]
fn rule_020_another_attachment_than_the_one_asked_for_is_lint() {
    let finish = |told: Option<&str>, policy: Policy| {
        let policy = policy.with_attachment(AuthenticatorAttachment::Platform);
        let rp = rp().policy(policy).build().unwrap();
        let state = registration_state(&rp);
        let mut json = serde_json::to_value(create().response()).unwrap();
        json["authenticatorAttachment"] = json!(told);
        let response = RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap();
        let status = CredentialIdStatus::Unregistered;
        let mut report = Report::default();
        let result =
            rp.finish_registration(state, &response, status, FinishOptions::at(NOW).with_report(&mut report));
        result
            .map(|_| report.deviations().contains(&Deviation::OtherAttachment))
            .map_err(|error| (error.code(), error.step()))
    };
    let strict = || policy().with_rejected_deviations([Deviation::OtherAttachment]);
    for told in [None, Some("platform")] {
        assert_eq!(finish(told, policy()), Ok(false));
        assert_eq!(finish(told, strict()), Ok(false));
    }
    let other = Some("cross-platform");
    assert_eq!(finish(other, policy()), Ok(true));
    let refused = (Code::AuthenticatorNotAccepted, RegistrationStep::Record.into());
    assert_eq!(finish(other, strict()), Err(refused));
}

#[test]
fn rule_049_a_frame_that_does_not_tell_the_top_origin_is_lint() {
    let framed = |top_origin: Option<&str>| {
        let mut get = get();
        get.client_data["crossOrigin"] = json!(true);
        get.client_data["topOrigin"] = json!(top_origin);
        get
    };
    let top_origins = TopOrigins::DangerousListedOrAbsent(vec!["https://top.example".into()]);
    let framing = || policy().with_cross_origin(CrossOrigin::Accept { top_origins: top_origins.clone() });
    assert_eq!(
        deviations_of_assertion(&framed(Some("https://top.example")), &rp().policy(framing()), |_| ()),
        Ok(vec![])
    );
    let expected = vec![Deviation::TopOriginMissing];
    assert_eq!(deviations_of_assertion(&framed(None), &rp().policy(framing()), |_| ()), Ok(expected));
    let strict = rp().policy(framing().with_rejected_deviations([Deviation::TopOriginMissing]));
    assert_eq!(deviations_of_assertion(&framed(None), &strict, |_| ()), Err(Code::TopOriginMismatch));
}
