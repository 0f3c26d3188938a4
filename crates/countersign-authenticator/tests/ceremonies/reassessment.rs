//! Attestations that were accepted once, judged again by what is known later.

use std::{convert::Infallible, ops::ControlFlow, sync::Arc};

use countersign::{
    Code, CredentialIdStatus, CredentialRecord, RegistrationRequest, RelyingPartyBuilder, Timestamp,
    attestation::{
        AnchorList, AttestationStatusList, Certificate, ModelList, ModelPolicy, ModelQuery,
        ModelRejectedError, Revocation, TrustAnchor,
    },
    lifecycle::{Change, Encoded, Import, ImportError, ImportedKey, Reassessment, Reassessor, Verdict},
    record::{AttestationEvidence, Trusted},
    relying_party::policy::{AttestationPolicy, DevicePolicy, TpmKeyBinding},
    report::DeviceError,
    types::Aaguid,
};
use countersign_authenticator::{Attestation, Attester, Authenticator, Client, UserVerification};

use super::relying_party::{NOW, ORIGIN, entropy, rp, trusting, trusting_by, user};

fn attester() -> Attester {
    Attester::from_seed("a vendor")
}

/// A record of a credential with this attestation.
fn registered(attestation: &Attestation, rp: RelyingPartyBuilder) -> CredentialRecord {
    let rp = rp.build().unwrap();
    let mut authenticator = Authenticator::platform("a seed").with_attestation(attestation.clone());
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
    let response = Client::new(ORIGIN).create(&options, &mut authenticator).unwrap();
    rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap().into_credential()
}

fn packed() -> CredentialRecord {
    registered(&Attestation::Packed(attester()), trusting(attester().authority()))
}

fn anchors() -> AnchorList {
    let anchor = Certificate::from_der(&attester().authority().certificate()).unwrap();
    AnchorList::new([TrustAnchor::from_certificate(anchor)])
}

fn reassessor(anchors: AnchorList) -> Reassessor {
    Reassessor::new(&rp().build().unwrap(), Arc::new(anchors))
}

fn code(reassessment: &Reassessment) -> Code {
    reassessment.verdict().code().unwrap()
}

#[test]
fn what_is_as_it_was_is_trusted_without_a_change() {
    let reassessment = reassessor(anchors()).judge(&packed(), NOW);
    assert_eq!((reassessment.verdict(), reassessment.changes()), (&Verdict::Trusted, &[][..]));
}

#[test]
fn trust_that_was_not_required_before_is_gained() {
    let unasked = registered(&Attestation::Packed(attester()), rp());
    assert_eq!(unasked.evidence().unwrap().trusted(), Some(Trusted::NotAssessed));
    let reassessment = reassessor(anchors()).judge(&unasked, NOW);
    assert_eq!(
        (reassessment.verdict(), reassessment.changes()),
        (&Verdict::Trusted, &[Change::TrustGained][..])
    );
    // No anchor trusts it, now or before.
    assert_eq!(reassessor(AnchorList::default()).judge(&unasked, NOW).changes(), []);
}

#[test]
fn an_anchor_that_is_gone_takes_the_trust_with_it() {
    let reassessment = reassessor(AnchorList::default()).judge(&packed(), NOW);
    assert_eq!(code(&reassessment), Code::AttestationUntrusted);
    assert_eq!(reassessment.changes(), [Change::TrustLost]);
}

#[test]
fn a_model_that_is_no_longer_accepted_is_refused() {
    let record = packed();
    let models = |models| reassessor(anchors()).with_model_policy(Arc::new(models));
    let reassessment = models(ModelList::all_but([record.aaguid()])).judge(&record, NOW);
    assert_eq!(code(&reassessment), Code::AuthenticatorNotAccepted);
    assert_eq!(reassessment.changes(), [Change::TrustLost]);
    let other = models(ModelList::all_but([Aaguid::from_bytes([1; 16])])).judge(&record, NOW);
    assert_eq!(*other.verdict(), Verdict::Trusted);
}

/// The requirements that reject the software authenticator's TPM.
fn rejecting_tpm() -> (DevicePolicy, DeviceError) {
    let manufacturer = "id:00000000".parse().unwrap();
    let policy = DevicePolicy::new().with_rejected_tpm_manufacturers([manufacturer]);
    (policy, DeviceError::TpmManufacturerNotAccepted(manufacturer))
}

