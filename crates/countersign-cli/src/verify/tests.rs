//! Every case of the conformance suites, judged as by the command and as by the runner.

use std::fs;
use std::path::Path;

use countersign::attestation::format::android_key::AbsentAuthorizations;
use countersign::attestation::{Certificate, TrustAnchor};
use countersign::relying_party::policy::{CrossOrigin, SignCountPolicy, TopOrigins};
use countersign::types::enumerations::{ResidentKeyRequirement, UserVerificationRequirement};
use countersign::types::extensions::ClientExtensionInputs;
use countersign::types::options::{
    AuthenticatorSelection, CredentialDescriptor, CredentialParameters, RpEntity, UserEntity,
};
use countersign::types::{AlgorithmIdentifier, Base64Url, CreationOptions, RequestOptions};
use countersign::{CredentialId, Timestamp, UserHandle};
use countersign_conformance::format::{Choice, SignCount, Suite, UserVerification};
use countersign_conformance::implementation::Implementation as _;
use countersign_conformance::library::Library;
use countersign_conformance::protocol::{self, Answer, Request};
use countersign_conformance::report::StepOutcome;
use countersign_conformance::{runner::Runner, vectors};

use super::ceremony::{Account, Asked, Authentication, Ceremony, Mediation, Registration};
use super::judgement::Judgement;
use super::party::{SupportedFormats, Trust, verifiers};
use super::question::Question;
use super::record::{Owner, Stored};
use super::requirements::Requirements;
use super::{anonymous, case};

/// The suites of the repository, and those that are kept outside of it, as far as they are there.
const FOLDERS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance"),
];

/// The suites that the software authenticator makes, and those of the folders.
fn suites() -> Vec<Suite> {
    let made = vectors::files().unwrap().into_iter().filter(|(name, _)| *name != "faults.tsv");
    let mut texts: Vec<String> = made.map(|(_, text)| text).collect();
    for folder in FOLDERS.iter().map(Path::new).filter(|folder| folder.is_dir()) {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_suite = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "json");
        texts.extend(paths.filter(is_suite).map(|path| fs::read_to_string(path).unwrap()));
    }
    let mut suites: Vec<Suite> = texts.iter().map(|text| Suite::from_json(text).unwrap()).collect();
    suites.sort_by(|one, other| one.name.cmp(&other.name));
    suites.dedup_by(|one, other| one.name == other.name);
    suites
}

/// A step of a case as a question of the command, with the record that the relying party has. `None` if there is no such
/// relying party.
fn question(request: &Request, stored: Option<Stored>) -> Option<Question> {
    let settings = &request.relying_party;
    let verification = match settings.user_verification {
        UserVerification::Required => UserVerificationRequirement::Required,
        UserVerification::Preferred => UserVerificationRequirement::Preferred,
        UserVerification::Discouraged => UserVerificationRequirement::Discouraged,
    };
    let user = |handle: Option<&Base64Url>| UserHandle::new(handle.map_or(&b"some user"[..], |it| it));
    let ids =
        |ids: &[Base64Url]| ids.iter().map(|id| CredentialId::new(id.to_vec())).collect::<Option<Vec<_>>>();
    let asked = match request.ceremony {
        protocol::Ceremony::Registration => {
            let mut options = CreationOptions::new(
                RpEntity::new(&settings.id, "x"),
                UserEntity::new(
                    user(request.user_handle.as_ref())?,
                    "the name of a user",
                    "their other name",
                ),
                request.challenge.clone(),
                parameters(settings),
            );
            options.authenticator_selection =
                Some(AuthenticatorSelection::new(ResidentKeyRequirement::Discouraged, verification));
            let mediation =
                if settings.conditional_create { Mediation::Conditional } else { Mediation::Modal };
            Asked::Registration(Registration { options, registered: ids(&request.registered)?, mediation })
        }
        protocol::Ceremony::Authentication => {
            let mut options = RequestOptions::new(request.challenge.clone());
            options.rp_id = Some(settings.id.clone());
            options.user_verification = verification;
            let allowed = ids(&request.allow)?.into_iter();
            options.allow_credentials = allowed.map(|id| CredentialDescriptor::new(id, [])).collect();
            if let Some(appid) = &request.appid {
                options.extensions = ClientExtensionInputs::new().with_appid(appid);
            }
            let account = match (&request.user_handle, request.discoverable) {
                (_, true) => Account::Discoverable,
                (Some(handle), false) => Account::Identified(user(Some(handle))?),
                (None, false) => Account::Unnamed,
            };
            Asked::Authentication(Authentication { options, account, stored })
        }
    };
    let now = Timestamp::from_unix_seconds(settings.now);
    let ceremony = Ceremony { asked, response: request.response.clone().into_bytes(), issued: now, now };
    let absent = match settings.android_key_absent {
        Choice::Accept => AbsentAuthorizations::Accept,
        Choice::Reject => AbsentAuthorizations::Reject,
    };
    let (requirements, trust) = requirements(settings)?;
    Some(Question {
        rp_id: settings.id.clone(),
        origins: Some(settings.origins.clone()),
        requirements,
        trust,
        formats: SupportedFormats::All(absent),
        ceremony,
    })
}

