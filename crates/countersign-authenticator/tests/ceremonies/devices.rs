//! The requirements of a policy on devices, checked against what the formats report.

use std::sync::Arc;

use countersign::{
    Code,
    attestation::{
        Formats,
        format::{
            android_key::VerifiedBootState,
            compound::{CompoundConfiguration, CompoundFormat, Quorum},
        },
    },
    relying_party::policy::{
        AndroidKeyProtection, AndroidVerifiedBoot, AttestationPolicy, DevicePolicy, TpmKeyBinding,
    },
    report::{DeviceError, PolicyErrorKind},
};
use countersign_authenticator::{Attestation, AttestationDraft, Change, Client};

use super::{
    policy::{attester, demanding, packed, register_by, rejected},
    relying_party::{ORIGIN, rp},
};

/// The tag of `rootOfTrust`.
const ROOT_OF_TRUST: u32 = 704;
/// The time of the ceremonies in milliseconds.
const NOW: u64 = 1_767_225_600_000;

type Registered = Result<(), countersign::Error>;

/// Registers a credential with such an attestation, changed like this.
fn register(policy: DevicePolicy, attestation: Attestation, change: fn(&mut AttestationDraft)) -> Registered {
    let client = Client::new(ORIGIN).with_change(Change::Attestation(change));
    register_by(&client, attestation, demanding(AttestationPolicy::new().with_device_policy(policy)))
}

fn android(policy: DevicePolicy, change: fn(&mut AttestationDraft)) -> Registered {
    register(policy, Attestation::AndroidKey(attester()), change)
}

fn tpm(policy: DevicePolicy, change: fn(&mut AttestationDraft)) -> Registered {
    register(policy, Attestation::Tpm(attester()), change)
}

fn safetynet(policy: DevicePolicy, change: fn(&mut AttestationDraft)) -> Registered {
    register(policy, Attestation::AndroidSafetyNet(attester()), change)
}

#[track_caller]
fn assert_rejected(result: Registered, error: DeviceError, code: Code) {
    assert_eq!(rejected(result), (code, Some(PolicyErrorKind::Device(error))));
}

fn levels<const KEY: u8, const ATTESTATION: u8>(draft: &mut AttestationDraft) {
    draft.key_description.keymaster_security_level = KEY;
    draft.key_description.attestation_security_level = ATTESTATION;
}

#[test]
fn rule_216_the_security_level_is_at_least_the_required_one() {
    let (too_weak, code) = (DeviceError::KeyProtectionTooWeak, Code::AuthenticatorNotAccepted);
    let any = DevicePolicy::new;
    let environment = || any().with_android_key_protection(AndroidKeyProtection::TrustedEnvironment);
    let strong_box = || any().with_android_key_protection(AndroidKeyProtection::StrongBox);
    for (policy, change) in [
        (any(), levels::<0, 0> as fn(&mut AttestationDraft)),
        (environment(), levels::<1, 1>),
        (environment(), levels::<2, 1>),
        (strong_box(), levels::<2, 2>),
    ] {
        android(policy, change).unwrap();
    }
    for (policy, change) in [
        (environment(), levels::<0, 1> as fn(&mut AttestationDraft)),
        (environment(), levels::<1, 0>),
        (strong_box(), levels::<1, 1>),
        (strong_box(), levels::<1, 2>),
        (strong_box(), levels::<2, 1>),
    ] {
        assert_rejected(android(policy, change), too_weak, code);
    }
    // Other authenticators do not report a level.
    register(strong_box(), packed(), |_| {}).unwrap();
}

#[test]
fn rule_216_an_unknown_security_level_is_rejected_without_a_requirement() {
    for change in [levels::<3, 1> as fn(&mut AttestationDraft), levels::<1, 3>] {
        let error = android(DevicePolicy::new(), change).unwrap_err();
        assert_eq!(error.code(), Code::AttestationNotAccepted);
        assert_eq!(error.step().anchor(), "reg-ceremony-verify-attestation");
    }
}