#[test]
fn rule_197_a_tpm_whose_manufacturer_is_rejected_later_is_flagged() {
    let (policy, error) = rejecting_tpm();
    let tpm = Attestation::Tpm(attester());
    let both = Attestation::Compound(vec![Attestation::Packed(attester()), tpm.clone()]);
    for attestation in [tpm, both] {
        let record = registered(&attestation, trusting(attester().authority()));
        assert_eq!(*reassessor(anchors()).judge(&record, NOW).verdict(), Verdict::Trusted);
        let reassessor = reassessor(anchors()).with_device_policy(policy.clone());
        let reassessment = reassessor.judge(&record, NOW);
        assert_eq!(*reassessment.verdict(), Verdict::DeviceRejected(error));
        assert_eq!(reassessment.changes(), [Change::TrustLost]);
        assert_eq!(code(&reassessment), Code::AttestationNotAccepted);
        let records = [Ok::<_, Infallible>(record)];
        let summary = reassessor.judge_all(records, NOW, |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!((summary.judged, summary.rejected), (1, 1));
    }
}

#[test]
fn rule_181_a_reassessor_has_the_relying_partys_requirements_on_devices() {
    let record = registered(&Attestation::Tpm(attester()), trusting(attester().authority()));
    let device = DevicePolicy::new().with_tpm_key_binding(TpmKeyBinding::Required);
    let policy = trusting_by(AttestationPolicy::new().with_device_policy(device));
    let rp = trusting(attester().authority()).policy(policy).build().unwrap();
    let reassessment = Reassessor::new(&rp, Arc::new(anchors())).judge(&record, NOW);
    assert_eq!(*reassessment.verdict(), Verdict::DeviceRejected(DeviceError::TpmKeyNotBound));
    // An untrusted statement says nothing about a device.
    let untrusted = Reassessor::new(&rp, Arc::new(AnchorList::default())).judge(&record, NOW);
    assert_eq!(code(&untrusted), Code::AttestationUntrusted);
}

/// The record, imported again with its evidence and this time of its registration.
fn imported(
    record: &CredentialRecord,
    registered_at: Timestamp,
    rp: RelyingPartyBuilder,
) -> Result<CredentialRecord, ImportError> {
    let evidence = record.evidence().unwrap();
    let (id, user) = (record.id().as_bytes(), record.user_handle().as_bytes());
    Import::new(Encoded::Bytes(id), Encoded::Bytes(user), ImportedKey::Cose(record.public_key()))
        .with_attestation(evidence.object(), evidence.client_data(), registered_at)
        .into_record(&rp.build().unwrap())
}

#[test]
fn rule_233_a_response_was_fresh_when_an_imported_credential_was_registered() {
    let trusting = || trusting(attester().authority());
    let record = registered(&Attestation::AndroidSafetyNet(attester()), trusting());
    let later = NOW.plus_seconds(60 * 60);
    imported(&record, NOW, trusting()).unwrap();
    imported(&record, later, rp()).unwrap();
    let ImportError::Attestation(verdict) = imported(&record, later, trusting()).unwrap_err() else {
        panic!("not rejected for its attestation")
    };
    assert!(matches!(*verdict, Verdict::DeviceRejected(DeviceError::SafetyNetTime { .. })), "{verdict}");
    assert_eq!(verdict.code(), Some(Code::AttestationNotAccepted));
    // The age is not checked again.
    assert_eq!(*reassessor(anchors()).judge(&record, later).verdict(), Verdict::Trusted);
}

#[test]
fn rule_197_a_credential_in_a_rejected_tpm_is_not_imported() {
    let record = registered(&Attestation::Tpm(attester()), trusting(attester().authority()));
    let (device, error) = rejecting_tpm();
    let policy = trusting_by(AttestationPolicy::new().with_device_policy(device));
    let imported = imported(&record, NOW, trusting(attester().authority()).policy(policy));
    assert_eq!(imported, Err(ImportError::Attestation(Box::new(Verdict::DeviceRejected(error)))));
}

/// Accepts only models with this evidence of user verification.
#[derive(Debug)]
struct Expecting(Option<bool>);

impl ModelPolicy for Expecting {
    fn judge(&self, model: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
        if model.user_verified == self.0 {
            Ok(())
        } else {
            Err(ModelRejectedError::new("something else is known"))
        }
    }
}

#[test]
fn rule_367_what_the_evidence_says_of_the_user_is_handed_on() {
    for (ability, verified) in [(UserVerification::Always, true), (UserVerification::Never, false)] {
        let rp = trusting(attester().authority()).build().unwrap();
        let mut authenticator = Authenticator::platform("a seed")
            .with_attestation(Attestation::Packed(attester()))
            .with_user_verification(ability);
        let (options, state) =
            rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
        let response = Client::new(ORIGIN).create(&options, &mut authenticator).unwrap();
        let registered = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW);
        let record = registered.unwrap().into_credential();
        for expected in [Some(true), Some(false), None] {
            let reassessor = reassessor(anchors()).with_model_policy(Arc::new(Expecting(expected)));
            let is_trusted = *reassessor.judge(&record, NOW).verdict() == Verdict::Trusted;
            assert_eq!(is_trusted, expected == Some(verified));
        }
    }
}

