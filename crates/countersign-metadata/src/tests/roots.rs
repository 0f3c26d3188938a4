//! Which roots serve which formats, and which models share them.

use core::slice::from_ref;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::{
    AaguidSource, Attestation, AttestationType, AttestedAaguid, Certificate, ModelPolicy as _, ModelQuery,
    PathError, PathLimits, Trust, UnnamedModels, path::UntrustedError,
};
use countersign_authenticator::{Attribute, BlobSigner, certificate::oid};
use countersign_cose::Verifiers;
use countersign_types::{Aaguid, Code};
use serde_json::{Value, json};

use super::{
    MODEL, OTHER,
    certificates::{NOW, ca, leaf, root, signed},
    payload, policy,
};
use crate::{anchors::Root, current::Metadata, keys::ModelKey, metadata_policy::MetadataPolicy};

const ANDROID: &str = "b93fd961-f2e6-462f-b122-82002247de78";
const ROOTS: &str = "attestationRootCertificates";

fn vendor() -> Certificate {
    root("vendor", 21)
}

/// A web CA, with any name.
fn web() -> Certificate {
    root("web", 31)
}

fn hardware() -> Certificate {
    let mut draft = ca("", 32);
    draft.subject = vec![Attribute::new(oid::SERIAL_NUMBER, "f92009e853b6b045")];
    draft.issuer.clone_from(&draft.subject);
    signed(&draft, 32)
}

fn later_hardware() -> Certificate {
    let mut draft = ca("", 33);
    draft.subject = vec![
        Attribute::new(oid::COMMON_NAME, "Key Attestation CA9"),
        Attribute::new(oid::ORGANIZATIONAL_UNIT, "Android"),
        Attribute::new(oid::ORGANIZATION, "Google LLC"),
        Attribute::new(oid::COUNTRY, "US"),
    ];
    draft.issuer.clone_from(&draft.subject);
    signed(&draft, 33)
}

fn encoded(roots: &[Certificate]) -> Value {
    roots.iter().map(|root| STANDARD.encode(root.as_der())).collect()
}

/// Models with these roots: the two of the payload.
fn with_roots(first: &[Certificate], second: &[Certificate]) -> Value {
    let mut payload = payload();
    payload["entries"][0]["metadataStatement"][ROOTS] = encoded(first);
    payload["entries"][1]["metadataStatement"][ROOTS] = encoded(second);
    payload
}

fn rename(payload: &mut Value, aaguid: &str) {
    payload["entries"][0]["aaguid"] = aaguid.into();
    payload["entries"][0]["metadataStatement"]["aaguid"] = aaguid.into();
}

/// Android's platform authenticator, and another vendor's model that lists the same web CA.
fn android() -> Value {
    let mut payload =
        with_roots(&[web(), hardware(), web_of_a_cross_signer(), later_hardware()], &[vendor(), web()]);
    rename(&mut payload, ANDROID);
    payload
}

/// The web CA's name and key once more, signed by another.
fn web_of_a_cross_signer() -> Certificate {
    signed(&ca("web", 31).with_issuer("older"), 34)
}

fn with_policy(payload: &Value, models: MetadataPolicy) -> Metadata {
    let metadata = Metadata::new(policy(), models);
    let blob = BlobSigner::new().sign(payload.to_string().as_bytes());
    metadata.offer(&blob, NOW, &Verifiers::default()).unwrap();
    metadata
}

fn holding(payload: &Value) -> Metadata {
    with_policy(payload, MetadataPolicy::fido())
}

fn aaguid(text: &str) -> Aaguid {
    text.parse().unwrap()
}

/// An attestation of this format below the issuer whose name and key these are.
fn attestation(format: &str, source: AaguidSource, issuer: (&str, u8)) -> Attestation {
    let leaf = signed(&leaf("leaf", 22, issuer.0), issuer.1);
    Attestation::with_certificates(format, AttestationType::Basic, vec![leaf]).with_aaguid_source(source)
}

fn assess(metadata: &Metadata, model: &str, attestation: &Attestation) -> Result<Trust, PathError> {
    attestation.assess_trust(aaguid(model), metadata, NOW, &Verifiers::default(), &PathLimits::default())
}