/// The offered algorithms; an unknown one if there are none, because an empty list means the defaults.
fn parameters(settings: &protocol::Settings) -> Vec<CredentialParameters> {
    let all = || verifiers().algorithms().map(|algorithm| algorithm.identifier().0).collect();
    let mut offered = settings.algorithms.clone().unwrap_or_else(all);
    if offered.is_empty() {
        offered.push(0);
    }
    offered.into_iter().map(|id| CredentialParameters::new(AlgorithmIdentifier(id))).collect()
}

fn requirements(settings: &protocol::Settings) -> Option<(Requirements, Trust)> {
    let anchor = |der: &Base64Url| Certificate::from_der(der).ok().map(TrustAnchor::from_certificate);
    let (mut requirements, trust) = match &settings.trust_anchors {
        None => (Requirements::by_default(), Trust::Nothing),
        Some(anchors) => {
            let roots = anchors.iter().map(anchor).collect::<Option<Vec<_>>>()?;
            (Requirements::attested(), Trust::Roots(roots))
        }
    };
    let policy = requirements.policy_mut();
    *policy = policy.clone().with_sign_count(match settings.sign_count {
        SignCount::Reject => SignCountPolicy::Reject,
        SignCount::Report => SignCountPolicy::Report,
    });
    if settings.cross_origin {
        let top_origins = settings.top_origins.clone().map_or(TopOrigins::Any, TopOrigins::Listed);
        *policy = policy.clone().with_cross_origin(CrossOrigin::Accept { top_origins });
    }
    Some((requirements, trust))
}

/// The judgement of each step of all suites, with the runner's answer.
fn each_step(mut check: impl FnMut(&Request, &Answer, Option<(&Question, Option<&Judgement>)>)) {
    let mut library = Library::default();
    for suite in suites() {
        for case in &suite.cases {
            let mut stored: Option<Stored> = None;
            for request in Request::of_case(&suite, case) {
                let settings = &request.relying_party;
                if let Some(credential) = &request.credential {
                    let value = serde_json::to_value(credential).unwrap();
                    let is_owned = credential.user_handle.is_some();
                    let mut value = value;
                    if !is_owned {
                        value.as_object_mut().unwrap().remove("user_handle");
                    }
                    stored = Stored::from_value(value, &settings.id, &mut Vec::new()).ok();
                }
                let answer = library.answer(&request).unwrap();
                let question = question(&request, stored.clone());
                let judgement = question.as_ref().and_then(|question| question.judge().ok());
                check(&request, &answer, question.as_ref().map(|question| (question, judgement.as_ref())));
                if let Some(record) = judgement.and_then(|judgement| judgement.record) {
                    let is_owned = match request.ceremony {
                        protocol::Ceremony::Registration => request.user_handle.is_some(),
                        protocol::Ceremony::Authentication => {
                            stored.as_ref().is_some_and(|stored| stored.owner == Owner::Known)
                        }
                    };
                    stored =
                        Some(Stored { record, owner: if is_owned { Owner::Known } else { Owner::Unknown } });
                }
            }
        }
    }
}

#[test]
fn every_case_has_the_verdict_of_the_runner() {
    let (mut accepted, mut rejected) = (0, 0);
    each_step(|request, answer, judged| {
        let name = format!("{} step {}", request.case, request.step);
        let judgement = judged.and_then(|(_, judgement)| judgement);
        let word = judgement.map_or("unsupported", Judgement::word);
        let expected = match answer.verdict {
            protocol::Verdict::Accept => "accept",
            protocol::Verdict::Reject => answer.code.as_deref().unwrap(),
            protocol::Verdict::Unsupported => "unsupported",
        };
        assert_eq!(word, expected, "{name}: {:?}", answer.message);
        if let Some(judgement) = judgement {
            assert_eq!(judgement.outcome, answer.outcome, "{name}");
            let is_reported = judgement.report.as_ref().is_some_and(|report| !report.steps().is_empty());
            assert!(
                is_reported || word == "response-malformed" || word == "credential-id-mismatch",
                "{name}"
            );
        }
        if expected == "accept" { accepted += 1 } else { rejected += 1 }
    });
    assert!(accepted > 300 && rejected > 300, "{accepted} accepted, {rejected} rejected");
}

#[test]
fn every_judgement_is_a_case_that_the_runner_confirms() {
    let mut count = 0;
    each_step(|request, answer, judged| {
        let Some((question, Some(judgement))) = judged else { return };
        // One step in two is anonymous: each judgement verifies signatures.
        let is_anonymous = count % 2 == 1;
        let mut reduced = case::expressible(question).unwrap();
        if is_anonymous {
            assert!(!anonymous::anonymise(&mut reduced.ceremony).is_empty());
        }
        let again = reduced.judge().unwrap();
        // A response with duplicate members is another one once it was read as JSON.
        let is_rewritten = is_anonymous && answer.code.as_deref() == Some("response-malformed");
        if !is_rewritten {
            assert_eq!(again.word(), judgement.word(), "{} {is_anonymous}", request.case);
        }
        let text = case::text(&reduced, &again).unwrap();
        if is_anonymous {
            assert!(!text.contains("of a user") && !text.contains("other name"));
        }
        let suite = Suite::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let report = Runner::new(&mut Library::default()).strict().run(&[suite]);
        assert_eq!(report.lines(StepOutcome::Failed), "", "{}: {text}", request.case);
        count += 1;
    });
    assert!(count > 500, "{count}");
}