#[test]
fn a_certificate_that_was_revoked_since_is_found() {
    let attestation = Attestation::AndroidKey(attester());
    let record = registered(&attestation, trusting(attester().authority()));
    let rp = trusting(attester().authority()).build().unwrap();
    let mut authenticator = Authenticator::platform("a seed").with_attestation(attestation);
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
    let response = Client::new(ORIGIN).create(&options, &mut authenticator).unwrap();
    let again = rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).unwrap();
    let serial = again.attestation().trust_path()[0].serial_number().to_vec();
    let serial = serial.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let status = |serial: u128| {
        let json = format!(r#"{{"entries":{{"{serial:x}":{{"status":"REVOKED"}}}}}}"#);
        let list = AttestationStatusList::from_json(json.as_bytes()).unwrap();
        anchors().with_revocation(Revocation::none().with_android_status(list))
    };
    let reassessment = reassessor(status(serial)).judge(&record, NOW);
    assert_eq!(code(&reassessment), Code::AttestationCertificateRevoked);
    assert!(matches!(reassessment.verdict(), Verdict::Revoked(_)));
    assert_eq!(reassessment.changes(), [Change::TrustLost]);
    assert_eq!(*reassessor(status(0xab_cdef)).judge(&record, NOW).verdict(), Verdict::Trusted);
}

#[test]
fn a_certificate_that_expired_later_is_assessed_at_the_recorded_registration_time() {
    let record = packed();
    let late = NOW.plus_seconds(2_000 * 365 * 24 * 60 * 60);
    let reassessment = reassessor(anchors()).judge(&record, late);
    assert_eq!((reassessment.verdict(), reassessment.changes()), (&Verdict::TrustedAtRegistration, &[][..]));
    // An anchor that is gone is gone, whenever.
    let gone = reassessor(AnchorList::default()).judge(&record, late);
    assert_eq!(gone.changes(), [Change::TrustLost]);
    let evidence = record.evidence().unwrap();
    let unnoted = AttestationEvidence::new("packed", "uncertain", evidence.object(), evidence.client_data());
    let unnoted = reassessor(anchors()).judge(&record.clone().with_evidence(unnoted), late);
    assert_eq!(code(&unnoted), Code::AttestationCertificateExpired);
}

/// The peak of this process's memory, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

/// How many records the memory is measured with: the environment may ask for more. Kept, each would take over 1 KiB.
fn batch() -> u64 {
    std::env::var("COUNTERSIGN_REASSESS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

#[test]
fn memory_stays_flat_over_a_batch() {
    let text = serde_json::to_string(&registered(&Attestation::None, rp())).unwrap();
    // As a store gives them: one after another, each read from its text.
    let stream = |count: u64| (0..count).map(|_| serde_json::from_str(&text));
    let reassessor = reassessor(AnchorList::default());
    let run = |count| reassessor.judge_all(stream(count), NOW, |_, _| ControlFlow::Continue(())).unwrap();
    run(200);
    let before = peak();
    let summary = run(batch());
    assert_eq!((summary.judged, summary.uncertified), (batch(), batch()));
    if let (Some(before), Some(after)) = (before, peak()) {
        // Other tests run at the same time and need memory too.
        assert!(after.saturating_sub(before) < 8 * 1024, "{before} KiB before, {after} KiB after");
        eprintln!("{} records: {before} KiB at most before, {after} KiB after", batch());
    }
}
