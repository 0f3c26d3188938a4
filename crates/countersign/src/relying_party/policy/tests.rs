use std::{borrow::Cow, sync::Arc};

use countersign_attestation::{
    AnchorList, AnchorQuery, TrustAnchor, TrustAnchors, format::tpm::TpmManufacturer,
};
use countersign_types::{Aaguid, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::ceremony::{
    entropy::EntropyError, request::RegistrationRequest, session::RecentSession, start_error::StartError,
};
use crate::relying_party::{
    configuration_error::ConfigurationError, party::RelyingParty, public_suffixes::PublicSuffixList,
    user::User, warnings::Warning,
};
use crate::test_ceremony::{NOW, entropy, handle, rp};

const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

/// What `policy` fails with, built with anchors if it requires them.
fn clash(policy: Policy) -> ConfigurationError {
    let text = serde_json::to_string(&policy).unwrap();
    let anchors = policy.attestation_policy.is_some().then(|| Arc::new(AnchorList::default()));
    let builder = rp().policy(policy);
    let built = match anchors {
        Some(anchors) => builder.trust_anchors(anchors).build(),
        None => builder.build(),
    };
    let error = built.unwrap_err();
    // Read back, the policy is refused for the same reason, unless that lies outside it.
    if !matches!(
        error,
        ConfigurationError::AlgorithmUnsupported(_) | ConfigurationError::FormatUnsupported(_)
    ) {
        let read = serde_json::from_str::<Policy>(&text).unwrap_err().to_string();
        assert!(read.starts_with(&error.to_string()), "{read}");
    }
    error
}

fn built(policy: Policy) -> RelyingParty {
    let is_attested = policy.attestation_policy.is_some();
    let builder = rp().policy(policy);
    if is_attested {
        builder.trust_anchors(Arc::new(AnchorList::default())).build().unwrap()
    } else {
        builder.build().unwrap()
    }
}

#[test]
fn each_preset_works_and_warns_of_nothing() {
    for policy in [Policy::passkeys(), Policy::second_factor(), Policy::attested(AttestationPolicy::new())] {
        let warnings =
            if policy.attestation_policy.is_some() { vec![Warning::NoAnchors] } else { Vec::new() };
        assert_eq!(built(policy.clone()).warnings(), warnings, "the test has no anchors");
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy, "{text}");
    }
    assert_eq!(*Policy::passkeys().user_verification(), UserVerificationRequirement::Required);
    assert_eq!(*Policy::passkeys().resident_key(), ResidentKeyRequirement::Preferred);
    assert_eq!(Policy::passkeys().attestation_policy(), None);
    assert_eq!(*Policy::second_factor().user_verification(), UserVerificationRequirement::Discouraged);
    assert_eq!(
        Policy::attested(AttestationPolicy::new()).attestation_conveyance,
        AttestationConveyance::Direct
    );
}

#[test]
fn a_relying_party_that_is_built_without_a_policy_has_that_of_passkeys() {
    let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org").build().unwrap();
    assert_eq!(rp.policy(), &Policy::passkeys());
    assert_eq!(Policy::default(), Policy::passkeys());
}

