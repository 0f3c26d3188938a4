use countersign_types::{Code, CredentialId, UserHandle, base64url};
use serde_json::json;

use super::*;
use crate::relying_party::{builder::RelyingPartyBuilder, policy::choices::SignCountPolicy};
use crate::report::{ceremony_report::StepReport, step::AuthenticationStep as Step};
use crate::test_ceremony::{
    BE, BS, CHALLENGE, Get, NOW, RP_ID, UP, UV, authentication_state, entropy, get, handle, policy, record,
    rp, signing_key, state_for,
};
use crate::{ceremony::request::AuthenticationRequest, record::credential_record::CredentialRecord};

mod changed_record;
mod encodings;
mod enumeration;
mod misuse;
mod policy;
mod prepared;

const APPID: &str = "https://example.org/app-id.json";

/// The outcome if the user was identified before, with and without a prepared key and a report.
fn finish(
    get: &Get,
    record: Option<&CredentialRecord>,
    rp: RelyingPartyBuilder,
) -> Result<Authenticated, Error> {
    let rp = rp.build().unwrap();
    let state = || authentication_state(&rp, Some(handle(7)));
    let plain = rp.finish_authentication(state(), &get.response(), record, NOW);
    prepared::agrees(&rp, state(), get, record, &plain);
    let mut report = Report::default();
    let reported = rp.finish_authentication(
        state(),
        &get.response(),
        record,
        FinishOptions::at(NOW).with_report(&mut report),
    );
    assert_eq!(reported.as_ref().err(), plain.as_ref().err());
    assert_eq!(report.failed().map(StepReport::step), plain.as_ref().err().map(Error::step));
    plain
}

fn refused(get: &Get, code: Code, step: Step) {
    refused_with(get, &record(), rp(), code, step);
}

fn refused_with(get: &Get, record: &CredentialRecord, rp: RelyingPartyBuilder, code: Code, step: Step) {
    let error = finish(get, Some(record), rp).unwrap_err();
    assert_eq!((error.code(), error.step()), (code, step.into()));
}

fn with_client_data(name: &str, value: serde_json::Value) -> Get {
    let mut get = get();
    get.client_data[name] = value;
    get
}

#[test]
fn a_valid_response_authenticates() {
    let authenticated = finish(&get(), Some(&record()), rp()).unwrap();
    assert_eq!(authenticated.user_handle(), &handle(7));
    assert_eq!(authenticated.credential_id().as_bytes(), [0x1d; 16]);
    assert!(authenticated.user_verified() && authenticated.sign_count_increased());
    let update = authenticated.update();
    assert_eq!((update.previous.sign_count(), update.next.sign_count()), (5, 6));
    let mut record = record();
    record.apply(update).unwrap();
    assert_eq!(record.sign_count(), 6);
}

#[test]
fn the_options_say_what_the_state_expects() {
    let rp = rp().appid(APPID).policy(crate::relying_party::policy::Policy::passkeys()).build().unwrap();
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), &mut entropy(), NOW).unwrap();
    assert_eq!(&*options.challenge, state.challenge.as_bytes());
    assert_eq!(state.user(), None);
    let json = serde_json::to_value(&options).unwrap();
    assert_eq!(json["rpId"], RP_ID);
    assert_eq!(json["userVerification"], "required");
    assert_eq!(json["extensions"]["appid"], APPID);
    let (user, credentials) = (handle(7), [record().descriptor()]);
    let accounts = AuthenticationRequest::identified(&user, &credentials);
    let (options, state) = rp.start_authentication(accounts, &mut entropy(), NOW).unwrap();
    assert_eq!(options.allow_credentials, credentials);
    assert_eq!((state.user(), &*state.allowed), (Some(&user), &[credentials[0].id.clone()][..]));
}

