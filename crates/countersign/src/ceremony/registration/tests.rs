use countersign_cose::{Algorithm, PublicKey, hash::sha256};
use countersign_types::enumerations::{
    AttestationConveyance, ResidentKeyRequirement, UserVerificationRequirement,
};
use countersign_types::{Aaguid, Base64Url, Code, CredentialId, base64url, hex::Hex};
use serde_json::json;

use super::*;
use crate::ceremony::registration::outcome::{CredentialIdStatus, Registered};
use crate::ceremony::{
    entropy::EntropyError, request::RegistrationRequest, session::RecentSession, start_error::StartError,
    state::registration::Mediation,
};
use crate::relying_party::policy::choices::{CrossOrigin, TopOrigins};
use crate::relying_party::{policy::Policy, policy::attestation::AttestationPolicy, user::User};
use crate::report::step::RegistrationStep as Step;
use crate::test_ceremony::{
    AT, Asking, Attest, BE, BS, CHALLENGE, Create, NOW, UP, UV, authentication_state, create, entropy,
    handle, policy, registration_state, registration_state_of, rp,
};

mod account;
mod attested_aaguid;
mod policy;

fn refused(create: &Create, code: Code, step: Step) -> Error {
    let error = create.finish(rp()).unwrap_err();
    assert_eq!((error.code(), error.step()), (code, step.into()));
    error
}

/// The valid response with this member of client data set, or removed if it is null.
fn with_client_data(name: &str, value: serde_json::Value) -> Create {
    let mut create = create();
    create.client_data[name] = value;
    create
}

fn framed() -> CrossOrigin {
    CrossOrigin::Accept { top_origins: TopOrigins::Listed(vec!["https://top.example".into()]) }
}

#[test]
fn a_valid_response_becomes_a_record() {
    let registered = create().finish(rp()).unwrap();
    assert!(registered.user_verified());
    assert!(registered.trusted_path().is_none() && registered.attested_aaguid().is_none());
    let record = registered.credential();
    assert_eq!(record.id().as_bytes(), [0x1d; 16]);
    assert_eq!(record.public_key(), create().public_key);
    assert_eq!(record.user_handle(), &handle(7));
    assert_eq!(record.rp_id(), "example.org");
    assert_eq!(record.aaguid(), Aaguid::from_bytes([0xaa; 16]));
    assert_eq!(record.algorithm(), Some(Algorithm::Es256.identifier()));
    assert_eq!((record.attestation_format(), record.attestation_type()), (Some("none"), Some("none")));
    assert_eq!(record.attestation_object(), Some(&*create().attestation_object()));
    assert_eq!(record.attestation_client_data(), Some(create().client_data.to_string().as_bytes()));
    assert!(record.uv_initialized() && record.backup_eligible() == Some(false) && !record.backup_state());
    assert_eq!(record.transports(), [countersign_types::enumerations::Transport::Internal]);
}