/// A policy with no member at its default that can be changed.
fn changed() -> Policy {
    Policy::attested(
        AttestationPolicy::new()
            .with_formats(["packed", "android-key"])
            .with_accepted_models([MODEL])
            .with_rejected_models([OTHER])
            .with_device_policy(
                DevicePolicy::new()
                    .with_android_key_protection(AndroidKeyProtection::StrongBox)
                    .with_android_verified_boot(AndroidVerifiedBoot::VerifiedOrSelfSigned)
                    .with_tpm_key_binding(TpmKeyBinding::Required)
                    .with_rejected_tpm_manufacturers(["id:49465800".parse().unwrap()])
                    .with_safetynet_max_age_seconds(300)
                    .with_safetynet_clock_skew_seconds(10),
            ),
    )
    .with_attachment(AuthenticatorAttachment::CrossPlatform)
    .with_algorithms([Algorithm::Es256])
    .with_stored_algorithms(StoredAlgorithms::Only(vec![Algorithm::Es256, Algorithm::Rs256]))
    .with_cross_origin(CrossOrigin::Accept {
        top_origins: TopOrigins::Listed(vec!["https://top.example".into()]),
    })
    .with_sign_count(SignCountPolicy::Report)
    .with_backup(BackupPolicy::Reject)
    .with_backup_eligibility_change(BackupEligibilityChange::DangerousAcceptUpgrade)
    .with_unknown_backup_eligibility(UnknownBackupEligibility::Reject)
    .with_conditional_create(ConditionalCreatePolicy::AfterSignIn { seconds: 60 })
    .with_uninitialized_user_verification(UninitializedUserVerification::DangerousAccept)
    .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
    .with_flagged_credentials(FlaggedCredentials::Report)
    .with_rejected_deviations([Deviation::ReservedFlags, Deviation::UnsortedCborKeys])
    .with_credential_id_bytes(128)
    .with_timeout_seconds(600)
}

#[test]
fn a_policy_is_written_with_all_its_members() {
    let policy = changed();
    let expected = json!({
        "version": 3,
        "user_verification": "required",
        "resident_key": "preferred",
        "attachment": "cross-platform",
        "algorithms": [-7],
        "stored_algorithms": {"only": [-7, -257]},
        "attestation_conveyance": "direct",
        "attestation_policy": {
            "formats": ["android-key", "packed"],
            "accepted_models": ["01010101-0101-0101-0101-010101010101"],
            "rejected_models": ["02020202-0202-0202-0202-020202020202"],
            "device": {
                "android_key_protection": "strong-box",
                "android_verified_boot": "verified-or-self-signed",
                "tpm_key_binding": "required",
                "rejected_tpm_manufacturers": ["id:49465800"],
                "safetynet_max_age_seconds": 300,
                "safetynet_clock_skew_seconds": 10,
            },
        },
        "cross_origin": {"accept": {"top_origins": {"listed": ["https://top.example"]}}},
        "sign_count": "report",
        "backup": "reject",
        "backup_eligibility_change": "dangerous-accept-upgrade",
        "unknown_backup_eligibility": "reject",
        "conditional_create": {"after-sign-in": {"seconds": 60}},
        "uninitialized_user_verification": "dangerous-accept",
        "unverified_discoverable": "dangerous-accept",
        "flagged_credentials": "report",
        "rejected_deviations": ["unsorted-cbor-keys", "reserved-flags"],
        "extensions": {
            "unsolicited_client_outputs": "accept",
            "unsolicited_authenticator_outputs": "accept",
            "required": [],
            "prf_results": "strip",
            "prf_user_verification": "required",
            "cred_protect": "at-least",
            "minimum_pin_length": null,
            "remote_clients": "reject",
        },
        "credential_id_bytes": 128,
        "timeout_seconds": 600,
    });
    assert_eq!(serde_json::to_value(&policy).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Policy>(expected).unwrap(), policy);
}

#[test]
fn a_policy_with_a_member_too_few_or_too_many_is_refused() {
    let whole = serde_json::to_value(Policy::attested(AttestationPolicy::new())).unwrap();
    let refused = |value: &Value| serde_json::from_value::<Policy>(value.clone()).unwrap_err();
    for place in ["", "/attestation_policy", "/attestation_policy/device"] {
        for name in whole.pointer(place).unwrap().as_object().unwrap().keys() {
            let mut less = whole.clone();
            less.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(name).unwrap();
            let error = refused(&less).to_string();
            assert!(error.contains(&format!("missing field `{name}`")), "{error}");
        }
        let mut more = whole.clone();
        more.pointer_mut(place).unwrap()["user_verifcation"] = json!("required");
        assert!(refused(&more).to_string().contains("unknown field `user_verifcation`"));
    }
    for number in [1, 2, 4] {
        let mut other = whole.clone();
        other["version"] = json!(number);
        if number == 1 {
            // Which version 1 had not.
            other.as_object_mut().unwrap().remove("unverified_discoverable").unwrap();
        }
        let sentence = format!("of version {number}, and this program supports only 3");
        assert!(refused(&other).to_string().contains(&sentence));
    }
    let mut unknown = whole;
    unknown["algorithms"] = json!([5]);
    assert!(refused(&unknown).to_string().contains("the algorithm 5 is not known"));
}

