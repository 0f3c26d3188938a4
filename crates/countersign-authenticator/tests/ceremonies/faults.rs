//! Every fault is refused with its code, and the same ceremonies without it are accepted.

use std::{collections::BTreeSet, sync::Arc};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, Code, CredentialIdStatus, CredentialRecord, Policy,
    Registered, RegistrationRequest, RegistrationResponse, RelyingParty, Timestamp, User,
    attestation::{
        AnchorList, Certificate, Formats, ModelList, TrustAnchor,
        format::{
            android_safetynet::AndroidSafetyNetFormat,
            apple_appattest::{AppAttestEnvironment, AppAttestFormat},
        },
    },
    ceremony::{Challenge, Consumption, RecentSession, extensions::Extension},
    relying_party::policy::{
        AttestationPolicy, BackupPolicy, ConditionalCreatePolicy, CrossOrigin, ExtensionPolicy,
        PrfResultsPolicy, PrfUserVerification, TopOrigins, Unsolicited, UnverifiedDiscoverable,
    },
    report::Deviation,
    types::enumerations::{AuthenticatorAttachment, UserVerificationRequirement},
};
use countersign_authenticator::{
    APP_ID, Ceremony, Creation, Demand, Exchange, ExchangeStep, Fault, Framing, NOW, ORIGIN, Profile, RP_ID,
    Scenario, SignIn, TOP_ORIGIN, Trust, Verdict, Verification,
};

const TIME: Timestamp = Timestamp::from_unix_seconds(NOW);

/// The relying party of a scenario.
fn relying_party(scenario: Scenario, exchange: &Exchange) -> RelyingParty {
    let app_attest = AppAttestFormat::new(AppAttestEnvironment::Production, [RP_ID]);
    let formats = Formats::standard()
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(app_attest));
    let mut rp =
        RelyingParty::builder(RP_ID, "Example").policy(policy(scenario)).origin(ORIGIN).formats(formats);
    if scenario.trust == Trust::Required {
        let anchor = Certificate::from_der(&exchange.anchor).unwrap();
        let mut anchor = TrustAnchor::from_certificate(anchor);
        if scenario.demand == Demand::Model {
            anchor = anchor.with_models([scenario.aaguid()]);
        }
        rp = rp.trust_anchors(Arc::new(AnchorList::new([anchor])));
    }
    if scenario.sign_in == Some(SignIn::AppId) {
        rp = rp.appid(APP_ID);
    }
    if scenario.demand == Demand::Model {
        rp = rp.model_policy(Arc::new(ModelList::only([scenario.aaguid()])));
    }
    rp.build().unwrap()
}

/// What is demanded, as settings.
fn policy(scenario: Scenario) -> Policy {
    let base = match scenario.trust {
        Trust::Required => Policy::attested(AttestationPolicy::new())
            .with_conditional_create(ConditionalCreatePolicy::default()),
        _ => Policy::passkeys(),
    };
    let mut policy = base.with_algorithms(scenario.algorithms());
    if scenario.user_verification != Verification::Required {
        policy = policy
            .with_user_verification(UserVerificationRequirement::Preferred)
            .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept);
    }
    if scenario.frame == Framing::Named {
        let top_origins = TopOrigins::Listed(vec![TOP_ORIGIN.to_owned()]);
        policy = policy.with_cross_origin(CrossOrigin::Accept { top_origins });
    }
    let extensions = ExtensionPolicy::new().with_prf_user_verification(PrfUserVerification::Any);
    demanding(policy.with_extensions(extensions), scenario.demand)
}

fn demanding(policy: Policy, demand: Demand) -> Policy {
    let extensions = || ExtensionPolicy::new().with_prf_user_verification(PrfUserVerification::Any);
    match demand {
        Demand::PlatformAttachment => policy
            .with_attachment(AuthenticatorAttachment::Platform)
            .with_rejected_deviations([Deviation::OtherAttachment]),
        Demand::Copies => policy.with_rejected_deviations([Deviation::CopyDiffers]),
        Demand::DeviceBound => policy.with_backup(BackupPolicy::Reject),
        Demand::BackupEligible => policy.with_backup(BackupPolicy::EligibleRequired),
        Demand::BackedUp => policy.with_backup(BackupPolicy::Required),
        Demand::AskedOutputs => {
            policy.with_extensions(extensions().with_unsolicited_client_outputs(Unsolicited::Reject))
        }
        Demand::CredProps => policy.with_extensions(extensions().with_required(Extension::CredProps)),
        Demand::Prf => policy.with_extensions(extensions().with_required(Extension::Prf)),
        Demand::PrfResultsUnsent => {
            policy.with_extensions(extensions().with_prf_results(PrfResultsPolicy::Reject))
        }
        Demand::LargeBlob => policy.with_extensions(extensions().with_required(Extension::LargeBlob)),
        _ => policy,
    }
}

fn register(
    rp: &RelyingParty,
    scenario: Scenario,
    exchange: &Exchange,
    step: &ExchangeStep,
) -> Result<CredentialRecord, Code> {
    let user = User::new(exchange.user_handle.clone(), "jo", "Jo");
    let mut request = RegistrationRequest::new(&user)
        .with_challenge(Challenge::dangerous_short(step.challenge.clone()).unwrap())
        .with_extensions(serde_json::from_str(scenario.creation_extensions).unwrap());
    if scenario.creation == Creation::Conditional {
        request = request.with_conditional_mediation(RecentSession::vouched(user.handle.clone(), TIME));
    }
    let state = rp.expect_registration(request, TIME).unwrap().spent(Consumption::First).unwrap();
    let response = RegistrationResponse::from_json(step.response.as_bytes()).map_err(|error| error.code())?;
    rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, TIME)
        .map(Registered::into_credential)
        .map_err(|error| error.code())
}