#[test]
fn the_options_say_what_the_state_expects() {
    let rp = rp()
        .policy(
            Policy::passkeys()
                .with_resident_key(ResidentKeyRequirement::Required)
                .with_attestation_conveyance(AttestationConveyance::Direct)
                .with_timeout_seconds(60),
        )
        .build()
        .unwrap();
    let existing = [create().finish(crate::test_ceremony::rp()).unwrap().credential().descriptor()];
    let user = User::new(handle(7), "jo", "Jo");
    let (options, state) = rp
        .start_registration(RegistrationRequest::new(&user).with_excluded(&existing), &mut entropy(), NOW)
        .unwrap();
    assert_eq!(&*options.challenge, state.challenge.as_bytes());
    assert_eq!(options.challenge.len(), 32);
    let json = serde_json::to_value(&options).unwrap();
    assert_eq!(json["rp"], json!({"id": "example.org", "name": "Example"}));
    assert_eq!(json["user"]["name"], "jo");
    let algorithms = json!([-8, -7, -257].map(|alg| json!({"type": "public-key", "alg": alg})));
    assert_eq!(json["pubKeyCredParams"], algorithms);
    assert_eq!(json["timeout"], 60_000);
    assert_eq!(json["excludeCredentials"][0]["id"], base64url::encode([0x1d; 16]));
    assert_eq!(json["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(json["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(json["attestation"], "direct");
    assert_eq!(state.expires_at(), NOW.plus_seconds(90));
    assert_eq!(state.mediation, Mediation::Modal);
    let (_, state) = rp
        .start_registration(
            RegistrationRequest::new(&user)
                .with_excluded(&existing)
                .with_conditional_mediation(RecentSession::vouched(user.handle.clone(), NOW)),
            &mut entropy(),
            NOW,
        )
        .unwrap();
    assert_eq!(state.mediation, Mediation::Conditional { seconds: 300 });
}

#[test]
fn without_entropy_no_ceremony_starts() {
    let rp = rp().build().unwrap();
    let mut none = |_: &mut [u8]| Err("none");
    let user = User::new(handle(7), "jo", "");
    let error = rp.start_registration(RegistrationRequest::new(&user), &mut none, NOW).unwrap_err();
    assert_eq!(error, StartError::Entropy(EntropyError::new("none")));
}

#[test]
fn a_state_survives_its_serialised_form() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let json = serde_json::to_string(&state).unwrap();
    for other in [
        json.replacen("\"version\":2", "\"version\":1", 1),
        json.replacen("\"version\":2,", "", 1),
        json.replacen('{', "{\"more\":1,", 1),
    ] {
        serde_json::from_str::<RegistrationState>(&other).unwrap_err();
    }
    let state: RegistrationState = serde_json::from_str(&json).unwrap();
    let _ =
        rp.finish_registration(state, &create().response(), CredentialIdStatus::Unregistered, NOW).unwrap();
}

#[test]
fn rule_285_a_registration_state_is_no_authentication_state() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let json = serde_json::to_string(&state).unwrap();
    serde_json::from_str::<crate::ceremony::state::AuthenticationState>(&json).unwrap_err();
    let state = authentication_state(&rp, None);
    let json = serde_json::to_string(&state).unwrap();
    serde_json::from_str::<RegistrationState>(&json).unwrap_err();
}