#[test]
fn a_policy_of_version_2_is_rejected_by_its_version_and_not_by_its_words() {
    let stored = r#"{"version":2,"user_verification":"required","resident_key":"preferred","attachment":null,
        "algorithms":[-7],"stored_algorithms":"supported","attestation_conveyance":"none","attested":null,
        "cross_origin":"refused","sign_count":"ignore","backup":"forbidden"}"#;
    let error = serde_json::from_str::<Policy>(stored).unwrap_err().to_string();
    assert!(error.contains("of version 2, and this program supports only 3"), "{error}");
    // With the number of the present version, its words are not read.
    let error = serde_json::from_str::<Policy>(&stored.replace(":2,", ":3,")).unwrap_err().to_string();
    assert!(error.contains("unknown"), "{error}");
}

#[test]
fn demands_of_a_policy_that_clash_are_refused_with_both_of_them_named() {
    use ConfigurationError as Error;
    let stored = |only: &[Algorithm]| StoredAlgorithms::Only(only.to_vec());
    let lost = Policy::passkeys().with_stored_algorithms(stored(&[Algorithm::EdDsa, Algorithm::Es256]));
    assert_eq!(clash(lost), Error::OfferedAlgorithmNotAccepted(Algorithm::Rs256));
    for most in [0, 1024] {
        assert_eq!(clash(Policy::passkeys().with_credential_id_bytes(most)), Error::CredentialIdBytes(most));
    }
    let unknown = |member, value: &str| Error::UnknownKeyword { member, value: value.into() };
    assert_eq!(
        clash(Policy::passkeys().with_user_verification("requird".into())),
        unknown("user verification", "requird")
    );
    assert_eq!(clash(Policy::passkeys().with_resident_key("yes".into())), unknown("resident key", "yes"));
    assert_eq!(clash(Policy::passkeys().with_attachment("usb".into())), unknown("attachment", "usb"));
    assert_eq!(
        clash(Policy::passkeys().with_attestation_conveyance("full".into())),
        unknown("attestation conveyance", "full")
    );
    let top = CrossOrigin::Accept { top_origins: TopOrigins::Listed(vec!["top.example".into()]) };
    assert_eq!(clash(Policy::passkeys().with_cross_origin(top)), Error::Origin("top.example".into()));
}

#[test]
fn rule_377_algorithms_must_be_offered_and_known_to_a_verifier() {
    assert_eq!(clash(Policy::passkeys().with_algorithms([])), ConfigurationError::NoAlgorithm);
    let unsupported = rp().policy(Policy::passkeys()).verifiers(countersign_cose::Verifiers::none()).build();
    assert_eq!(unsupported.unwrap_err(), ConfigurationError::AlgorithmUnsupported(Algorithm::EdDsa));
}

#[test]
fn rule_379_trust_is_demanded_with_anchors_and_a_conveyance_or_not_at_all() {
    use ConfigurationError as Error;
    let attested = || Policy::attested(AttestationPolicy::new());
    let anchors = || Arc::new(AnchorList::default());
    let without = attested().with_attestation_conveyance(AttestationConveyance::None);
    assert_eq!(clash(without), Error::TrustWithoutAttestation);
    assert_eq!(rp().policy(attested()).build().unwrap_err(), Error::NoAnchors);
    assert_eq!(rp().trust_anchors(anchors()).build().unwrap_err(), Error::AnchorsWithoutAttestationPolicy);
    let models = rp().model_policy(Arc::new(countersign_attestation::ModelList::only([MODEL])));
    assert_eq!(models.build().unwrap_err(), Error::ModelPolicyWithoutAttestationPolicy);
    rp().policy(attested()).trust_anchors(anchors()).build().unwrap();
}