/// `RootOfTrust` without the hash, with an empty key.
fn root_of_trust(locked: u8, state: u8) -> (u32, Vec<u8>) {
    (ROOT_OF_TRUST, vec![0x30, 0x08, 0x04, 0x00, 0x01, 0x01, locked, 0x0a, 0x01, state])
}

fn booted<const LOCKED: u8, const STATE: u8>(draft: &mut AttestationDraft) {
    draft.key_description.hardware_enforced.push(root_of_trust(LOCKED, STATE));
}

/// A change of the statement, with the lock and the state that it says.
type Booted = (fn(&mut AttestationDraft), bool, VerifiedBootState);

#[test]
fn rule_221_the_device_booted_a_required_system_with_a_locked_boot_loader() {
    use VerifiedBootState::{Failed, Other, SelfSigned, Unverified, Verified};

    let states: [Booted; 6] = [
        (booted::<0xff, 0>, true, Verified),
        (booted::<0xff, 1>, true, SelfSigned),
        (booted::<0xff, 2>, true, Unverified),
        (booted::<0xff, 3>, true, Failed),
        (booted::<0xff, 4>, true, Other(4)),
        (booted::<0x00, 0>, false, Verified),
    ];
    for (change, locked, state) in states {
        android(DevicePolicy::new(), change).unwrap();
        for (required, accepted) in [
            (AndroidVerifiedBoot::Verified, &[Verified][..]),
            (AndroidVerifiedBoot::VerifiedOrSelfSigned, &[Verified, SelfSigned]),
        ] {
            let result = android(DevicePolicy::new().with_android_verified_boot(required), change);
            if locked && accepted.contains(&state) {
                result.unwrap();
            } else {
                let error = DeviceError::VerifiedBootNotAccepted(Some(state));
                assert_rejected(result, error, Code::AttestationNotAccepted);
            }
        }
    }
}

#[test]
fn rule_221_only_the_secure_environment_vouches_for_the_boot() {
    let by_software: fn(&mut AttestationDraft) =
        |draft| draft.key_description.software_enforced.push(root_of_trust(0xff, 0));
    for change in [by_software, |_| {}] {
        let policy = DevicePolicy::new().with_android_verified_boot(AndroidVerifiedBoot::Verified);
        let error = DeviceError::VerifiedBootNotAccepted(None);
        assert_rejected(android(policy, change), error, Code::AttestationNotAccepted);
    }
}

fn attributes<const BITS: u32>(draft: &mut AttestationDraft) {
    draft.public_area.attributes |= BITS;
}

#[test]
fn rule_181_a_key_is_bound_to_its_tpm_if_that_is_required() {
    let required = || DevicePolicy::new().with_tpm_key_binding(TpmKeyBinding::Required);
    tpm(required(), attributes::<0x22>).unwrap();
    // fixedTPM and sensitiveDataOrigin are both needed.
    for change in [attributes::<0x02> as fn(&mut AttestationDraft), attributes::<0x20>] {
        tpm(DevicePolicy::new(), change).unwrap();
        assert_rejected(tpm(required(), change), DeviceError::TpmKeyNotBound, Code::AttestationNotAccepted);
    }
}

#[test]
fn rule_197_a_manufacturer_on_the_deny_list_is_rejected() {
    let rejecting = |manufacturers: &[&str]| {
        let manufacturers = manufacturers.iter().map(|name| name.parse().unwrap());
        tpm(DevicePolicy::new().with_rejected_tpm_manufacturers(manufacturers), |_| {})
    };
    rejecting(&["id:494E5443"]).unwrap();
    let error = DeviceError::TpmManufacturerNotAccepted("id:00000000".parse().unwrap());
    assert_rejected(rejecting(&["id:494E5443", "id:00000000"]), error, Code::AttestationNotAccepted);
}