#[test]
fn rule_050_a_state_of_one_origin_is_not_for_another() {
    let rp = rp().origin("https://login.example.org").build().unwrap();
    for (origin, expected) in
        [("https://example.org", None), ("https://login.example.org", Some(Code::OriginMismatch))]
    {
        let state = registration_state(&rp);
        let state = state.with_origin(origin);
        let status = CredentialIdStatus::Unregistered;
        let finished = rp.finish_registration(state, &create().response(), status, NOW);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_284_an_expired_state_is_refused() {
    let rp = rp().policy(policy().with_timeout_seconds(60)).build().unwrap();
    for (seconds, expected) in [(90, None), (91, Some(Code::ChallengeExpired))] {
        let state = registration_state(&rp);
        let later = NOW.plus_seconds(seconds);
        let finished =
            rp.finish_registration(state, &create().response(), CredentialIdStatus::Unregistered, later);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_286_a_state_of_another_relying_party_is_refused() {
    let other = RelyingParty::builder("example.net", "Other").origin("https://example.net").build().unwrap();
    let state = registration_state(&other);
    let rp = rp().build().unwrap();
    let finished = rp.finish_registration(state, &create().response(), CredentialIdStatus::Unregistered, NOW);
    assert_eq!(finished.unwrap_err().code(), Code::StateInvalid);
}

#[test]
fn client_data_that_is_no_client_data_is_refused() {
    let create = with_client_data("origin", json!(null));
    refused(&create, Code::ClientDataMalformed, Step::ClientData);
}

#[test]
fn rule_026_another_type_is_refused() {
    for other in ["webauthn.get", "payment.get", "Webauthn.create", "webauthn.create "] {
        refused(&with_client_data("type", json!(other)), Code::ClientDataTypeMismatch, Step::Type);
    }
}

#[test]
fn rule_031_032_another_challenge_is_refused() {
    let issued = base64url::encode(CHALLENGE);
    let mut other = CHALLENGE;
    other[31] ^= 1;
    for text in [
        base64url::encode(other),
        base64url::encode(&CHALLENGE[..31]),
        issued[1..].into(),
        format!("{issued}A"),
        format!("{issued}="),
        issued.to_lowercase(),
        issued.replace('_', "/"),
        String::new(),
    ] {
        if text != issued {
            refused(&with_client_data("challenge", json!(text)), Code::ChallengeMismatch, Step::Challenge);
        }
    }
}

#[test]
fn rule_031_a_challenge_of_any_length_is_compared_to_its_last_byte() {
    for length in [1, 7, 8, 9, 20, 47, 48, 49, 95, 96, 100] {
        let issued = vec![7; length];
        let finish = |received: &[u8]| {
            let rp = rp().build().unwrap();
            let state = registration_state_of(&rp, &*issued, handle(7), Asking::Modal);
            let create = with_client_data("challenge", json!(base64url::encode(received)));
            rp.finish_registration(state, &create.response(), CredentialIdStatus::Unregistered, NOW).map(drop)
        };
        finish(&issued).unwrap();
        for at in 0..length {
            let mut received = issued.clone();
            received[at] ^= 1;
            assert_eq!(finish(&received).unwrap_err().code(), Code::ChallengeMismatch, "{at} of {length}");
        }
    }
}

#[test]
fn rule_035_036_037_038_041_another_origin_is_refused() {
    for other in [
        "http://example.org",
        "https://example.net",
        "https://evil-example.org",
        "https://example.org.evil.example",
        "https://login.example.org",
        "https://example.org:8443",
        "https://example.org/",
        "HTTPS://example.org",
        "null",
        "android:apk-key-hash:-_V7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s",
    ] {
        refused(&with_client_data("origin", json!(other)), Code::OriginMismatch, Step::Origin);
    }
}

#[test]
fn rule_041_an_app_origin_is_compared_exactly() {
    let rp = || rp().app_origin("android:apk-key-hash:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
    let create =
        with_client_data("origin", json!("android:apk-key-hash:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"));
    let _ = create.finish(rp()).unwrap();
    let create =
        with_client_data("origin", json!("android:apk-key-hash:-_V7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"));
    assert_eq!(create.finish(rp()).unwrap_err().code(), Code::OriginMismatch);
}

#[test]
fn rule_045_a_cross_origin_frame_is_refused_unless_accepted() {
    let _ = with_client_data("crossOrigin", json!(false)).finish(rp()).unwrap();
    let create = with_client_data("crossOrigin", json!(true));
    refused(&create, Code::CrossOriginNotAllowed, Step::CrossOrigin);
    let _ = create
        .finish(rp().policy(policy().with_cross_origin(CrossOrigin::Accept { top_origins: TopOrigins::Any })))
        .unwrap();
}

#[test]
fn rule_049_a_frame_that_does_not_name_its_page_is_refused_where_pages_are_listed() {
    let create = with_client_data("crossOrigin", json!(true));
    let with = |create: &Create, top_origins: TopOrigins| {
        create.finish(rp().policy(policy().with_cross_origin(CrossOrigin::Accept { top_origins })))
    };
    let listed = || vec!["https://top.example".to_owned()];
    for top_origins in [TopOrigins::Listed(listed()), TopOrigins::Listed(vec![])] {
        let error = with(&create, top_origins.clone()).unwrap_err();
        assert_eq!((error.code(), error.step()), (Code::TopOriginMismatch, Step::TopOrigin.into()));
        // Outside frames there is no page to name.
        for not_framed in [json!(false), json!(null)] {
            let _ = with(&with_client_data("crossOrigin", not_framed), top_origins.clone()).unwrap();
        }
    }
    let _ = with(&create, TopOrigins::DangerousListedOrAbsent(listed())).unwrap();
    let mut elsewhere = create;
    elsewhere.client_data["topOrigin"] = json!("https://other.example");
    let error = with(&elsewhere, TopOrigins::DangerousListedOrAbsent(listed())).unwrap_err();
    assert_eq!(error.code(), Code::TopOriginMismatch);
}

#[test]
fn rule_046_047_a_top_origin_is_refused_unless_the_frame_is_accepted() {
    let mut create = with_client_data("topOrigin", json!("https://top.example"));
    refused(&create, Code::CrossOriginNotAllowed, Step::TopOrigin);
    let error = create.finish(rp().policy(policy().with_cross_origin(framed()))).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::CrossOriginNotAllowed, Step::TopOrigin.into()));
    create.client_data["crossOrigin"] = json!(true);
    let _ = create.finish(rp().policy(policy().with_cross_origin(framed()))).unwrap();
}

#[test]
fn rule_048_a_top_origin_must_be_listed() {
    let mut create = with_client_data("crossOrigin", json!(true));
    create.client_data["topOrigin"] = json!("https://other.example");
    let error = create.finish(rp().policy(policy().with_cross_origin(framed()))).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::TopOriginMismatch, Step::TopOrigin.into()));
    let _ = create
        .finish(rp().policy(policy().with_cross_origin(CrossOrigin::Accept { top_origins: TopOrigins::Any })))
        .unwrap();
}

#[test]
fn rule_042_an_opaque_origin_is_no_top_origin() {
    let mut create = with_client_data("crossOrigin", json!(true));
    for opaque in ["null", "android:apk-key-hash:-_V7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"] {
        create.client_data["topOrigin"] = json!(opaque);
        let any = CrossOrigin::Accept { top_origins: TopOrigins::Any };
        assert_eq!(
            create.finish(rp().policy(policy().with_cross_origin(any))).unwrap_err().code(),
            Code::TopOriginMismatch
        );
    }
}

#[test]
fn an_attestation_object_that_is_none_is_refused() {
    let create = Create { attest: Attest::As("none", vec![0x80]), ..create() };
    refused(&create, Code::AttestationObjectMalformed, Step::AttestationObject);
}

#[test]
fn authenticator_data_that_is_none_is_refused() {
    let mut create = create();
    create.public_key.push(0);
    refused(&create, Code::AuthenticatorDataMalformed, Step::AttestationObject);
}

#[test]
fn rule_053_another_rp_id_is_refused() {
    let create = Create { rp_id: "www.example.org".into(), ..create() };
    let error = refused(&create, Code::RpIdHashMismatch, Step::RpIdHash);
    let hash = sha256(&[b"www.example.org"]);
    let sentence = "authenticator data is for another rp id than \"example.org\": the hash in it is";
    assert_eq!(error.kind().to_string(), format!("{sentence} {}", Hex(&hash)));
}

#[test]
fn the_message_for_another_origin_says_what_came_and_what_is_accepted() {
    let message =
        |rp| with_client_data("origin", json!("http://localhost")).finish(rp).unwrap_err().kind().to_string();
    let origin = "the origin \"http://localhost\" is not accepted, but https://example.org";
    assert_eq!(message(rp()), origin);
    let more = |count: usize| {
        let rp = (1..=count).fold(rp(), |rp, number| rp.origin(format!("https://{number}.example.org")));
        message(rp)
    };
    assert_eq!(more(2), format!("{origin}, https://1.example.org, https://2.example.org"));
    assert_eq!(more(3), format!("{origin}, https://1.example.org, https://2.example.org, …"));

    let mut create = with_client_data("crossOrigin", json!(true));
    create.client_data["topOrigin"] = json!("https://other.example");
    let error = create.finish(rp().policy(policy().with_cross_origin(framed()))).unwrap_err();
    let sentence = "the top origin \"https://other.example\" is not accepted, but https://top.example";
    assert_eq!(error.kind().to_string(), sentence);
}

#[test]
fn rule_057_060_a_user_who_was_not_present_is_refused_though_verified() {
    refused(&Create { flags: UV | AT, ..create() }, Code::UserNotPresent, Step::UserPresent);
}

#[test]
fn rule_309_a_user_may_be_absent_with_conditional_mediation_alone() {
    let create = Create { flags: AT, ..create() };
    let _ = create.finish_with(rp(), Asking::Conditional).unwrap();
    assert_eq!(create.finish_with(rp(), Asking::Modal).unwrap_err().code(), Code::UserNotPresent);
}

#[test]
fn rule_058_a_user_who_was_not_verified_is_refused_where_that_is_required() {
    let create = Create { flags: UP | AT, ..create() };
    let _ = create.finish(rp()).unwrap();
    let error = create.finish(rp().policy(Policy::passkeys())).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::UserNotVerified, Step::UserVerified.into()));
}

