//! How a trust anchor changes the source of the AAGUID in the authenticator data.

use countersign_types::Code;

use super::*;
use crate::{
    anchors::{
        AnchorList, TrustAnchor,
        scoped::{AnchorScope, ScopedAnchors},
    },
    attestation_type::AttestationType,
    model::{ModelList, ModelPolicy as _, ModelQuery},
    test_support::{
        NOW,
        certificates::{Builder, Key, root},
        links,
    },
};

const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

fn attestation(format: &str, source: AaguidSource) -> Attestation {
    let leaf = Builder::attestation(&Key::p256(2)).signed_by("root", &root().1);
    Attestation::with_certificates(format, AttestationType::Uncertain, vec![leaf]).with_aaguid_source(source)
}

fn software() -> Attestation {
    attestation("android-key", AaguidSource::Software)
}

fn not_certified() -> Attestation {
    attestation("packed", AaguidSource::NotCertified)
}

fn assess(attestation: &Attestation, anchors: &dyn TrustAnchors) -> Result<Trust, PathError> {
    links::assess(attestation, MODEL, anchors, &PathLimits::default())
}

/// The root without models, and for these.
fn plain() -> AnchorList {
    AnchorList::new([root().0])
}

fn of(models: &[Aaguid]) -> AnchorList {
    AnchorList::new([root().0.with_models(models.iter().copied())])
}

fn attested(attestation: &Attestation, anchors: &dyn TrustAnchors) -> Option<Aaguid> {
    assess(attestation, anchors).unwrap().attested_aaguid().map(AttestedAaguid::get)
}