fn made<const MILLISECONDS: u64>(draft: &mut AttestationDraft) {
    draft.payload.set("timestampMs", MILLISECONDS);
}

#[test]
fn rule_233_a_response_was_made_within_the_window() {
    let wider =
        || DevicePolicy::new().with_safetynet_max_age_seconds(300).with_safetynet_clock_skew_seconds(10);
    for (policy, change) in [
        (DevicePolicy::new(), made::<{ NOW - 60_000 }> as fn(&mut AttestationDraft)),
        (DevicePolicy::new(), made::<{ NOW + 999 }>),
        (wider(), made::<{ NOW - 300_000 }>),
        (wider(), made::<{ NOW + 10_000 }>),
        (DevicePolicy::new().with_safetynet_max_age_seconds(u32::MAX), made::<0>),
    ] {
        safetynet(policy, change).unwrap();
    }
    for (policy, change, milliseconds) in [
        (DevicePolicy::new(), made::<0> as fn(&mut AttestationDraft), 0),
        (DevicePolicy::new(), made::<{ NOW - 60_001 }>, NOW - 60_001),
        (DevicePolicy::new(), made::<{ NOW + 1000 }>, NOW + 1000),
        (DevicePolicy::new(), made::<{ u64::MAX }>, u64::MAX),
        (wider(), made::<{ NOW - 301_000 }>, NOW - 301_000),
        (wider(), made::<{ NOW + 11_000 }>, NOW + 11_000),
    ] {
        let error = DeviceError::SafetyNetTime { milliseconds };
        assert_rejected(safetynet(policy, change), error, Code::AttestationNotAccepted);
    }
}

#[test]
fn rule_233_the_window_is_not_checked_without_required_trust() {
    let client = Client::new(ORIGIN).with_change(Change::Attestation(made::<0>));
    register_by(&client, Attestation::AndroidSafetyNet(attester()), rp()).unwrap();
}

#[test]
fn rule_197_a_part_from_a_rejected_device_does_not_count() {
    let (tpm, android) = (Attestation::Tpm(attester()), Attestation::AndroidKey(attester()));
    let register = |quorum, parts: &[&Attestation], demands: AttestationPolicy| {
        let compound = CompoundFormat::new(CompoundConfiguration::new(quorum));
        let rp = demanding(demands).formats(Formats::standard().with_format(Arc::new(compound)));
        let parts = parts.iter().map(|part| (*part).clone()).collect();
        register_by(&Client::new(ORIGIN), Attestation::Compound(parts), rp)
    };
    let manufacturer = "id:00000000".parse().unwrap();
    let rejecting = || {
        let device = DevicePolicy::new().with_rejected_tpm_manufacturers([manufacturer]);
        AttestationPolicy::new().with_device_policy(device)
    };
    let no_tpm = || DeviceError::TpmManufacturerNotAccepted(manufacturer);
    let code = Code::AttestationNotAccepted;
    for quorum in [Quorum::All, Quorum::Any] {
        register(quorum, &[&tpm, &android], AttestationPolicy::new()).unwrap();
    }
    for parts in [[&tpm, &packed()], [&packed(), &tpm]] {
        register(Quorum::Any, &parts, rejecting()).unwrap();
        register(Quorum::Any, &parts, rejecting().with_formats(["packed"])).unwrap();
        assert_rejected(register(Quorum::All, &parts, rejecting()), no_tpm(), code);
    }
    assert_rejected(register(Quorum::Any, &[&tpm, &Attestation::None], rejecting()), no_tpm(), code);
    // None of the two is accepted, for different reasons: the first part's counts.
    let device = DevicePolicy::new()
        .with_rejected_tpm_manufacturers([manufacturer])
        .with_android_verified_boot(AndroidVerifiedBoot::Verified);
    let neither =
        register(Quorum::Any, &[&android, &tpm], AttestationPolicy::new().with_device_policy(device));
    assert_rejected(neither, DeviceError::VerifiedBootNotAccepted(None), code);
}
