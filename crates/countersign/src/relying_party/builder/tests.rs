use std::sync::Arc;

use countersign_attestation::AnchorList;
use countersign_cose::Algorithm;
use countersign_types::enumerations::{AttestationConveyance, UserVerificationRequirement};

use super::*;
use crate::relying_party::policy::choices::{CrossOrigin, TopOrigins};
use crate::relying_party::policy::{attestation::AttestationPolicy, limits::TIMEOUT_SECONDS_MAX};
use crate::relying_party::{origin::OriginRule, public_suffixes::PublicSuffixList, warnings::Warning};
use crate::test_ceremony::{policy, rp};

fn builder(id: &str) -> RelyingPartyBuilder {
    RelyingParty::builder(id, "Example").public_suffixes(Arc::new(PublicSuffixList))
}

#[test]
fn the_defaults_are_the_specifications() {
    let rp = rp().build().unwrap();
    assert_eq!(rp.algorithms(), [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256]);
    assert_eq!(rp.timeout_milliseconds(), 300_000);
    assert_eq!(rp.policy.user_verification, UserVerificationRequirement::Preferred);
    assert_eq!((rp.id(), rp.name()), ("example.org", "Example"));
    assert_eq!(rp.origins(), [OriginRule::Exact("https://example.org".into())]);
}

#[test]
fn rule_369_a_bad_rp_id_is_refused() {
    let refused = RelyingParty::builder("https://example.org", "Example")
        .origin("https://example.org")
        .build()
        .unwrap_err();
    assert_eq!(refused, ConfigurationError::RpId("https://example.org".into()));
}

#[test]
fn a_relying_party_without_a_name_that_is_seen_is_refused() {
    let built = |name: &str| RelyingParty::builder("example.org", name).origin("https://example.org").build();
    for blank in ["", " ", "\u{200b}", "\u{3164}"] {
        assert_eq!(built(blank).unwrap_err(), ConfigurationError::NameEmpty);
    }
    built("example.org").unwrap();
}

#[test]
fn rule_370_a_public_suffix_is_no_rp_id_unless_named_dangerous() {
    for id in ["org", "co.uk", "github.io", "intranet"] {
        let builder = builder(id).origin(format!("https://{id}"));
        let refused = builder.clone().build().unwrap_err();
        assert_eq!(refused, ConfigurationError::RpIdIsPublicSuffix(id.into()));
        builder.dangerous_public_suffix().build().unwrap();
    }
    RelyingParty::builder("localhost", "Example").origin("http://localhost:8080").build().unwrap();
    // Without a list single labels are known, and a warning says that the others were not looked for.
    let without = |id: &str| RelyingParty::builder(id, "Example").origin(format!("https://{id}")).build();
    let refused = without("intranet").unwrap_err();
    assert_eq!(refused, ConfigurationError::RpIdIsPublicSuffix("intranet".into()));
    assert_eq!(without("co.uk").unwrap().warnings(), [Warning::PublicSuffixesNotChecked]);
    assert_eq!(without("localhost").unwrap().warnings(), []);
    let label = ConfigurationError::RpIdIsPublicSuffix("intranet".into()).to_string();
    assert!(label.contains("single label") && label.contains("intranet.example.org"), "{label}");
    let pages = "https://github.io";
    let subdomains = builder("github.io").dangerous_public_suffix().subdomains_of(pages);
    let refused = subdomains.build().unwrap_err();
    assert_eq!(refused, ConfigurationError::SubdomainsOfPublicSuffix(pages.into()));
}

#[test]
fn rule_371_an_origin_is_at_or_below_the_rp_id_or_related() {
    let other = "https://example.net";
    let outside = |origin: &str| {
        let (rp_id, public_suffix) = ("example.org".into(), None);
        Err(ConfigurationError::OriginOutsideRpId { origin: origin.into(), rp_id, public_suffix })
    };
    let built = |builder: RelyingPartyBuilder| builder.build().map(drop);
    assert_eq!(built(rp().origin("https://login.example.org")), Ok(()));
    assert_eq!(built(rp().origin(other)), outside(other));
    assert_eq!(built(rp().any_port_of(other)), outside(other));
    assert_eq!(built(rp().subdomains_of(other)), outside(other));
    assert_eq!(built(rp().dangerous_insecure_origin("http://example.net")), outside("http://example.net"));
    assert_eq!(built(rp().related_origin(other)), Ok(()));
    // A public suffix between the two: what is below it is anybody's.
    let store = || builder("amazonaws.com").origin("https://console.amazonaws.com");
    store().subdomains_of("https://amazonaws.com").build().unwrap();
    let bucket = "https://evil.s3.amazonaws.com";
    for builder in [store().origin(bucket), store().any_port_of(bucket), store().subdomains_of(bucket)] {
        let error = builder.build().unwrap_err();
        let (rp_id, public_suffix) = ("amazonaws.com".into(), Some("s3.amazonaws.com".into()));
        assert_eq!(
            error,
            ConfigurationError::OriginOutsideRpId { origin: bucket.into(), rp_id, public_suffix }
        );
        assert!(error.to_string().contains("s3.amazonaws.com is a public suffix"), "{error}");
    }
    let below = store().subdomains_of("https://amazonaws.com").build().unwrap();
    assert!(below.accepts_origin("https://test.amazonaws.com") && !below.accepts_origin(bucket));
    let above = RelyingParty::builder("login.example.org", "Example").origin("https://example.org").build();
    assert!(matches!(above, Err(ConfigurationError::OriginOutsideRpId { .. })));
}