fn rejected(outcome: Result<Trust, PathError>, obstacle: UntrustedError) {
    let error = outcome.unwrap_err();
    assert_eq!(error, PathError::Untrusted(obstacle));
    assert_eq!(error.code(), Code::AttestationUntrusted);
}

fn served(metadata: &Metadata, model: &str, format: &str) -> Vec<Certificate> {
    let blob = metadata.blob().unwrap();
    let roots = blob.entry(model.parse::<ModelKey>().unwrap()).unwrap().roots();
    roots.iter().filter(|root| root.serves(format)).map(|root| root.anchor().certificate().clone()).collect()
}

#[test]
fn rule_386_a_certificate_below_a_web_ca_attests_by_safetynet_only() {
    let metadata = holding(&android());
    let assess = |model, format, source| assess(&metadata, model, &attestation(format, source, ("web", 31)));
    assess(ANDROID, "android-safetynet", AaguidSource::Software).unwrap();
    for (format, source) in [
        ("packed", AaguidSource::NotCertified),
        ("packed", AaguidSource::Authenticator),
        ("android-key", AaguidSource::Software),
        ("tpm", AaguidSource::Software),
        ("apple", AaguidSource::Authenticator),
        ("something-new", AaguidSource::Authenticator),
    ] {
        let expected = |served| if served { UntrustedError::IssuerUnknown } else { UntrustedError::NoAnchor };
        rejected(assess(ANDROID, format, source), expected(format == "android-key"));
        // Nor in the entry of another vendor that lists the same CA.
        rejected(assess(OTHER, format, source), expected(format != "android-key"));
    }
}

#[test]
fn rule_386_each_root_of_android_serves_one_format() {
    let metadata = holding(&android());
    assert_eq!(served(&metadata, ANDROID, "android-safetynet"), [web(), web_of_a_cross_signer()]);
    assert_eq!(served(&metadata, ANDROID, "android-key"), [hardware(), later_hardware()]);
    assert!(served(&metadata, ANDROID, "packed").is_empty());
    assert_eq!(served(&metadata, OTHER, "packed"), [vendor()]);
    assert_eq!(served(&metadata, OTHER, "android-safetynet"), [vendor(), web()]);
    let blob = metadata.blob().unwrap();
    let formats = |root: &Root| root.formats().map(|formats| formats.map(str::to_owned).collect::<Vec<_>>());
    let roots = blob.entry(aaguid(OTHER)).unwrap().roots();
    assert_eq!(roots.iter().map(formats).collect::<Vec<_>>(), [None, Some(vec!["android-safetynet".into()])]);
}

#[test]
fn rule_386_a_statement_that_lists_its_formats_is_taken_at_its_word() {
    let with = |formats: Value| {
        let mut payload = with_roots(&[web()], &[vendor(), web()]);
        listing_formats(&mut payload, &formats);
        holding(&payload)
    };
    let serving = |metadata: &Metadata, model| {
        ["packed", "android-key", "android-safetynet"].map(|format| served(metadata, model, format).len())
    };
    assert_eq!(serving(&with(json!(["packed"])), MODEL), [1, 0, 0]);
    let safety_net = with(json!(["android-safetynet"]));
    assert_eq!((serving(&safety_net, MODEL), serving(&safety_net, OTHER)), ([0, 0, 1], [1, 0, 2]));
    for open in [json!([]), json!(7), json!(["compound"])] {
        assert_eq!(serving(&with(open), MODEL), [1, 0, 1]);
    }
    // Android's format must be listed: it has exceptions for chains of Google's making.
    assert_eq!(serving(&with(json!(["packed", "android-key"])), MODEL), [1, 1, 0]);
}