#[test]
fn rule_380_a_model_is_not_both_accepted_and_refused() {
    use ConfigurationError as Error;
    let clash = |demands| clash(Policy::attested(demands));
    let both = AttestationPolicy::new().with_accepted_models([OTHER, MODEL]).with_rejected_models([MODEL]);
    assert_eq!(clash(both), Error::ModelAcceptedAndRejected(MODEL));
    assert_eq!(clash(AttestationPolicy::new().with_accepted_models([])), Error::NoModel);
    assert_eq!(clash(AttestationPolicy::new().with_accepted_models([Aaguid::ZERO])), Error::ZeroAaguidListed);
    assert_eq!(clash(AttestationPolicy::new().with_rejected_models([Aaguid::ZERO])), Error::ZeroAaguidListed);
    let unsigned = AttestationPolicy::new().with_formats(["fido-u2f"]).with_rejected_models([MODEL]);
    assert_eq!(clash(unsigned), Error::ModelsOfFormatWithoutAaguid);
    built(Policy::attested(
        AttestationPolicy::new().with_accepted_models([OTHER]).with_rejected_models([MODEL]),
    ));
}

#[test]
fn formats_that_no_trusted_attestation_has_are_not_demanded() {
    use ConfigurationError as Error;
    let clash = |formats: &[&str]| {
        clash(Policy::attested(AttestationPolicy::new().with_formats(formats.iter().copied())))
    };
    assert_eq!(clash(&[]), Error::NoFormat);
    assert_eq!(clash(&["packed", "none"]), Error::FormatNoneListed);
    assert_eq!(clash(&["packed", "compound"]), Error::FormatCompoundListed);
    assert_eq!(clash(&["pakced"]), Error::FormatUnsupported("pakced".into()));
}

#[test]
fn rule_378_a_fully_specified_algorithm_alone_is_warned_of() {
    for (offered, missing) in [
        (Algorithm::Esp256, Algorithm::Es256),
        (Algorithm::Esp384, Algorithm::Es384),
        (Algorithm::Esp512, Algorithm::Es512),
        (Algorithm::Ed25519, Algorithm::EdDsa),
    ] {
        let alone = Policy::passkeys().with_algorithms([offered]);
        assert_eq!(built(alone).warnings(), [Warning::FullySpecifiedAlone { offered, missing }]);
        assert_eq!(built(Policy::passkeys().with_algorithms([offered, missing])).warnings(), []);
    }
}

#[test]
fn rule_381_a_timeout_that_is_not_recommended_is_warned_of() {
    for (seconds, expected) in [(299, true), (300, false), (600, false), (601, true)] {
        let warnings = built(Policy::passkeys().with_timeout_seconds(seconds)).warnings();
        let warning = Warning::TimeoutNotRecommended { seconds };
        assert_eq!(warnings.contains(&warning), expected, "{seconds}");
    }
}

#[test]
fn discoverable_credentials_without_user_verification_are_warned_of() {
    let policy = Policy::passkeys()
        .with_user_verification(UserVerificationRequirement::Discouraged)
        .with_resident_key(ResidentKeyRequirement::Required);
    assert_eq!(built(policy.clone()).warnings(), [Warning::DiscoverableWithoutUserVerification]);
    assert_eq!(policy.with_user_verification(UserVerificationRequirement::Required).warnings(), []);
}

#[test]
fn an_empty_list_of_top_origins_gives_a_warning() {
    let empty = [TopOrigins::Listed(vec![]), TopOrigins::DangerousListedOrAbsent(vec![])];
    for top_origins in empty {
        let policy = Policy::passkeys().with_cross_origin(CrossOrigin::Accept { top_origins });
        assert_eq!(built(policy).warnings(), [Warning::NoTopOrigin]);
    }
    let listed = TopOrigins::Listed(vec!["https://top.example".into()]);
    for top_origins in [listed, TopOrigins::Any] {
        let policy = Policy::passkeys().with_cross_origin(CrossOrigin::Accept { top_origins });
        assert_eq!(built(policy).warnings(), []);
    }
}

