use std::sync::Arc;

use super::*;
use crate::test_ceremony::rp;
use countersign_attestation::AnchorList;

#[test]
fn the_defaults_are_the_specifications() {
    let rp = rp().build().unwrap();
    assert_eq!(rp.algorithms(), [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256]);
    assert_eq!(rp.timeout_milliseconds(), 300_000);
    assert_eq!(rp.user_verification, UserVerificationRequirement::Preferred);
    assert_eq!((rp.id(), rp.name()), ("example.org", "Example"));
    assert_eq!(rp.origins().collect::<Vec<_>>(), ["https://example.org"]);
}

#[test]
fn rule_369_a_bad_rp_id_is_refused() {
    let refused =
        RelyingParty::builder("https://example.org", "").origin("https://example.org").build().unwrap_err();
    assert_eq!(refused, ConfigurationError::RpId("https://example.org".into()));
}

#[test]
fn without_an_origin_nothing_could_be_accepted() {
    assert_eq!(RelyingParty::builder("example.org", "").build().unwrap_err(), ConfigurationError::NoOrigin);
    RelyingParty::builder("example.org", "").app_origin("ios:bundle-id:org.example").build().unwrap();
}

#[test]
fn rule_372_an_origin_is_a_web_origin_or_by_its_own_method_an_apps() {
    let page = "https://example.org/";
    assert_eq!(rp().origin(page).build().unwrap_err(), ConfigurationError::Origin(page.into()));
    let app = "android:apk-key-hash:abc";
    assert_eq!(rp().origin(app).build().unwrap_err(), ConfigurationError::Origin(app.into()));
    rp().app_origin(app).build().unwrap();
    let unknown = "symbian:abc";
    assert_eq!(rp().app_origin(unknown).build().unwrap_err(), ConfigurationError::AppOrigin(unknown.into()));
    let top = |origin: &str| CrossOrigin::Accepted { top_origins: TopOrigins::Listed(vec![origin.into()]) };
    rp().cross_origin(top("https://top.example")).build().unwrap();
    assert_eq!(rp().cross_origin(top(app)).build().unwrap_err(), ConfigurationError::Origin(app.into()));
}

#[test]
fn rule_039_an_insecure_origin_is_accepted_by_its_own_method_alone() {
    let insecure = "http://example.org";
    assert_eq!(rp().origin(insecure).build().unwrap_err(), ConfigurationError::Origin(insecure.into()));
    rp().dangerous_insecure_origin(insecure).build().unwrap();
    let path = "http://example.org/";
    assert_eq!(
        rp().dangerous_insecure_origin(path).build().unwrap_err(),
        ConfigurationError::Origin(path.into())
    );
}

#[test]
fn rule_377_algorithms_must_be_offered_and_verifiable() {
    assert_eq!(rp().algorithms([]).build().unwrap_err(), ConfigurationError::NoAlgorithm);
    let refused = rp().verifiers(Verifiers::empty()).build().unwrap_err();
    assert_eq!(refused, ConfigurationError::AlgorithmUnsupported(Algorithm::EdDsa));
}

#[test]
fn rule_381_a_timeout_that_options_cannot_say_is_refused() {
    rp().timeout_seconds(TIMEOUT_SECONDS_MAX).build().unwrap();
    for seconds in [0, TIMEOUT_SECONDS_MAX + 1] {
        assert_eq!(rp().timeout_seconds(seconds).build().unwrap_err(), ConfigurationError::Timeout(seconds));
    }
}

#[test]
fn rule_379_trust_without_attestation_is_refused() {
    let trusting = || rp().attestation_trust(AttestationTrust::Required(Arc::new(AnchorList::default())));
    assert_eq!(trusting().build().unwrap_err(), ConfigurationError::TrustWithoutAttestation);
    trusting().attestation_conveyance(AttestationConveyance::Direct).build().unwrap();
}

#[test]
fn each_error_is_one_sentence() {
    let errors = [
        ConfigurationError::RpId("a b".into()),
        ConfigurationError::NoOrigin,
        ConfigurationError::Origin("x".into()),
        ConfigurationError::AppOrigin("x".into()),
        ConfigurationError::NoAlgorithm,
        ConfigurationError::AlgorithmUnsupported(Algorithm::Es256),
        ConfigurationError::Timeout(0),
        ConfigurationError::TrustWithoutAttestation,
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.len() < 140 && !text.ends_with('.') && !text.contains('\n'), "{text}");
    }
}
