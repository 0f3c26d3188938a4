use countersign_attestation::UnnamedModels;
use countersign_authenticator::certificate::Critical;
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};
use serde_json::{Value, json};

use super::{
    MODEL,
    certificates::{NOW, leaf, signed},
    payload, read,
};
use crate::{
    contradictions::Contradiction,
    entry_error::EntryError,
    keys::ModelKey,
    metadata_policy::{ContradictionPolicy, Judgement, JudgementError, MetadataPolicy},
    model::Model,
    status::{CertificationLevel, Status},
};

const FIRMWARE_VERSION: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05];

fn model() -> Model<'static> {
    Model::new(MODEL.parse::<ModelKey>().unwrap())
}

fn judge_with(
    policy: &MetadataPolicy,
    model: &Model<'_>,
    change: impl FnOnce(&mut Value),
) -> Result<Judgement, JudgementError> {
    let mut payload = payload();
    change(&mut payload["entries"][0]);
    let outcome = policy.judge(&read(&payload).unwrap(), model, NOW);
    if let Err(error) = &outcome {
        assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
        assert!(!error.to_string().contains('\n'));
    }
    outcome
}

fn judge(model: &Model<'_>, reports: &Value) -> Result<Judgement, JudgementError> {
    judge_with(&MetadataPolicy::fido(), model, |entry| entry["statusReports"] = reports.clone())
}

fn status(error: JudgementError) -> (Status, Option<u64>) {
    match error {
        JudgementError::Status { status, fixed_in, .. } => (status, fixed_in),
        other => panic!("{other}"),
    }
}

#[test]
fn a_policy_says_what_it_was_given() {
    let policy = MetadataPolicy::fido();
    assert_eq!(policy.rejected_statuses().count(), 6);
    assert_eq!((policy.certification(), policy.key_protection().count()), (None, 0));
    assert!(!policy.accepts_unknown_models() && !policy.accepts_rogue_lists());
    assert_eq!(policy.unlisted_algorithms(), ContradictionPolicy::Report);
    assert_eq!(policy.unlisted_user_verification(), ContradictionPolicy::Reject);
    assert_eq!(policy.unnamed_models(), UnnamedModels::Reject);

    let policy = policy
        .dangerous_accept_status(&Status::Revoked)
        .with_certification(CertificationLevel::L2)
        .with_key_protection("hardware")
        .dangerous_accept_unknown_models()
        .with_unlisted_algorithms(ContradictionPolicy::Reject)
        .with_unlisted_user_verification(ContradictionPolicy::Report)
        .with_unnamed_models(UnnamedModels::JudgeTogether)
        .dangerous_accept_rogue_lists();
    assert!(policy.rejected_statuses().all(|status| *status != Status::Revoked));
    assert_eq!(policy.certification(), Some(CertificationLevel::L2));
    assert!(policy.key_protection().eq(["hardware"]));
    assert!(policy.accepts_unknown_models() && policy.accepts_rogue_lists());
    assert_eq!(policy.unlisted_algorithms(), ContradictionPolicy::Reject);
    assert_eq!(policy.unlisted_user_verification(), ContradictionPolicy::Report);
    assert_eq!(policy.unnamed_models(), UnnamedModels::JudgeTogether);
}

#[test]
fn a_certified_model_is_accepted() {
    let judgement = judge_with(&MetadataPolicy::fido(), &model(), |_| {}).unwrap();
    assert_eq!(judgement.status, Some(Status::FidoCertifiedL1));
    assert_eq!(judgement.level, Some(CertificationLevel::L1));
    assert!(judgement.contradictions.is_empty());
}