fn sign_in(
    rp: &RelyingParty,
    scenario: Scenario,
    exchange: &Exchange,
    step: &ExchangeStep,
    record: &CredentialRecord,
) -> Result<(), Code> {
    let user = exchange.user_handle.clone();
    let listed = [record.descriptor()];
    let request = if scenario.sign_in == Some(SignIn::Discoverable) {
        AuthenticationRequest::discoverable()
    } else {
        AuthenticationRequest::identified(&user, &listed)
    };
    let request = request
        .with_challenge(Challenge::dangerous_short(step.challenge.clone()).unwrap())
        .with_extensions(serde_json::from_str(scenario.request_extensions).unwrap());
    let state = rp.expect_authentication(request, TIME).unwrap().spent(Consumption::First).unwrap();
    let response =
        AuthenticationResponse::from_json(step.response.as_bytes()).map_err(|error| error.code())?;
    let record = Some(record).filter(|record| record.id() == response.credential_id());
    rp.finish_authentication(state, &response, record, TIME).map(drop).map_err(|error| error.code())
}

/// Runs what went over the wire; the ceremony that failed comes with its code.
pub(crate) fn judge(scenario: Scenario, exchange: &Exchange) -> Result<(), (Ceremony, Code)> {
    let rp = relying_party(scenario, exchange);
    let record = if let Some(step) = &exchange.registration {
        register(&rp, scenario, exchange, step).map_err(|code| (Ceremony::Registration, code))?
    } else {
        let (id, key) = (exchange.credential_id.clone().unwrap(), exchange.public_key.clone().unwrap());
        CredentialRecord::new(id, RP_ID, exchange.user_handle.clone(), key)
    };
    if let Some(step) = &exchange.authentication {
        sign_in(&rp, scenario, exchange, step, &record).map_err(|code| (Ceremony::Authentication, code))?;
    }
    Ok(())
}

#[test]
fn every_fault_is_refused_with_its_code() {
    let mut wrong = Vec::new();
    for fault in Fault::all() {
        let verdict = judge(fault.scenario(), &fault.exchange().unwrap());
        if verdict != Err((fault.ceremony(), fault.codes()[0])) {
            wrong.push(format!("{}: {verdict:?}, expected {}", fault.name(), fault.codes()[0]));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn without_its_fault_every_scenario_is_accepted() {
    let mut seen: Vec<Scenario> = Vec::new();
    for fault in Fault::all() {
        let scenario = fault.scenario();
        if !seen.contains(&scenario) {
            let verdict = judge(scenario, &scenario.run(&[], &[]).unwrap());
            assert_eq!(verdict, Ok(()), "{scenario:?}");
            seen.push(scenario);
        }
    }
}

#[test]
fn every_profile_has_the_default_verdict() {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for profile in Profile::all() {
        let verdict = judge(profile.scenario(), &profile.exchange().unwrap());
        let expected = match profile.verdict() {
            Verdict::Refused(code) => Some(code),
            _ => None,
        };
        if verdict.err().map(|(_, code)| code) != expected {
            wrong.push(format!("{}: {verdict:?}, expected {expected:?}", profile.name()));
        }
        assert!(names.insert(profile.name()), "{}", profile.name());
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn names_are_unique_and_every_fault_has_a_rule_and_a_code() {
    let mut names = BTreeSet::new();
    for fault in Fault::all() {
        assert!(names.insert(fault.name()), "{}", fault.name());
        assert!(!fault.codes().is_empty() && !fault.rules().is_empty(), "{}", fault.name());
        assert_eq!(Fault::named(fault.name()).map(Fault::name), Some(fault.name()));
    }
    assert!(names.len() > 300, "{}", names.len());
}

/// Codes that no fault gives, and why.
const NOT_A_RESPONSE_S: &[(Code, &str)] = &[
    (Code::ChallengeExpired, "the clock's: the same response in time is accepted"),
    (Code::StateInvalid, "the state's: it is the relying party's own"),
    (
        Code::UserVerificationNotInitialized,
        "the record's: the same response is accepted once a factor was checked",
    ),
    (Code::VerifierMissing, "the configuration's: the same response is accepted with a verifier"),
    (Code::CredentialAlreadyRegistered, "the store's: the same response is accepted if the ID is new"),
    (Code::RecordChanged, "the store's: the same response is accepted while the record stays as it was"),
    (Code::AttestationCertificateRevoked, "the revocation list's: the same certificate is good without it"),
    (Code::VerifierMissing, "the relying party's: the same response is accepted with the verifier"),
    (Code::MetadataMalformed, "a metadata BLOB's, which is no response"),
    (Code::MetadataSignatureInvalid, "a metadata BLOB's, which is no response"),
    (Code::MetadataUntrusted, "a metadata BLOB's, which is no response"),
    (Code::MetadataOutdated, "a metadata BLOB's, which is no response"),
    (Code::MetadataRollback, "a metadata BLOB's, which is no response"),
];

#[test]
fn every_code_that_a_response_can_cause_is_given_to_a_fault() {
    let given: BTreeSet<Code> = Fault::all().map(|fault| fault.codes()[0]).collect();
    let explained: BTreeSet<Code> = NOT_A_RESPONSE_S.iter().map(|(code, _)| *code).collect();
    let missing: Vec<Code> =
        Code::ALL.iter().copied().filter(|code| !given.contains(code) && !explained.contains(code)).collect();
    assert_eq!(missing, []);
    assert!(given.is_disjoint(&explained));
}
