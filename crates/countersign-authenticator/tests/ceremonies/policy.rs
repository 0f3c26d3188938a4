//! What an attested policy demands, of attestations that lead to an anchor.

use std::sync::Arc;

use countersign::{
    Code, CredentialIdStatus, Error, Policy, RegistrationRequest, RelyingPartyBuilder,
    attestation::{
        AnchorList, AnchorScope, Certificate, Formats, ModelList, ModelPolicy, ModelQuery,
        ModelRejectedError, ModelRemark, ScopedAnchors, TrustAnchor, TrustAnchors,
        format::compound::{CompoundConfiguration, CompoundFormat, Quorum},
    },
    ceremony::FinishOptions,
    cose::Algorithm,
    relying_party::policy::AttestationPolicy,
    report::{Deviation, ErrorKind, PolicyErrorKind, Report},
    types::Aaguid,
};
use countersign_authenticator::{
    Attestation, AttestationDraft, Attester, Authenticator, Change, Client, Generator, PrivateKey,
};

use super::relying_party::{NOW, ORIGIN, entropy, rp, trusting, trusting_policy, user};

const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

pub(super) fn attester() -> Attester {
    Attester::from_seed("a vendor")
}

/// A relying party that demands this, and a path to the vendor.
pub(super) fn demanding(demands: AttestationPolicy) -> RelyingPartyBuilder {
    let anchor = Certificate::from_der(&attester().authority().certificate()).unwrap();
    let anchors = AnchorList::new([TrustAnchor::from_certificate(anchor)]);
    let policy = Policy::attested(demands).with_algorithms([Algorithm::Es256]);
    rp().policy(policy).trust_anchors(Arc::new(anchors))
}

fn register(attestation: Attestation, rp: RelyingPartyBuilder) -> Result<(), Error> {
    register_by(&Client::new(ORIGIN), attestation, rp)
}

pub(super) fn register_by(
    client: &Client,
    attestation: Attestation,
    rp: RelyingPartyBuilder,
) -> Result<(), Error> {
    let rp = rp.build().unwrap();
    let mut authenticator =
        Authenticator::platform("a seed").with_aaguid(MODEL).with_attestation(attestation);
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
    let response = client.create(&options, &mut authenticator).unwrap();
    rp.finish_registration(state, &response, CredentialIdStatus::Unregistered, NOW).map(drop)
}

pub(super) fn packed() -> Attestation {
    Attestation::Packed(attester())
}

/// The code, and the policy's fault if it is one.
pub(super) fn rejected(result: Result<(), Error>) -> (Code, Option<PolicyErrorKind>) {
    let error = result.unwrap_err();
    assert_eq!(error.step().anchor(), "reg-ceremony-assess-trust");
    let fault = match error.kind() {
        ErrorKind::Policy(fault) => Some(fault.clone()),
        _ => None,
    };
    (error.code(), fault)
}

#[test]
fn rule_134_135_none_and_self_attestation_are_refused_by_construction() {
    for attestation in [Attestation::None, Attestation::SelfPacked] {
        let rp = demanding(AttestationPolicy::new());
        assert_eq!(rejected(register(attestation, rp)).0, Code::AttestationNotAccepted);
    }
    register(packed(), demanding(AttestationPolicy::new())).unwrap();
}

#[test]
fn rule_138_a_format_that_is_not_accepted_is_refused() {
    let of = |format: &str| demanding(AttestationPolicy::new().with_formats([format]));
    register(packed(), of("packed")).unwrap();
    let expected = PolicyErrorKind::FormatNotAccepted("packed".into());
    assert_eq!(rejected(register(packed(), of("tpm"))), (Code::AttestationNotAccepted, Some(expected)));
}