#[test]
fn origins_are_exact_unless_a_method_says_more() {
    let exact = rp().build().unwrap();
    let ports = rp().any_port_of("https://example.org").build().unwrap();
    let below = rp().subdomains_of("https://example.org").build().unwrap();
    for (origin, by_exact, by_port, by_subdomain) in [
        ("https://example.org", true, true, true),
        ("https://example.org:8443", false, true, false),
        ("https://a.example.org", false, false, true),
        ("https://a.example.org:8443", false, false, false),
        ("http://example.org", false, false, false),
    ] {
        assert_eq!(exact.accepts_origin(origin), by_exact, "{origin}");
        assert_eq!(ports.accepts_origin(origin), by_port, "{origin}");
        assert_eq!(below.accepts_origin(origin), by_subdomain, "{origin}");
    }
}

#[test]
fn without_an_origin_nothing_could_be_accepted() {
    assert_eq!(
        RelyingParty::builder("example.org", "Example").build().unwrap_err(),
        ConfigurationError::NoOrigin
    );
    RelyingParty::builder("example.org", "Example").app_origin("ios:bundle-id:org.example").build().unwrap();
}

#[test]
fn rule_372_an_origin_is_a_web_origin_or_by_its_own_method_an_apps() {
    let page = "https://example.org/";
    assert_eq!(rp().origin(page).build().unwrap_err(), ConfigurationError::Origin(page.into()));
    let app = "android:apk-key-hash:-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s";
    assert_eq!(rp().origin(app).build().unwrap_err(), ConfigurationError::Origin(app.into()));
    rp().app_origin(app).build().unwrap();
    let named = rp().android_app(&[0xfb; 32]).ios_app("org.example.app").build().unwrap();
    assert!(named.accepts_origin(app) && named.accepts_origin("ios:bundle-id:org.example.app"));
    let unknown = "symbian:abc";
    assert_eq!(rp().app_origin(unknown).build().unwrap_err(), ConfigurationError::AppOrigin(unknown.into()));
    let top = |origin: &str| CrossOrigin::Accept { top_origins: TopOrigins::Listed(vec![origin.into()]) };
    rp().policy(policy().with_cross_origin(top("https://top.example"))).build().unwrap();
    assert_eq!(
        rp().policy(policy().with_cross_origin(top(app))).build().unwrap_err(),
        ConfigurationError::Origin(app.into())
    );
}

#[test]
fn rule_372_an_extension_is_accepted_by_its_own_method_exactly() {
    for origin in [
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://ngpncaopklanhjklijieoihgbhbgknjjdklmlpagjoaobbpmknfgmhgghbadgoai",
    ] {
        let party = rp().extension_origin(origin).build().unwrap();
        assert!(party.accepts_origin(origin) && party.accepts_origin("https://example.org"));
        // Another extension's, by the last letter.
        let (others, _) = origin.split_at(origin.len() - 1);
        assert!(!party.accepts_origin(&format!("{others}b")), "{origin}");
        assert!(!rp().build().unwrap().accepts_origin(origin));
        assert_eq!(rp().origin(origin).build().unwrap_err(), ConfigurationError::Origin(origin.into()));
        let app = rp().app_origin(origin).build().unwrap_err();
        assert_eq!(app, ConfigurationError::AppOrigin(origin.into()));
    }
    for origin in [
        "https://example.org",
        "chrome-extension://*",
        "moz-extension://6d62a1b4-6e3b-4bd1-9d3c-2f8c1f3ad1f1",
    ] {
        let refused = rp().extension_origin(origin).build().unwrap_err();
        assert_eq!(refused, ConfigurationError::ExtensionOrigin(origin.into()));
    }
}