#[test]
fn rule_400_an_attestation_certificate_of_another_vendor_issues_no_android_key_statement() {
    // An authenticator's certificate in the place of a batch certificate, below an intermediate with a serialNumber.
    let (mut intermediate, mut batch) = (ca("", 24).with_issuer("vendor"), leaf("batch", 25, ""));
    intermediate.subject = vec![Attribute::new(oid::SERIAL_NUMBER, "d3a2c4b6")];
    batch.issuer.clone_from(&intermediate.subject);
    let (intermediate, batch) = (signed(&intermediate, 21), signed(&batch, 24));
    let leaf = signed(&leaf("leaf", 22, "batch"), 25);
    let chain = Attestation::with_certificates(
        "android-key",
        AttestationType::Basic,
        vec![leaf, batch, intermediate],
    )
    .with_aaguid_source(AaguidSource::Software);
    let mut payload = with_roots(&[vendor()], &[vendor()]);
    rejected(assess(&holding(&payload), MODEL, &chain), UntrustedError::NoAnchor);
    listing_formats(&mut payload, &json!(["android-key"]));
    assess(&holding(&payload), MODEL, &chain).unwrap();
}

fn listing_formats(payload: &mut Value, formats: &Value) {
    payload["entries"][0]["metadataStatement"]["authenticatorGetInfo"] =
        json!({"versions": ["FIDO_2_1"], "attestationFormats": formats});
}

#[test]
fn rule_387_a_metadata_entry_attests_the_aaguid_that_software_wrote() {
    let mut payload = with_roots(&[vendor()], &[vendor()]);
    listing_formats(&mut payload, &json!(["tpm", "android-key"]));
    let metadata = holding(&payload);
    for format in ["tpm", "android-key"] {
        let trust = assess(&metadata, MODEL, &attestation(format, AaguidSource::Software, ("vendor", 21)));
        assert_eq!(trust.unwrap().attested_aaguid().map(AttestedAaguid::get), Some(aaguid(MODEL)));
    }
}

#[test]
fn rule_387_a_sibling_that_software_could_have_been_is_judged_too() {
    let mut payload = with_roots(&[vendor()], &[vendor()]);
    let attestation = attestation("tpm", AaguidSource::Software, ("vendor", 21));
    let judge = |payload: &Value| {
        let metadata = holding(payload);
        let trust = assess(&metadata, MODEL, &attestation).unwrap();
        assert_eq!(trust.attested_aaguid().map(AttestedAaguid::get), Some(aaguid(MODEL)));
        metadata.judge(&ModelQuery::new(&attestation, &trust, NOW))
    };
    judge(&payload).unwrap();
    payload["entries"][1]["statusReports"] =
        json!([{"status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-05-01"}]);
    let error = judge(&payload).unwrap_err();
    assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
    assert_eq!(error.reason(), "its status is ATTESTATION_KEY_COMPROMISE since 2025-05-01");
}

#[test]
fn rule_398_the_models_of_a_shared_root_are_held_once() {
    let metadata = holding(&with_roots(&[vendor()], &[vendor()]));
    let blob = metadata.blob().unwrap();
    let models = |model| blob.entry(aaguid(model)).unwrap().roots()[0].anchor().models().unwrap().as_ptr();
    assert_eq!(models(MODEL), models(OTHER));
}

/// A packed attestation that does not name its model.
fn unnamed(issuer: (&str, u8)) -> Attestation {
    attestation("packed", AaguidSource::NotCertified, issuer)
}

#[test]
fn rule_388_a_sibling_is_no_way_round_a_models_status() {
    let mut payload = with_roots(&[vendor()], &[vendor()]);
    // The leaf may be of any of them: of the compromised model, perhaps.
    payload["entries"][1]["statusReports"] =
        json!([{"status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-05-01"}]);
    let attestation = unnamed(("vendor", 21));
    rejected(assess(&holding(&payload), MODEL, &attestation), UntrustedError::ModelNotCertified(2));
    let alone = holding(&with_roots(&[vendor()], &[]));
    assert!(assess(&alone, MODEL, &attestation).unwrap().attested_aaguid().is_some());

    let together = MetadataPolicy::fido().with_unnamed_models(UnnamedModels::JudgeTogether);
    let judge = |payload: &Value| {
        let metadata = with_policy(payload, together.clone());
        let trust = assess(&metadata, MODEL, &attestation).unwrap();
        assert_eq!(trust.attested_aaguid(), None);
        metadata.judge(&ModelQuery::new(&attestation, &trust, NOW))
    };
    let error = judge(&payload).unwrap_err();
    assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
    assert_eq!(error.reason(), "its status is ATTESTATION_KEY_COMPROMISE since 2025-05-01");
    judge(&with_roots(&[vendor()], &[vendor()])).unwrap();
}