fn rejected(anchors: &dyn TrustAnchors) {
    let error = assess(&not_certified(), anchors).unwrap_err();
    assert_eq!(error, PathError::Untrusted(UntrustedError::ModelNotCertified(2)));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

#[test]
fn rule_387_an_aaguid_that_software_wrote_is_attested_by_its_models_own_anchor_only() {
    assert_eq!(attested(&software(), &plain()), None);
    assert_eq!(attested(&software(), &of(&[OTHER])), None);
    assert_eq!(attested(&software(), &of(&[MODEL])), Some(MODEL));
    assert_eq!(attested(&software(), &of(&[OTHER, MODEL])), Some(MODEL));
    let signed = attestation("packed", AaguidSource::Authenticator);
    assert_eq!(attested(&signed, &plain()), Some(MODEL));
    let scoped = |scope| ScopedAnchors::default().with_anchor(scope, root().0);
    assert_eq!(attested(&software(), &scoped(AnchorScope::any().with_formats(["android-key"]))), None);
    assert_eq!(attested(&software(), &scoped(AnchorScope::any().with_aaguids([MODEL]))), Some(MODEL));
}

#[test]
fn rule_387_a_list_of_models_rejects_a_claim_below_a_vendors_root() {
    let judge = |list: &ModelList, anchors: &dyn TrustAnchors| {
        let (attestation, trust) = (software(), assess(&software(), anchors).unwrap());
        list.judge(&ModelQuery::new(&attestation, &trust, NOW))
    };
    judge(&ModelList::only([MODEL]), &of(&[MODEL])).unwrap();
    for list in [ModelList::only([MODEL]), ModelList::all_but([OTHER])] {
        let error = judge(&list, &plain()).unwrap_err();
        assert_eq!(
            (error.code(), error.reason()),
            (Code::AuthenticatorNotAccepted, "its aaguid is not attested")
        );
    }
}

#[test]
fn the_authenticator_data_is_covered_though_its_aaguid_is_a_claim() {
    let trust = assess(&software(), &plain()).unwrap();
    assert!(trust.covers_authenticator_data() && trust.possible_models().is_empty());
}

#[test]
fn rule_388_an_unnamed_model_below_an_anchor_of_several_is_rejected() {
    assert_eq!(attested(&not_certified(), &plain()), Some(MODEL));
    assert_eq!(attested(&not_certified(), &of(&[MODEL])), Some(MODEL));
    assert_eq!(
        attested(&attestation("packed", AaguidSource::Authenticator), &of(&[MODEL, OTHER])),
        Some(MODEL)
    );
    rejected(&of(&[MODEL, OTHER]));
    assert_eq!(attested(&not_certified(), &of(&[OTHER])), None);
}

#[test]
fn rule_388_by_option_it_may_be_of_each_of_them_and_all_are_judged() {
    let anchor = root().0.with_models([OTHER, MODEL]).with_unnamed_models(UnnamedModels::JudgeTogether);
    let trust = assess(&not_certified(), &AnchorList::new([anchor])).unwrap();
    assert_eq!((trust.attested_aaguid(), trust.possible_models()), (None, &[MODEL, OTHER][..]));
    let attestation = not_certified();
    let judge = |list: &ModelList| list.judge(&ModelQuery::new(&attestation, &trust, NOW));
    judge(&ModelList::only([MODEL, OTHER])).unwrap();
    for list in [ModelList::only([MODEL]), ModelList::all_but([OTHER])] {
        assert_eq!(judge(&list).unwrap_err().code(), Code::AuthenticatorNotAccepted);
    }
}

#[test]
fn rule_388_a_certificate_that_is_the_anchor_itself_is_judged_by_all_its_models() {
    let attestation = not_certified();
    let anchor = |models: &[Aaguid]| {
        let anchor = TrustAnchor::from_certificate(attestation.trust_path()[0].clone());
        AnchorList::new([anchor.with_models(models.iter().copied())])
    };
    let trust = assess(&attestation, &anchor(&[MODEL, OTHER])).unwrap();
    assert_eq!((trust.attested_aaguid(), trust.possible_models()), (None, &[MODEL, OTHER][..]));
    let error = ModelList::all_but([OTHER]).judge(&ModelQuery::new(&attestation, &trust, NOW)).unwrap_err();
    assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
    assert_eq!(attested(&attestation, &anchor(&[MODEL])), Some(MODEL));
}

#[test]
fn rule_388_an_anchor_that_is_given_for_each_of_two_models_is_that_of_both() {
    let scope = |model| AnchorScope::any().with_aaguids([model]);
    let twice = |first, second| {
        ScopedAnchors::default().with_anchor(scope(first), root().0).with_anchor(scope(second), root().0)
    };
    rejected(&twice(MODEL, OTHER));
    rejected(&twice(OTHER, MODEL));
    let listed = |first: &[Aaguid], second: &[Aaguid]| {
        AnchorList::new([first, second].map(|models| root().0.with_models(models.iter().copied())))
    };
    rejected(&listed(&[MODEL], &[OTHER]));
    rejected(&listed(&[OTHER], &[MODEL]));
}

#[test]
fn rule_387_a_scope_of_another_format_attests_nothing() {
    let scope = |formats: [&str; 1]| AnchorScope::any().with_formats(formats);
    let with = |own: AnchorScope, other: AnchorScope| {
        ScopedAnchors::default().with_anchor(own, root().0).with_anchor(other, root().0)
    };
    let of_model = |format| scope([format]).with_aaguids([MODEL]);
    let anchors = with(scope(["android-key"]), of_model("packed"));
    assert_eq!(attested(&software(), &anchors), None);
    assert_eq!(attested(&not_certified(), &anchors), Some(MODEL));
    let anchors = with(of_model("android-key"), scope(["packed"]));
    assert_eq!(attested(&software(), &anchors), Some(MODEL));
    // Nor does it make the root one of several models.
    let anchors = with(of_model("packed"), scope(["android-key"]).with_aaguids([OTHER]));
    assert_eq!(attested(&not_certified(), &anchors), Some(MODEL));
}

#[test]
fn rule_387_an_anchor_that_is_also_given_without_models_attests_no_aaguid_that_software_wrote() {
    let (plain, of_model) = (root().0, root().0.with_models([MODEL]));
    assert_eq!(attested(&software(), &AnchorList::new([of_model.clone(), of_model.clone()])), Some(MODEL));
    for anchors in [
        [plain.clone(), of_model.clone(), of_model.clone()],
        [of_model.clone(), plain.clone(), of_model.clone()],
        [of_model.clone(), of_model, plain],
    ] {
        assert_eq!(attested(&software(), &AnchorList::new(anchors)), None);
    }
    let scoped =
        |first, second| ScopedAnchors::default().with_anchor(first, root().0).with_anchor(second, root().0);
    let of_model = || AnchorScope::any().with_aaguids([MODEL]);
    assert_eq!(attested(&software(), &scoped(of_model(), AnchorScope::any())), None);
    assert_eq!(attested(&software(), &scoped(AnchorScope::any(), of_model())), None);
    assert_eq!(
        attested(&software(), &scoped(of_model(), AnchorScope::any().with_aaguids([OTHER]))),
        Some(MODEL)
    );
}

#[test]
fn the_stricter_rule_holds_for_an_anchor_that_is_given_twice() {
    let with = |unnamed| root().0.with_models([MODEL, OTHER]).with_unnamed_models(unnamed);
    let (strict, lenient) = (with(UnnamedModels::Reject), with(UnnamedModels::JudgeTogether));
    rejected(&AnchorList::new([strict.clone(), lenient.clone()]));
    rejected(&AnchorList::new([lenient, strict]));
}