#[test]
fn a_bad_origin_or_rp_id_says_what_to_write() {
    for (origin, advice) in [
        ("https://example.org:443", "leave out :443"),
        ("https://example.org/", "remove the path"),
        ("https://Example.org", "write it in lower case"),
        ("http://127.0.0.1:9499", "http://localhost:9499"),
        ("https://a.org,https://b.org", "give each origin by itself"),
    ] {
        let said = rp().origin(origin).build().unwrap_err().to_string();
        assert!(said.contains(origin) && said.contains(advice), "{said}");
    }
    for (id, advice) in [
        ("пример.рф", "write xn--e1afmkfd.xn--p1ai"),
        ("192.168.1.20", "ip addresses can't be rp ids"),
        ("https://example.org", "leave out the scheme"),
        ("example.org:8443", "leave out the port"),
        ("intranet", "single label"),
    ] {
        let said = builder(id).origin("https://example.org").build().unwrap_err().to_string();
        assert!(said.contains(id) && said.contains(advice), "{said}");
    }
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
    let refused = rp().policy(policy().with_algorithms([])).build().unwrap_err();
    assert_eq!(refused, ConfigurationError::NoAlgorithm);
    let refused = rp().verifiers(Verifiers::none()).build().unwrap_err();
    assert_eq!(refused, ConfigurationError::AlgorithmUnsupported(Algorithm::EdDsa));
}

#[test]
fn rule_381_a_timeout_that_options_cannot_say_is_refused() {
    rp().policy(policy().with_timeout_seconds(TIMEOUT_SECONDS_MAX)).build().unwrap();
    for seconds in [0, TIMEOUT_SECONDS_MAX + 1] {
        assert_eq!(
            rp().policy(policy().with_timeout_seconds(seconds)).build().unwrap_err(),
            ConfigurationError::Timeout(seconds)
        );
    }
}

#[test]
fn rule_379_trust_without_attestation_is_refused() {
    let trusting = |conveyance| {
        let policy = Policy::attested(AttestationPolicy::new()).with_attestation_conveyance(conveyance);
        rp().policy(policy).trust_anchors(Arc::new(AnchorList::default())).build()
    };
    let error = trusting(AttestationConveyance::None).unwrap_err();
    assert_eq!(error, ConfigurationError::TrustWithoutAttestation);
    trusting(AttestationConveyance::Direct).unwrap();
}

#[test]
fn each_error_is_one_sentence() {
    let errors = [
        ConfigurationError::RpId("a b".into()),
        ConfigurationError::RpIdIsPublicSuffix("org".into()),
        ConfigurationError::NameEmpty,
        ConfigurationError::Purpose("x y".into()),
        ConfigurationError::NoOrigin,
        ConfigurationError::Origin("x".into()),
        ConfigurationError::OriginOutsideRpId {
            origin: "x".into(),
            rp_id: "y".into(),
            public_suffix: Some("z".into()),
        },
        ConfigurationError::RelatedOriginWithoutLabel("x".into()),
        ConfigurationError::TooManyRelatedLabels { origin: "x".into(), labels: 6 },
        ConfigurationError::SubdomainsOfPublicSuffix("x".into()),
        ConfigurationError::AppOrigin("x".into()),
        ConfigurationError::ExtensionOrigin("x".into()),
        ConfigurationError::NoAlgorithm,
        ConfigurationError::AlgorithmUnsupported(Algorithm::Es256),
        ConfigurationError::Timeout(0),
        ConfigurationError::OfferedAlgorithmNotAccepted(Algorithm::Es256),
        ConfigurationError::UnknownKeyword { member: "attachment", value: "x".into() },
        ConfigurationError::CredentialIdBytes(0),
        ConfigurationError::NoAnchors,
        ConfigurationError::AnchorsWithoutAttestationPolicy,
        ConfigurationError::ModelPolicyWithoutAttestationPolicy,
        ConfigurationError::NoModel,
        ConfigurationError::ModelAcceptedAndRejected(countersign_types::Aaguid::ZERO),
        ConfigurationError::ZeroAaguidListed,
        ConfigurationError::NoFormat,
        ConfigurationError::FormatNoneListed,
        ConfigurationError::FormatCompoundListed,
        ConfigurationError::FormatUnsupported("x".into()),
        ConfigurationError::ModelsOfFormatWithoutAaguid,
        ConfigurationError::TrustWithoutAttestation,
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.len() < 140 && !text.ends_with('.') && !text.contains('\n'), "{text}");
    }
}

#[test]
fn rule_332_without_public_suffixes_an_appid_is_on_a_domain_above_or_below_the_rp_id() {
    let built = |rp_id: &str, appid: &str| {
        let builder = RelyingParty::builder(rp_id, "Example").origin(format!("https://{rp_id}"));
        builder.appid(appid).build().map(drop)
    };
    for appid in [
        "https://login.example.co.uk/u2f",
        "https://example.co.uk/u2f",
        "https://a.login.example.co.uk/u2f",
        "https://Example.co.uk:8443/u2f",
    ] {
        built("login.example.co.uk", appid).unwrap();
    }
    for appid in [
        "https://shop.example.co.uk/u2f",
        "https://other.co.uk/u2f",
        "https://uk/u2f",
        "https://evillogin.example.co.uk/u2f",
    ] {
        assert_eq!(built("login.example.co.uk", appid), Err(ConfigurationError::AppId(appid.into())));
    }
    built("localhost", "https://localhost/u2f").unwrap();
    let below = "https://app.localhost/u2f";
    assert_eq!(built("localhost", below), Err(ConfigurationError::AppId(below.into())));
}