#[test]
fn rule_061_a_backup_state_without_eligibility_is_refused() {
    let _ = Create { flags: UP | AT | BE | BS, ..create() }.finish(rp()).unwrap();
    refused(&Create { flags: UP | AT | BS, ..create() }, Code::BackupStateInvalid, Step::BackupState);
}

#[test]
fn rule_068_attested_credential_data_must_be_there() {
    let create = Create { flags: UP | UV, ..create() };
    refused(&create, Code::AttestedCredentialDataMissing, Step::AttestationObject);
}

#[test]
fn rule_073_a_credential_id_of_1024_bytes_is_refused() {
    let long = |length| Create { id: vec![1; length], attested_id: vec![1; length], ..create() };
    let _ = long(1023).finish(rp()).unwrap();
    refused(&long(1024), Code::CredentialIdTooLong, Step::AttestationObject);
}

#[test]
fn rule_074_the_attested_credential_id_is_the_responses() {
    let create = Create { attested_id: vec![0x1e; 16], ..create() };
    refused(&create, Code::CredentialIdMismatch, Step::Record);
}

#[test]
fn rule_090_an_algorithm_that_nobody_verifies_is_refused() {
    let mut create = create();
    // alg: -7 becomes -13.
    create.public_key[4] = 0x2c;
    refused(&create, Code::AlgorithmUnsupported, Step::Algorithm);
}