#[test]
fn rule_138_a_compound_attestation_is_judged_by_the_formats_of_its_parts() {
    let compound = || Attestation::Compound(vec![packed(), Attestation::FidoU2f(attester())]);
    let of = |formats: &[&str]| demanding(AttestationPolicy::new().with_formats(formats.iter().copied()));
    let refused_for = |format: &str| {
        (Code::AttestationNotAccepted, Some(PolicyErrorKind::FormatNotAccepted(format.into())))
    };
    // All parts have to count, unless the format's own policy says otherwise.
    register(compound(), of(&["packed", "fido-u2f"])).unwrap();
    assert_eq!(rejected(register(compound(), of(&["packed"]))), refused_for("fido-u2f"));
    let any = CompoundFormat::new(CompoundConfiguration::new(Quorum::Any));
    let formats = Formats::standard().with_format(Arc::new(any));
    register(compound(), of(&["packed"]).formats(formats.clone())).unwrap();
    register(compound(), of(&["fido-u2f"]).formats(formats.clone())).unwrap();
    assert_eq!(rejected(register(compound(), of(&["tpm"]).formats(formats))), refused_for("packed"));
    // A part that vouches for nothing costs nothing either.
    let with_none = || Attestation::Compound(vec![packed(), Attestation::None]);
    register(with_none(), of(&["packed"])).unwrap();
    assert_eq!(rejected(register(with_none(), of(&["fido-u2f"]))), refused_for("packed"));
}

#[test]
fn the_relying_partys_own_intermediates_complete_a_path() {
    let root = attester().authority().clone();
    let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a vendor", "Subordinate")).unwrap();
    let (subordinate, certificate) = root.subordinate(key, &[1; 8]);
    let below = || Attestation::Packed(attester().with_authority(subordinate.clone()));
    let knowing = |intermediate: &[u8]| {
        let certificate = |der: &[u8]| Certificate::from_der(der).unwrap();
        let anchor = TrustAnchor::from_certificate(certificate(&root.certificate()));
        let anchors = AnchorList::new([anchor]).with_intermediates([certificate(intermediate)]);
        demanding(AttestationPolicy::new()).trust_anchors(Arc::new(anchors))
    };
    register(below(), knowing(&certificate.sign(root.key()))).unwrap();
    assert_eq!(rejected(register(below(), knowing(&root.certificate()))), (Code::AttestationUntrusted, None));
}

#[test]
fn rule_137_a_model_is_accepted_by_the_lists_of_attested_ones() {
    let accepting =
        |models: &[Aaguid]| demanding(AttestationPolicy::new().with_accepted_models(models.to_vec()));
    let refusing =
        |models: &[Aaguid]| demanding(AttestationPolicy::new().with_rejected_models(models.to_vec()));
    register(packed(), accepting(&[OTHER, MODEL])).unwrap();
    register(packed(), refusing(&[OTHER])).unwrap();
    let expected = || (Code::AuthenticatorNotAccepted, Some(PolicyErrorKind::ModelNotAccepted(MODEL)));
    assert_eq!(rejected(register(packed(), accepting(&[OTHER]))), expected());
    assert_eq!(rejected(register(packed(), refusing(&[MODEL]))), expected());
}

#[test]
fn rule_136_an_unsigned_model_matches_no_list() {
    let u2f = || Attestation::FidoU2f(attester());
    register(u2f(), demanding(AttestationPolicy::new())).unwrap();
    let lists = [
        AttestationPolicy::new().with_accepted_models([MODEL]),
        AttestationPolicy::new().with_rejected_models([OTHER]),
    ];
    for list in lists {
        let expected = (Code::AuthenticatorNotAccepted, Some(PolicyErrorKind::ModelNotAttested));
        assert_eq!(rejected(register(u2f(), demanding(list))), expected);
    }
}

#[test]
fn rule_387_a_model_that_software_claims_below_a_vendors_root_is_on_no_list() {
    let root = || {
        let certificate = Certificate::from_der(&attester().authority().certificate()).unwrap();
        TrustAnchor::from_certificate(certificate)
    };
    let (plain, scoped) = (AnchorList::new([root()]), AnchorScope::any().with_aaguids([MODEL]));
    let scoped = ScopedAnchors::default().with_anchor(scoped, root());
    for attestation in [Attestation::AndroidKey(attester()), Attestation::Tpm(attester())] {
        let accepting = |anchors: Arc<dyn TrustAnchors>| {
            let demands = AttestationPolicy::new().with_accepted_models([MODEL]);
            register(attestation.clone(), demanding(demands).trust_anchors(anchors))
        };
        accepting(Arc::new(scoped.clone())).unwrap();
        let expected = (Code::AuthenticatorNotAccepted, Some(PolicyErrorKind::ModelNotAttested));
        assert_eq!(rejected(accepting(Arc::new(plain.clone()))), expected);
        let listed = demanding(AttestationPolicy::new()).model_policy(Arc::new(ModelList::only([MODEL])));
        let (code, fault) = rejected(register(attestation.clone(), listed));
        assert!(matches!(fault, Some(PolicyErrorKind::ModelRejected(_))));
        assert_eq!(code, Code::AuthenticatorNotAccepted);
    }
}