#[test]
fn preferred_user_verification_gives_a_warning() {
    let with = |requirement| Policy::passkeys().with_user_verification(requirement).warnings();
    assert_eq!(with(UserVerificationRequirement::Preferred), [Warning::UserVerificationPreferred]);
    assert_eq!(with(UserVerificationRequirement::Required), []);
    assert_eq!(with(UserVerificationRequirement::Discouraged), []);
}

/// Anchors that report on models, as metadata does.
#[derive(Debug)]
struct Reporting;

impl TrustAnchors for Reporting {
    fn anchors(&self, _: &AnchorQuery<'_>) -> Cow<'_, [TrustAnchor]> {
        Cow::Borrowed(&[])
    }

    fn reports_models(&self) -> bool {
        true
    }
}

#[test]
fn an_empty_list_of_anchors_gives_a_warning() {
    let with = |anchors: Arc<dyn TrustAnchors>| {
        rp().policy(Policy::attested(AttestationPolicy::new()))
            .trust_anchors(anchors)
            .build()
            .unwrap()
            .warnings()
    };
    assert_eq!(with(Arc::new(AnchorList::default())), [Warning::NoAnchors]);
    assert_eq!(with(Arc::new(countersign_attestation::ScopedAnchors::default())), [Warning::NoAnchors]);
}

#[test]
fn metadata_without_a_model_policy_gives_a_warning() {
    let builder =
        || rp().policy(Policy::attested(AttestationPolicy::new())).trust_anchors(Arc::new(Reporting));
    assert_eq!(builder().build().unwrap().warnings(), [Warning::MetadataWithoutModelPolicy]);
    let judged = builder().model_policy(Arc::new(countersign_attestation::ModelList::only([MODEL])));
    assert_eq!(judged.build().unwrap().warnings(), []);
}

#[test]
fn names_that_authenticators_may_cut_off_give_a_warning() {
    let name = |bytes: usize| "\u{e4}".repeat(bytes / 2);
    let of_party = |bytes| {
        let rp = RelyingParty::builder("example.org", name(bytes)).origin("https://example.org");
        rp.public_suffixes(Arc::new(PublicSuffixList)).build().unwrap().warnings()
    };
    assert_eq!(of_party(64), []);
    assert_eq!(of_party(66), [Warning::NameTruncated { member: "rp.name", bytes: 66 }]);
    let of_user = |name: String, display: String| User::new(handle(7), name, display).warnings();
    assert_eq!(of_user(name(64), name(64)), []);
    assert_eq!(
        of_user(name(66), name(1000)),
        [("user.name", 66), ("user.displayName", 1000)]
            .map(|(member, bytes)| Warning::NameTruncated { member, bytes })
    );
}

#[test]
fn rule_376_a_user_handle_that_is_a_name_is_warned_of() {
    let user = |handle: &str, name: &str, display: &str| {
        User::new(countersign_types::UserHandle::new(handle.as_bytes()).unwrap(), name, display).warnings()
    };
    assert_eq!(user("8f1c", "jo", "Jo"), []);
    assert_eq!(user("jo", "Jo", ""), [Warning::UserHandleIsName]);
    assert_eq!(user("Jo Doe", "jo", "Jo Doe"), [Warning::UserHandleIsName]);
    assert_eq!(user("jo@example.org", "jo", "Jo"), [Warning::UserHandleIsEmail]);
    let both = [Warning::UserHandleIsName, Warning::UserHandleIsEmail];
    assert_eq!(user("jo@example.org", "jo@example.org", "Jo"), both);
    for handle in ["@", "a@", "a@b@c", "a b@c"] {
        assert_eq!(user(handle, "jo", "Jo"), [], "{handle}");
    }
}

#[test]
fn warnings_are_one_sentence_each() {
    let (offered, missing) = (Algorithm::Esp256, Algorithm::Es256);
    for (warning, text) in [
        (
            Warning::FullySpecifiedAlone { offered, missing },
            "ESP256 is offered without ES256, which is the name that authenticators support",
        ),
        (
            Warning::NameTruncated { member: "user.name", bytes: 65 },
            "user.name has 65 bytes, of which authenticators may store 64",
        ),
        (Warning::TimeoutNotRecommended { seconds: 7 }, "a timeout of 7 seconds; 300 to 600 are recommended"),
    ] {
        assert_eq!(warning.to_string(), text);
    }
}

/// A conditional registration for the account of [`handle`]`(7)`.
fn conditional(policy: Policy, session: RecentSession) -> Result<(), StartError> {
    let user = User::new(handle(7), "jo", "Jo");
    let request = RegistrationRequest::new(&user).with_conditional_mediation(session);
    built(policy).start_registration(request, &mut entropy(), NOW).map(drop)
}

#[test]
fn rule_310_a_credential_is_made_without_asking_in_a_recent_session_of_its_account_alone() {
    let ago = |seconds| Timestamp::from_unix_seconds(NOW.unix_seconds() - seconds);
    let policy = Policy::passkeys;
    assert_eq!(conditional(policy(), RecentSession::vouched(handle(7), ago(300))), Ok(()));
    let old = RecentSession::vouched(handle(7), ago(301));
    assert_eq!(conditional(policy(), old.clone()), Err(StartError::SessionNotRecent { seconds: 300 }));
    let longer = policy().with_conditional_create(ConditionalCreatePolicy::AfterSignIn { seconds: 3600 });
    assert_eq!(conditional(longer, old), Ok(()));
    let future = RecentSession::vouched(handle(7), ago(-1));
    assert_eq!(conditional(policy(), future), Err(StartError::SessionNotRecent { seconds: 300 }));
    let another = RecentSession::vouched(handle(8), ago(0));
    assert_eq!(conditional(policy(), another.clone()), Err(StartError::SessionOfAnotherAccount));
    assert_eq!(conditional(policy(), RecentSession::dangerous_of_any_age(handle(7))), Ok(()));
    let refusing = policy().with_conditional_create(ConditionalCreatePolicy::Reject);
    let session = RecentSession::dangerous_of_any_age(handle(7));
    assert_eq!(conditional(refusing, session), Err(StartError::ConditionalCreateRejected));
}

#[test]
fn a_chosen_challenge_needs_no_entropy() {
    let user = User::new(handle(7), "jo", "Jo");
    let challenge = crate::ceremony::challenge::Challenge::new([9; 16]).unwrap();
    let request = RegistrationRequest::new(&user).with_challenge(challenge.clone());
    let mut none = |_: &mut [u8]| Err(EntropyError::new("none"));
    let rp = built(Policy::passkeys());
    let (options, _) = rp.start_registration(request, &mut none, NOW).unwrap();
    assert_eq!(*options.challenge, [9; 16]);
    let request = crate::ceremony::request::AuthenticationRequest::discoverable().with_challenge(challenge);
    let (options, _) = rp.start_authentication(request, &mut none, NOW).unwrap();
    assert_eq!(*options.challenge, [9; 16]);
}

#[test]
fn each_requirement_of_devices_can_be_read() {
    let manufacturer: TpmManufacturer = "id:49465800".parse().unwrap();
    let policy = DevicePolicy::new()
        .with_android_key_protection(AndroidKeyProtection::StrongBox)
        .with_android_verified_boot(AndroidVerifiedBoot::Verified)
        .with_tpm_key_binding(TpmKeyBinding::Required)
        .with_rejected_tpm_manufacturers([manufacturer])
        .with_safetynet_max_age_seconds(300)
        .with_safetynet_clock_skew_seconds(10);
    assert_eq!(policy.android_key_protection(), Some(AndroidKeyProtection::StrongBox));
    assert_eq!(policy.android_verified_boot(), Some(AndroidVerifiedBoot::Verified));
    assert_eq!(policy.tpm_key_binding(), TpmKeyBinding::Required);
    assert!(policy.rejected_tpm_manufacturers().iter().eq([&manufacturer]));
    assert_eq!((policy.safetynet_max_age_seconds(), policy.safetynet_clock_skew_seconds()), (300, 10));
}