#[test]
fn rule_033_the_expected_challenge_comes_from_the_state() {
    let rp = rp().build().unwrap();
    let (issued, other) = ([0xc5; 32], CHALLENGE);
    let answer = get().response();
    for (challenge, expected) in [(other, None), (issued, Some(Code::ChallengeMismatch))] {
        let state = state_for(&rp, challenge, None);
        let finished = rp.finish_authentication(state, &answer, &record(), NOW);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_050_a_state_bound_to_one_origin_rejects_another() {
    let rp = rp().origin("https://login.example.org").build().unwrap();
    for (origin, expected) in
        [("https://example.org", None), ("https://login.example.org", Some(Code::OriginMismatch))]
    {
        let state = authentication_state(&rp, None).with_origin(origin);
        let json = serde_json::to_string(&state).unwrap();
        let kept = serde_json::from_str(&json).unwrap();
        for state in [state, kept] {
            let finished = rp.finish_authentication(state, &get().response(), &record(), NOW);
            assert_eq!(finished.err().map(|error| error.code()), expected);
        }
    }
    // A bound ceremony accepts no more than an unbound one.
    let elsewhere = with_client_data("origin", json!("https://example.net"));
    let state = authentication_state(&rp, None);
    let finished = rp.finish_authentication(
        state.with_origin("https://example.net"),
        &elsewhere.response(),
        &record(),
        NOW,
    );
    assert_eq!(finished.unwrap_err().code(), Code::OriginMismatch);
}

#[test]
fn rule_284_an_expired_state_is_rejected() {
    let rp = rp().policy(policy().with_timeout_seconds(60)).build().unwrap();
    for (seconds, expected) in [(90, None), (91, Some(Code::ChallengeExpired))] {
        let state = authentication_state(&rp, None);
        let finished =
            rp.finish_authentication(state, &get().response(), &record(), NOW.plus_seconds(seconds));
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_286_a_state_of_another_relying_party_is_rejected() {
    let other = RelyingParty::builder("example.net", "Other").origin("https://example.net").build().unwrap();
    let state = authentication_state(&other, None);
    let finished = rp().build().unwrap().finish_authentication(state, &get().response(), &record(), NOW);
    assert_eq!(finished.unwrap_err().code(), Code::StateInvalid);
}

#[test]
fn rule_289_a_credential_that_was_not_allowed_is_rejected() {
    let rp = rp().build().unwrap();
    for (id, expected) in [(0x1d, None), (0x1e, Some(Code::CredentialNotAllowed))] {
        let state = authentication_state(&rp, Some(handle(7))).with_allowed(CredentialId::new(vec![id; 16]));
        let finished = rp.finish_authentication(state, &get().response(), &record(), NOW);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_290_a_credential_of_another_account_is_rejected() {
    let other = record().with_user_handle(handle(8));
    let anonymous = Get { user_handle: None, ..get() };
    let _ = finish(&anonymous, Some(&record()), rp()).unwrap();
    refused_with(&anonymous, &other, rp(), Code::CredentialUnknown, Step::User);
}

#[test]
fn rule_291_another_user_handle_is_rejected() {
    let _ = finish(&Get { user_handle: None, ..get() }, Some(&record()), rp()).unwrap();
    let other = Get { user_handle: Some(handle(8)), ..get() };
    refused(&other, Code::UserHandleMismatch, Step::User);
}

#[test]
fn rule_292_293_a_discoverable_credential_needs_the_user_handle_of_its_account() {
    let rp = rp().build().unwrap();
    for (user_handle, expected) in [
        (Some(handle(7)), None),
        (None, Some(Code::UserHandleMissing)),
        (Some(handle(8)), Some(Code::UserHandleMismatch)),
    ] {
        let state = authentication_state(&rp, None);
        let response = Get { user_handle, ..get() }.response();
        let finished = rp.finish_authentication(state, &response, &record(), NOW);
        assert_eq!(finished.err().map(|error| error.code()), expected);
    }
}

#[test]
fn rule_294_295_a_credential_without_a_record_is_rejected() {
    let error = finish(&get(), None, rp()).unwrap_err();
    assert_eq!((error.code(), error.step()), (Code::CredentialUnknown, Step::User.into()));
    let other = Get { id: vec![0x1e; 16], ..get() };
    refused(&other, Code::CredentialUnknown, Step::User);
}

#[test]
fn rule_305_a_record_of_another_rp_id_is_rejected() {
    let record = record();
    let moved =
        CredentialRecord::new(record.id().clone(), "example.net", handle(7), record.public_key().to_vec());
    refused_with(&get(), &moved, rp(), Code::CredentialUnknown, Step::User);
}

#[test]
fn malformed_client_data_is_rejected() {
    refused(&with_client_data("origin", json!(null)), Code::ClientDataMalformed, Step::ClientData);
}

#[test]
fn rule_027_028_another_type_is_rejected() {
    for other in ["webauthn.create", "payment.get", "webauthn.Get"] {
        refused(&with_client_data("type", json!(other)), Code::ClientDataTypeMismatch, Step::Type);
    }
}

#[test]
fn rule_031_another_challenge_is_rejected() {
    let other = base64url::encode([0xc5; 32]);
    refused(&with_client_data("challenge", json!(other)), Code::ChallengeMismatch, Step::Challenge);
}

#[test]
fn rule_035_another_origin_is_rejected() {
    let other = json!("https://login.example.org");
    refused(&with_client_data("origin", other.clone()), Code::OriginMismatch, Step::Origin);
    let _ =
        finish(&with_client_data("origin", other), Some(&record()), rp().origin("https://login.example.org"))
            .unwrap();
}

#[test]
fn rule_045_046_a_cross_origin_frame_is_rejected() {
    refused(&with_client_data("crossOrigin", json!(true)), Code::CrossOriginNotAllowed, Step::CrossOrigin);
    let framed = with_client_data("topOrigin", json!("https://top.example"));
    refused(&framed, Code::CrossOriginNotAllowed, Step::TopOrigin);
}

#[test]
fn malformed_authenticator_data_is_rejected() {
    let get = Get { trailing: vec![0], ..get() };
    refused(&get, Code::AuthenticatorDataMalformed, Step::RpIdHash);
}

#[test]
fn rule_053_another_rp_id_is_rejected() {
    refused(&Get { rp_id: "example.net".into(), ..get() }, Code::RpIdHashMismatch, Step::RpIdHash);
}

#[test]
fn rule_054_the_appid_counts_if_it_was_sent_and_used() {
    let used = Get { rp_id: APPID.into(), extension_results: json!({"appid": true}), ..get() };
    let _ = finish(&used, Some(&record()), rp().appid(APPID)).unwrap();
    refused(&used, Code::RpIdHashMismatch, Step::RpIdHash);
    for results in [json!({"appid": false}), json!({})] {
        let unused = Get { extension_results: results, ..used.clone() };
        refused_with(&unused, &record(), rp().appid(APPID), Code::RpIdHashMismatch, Step::RpIdHash);
    }
}

#[test]
fn rule_055_the_rp_id_counts_with_any_output_for_the_appid() {
    let claimed = Get { extension_results: json!({"appid": true}), ..get() };
    let _ = finish(&claimed, Some(&record()), rp().appid(APPID)).unwrap();
}

#[test]
fn rule_316_an_appid_output_of_another_type_is_rejected() {
    let get = Get { extension_results: json!({"appid": "true"}), ..get() };
    refused_with(&get, &record(), rp().appid(APPID), Code::ExtensionInvalid, Step::RpIdHash);
    let _ = finish(&get, Some(&record()), rp()).unwrap();
}

#[test]
fn rule_056_060_an_absent_user_is_rejected_even_if_verified() {
    refused(&Get { flags: UV, ..get() }, Code::UserNotPresent, Step::UserPresent);
}

#[test]
fn rule_059_an_unverified_user_is_rejected_if_verification_is_required() {
    let get = Get { flags: UP, ..get() };
    assert!(!finish(&get, Some(&record()), rp()).unwrap().user_verified());
    let required = rp().policy(crate::relying_party::policy::Policy::passkeys());
    refused_with(&get, &record(), required, Code::UserNotVerified, Step::UserVerified);
}

#[test]
fn rule_062_a_backup_state_without_eligibility_is_rejected() {
    refused(&Get { flags: UP | BS, ..get() }, Code::BackupStateInvalid, Step::BackupState);
}

#[test]
fn rule_063_064_backup_eligibility_never_changes() {
    let eligible = record().with_backup_eligible(true);
    let _ = finish(&Get { flags: UP | BE, ..get() }, Some(&eligible), rp()).unwrap();
    let step = Step::BackupEligibility;
    refused_with(&Get { flags: UP, ..get() }, &eligible, rp(), Code::BackupEligibilityChanged, step);
    refused(&Get { flags: UP | BE, ..get() }, Code::BackupEligibilityChanged, step);
}

#[test]
fn the_backup_state_may_change() {
    let record = record().with_backup_eligible(true).with_backup_state(true);
    let authenticated = finish(&Get { flags: UP | BE, ..get() }, Some(&record), rp()).unwrap();
    assert!(authenticated.backup_eligible() && !authenticated.backup_state());
    let authenticated = finish(&Get { flags: UP | BE | BS, ..get() }, Some(&record), rp()).unwrap();
    assert!(authenticated.backup_state() && authenticated.update().next.backup_state());
}

#[test]
fn rule_124_125_the_signature_is_the_records_keys() {
    refused(&Get { key: signing_key(0x12), ..get() }, Code::SignatureInvalid, Step::Signature);
}

#[test]
fn rule_304_a_record_whose_key_cannot_be_read_is_rejected() {
    let record = record();
    let mut key = record.public_key().to_vec();
    key[0] = 0xa4;
    let broken = CredentialRecord::new(record.id().clone(), RP_ID, handle(7), key);
    refused_with(&get(), &broken, rp(), Code::PublicKeyMalformed, Step::Signature);
}

#[test]
fn rule_299_a_counter_that_does_not_increase_is_rejected() {
    for (stored, received) in [(5, 5), (5, 4), (5, 0), (u32::MAX, u32::MAX), (u32::MAX, 0)] {
        let get = Get { sign_count: received, ..get() };
        let record = record().with_sign_count(stored);
        refused_with(&get, &record, rp(), Code::SignCountNotIncreased, Step::SignCount);
        let reported =
            finish(&get, Some(&record), rp().policy(policy().with_sign_count(SignCountPolicy::Report)))
                .unwrap();
        assert!(!reported.sign_count_increased());
        assert_eq!(reported.update().next.sign_count(), stored, "the stored counter is never pulled back");
    }
}

#[test]
fn an_ignored_counter_is_stored_if_it_increased() {
    for (received, next) in [(6, 6), (5, 5), (4, 5)] {
        let get = Get { sign_count: received, ..get() };
        let ignored =
            finish(&get, Some(&record()), rp().policy(policy().with_sign_count(SignCountPolicy::Accept)))
                .unwrap();
        assert_eq!(ignored.sign_count_increased(), received > 5, "{received}");
        assert_eq!(ignored.update().next.sign_count(), next);
    }
}

#[test]
fn an_authenticator_may_have_no_counter() {
    let get = Get { sign_count: 0, ..get() };
    let authenticated = finish(&get, Some(&record().with_sign_count(0)), rp()).unwrap();
    assert!(!authenticated.sign_count_increased());
    assert_eq!(authenticated.update().next.sign_count(), 0);
}

#[test]
fn rule_301_the_counter_is_unsigned() {
    let get = Get { sign_count: 0x8000_0000, ..get() };
    let record = record().with_sign_count(0x7fff_ffff);
    assert!(finish(&get, Some(&record), rp()).unwrap().sign_count_increased());
}

#[test]
fn rule_302_uv_initialized_stays_clear() {
    let clear = record().with_uv_initialized(false);
    let update = finish(&get(), Some(&clear), rp()).unwrap().update().clone();
    assert!(!update.next.uv_initialized());
    let record = record();
    assert!(finish(&get(), Some(&record), rp()).unwrap().update().next.uv_initialized());
}

#[test]
fn unknown_backup_eligibility_is_recorded_when_it_is_first_seen() {
    let unknown = record().with_backup_eligible(None);
    for (flags, seen) in [(UP | UV, false), (UP | UV | BE, true)] {
        let get = Get { flags, ..get() };
        let mut stored = unknown.clone();
        stored.apply(finish(&get, Some(&unknown), rp()).unwrap().update()).unwrap();
        assert_eq!(stored.backup_eligible(), Some(seen));
        // From then on it is a record like others.
        let other = Get { flags: flags ^ BE, sign_count: 7, ..get };
        refused_with(&other, &stored, rp(), Code::BackupEligibilityChanged, Step::BackupEligibility);
    }
}

#[test]
fn a_foreign_credentials_flag_is_not_disclosed_and_a_cleared_one_is_gone() {
    let mut flagged = record();
    flagged.flag("its model was broken", NOW);
    let of_another = flagged.clone().with_user_handle(handle(8));
    refused_with(&get(), &of_another, rp(), Code::CredentialUnknown, Step::User);
    flagged.clear_flag();
    let _ = finish(&get(), Some(&flagged), rp()).unwrap();
}

#[test]
fn unknown_backup_eligibility_is_rejected_if_the_policy_says_so() {
    let refusing = || {
        rp().policy(crate::relying_party::policy::Policy::passkeys().with_unknown_backup_eligibility(
            crate::relying_party::policy::backup::UnknownBackupEligibility::Reject,
        ))
    };
    let unknown = record().with_backup_eligible(None);
    refused_with(&get(), &unknown, refusing(), Code::BackupNotAccepted, Step::BackupEligibility);
    let _ = finish(&get(), Some(&record()), refusing()).unwrap();
}