#[test]
fn rule_388_a_security_key_that_does_not_name_its_model_needs_an_anchor_of_its_own() {
    let unnamed: fn(&mut AttestationDraft) = |draft| {
        if let Some(leaf) = draft.leaf.as_mut() {
            leaf.remove_extension(countersign_authenticator::certificate::oid::FIDO_AAGUID);
        }
    };
    let register = |client: &Client, models: &[Aaguid]| {
        let certificate = Certificate::from_der(&attester().authority().certificate()).unwrap();
        let anchor = TrustAnchor::from_certificate(certificate).with_models(models.iter().copied());
        let rp = demanding(AttestationPolicy::new()).trust_anchors(Arc::new(AnchorList::new([anchor])));
        register_by(client, packed(), rp)
    };
    let client = Client::new(ORIGIN).with_change(Change::Attestation(unnamed));
    register(&Client::new(ORIGIN), &[MODEL, OTHER]).unwrap();
    register(&client, &[MODEL]).unwrap();
    assert_eq!(rejected(register(&client, &[MODEL, OTHER])), (Code::AttestationUntrusted, None));
}

/// Accepts every model, with this remark.
#[derive(Debug)]
struct Remarking(ModelRemark);

impl ModelPolicy for Remarking {
    fn judge(&self, _: &ModelQuery<'_>) -> Result<(), ModelRejectedError> {
        Ok(())
    }

    fn remarks(&self, _: &ModelQuery<'_>) -> Vec<ModelRemark> {
        vec![self.0]
    }
}

#[test]
fn rule_367_what_a_policy_remarks_is_in_the_report_and_rejected_on_demand() {
    for (remark, deviation) in [
        (ModelRemark::UnlistedAlgorithm, Deviation::UnlistedAlgorithm),
        (ModelRemark::UnlistedUserVerification, Deviation::UnlistedUserVerification),
    ] {
        let finish = |refused: Option<Deviation>| {
            let policy = trusting_policy().with_rejected_deviations(refused);
            let rp =
                trusting(attester().authority()).policy(policy).model_policy(Arc::new(Remarking(remark)));
            let rp = rp.build().unwrap();
            let mut authenticator = Authenticator::platform("a seed").with_attestation(packed());
            let (options, state) =
                rp.start_registration(RegistrationRequest::new(&user()), &mut entropy(), NOW).unwrap();
            let response = Client::new(ORIGIN).create(&options, &mut authenticator).unwrap();
            let status = CredentialIdStatus::Unregistered;
            let mut report = Report::default();
            let result = rp.finish_registration(
                state,
                &response,
                status,
                FinishOptions::at(NOW).with_report(&mut report),
            );
            (result.map(drop).map_err(|error| error.code()), report.deviations().contains(&deviation))
        };
        assert_eq!(finish(None), (Ok(()), true));
        assert_eq!(finish(Some(deviation)), (Err(Code::AuthenticatorNotAccepted), false));
        let other = match deviation {
            Deviation::UnlistedAlgorithm => Deviation::UnlistedUserVerification,
            _ => Deviation::UnlistedAlgorithm,
        };
        assert_eq!(finish(Some(other)), (Ok(()), true));
    }
}

#[test]
fn every_policy_for_models_is_asked() {
    let asking = |second| {
        demanding(AttestationPolicy::new())
            .model_policy(Arc::new(ModelList::only([MODEL])))
            .model_policy(Arc::new(ModelList::only([second])))
    };
    register(packed(), asking(MODEL)).unwrap();
    let (code, fault) = rejected(register(packed(), asking(OTHER)));
    assert!(matches!(fault, Some(PolicyErrorKind::ModelRejected(_))));
    assert_eq!(code, Code::AuthenticatorNotAccepted);
}