#[test]
fn rule_388_a_root_is_shared_with_the_models_of_its_issuer_and_of_whom_it_issued() {
    let ca = signed(&ca("ca", 24).with_issuer("vendor"), 21);
    let below = unnamed(("ca", 24));
    rejected(
        assess(&holding(&with_roots(from_ref(&ca), &[vendor()])), MODEL, &below),
        UntrustedError::ModelNotCertified(2),
    );
    // The other way: the path goes through the other model's root.
    let leaf = below.trust_path()[0].clone();
    let through = Attestation::with_certificates("packed", AttestationType::Basic, vec![leaf, ca.clone()])
        .with_aaguid_source(AaguidSource::NotCertified);
    rejected(
        assess(&holding(&with_roots(&[vendor()], from_ref(&ca))), MODEL, &through),
        UntrustedError::ModelNotCertified(2),
    );
    let stranger = root("stranger", 25);
    assess(&holding(&with_roots(&[ca], &[stranger])), MODEL, &below).unwrap();
}

#[test]
fn rule_388_a_root_of_the_same_name_and_key_is_the_same_root() {
    let renewed = signed(&ca("vendor", 21).with_validity("20260101000000Z", "20560101000000Z"), 21);
    let metadata = holding(&with_roots(&[vendor()], &[renewed]));
    rejected(assess(&metadata, MODEL, &unnamed(("vendor", 21))), UntrustedError::ModelNotCertified(2));
}

#[test]
fn rule_388_an_attestation_certificate_that_one_model_lists_is_of_that_model() {
    let leaf = unnamed(("vendor", 21)).trust_path()[0].clone();
    let metadata = holding(&with_roots(from_ref(&leaf), &[vendor()]));
    let assess = |model| assess(&metadata, model, &unnamed(("vendor", 21)));
    assert!(assess(MODEL).unwrap().attested_aaguid().is_some());
    // It is no way out of that model's status either: the issuer's root is that of both.
    rejected(assess(OTHER), UntrustedError::ModelNotCertified(2));
}

#[test]
fn rule_388_an_attestation_certificate_that_two_models_list_is_judged_by_both_statuses() {
    let attestation = unnamed(("vendor", 21));
    let leaf = attestation.trust_path()[0].clone();
    let mut payload = with_roots(from_ref(&leaf), from_ref(&leaf));
    let judge = |payload: &Value| {
        let metadata = holding(payload);
        let trust = assess(&metadata, MODEL, &attestation).unwrap();
        assert_eq!((trust.attested_aaguid(), trust.possible_models().len()), (None, 2));
        metadata.judge(&ModelQuery::new(&attestation, &trust, NOW))
    };
    judge(&payload).unwrap();
    payload["entries"][1]["statusReports"] =
        json!([{"status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-05-01"}]);
    let error = judge(&payload).unwrap_err();
    assert_eq!(error.code(), Code::AuthenticatorNotAccepted);
    assert_eq!(error.reason(), "its status is ATTESTATION_KEY_COMPROMISE since 2025-05-01");
}

#[test]
fn rule_388_a_model_that_attests_without_certificates_shares_no_root() {
    let mut payload = with_roots(&[vendor()], &[vendor()]);
    rejected(
        assess(&holding(&payload), MODEL, &unnamed(("vendor", 21))),
        UntrustedError::ModelNotCertified(2),
    );
    payload["entries"][1]["metadataStatement"]["attestationTypes"] = json!(["basic_surrogate", "none"]);
    let trust = assess(&holding(&payload), MODEL, &unnamed(("vendor", 21))).unwrap();
    assert_eq!(trust.attested_aaguid().map(AttestedAaguid::get), Some(aaguid(MODEL)));
    payload["entries"][1]["metadataStatement"]["attestationTypes"] = json!(["basic_surrogate", "attca"]);
    rejected(
        assess(&holding(&payload), MODEL, &unnamed(("vendor", 21))),
        UntrustedError::ModelNotCertified(2),
    );
}