#[test]
fn rule_091_an_algorithm_that_was_not_offered_is_refused() {
    let error = create().finish(rp().policy(policy().with_algorithms([Algorithm::EdDsa]))).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::AlgorithmNotAllowed, Step::Algorithm.into()));
}

#[test]
fn rule_104_a_key_that_is_not_on_its_curve_is_refused_at_registration() {
    let mut create = create();
    *create.public_key.last_mut().unwrap() ^= 1;
    refused(&create, Code::PublicKeyMalformed, Step::Algorithm);
}

#[test]
fn rule_132_a_format_is_matched_exactly() {
    for format in ["None", "none ", "nonesuch"] {
        let create = Create { attest: Attest::As(format, vec![0xa0]), ..create() };
        refused(&create, Code::AttestationFormatUnsupported, Step::Attestation);
    }
}

#[test]
fn rule_131_an_unknown_format_is_never_taken_for_valid() {
    let anchors = std::sync::Arc::new(countersign_attestation::AnchorList::default());
    let demanding = rp().policy(Policy::attested(AttestationPolicy::new())).trust_anchors(anchors);
    for rp in [rp(), demanding] {
        let create = Create { attest: Attest::As("example.org.format", vec![0xa0]), ..create() };
        let error = create.finish(rp).unwrap_err();
        assert_eq!(
            (error.code(), error.step()),
            (Code::AttestationFormatUnsupported, Step::Attestation.into())
        );
    }
}

#[test]
fn a_statement_that_does_not_verify_is_refused() {
    let mut create = Create { attest: Attest::SelfPacked, ..create() };
    let _ = create.finish(rp()).unwrap();
    create.key = crate::test_ceremony::signing_key(0x12);
    refused(&create, Code::AttestationSignatureInvalid, Step::Attestation);
}

#[test]
fn rule_134_135_none_and_self_are_refused_where_trust_is_demanded() {
    let trust = || {
        let anchors = std::sync::Arc::new(countersign_attestation::AnchorList::default());
        rp().policy(Policy::attested(AttestationPolicy::new())).trust_anchors(anchors)
    };
    for attest in [Attest::As("none", vec![0xa0]), Attest::SelfPacked] {
        let create = Create { attest, ..create() };
        let _ = create.finish(rp()).unwrap();
        let error = create.finish(trust()).unwrap_err();
        assert_eq!((error.code(), error.step()), (Code::AttestationNotAccepted, Step::Trust.into()));
    }
}