#[test]
fn rule_358_a_rejected_current_status_rejects_the_model() {
    let policy = MetadataPolicy::fido().with_rejected_status(Status::NotFidoCertified);
    let reports = |list: Value| move |entry: &mut Value| entry["statusReports"] = list;
    let lost = json!([{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-01-01"},
        {"status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2025-01-01"}]);
    let error = judge_with(&policy, &model(), reports(lost)).unwrap_err();
    assert_eq!(error.to_string(), "its status is NOT_FIDO_CERTIFIED since 2025-01-01");
    let won = json!([{"status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2024-01-01"},
        {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-01-01"}]);
    judge_with(&policy, &model(), reports(won)).unwrap();
}

#[test]
fn rule_358_an_unknown_status_does_not_replace_a_rejected_one() {
    let policy = MetadataPolicy::fido().with_rejected_status(Status::NotFidoCertified);
    let with = |later: &str| {
        let reports = json!([{"status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2024-01-01"},
            {"status": later, "effectiveDate": "2025-01-01"}]);
        judge_with(&policy, &model(), |entry| entry["statusReports"] = reports)
    };
    with("FIDO_CERTIFIED_L1").unwrap();
    assert_eq!(status(with("FIPS140_CERTIFIED_L2").unwrap_err()).0, Status::NotFidoCertified);
}

#[test]
fn rule_358_each_status_of_the_guidance_rejects_the_model() {
    for word in [
        "REVOKED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ] {
        let reports = json!([{"status": word, "effectiveDate": "2025-01-01"}]);
        assert_eq!(status(judge(&model(), &reports).unwrap_err()), (Status::from(word), None));
        let lenient = MetadataPolicy::fido().dangerous_accept_status(&Status::from(word));
        judge_with(&lenient, &model(), |entry| entry["statusReports"] = reports).unwrap();
    }
    judge(&model(), &json!([{"status": "SOMETHING_NEW"}])).unwrap();
}

#[test]
fn rule_359_what_was_revoked_stays_so() {
    let reports = json!([{"status": "REVOKED", "effectiveDate": "2024-01-01"},
        {"status": "FIDO_CERTIFIED_L3", "effectiveDate": "2025-01-01", "authenticatorVersion": 9}]);
    assert_eq!(status(judge(&model().with_version(9), &reports).unwrap_err()).0, Status::Revoked);
}

#[test]
fn rule_358_a_model_that_was_retired_is_rejected_until_it_is_certified_again() {
    let retired = json!({"status": "RETIRED", "effectiveDate": "2024-01-01"});
    let then =
        |later: &str| judge(&model(), &json!([retired, {"status": later, "effectiveDate": "2025-01-01"}]));
    for later in ["UPDATE_AVAILABLE", "FIPS140_CERTIFIED_L2", "NOT_FIDO_CERTIFIED", "SOMETHING_NEW"] {
        assert_eq!(status(then(later).unwrap_err()), (Status::Retired, None), "{later}");
    }
    then("FIDO_CERTIFIED_L1").unwrap();
    let lenient = MetadataPolicy::fido().dangerous_accept_status(&Status::Retired);
    judge_with(&lenient, &model(), |entry| entry["statusReports"] = json!([retired])).unwrap();
}

#[test]
fn rule_358_a_certification_by_fips_does_not_replace_a_status() {
    let policy = MetadataPolicy::fido().with_rejected_status(Status::SelfAssertionSubmitted);
    let reports = |latest: &str| {
        json!([{"status": "SELF_ASSERTION_SUBMITTED", "effectiveDate": "2024-01-01"},
            {"status": latest, "effectiveDate": "2025-01-01", "fipsRevision": 3, "fipsPhysicalSecurityLevel": 2}])
    };
    let with = |latest| judge_with(&policy, &model(), |entry| entry["statusReports"] = reports(latest));
    for level in
        ["FIPS140_CERTIFIED_L1", "FIPS140_CERTIFIED_L2", "FIPS140_CERTIFIED_L3", "FIPS140_CERTIFIED_L4"]
    {
        assert_eq!(status(with(level).unwrap_err()).0, Status::SelfAssertionSubmitted);
    }
    with("FIDO_CERTIFIED_L1").unwrap();
}

#[test]
fn rule_360_a_compromise_is_fixed_by_a_later_version_that_runs() {
    for fix in ["UPDATE_AVAILABLE", "FIDO_CERTIFIED_L1"] {
        let reports = json!([
            {"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2024-01-01", "authenticatorVersion": 2},
            {"status": fix, "effectiveDate": "2025-01-01", "authenticatorVersion": 3},
        ]);
        judge(&model().with_version(3), &reports).unwrap();
        for older in [model(), model().with_version(2)] {
            let error = judge(&older, &reports).unwrap_err();
            assert_eq!(
                error.to_string(),
                "its status is USER_VERIFICATION_BYPASS since 2024-01-01, fixed in version 3"
            );
        }
    }
}

#[test]
fn rule_360_nothing_else_fixes_a_compromise() {
    let compromise = json!({"status": "USER_KEY_REMOTE_COMPROMISE", "effectiveDate": "2024-01-01", "authenticatorVersion": 2});
    for later in [
        json!({"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-01-01"}),
        json!({"status": "UPDATE_AVAILABLE", "effectiveDate": "2025-01-01", "authenticatorVersion": 2}),
        json!({"status": "UPDATE_AVAILABLE", "effectiveDate": "2023-01-01", "authenticatorVersion": 3}),
        json!({"status": "UPDATE_AVAILABLE", "effectiveDate": "2027-01-01", "authenticatorVersion": 3}),
        json!({"status": "SELF_ASSERTION_SUBMITTED", "effectiveDate": "2025-01-01", "authenticatorVersion": 3}),
    ] {
        let reports = json!([compromise, later]);
        assert_eq!(
            status(judge(&model().with_version(3), &reports).unwrap_err()).0,
            Status::UserKeyRemoteCompromise
        );
    }
}

#[test]
fn rule_360_the_version_is_in_the_attestation_certificate() {
    let reports = json!([
        {"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2024-01-01"},
        {"status": "UPDATE_AVAILABLE", "effectiveDate": "2025-01-01", "authenticatorVersion": 300},
    ]);
    for (value, accepted) in [
        (&[0x02, 0x02, 0x01, 0x2c][..], true),
        (&[0x02, 0x02, 0x01, 0x2b], false),
        (&[0x02, 0x01, 0xff], false),
        (&[0x02, 0x02, 0x01], false),
        (&[0x04, 0x02, 0x01, 0x2c], false),
    ] {
        let leaf = leaf("leaf", 7, "root").with_extension(FIRMWARE_VERSION, Critical::No, value);
        let leaf = signed(&leaf, 7);
        assert_eq!(judge(&model().with_path(&[leaf]), &reports).is_ok(), accepted, "{value:?}");
    }
}

#[test]
fn rule_361_what_is_not_yet_in_effect_does_not_count() {
    judge(&model(), &json!([{"status": "REVOKED", "effectiveDate": "2026-01-02"}])).unwrap();
    judge(&model(), &json!([{"status": "REVOKED", "effectiveDate": "2026-01-01"}])).unwrap_err();
}

#[test]
fn rule_361_an_expired_certification_does_not_count() {
    let policy = MetadataPolicy::fido().with_certification(CertificationLevel::L2);
    let with = |sunset: &str| {
        let report =
            json!({"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2024-01-01", "sunsetDate": sunset});
        judge_with(&policy, &model(), |entry| entry["statusReports"] = json!([report]))
    };
    with("2026-01-01").unwrap();
    let required = CertificationLevel::L2;
    assert_eq!(with("2025-12-31").unwrap_err(), JudgementError::NotCertified { required, got: None });
}

#[test]
fn a_certification_level_is_required() {
    let required = CertificationLevel::L2;
    let policy = MetadataPolicy::fido().with_certification(required);
    let with = |model: Model<'_>, reports: Value| {
        judge_with(&policy, &model, |entry| entry["statusReports"] = reports)
    };
    let one = |status: &str| json!([{"status": status, "effectiveDate": "2024-01-01"}]);
    with(model(), one("FIDO_CERTIFIED_L2")).unwrap();
    with(model(), one("FIDO_CERTIFIED_L2plus")).unwrap();
    let got = Some(CertificationLevel::L1Plus);
    assert_eq!(
        with(model(), one("FIDO_CERTIFIED_L1plus")).unwrap_err(),
        JudgementError::NotCertified { required, got }
    );
    let both = json!([{"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2024-01-01"},
        {"status": "FIDO_CERTIFIED", "effectiveDate": "2024-01-01"}]);
    with(model(), both).unwrap();
    let later =
        json!([{"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2024-01-01", "authenticatorVersion": 5}]);
    with(model().with_version(5), later.clone()).unwrap();
    assert_eq!(
        with(model().with_version(4), later).unwrap_err(),
        JudgementError::NotCertified { required, got: None }
    );
}

#[test]
fn rule_362_a_compromise_of_a_batch_concerns_its_certificates_only() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let leaf_of = |number| signed(&leaf("batch", number, "ca"), 9);
    let (batch, other) = (7, 8);
    for member in ["batchCertificate", "certificate"] {
        let encoded = STANDARD.encode(leaf_of(batch).as_der());
        let reports =
            json!([{"status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-01-01", member: encoded}]);
        judge(&model().with_path(&[leaf_of(other)]), &reports).unwrap();
        judge(&model().with_path(&[leaf_of(batch)]), &reports).unwrap_err();
        judge(&model().with_path(&[leaf_of(other), leaf_of(batch)]), &reports).unwrap_err();
        judge(&model(), &reports).unwrap_err();
    }
    let unreadable = json!([{"status": "ATTESTATION_KEY_COMPROMISE", "batchCertificate": "AAAA"}]);
    judge(&model().with_path(&[leaf_of(other)]), &unreadable).unwrap_err();
}

#[test]
fn rule_363_a_model_without_an_entry_is_rejected() {
    let stranger = Model::new(Aaguid::from_bytes([9; 16]));
    let error = judge_with(&MetadataPolicy::fido(), &stranger, |_| {}).unwrap_err();
    assert_eq!(error, JudgementError::NoEntry(stranger.key.unwrap()));
    let lenient = MetadataPolicy::fido().dangerous_accept_unknown_models();
    assert_eq!(judge_with(&lenient, &stranger, |_| {}).unwrap().status, None);
    let unreadable = judge_with(&lenient, &model(), |entry| entry["statusReports"] = json!([])).unwrap_err();
    assert_eq!(unreadable, JudgementError::Unreadable(model().key.unwrap(), EntryError::NoStatus));
}

#[test]
fn rule_364_an_authenticator_without_a_model_is_rejected() {
    let error = judge_with(&MetadataPolicy::fido(), &Model::default(), |_| {}).unwrap_err();
    assert_eq!(error, JudgementError::NoModel);
}

#[test]
fn rule_366_a_model_with_a_rogue_list_is_rejected() {
    let rogue = |entry: &mut Value| {
        entry["rogueListURL"] = "https://example.org".into();
        entry["rogueListHash"] = "AAAA".into();
    };
    assert_eq!(judge_with(&MetadataPolicy::fido(), &model(), rogue).unwrap_err(), JudgementError::RogueList);
    judge_with(&MetadataPolicy::fido().dangerous_accept_rogue_lists(), &model(), rogue).unwrap();
}

#[test]
fn rule_367_an_unlisted_algorithm_is_reported_and_rejected_by_option() {
    let with = |policy: &MetadataPolicy, algorithm| {
        judge_with(policy, &model().with_algorithm(AlgorithmIdentifier(algorithm)), |_| {})
    };
    let strict = MetadataPolicy::fido().with_unlisted_algorithms(ContradictionPolicy::Reject);
    for policy in [&MetadataPolicy::fido(), &strict] {
        assert_eq!(with(policy, -7).unwrap().contradictions, []);
        assert_eq!(with(policy, -9).unwrap().contradictions, []);
    }
    let contradiction = Contradiction::Algorithm(AlgorithmIdentifier(-8));
    assert_eq!(with(&MetadataPolicy::fido(), -8).unwrap().contradictions, [contradiction]);
    assert_eq!(with(&strict, -8).unwrap_err(), JudgementError::Contradiction(contradiction));
    let unknown =
        |entry: &mut Value| entry["metadataStatement"]["authenticationAlgorithms"] = json!(["ml_dsa_65"]);
    judge_with(&strict, &model().with_algorithm(AlgorithmIdentifier(-8)), unknown).unwrap();
}

#[test]
fn rule_367_windows_hello_with_es256_passes_though_its_statement_lists_rs256_only() {
    let hello = |entry: &mut Value| {
        entry["metadataStatement"]["authenticationAlgorithms"] = json!(["rsassa_pkcsv15_sha256_raw"]);
    };
    let es256 = AlgorithmIdentifier(-7);
    let judgement = judge_with(&MetadataPolicy::fido(), &model().with_algorithm(es256), hello).unwrap();
    assert_eq!(judgement.contradictions, [Contradiction::Algorithm(es256)]);
}

#[test]
fn rule_367_verified_users_contradict_a_statement_without_user_verification() {
    let mut model = model();
    model.user_verified = Some(true);
    judge_with(&MetadataPolicy::fido(), &model, |_| {}).unwrap();
    let without = |entry: &mut Value| {
        entry["metadataStatement"]["userVerificationDetails"] =
            json!([[{"userVerificationMethod": "presence_internal"}], [{"userVerificationMethod": "none"}]]);
    };
    let error = judge_with(&MetadataPolicy::fido(), &model, without).unwrap_err();
    assert_eq!(error, JudgementError::Contradiction(Contradiction::UserVerification));
    let lenient = MetadataPolicy::fido().with_unlisted_user_verification(ContradictionPolicy::Report);
    let judgement = judge_with(&lenient, &model, without).unwrap();
    assert_eq!(judgement.contradictions, [Contradiction::UserVerification]);
    model.user_verified = Some(false);
    judge_with(&MetadataPolicy::fido(), &model, without).unwrap();
}

#[test]
fn rule_367_a_protection_of_keys_is_required() {
    let with = |word: &str| judge_with(&MetadataPolicy::fido().with_key_protection(word), &model(), |_| {});
    with("secure_element").unwrap();
    assert_eq!(with("tee").unwrap_err(), JudgementError::KeyProtection("tee".into()));
}
