//! What policy demands of registrations.

use countersign_types::enumerations::ResidentKeyRequirement;

use super::*;
use crate::ceremony::{request::RegistrationRequest, session::RecentSession};
use crate::relying_party::policy::{
    Policy, backup::BackupPolicy, conditional_create::ConditionalCreatePolicy,
};
use crate::report::{error::ErrorKind, policy_error::PolicyErrorKind};
use crate::test_ceremony::{BE, BS};

fn with(policy: Policy) -> crate::relying_party::builder::RelyingPartyBuilder {
    rp().policy(policy)
}

/// The fault of a policy at this step.
fn fault(create: &Create, policy: Policy, step: Step) -> PolicyErrorKind {
    let error = create.finish(with(policy)).unwrap_err();
    assert_eq!(error.step(), step.into());
    match error.kind() {
        ErrorKind::Policy(fault) => fault.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rule_312_a_credential_that_is_said_not_to_be_discoverable_is_refused_where_it_must_be() {
    let said = |rk| Create { extension_results: json!({"credProps": {"rk": rk}}), ..create() };
    let required = || Policy::passkeys().with_resident_key(ResidentKeyRequirement::Required);
    let _ = said(true).finish(with(required())).unwrap();
    let _ = create().finish(with(required())).unwrap();
    let _ = said(false).finish(with(Policy::passkeys())).unwrap();
    let refused = fault(&said(false), required(), Step::Extensions);
    assert_eq!((refused.code(), &refused), (Code::ExtensionNotAccepted, &PolicyErrorKind::NotDiscoverable));
}

#[test]
fn a_new_credential_is_backed_up_as_the_policy_has_it() {
    let flagged = |flags| Create { flags: UP | UV | AT | flags, ..create() };
    let policy = |backup| Policy::passkeys().with_backup(backup);
    for (backup, flags) in [
        (BackupPolicy::Accept, 0),
        (BackupPolicy::Reject, 0),
        (BackupPolicy::EligibleRequired, BE),
        (BackupPolicy::EligibleRequired, BE | BS),
        (BackupPolicy::Required, BE | BS),
    ] {
        let _ = flagged(flags).finish(with(policy(backup))).unwrap();
    }
    for (backup, flags, step, expected) in [
        (
            BackupPolicy::Reject,
            BE,
            Step::BackupEligibilityPolicy,
            PolicyErrorKind::BackupEligibilityNotAccepted { eligible: true },
        ),
        (
            BackupPolicy::EligibleRequired,
            0,
            Step::BackupEligibilityPolicy,
            PolicyErrorKind::BackupEligibilityNotAccepted { eligible: false },
        ),
        (BackupPolicy::Required, BE, Step::BackupStatePolicy, PolicyErrorKind::NotBackedUp),
    ] {
        let got = fault(&flagged(flags), policy(backup), step);
        assert_eq!((got.code(), got), (Code::BackupNotAccepted, expected));
    }
}

#[test]
fn rule_073_a_credential_id_longer_than_the_policy_accepts_is_refused() {
    let long = |length| Create { id: vec![1; length], attested_id: vec![1; length], ..create() };
    let policy = || Policy::passkeys().with_credential_id_bytes(64);
    let _ = long(64).finish(with(policy())).unwrap();
    let refused = fault(&long(65), policy(), Step::CredentialIdLength);
    assert_eq!(refused, PolicyErrorKind::CredentialIdTooLong { length: 65 });
    assert_eq!(refused.code(), Code::CredentialIdTooLong);
}

#[test]
fn rule_310_without_asking_the_user_is_not_verified_and_the_session_stands_for_that() {
    let user = User::new(handle(7), "jo", "Jo");
    let session = RecentSession::vouched(handle(7), NOW);
    let rp = with(Policy::passkeys()).build().unwrap();
    let request = RegistrationRequest::new(&user).with_conditional_mediation(session.clone());
    let (options, state) = rp.start_registration(request, &mut entropy(), NOW).unwrap();
    let asked = options.authenticator_selection.unwrap().user_verification;
    assert_eq!(asked, UserVerificationRequirement::Preferred);
    let mut create = Create { flags: AT, ..create() };
    create.client_data["challenge"] = json!(base64url::encode(&*options.challenge));
    let unregistered = CredentialIdStatus::Unregistered;
    let registered = rp.finish_registration(state, &create.response(), unregistered, NOW).unwrap();
    assert!(!registered.credential().uv_initialized());
    // With the user asked, the same response fails.
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user), &mut entropy(), NOW).unwrap();
    create.client_data["challenge"] = json!(base64url::encode(&*options.challenge));
    let error = rp.finish_registration(state, &create.response(), unregistered, NOW).unwrap_err();
    assert_eq!(error.code(), Code::UserNotPresent);
    let refusing = Policy::passkeys().with_conditional_create(ConditionalCreatePolicy::Reject);
    let rp = with(refusing).build().unwrap();
    let request = RegistrationRequest::new(&user).with_conditional_mediation(session);
    rp.start_registration(request, &mut entropy(), NOW).unwrap_err();
}