#[test]
fn rule_296_a_registered_credential_id_is_refused() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp);
    let finished = rp.finish_registration(state, &create().response(), CredentialIdStatus::Registered, NOW);
    let error = finished.unwrap_err();
    assert_eq!(
        (error.code(), error.step()),
        (Code::CredentialAlreadyRegistered, Step::CredentialIdUnique.into())
    );
}

#[test]
fn rule_297_an_excluded_credential_id_is_refused() {
    let rp = rp().build().unwrap();
    let state = registration_state(&rp).with_excluded(CredentialId::new(vec![0x1d; 16]));
    let finished = rp.finish_registration(state, &create().response(), CredentialIdStatus::Unregistered, NOW);
    assert_eq!(finished.unwrap_err().code(), Code::CredentialAlreadyRegistered);
}

/// With these members in addition to the attestation object: accepted by default, and rejected if the policy rejects copies that
/// differ, if they do.
#[track_caller]
fn copies(members: serde_json::Value, differ: bool) {
    let create = Create { more: members, ..create() };
    let registered = create.finish(rp()).unwrap();
    assert_eq!(registered.credential().public_key(), create.public_key, "the attestation object's alone");
    let strict = policy().with_rejected_deviations([crate::report::deviation::Deviation::CopyDiffers]);
    let exact = create.finish(rp().policy(strict));
    if differ {
        let error = exact.unwrap_err();
        assert_eq!((error.code(), error.step()), (Code::ResponseMalformed, Step::Record.into()));
        assert_eq!(
            *error.kind(),
            crate::report::error::ErrorKind::DeviationNotAccepted(
                crate::report::deviation::Deviation::CopyDiffers
            )
        );
    } else {
        let _ = exact.unwrap();
    }
}

#[test]
fn rule_017_authenticator_data_beside_the_attestation_object_never_decides() {
    let data = create().authenticator_data();
    let with = |value: serde_json::Value| json!({"authenticatorData": value});
    copies(json!({}), false);
    copies(with(json!(null)), false);
    copies(with(json!(Base64Url::from(data.clone()))), false);
    let object = create().attestation_object();
    for other in [
        json!(Base64Url::from(&data[..37])),
        json!(Base64Url::from(object)),
        json!(format!("{}=", base64url::encode(&data))),
        json!(""),
        json!("*"),
        json!(1),
        json!(true),
        json!([1]),
        json!({}),
    ] {
        copies(with(other), true);
    }
}

#[test]
fn rule_018_a_key_beside_the_attestation_object_never_decides() {
    let key = PublicKey::from_cose(&create().public_key).unwrap();
    let spki = key.to_spki();
    copies(json!({"publicKey": Base64Url::from(&spki[..]), "publicKeyAlgorithm": -7}), false);
    copies(json!({"publicKey": null, "publicKeyAlgorithm": null}), false);
    let other = crate::test_ceremony::cose_key(&crate::test_ceremony::signing_key(9));
    for key in [
        json!(Base64Url::from(PublicKey::from_cose(&other).unwrap().to_spki())),
        // What comes behind the head of an SPKI: a point, and its bare coordinates.
        json!(Base64Url::from(&spki[26..])),
        json!(Base64Url::from(&spki[27..])),
        json!(Base64Url::from(create().public_key)),
        json!(""),
        json!("+"),
        json!(-7),
        json!(false),
        json!([4]),
        json!({"0": 4}),
    ] {
        copies(json!({"publicKey": key}), true);
    }
    for algorithm in
        [json!(0), json!(-8), json!(-7.5), json!(u64::MAX), json!("-7"), json!([-7]), json!({}), json!(true)]
    {
        copies(json!({"publicKeyAlgorithm": algorithm}), true);
    }
}
