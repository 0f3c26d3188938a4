//! `--lenient`: the single changes of the relying party that would let a response pass, and what each gives up.
//!
//! What the protocol protects has no setting: the signature, the challenge, the RP ID, the forms of the data.

use countersign::cose::Algorithm;
use countersign::relying_party::policy::{CrossOrigin, StoredAlgorithms, TopOrigins};
use countersign::report::{ErrorKind, PolicyErrorKind};
use countersign::types::enumerations::UserVerificationRequirement;
use countersign::types::options::CredentialParameters;
use countersign::types::{AlgorithmIdentifier, CreationOptions};
use countersign::{Code, Policy, attestation::format::android_key::AbsentAuthorizations};
use serde_json::Value;

use super::ceremony::Asked;
use super::judgement::{Judgement, Rejection, Verdict};
use super::party::SupportedFormats;
use super::question::Question;
use super::requirements::Requirements;

/// A single change that lets a response pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relaxation {
    /// What to change: a setting of the server's configuration, or a method of the library.
    pub(crate) setting: String,
    /// Its value then, as the configuration has it.
    pub(crate) value: String,
    /// What the relying party gives up.
    pub(crate) gives_up: &'static str,
}

/// A change of one member of the policy to a fixed value.
struct Fixed {
    setting: &'static str,
    /// The place in the serialised policy.
    pointer: &'static str,
    /// The value there, in JSON.
    json: &'static str,
    /// The value in the configuration.
    value: &'static str,
    gives_up: &'static str,
}

const fn fixed(
    setting: &'static str,
    pointer: &'static str,
    json: &'static str,
    value: &'static str,
    gives_up: &'static str,
) -> Fixed {
    Fixed { setting, pointer, json, value, gives_up }
}

const UNSET: &str = "not set";

#[rustfmt::skip]
const FIXED: &[Fixed] = &[
    fixed("policy.unverified_discoverable", "/unverified_discoverable", "\"dangerous-accept\"", "\"dangerous-accept\"",
        "anyone who holds the authenticator is signed in: the user is not verified"),
    fixed("policy.resident_key", "/resident_key", "\"preferred\"", "\"preferred\"",
        "this passkey does not work without a user name"),
    fixed("policy.sign_count", "/sign_count", "\"report\"", "\"report\"",
        "a second copy of the key can be used; its use is only reported"),
    fixed("policy.backup", "/backup", "\"accept\"", "\"accept\"",
        "the requirement on backups: keys may be on several devices, or be lost with one"),
    fixed("policy.backup_eligibility_change", "/backup_eligibility_change", "\"dangerous-accept-upgrade\"",
        "\"dangerous-accept-upgrade\"", "a key that was on one device may be on others from now on"),
    fixed("policy.unknown_backup_eligibility", "/unknown_backup_eligibility", "\"accept\"", "\"accept\"",
        "the first value after an import is believed without a comparison"),
    fixed("policy.uninitialized_user_verification", "/uninitialized_user_verification", "\"dangerous-accept\"",
        "\"dangerous-accept\"", "the finder of an authenticator without a PIN can set one and sign in"),
    fixed("policy.flagged_credentials", "/flagged_credentials", "\"report\"", "\"report\"",
        "a flagged passkey signs in, although it may be compromised"),
    fixed("policy.rejected_deviations", "/rejected_deviations", "[]", "[]",
        "exactness: the deviation is accepted and only reported"),
    fixed("policy.credential_id_bytes", "/credential_id_bytes", "1023", "1023", "short records"),
    fixed("policy.preset", "/attestation_policy", "null", "\"passkeys\"",
        "any program can claim to be any authenticator model: no evidence of the model is required"),
    fixed("policy.attestation.formats", "/attestation_policy/formats", "null", UNSET,
        "the choice of the kinds of evidence"),
    fixed("policy.attestation.accepted_models", "/attestation_policy/accepted_models", "null", UNSET,
        "the choice of models: every attested one is accepted"),
    fixed("policy.attestation.rejected_models", "/attestation_policy/rejected_models", "[]", "[]",
        "models that were rejected on purpose are accepted"),
    fixed("policy.attestation.android_key_protection", "/attestation_policy/device/android_key_protection", "null",
        "\"any\"", "the key may be kept by software, from which a malicious program can copy it"),
    fixed("policy.attestation.android_verified_boot", "/attestation_policy/device/android_verified_boot", "null",
        "\"any\"", "the device may run a system that was tampered with"),
    fixed("policy.attestation.tpm_key_binding", "/attestation_policy/device/tpm_key_binding", "\"any\"", "\"any\"",
        "the key may be a copy of one outside of the TPM"),
    fixed("policy.attestation.rejected_tpm_manufacturers", "/attestation_policy/device/rejected_tpm_manufacturers", "[]",
        "[]", "manufacturers that were rejected on purpose are accepted"),
    fixed("policy.attestation.safetynet_max_age_seconds", "/attestation_policy/device/safetynet_max_age_seconds",
        "4294967295", "4294967295", "an old answer of Google's, from when the device was still intact, is accepted"),
    fixed("policy.attestation.safetynet_clock_skew_seconds", "/attestation_policy/device/safetynet_clock_skew_seconds",
        "4294967295", "4294967295", "an answer of Google's is accepted longer than its age says"),
    fixed("policy.extensions.unsolicited_client_outputs", "/extensions/unsolicited_client_outputs", "\"accept\"",
        "\"accept\"", "outputs of clients that were not requested are skipped"),
    fixed("policy.extensions.unsolicited_authenticator_outputs", "/extensions/unsolicited_authenticator_outputs",
        "\"accept\"", "\"accept\"", "outputs of authenticators that were not requested are skipped"),
    fixed("policy.extensions.required", "/extensions/required", "[]", "[]",
        "what needs the extension does not work with this passkey"),
    fixed("policy.extensions.prf_results", "/extensions/prf_results", "\"strip\"", "\"strip\"",
        "pages may send keys of their users to the server, which skips them"),
    fixed("policy.extensions.cred_protect", "/extensions/cred_protect", "\"at-least\"", "\"at-least\"",
        "the exact level: a stronger one is accepted too"),
    fixed("policy.extensions.minimum_pin_length", "/extensions/minimum_pin_length", "null", UNSET,
        "the authenticator accepts shorter PINs, which are easier to guess"),
    fixed("policy.extensions.remote_clients", "/extensions/remote_clients", "\"accept\"", "\"accept\"",
        "the operator of a remote machine decides on the origin: the client did not check it"),
];

/// The single changes that let a rejected response pass.
pub(crate) fn relaxations(question: &Question, judgement: &Judgement) -> Vec<Relaxation> {
    let Some(rejection) = judgement.rejection() else { return Vec::new() };
    let fixed = FIXED.iter().filter_map(|fixed| {
        let mut relaxed = question.clone();
        let policy = relaxed.requirements.policy_mut();
        *policy = with_member(policy, fixed.pointer, fixed.json)?;
        let (setting, value) = (fixed.setting.to_owned(), fixed.value.to_owned());
        Some((relaxed, Relaxation { setting, value, gives_up: fixed.gives_up }))
    });
    let particular = [unverified, algorithm, stored_algorithm, origin, frame, absent_authorizations, formats];
    let particular = particular.into_iter().filter_map(|change| change(question, rejection));
    let passes = |(relaxed, _): &(Question, Relaxation)| {
        relaxed.judge().is_ok_and(|judgement| judgement.verdict == Verdict::Accepted)
    };
    particular.chain(fixed).filter(passes).map(|(_, relaxation)| relaxation).collect()
}

/// Why no setting lets such a response pass, if the protocol itself is at stake.
pub(crate) const fn protected(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::ChallengeMismatch | Code::ChallengeExpired => {
            "the challenge is what keeps an old response from being used again"
        }
        Code::SignatureInvalid => "the signature is what proves that the key is there",
        Code::RpIdHashMismatch => "the RP ID is what keeps the passkeys of one site from another",
        Code::ClientDataTypeMismatch => "the type is what keeps one ceremony's response from another",
        Code::OriginMismatch => {
            "a page of another domain got this response, as in phishing; only a domain of your own may be accepted"
        }
        Code::CredentialUnknown | Code::UserHandleMismatch | Code::UserHandleMissing => {
            "the response must be of a passkey of the account"
        }
        _ => return None,
    })
}

/// The policy with another value at a place, unless it is there already or makes the policy contradict itself.
fn with_member(policy: &Policy, pointer: &str, json: &str) -> Option<Policy> {
    let mut value = serde_json::to_value(policy).ok()?;
    let member = value.pointer_mut(pointer)?;
    let relaxed: Value = serde_json::from_str(json).ok()?;
    if *member == relaxed {
        return None;
    }
    *member = relaxed;
    serde_json::from_value(value).ok()
}

type Change = Option<(Question, Relaxation)>;

/// User verification is preferred only, by the options too.
fn unverified(question: &Question, _: &Rejection) -> Change {
    let required = UserVerificationRequirement::Required;
    let preferred = UserVerificationRequirement::Preferred;
    let is_required = question.party().is_ok_and(|party| *party.policy.user_verification() == required);
    let mut relaxed = question.clone();
    let policy = relaxed.requirements.policy_mut();
    *policy = policy.clone().with_user_verification(preferred.clone());
    match &mut relaxed.ceremony.asked {
        Asked::Registration(asked) => {
            if let Some(selection) = &mut asked.options.authenticator_selection {
                selection.user_verification = preferred;
            }
        }
        Asked::Authentication(asked) => asked.options.user_verification = preferred,
    }
    let setting = "policy.user_verification, and userVerification of the options".to_owned();
    let gives_up = "the second factor: a thief of the authenticator needs neither PIN nor fingerprint";
    is_required.then_some((relaxed, Relaxation { setting, value: "\"preferred\"".to_owned(), gives_up }))
}

/// The algorithm of the new key is offered.
fn algorithm(question: &Question, rejection: &Rejection) -> Change {
    let Some(ErrorKind::AlgorithmNotAllowed(identifier)) = kind(rejection) else { return None };
    let algorithm = Algorithm::from_identifier(*identifier)?;
    let mut relaxed = question.clone();
    if let Requirements::OfPolicy(policy) = &mut relaxed.requirements {
        let algorithms = policy.algorithms().iter().copied().chain([algorithm]);
        *policy = policy.clone().with_algorithms(algorithms.collect::<Vec<_>>());
    }
    if let Asked::Registration(asked) = &mut relaxed.ceremony.asked {
        offer(&mut asked.options, *identifier);
    }
    Some((
        relaxed,
        Relaxation {
            setting: "policy.algorithms, and pubKeyCredParams of the options".to_owned(),
            value: format!("with {:?}", algorithm.name()),
            gives_up: "the choice of algorithms: the client made a key of one that was not offered",
        },
    ))
}

fn offer(options: &mut CreationOptions, identifier: AlgorithmIdentifier) {
    options.pub_key_cred_params.push(CredentialParameters::new(identifier));
}

/// The algorithm of a stored key is accepted again.
fn stored_algorithm(question: &Question, rejection: &Rejection) -> Change {
    let Some(ErrorKind::Policy(PolicyErrorKind::StoredAlgorithmNotAllowed(_))) = kind(rejection) else {
        return None;
    };
    let mut relaxed = question.clone();
    let policy = relaxed.requirements.policy_mut();
    *policy = policy.clone().with_stored_algorithms(StoredAlgorithms::Any);
    let (setting, value) = ("policy.stored_algorithms".to_owned(), UNSET.to_owned());
    let gives_up = "old keys of every algorithm are accepted, of those too that were meant to go";
    Some((relaxed, Relaxation { setting, value, gives_up }))
}

/// The origin is accepted, if it is one of the RP ID's own domain or an app.
fn origin(question: &Question, rejection: &Rejection) -> Change {
    let Some(ErrorKind::OriginMismatch { got, .. }) = kind(rejection) else { return None };
    let is_app = got.starts_with("android:") || got.starts_with("ios:");
    let is_own = got.starts_with("https://") && question.party().is_ok_and(|party| party.is_below(got));
    let gives_up = match (is_app, is_own) {
        (true, _) => "this app gets the users' passkeys: only if it is your own",
        (_, true) => "this page is trusted like the sign-in page: only if it is your own, and as well kept",
        _ => return None,
    };
    let mut relaxed = question.clone();
    let default = || vec![format!("https://{}", question.rp_id)];
    relaxed.origins.get_or_insert_with(default).push(got.clone());
    let (setting, value) = ("origins".to_owned(), format!("with {got:?}"));
    Some((relaxed, Relaxation { setting, value, gives_up }))
}

/// The page that framed the ceremony is accepted, or any if it is not named.
fn frame(question: &Question, rejection: &Rejection) -> Change {
    let (top_origins, setting, value, gives_up) = match kind(rejection) {
        Some(ErrorKind::TopOriginMismatch { got, .. }) => {
            let gives_up =
                "this page can frame the ceremony and mislead the user about it: only if it is your own";
            let setting = "policy.cross_origin = \"listed\" and policy.top_origins";
            (TopOrigins::Listed(vec![got.clone()]), setting, format!("with {got:?}"), gives_up)
        }
        Some(ErrorKind::CrossOrigin | ErrorKind::TopOriginMissing) => {
            let gives_up = "any page can frame the ceremony and mislead the user about it";
            (TopOrigins::Any, "policy.cross_origin", "\"any\"".to_owned(), gives_up)
        }
        _ => return None,
    };
    let mut relaxed = question.clone();
    let policy = relaxed.requirements.policy_mut();
    *policy = policy.clone().with_cross_origin(CrossOrigin::Accept { top_origins });
    Some((relaxed, Relaxation { setting: setting.to_owned(), value, gives_up }))
}

/// Android keys may leave out where they came from and what they are for.
fn absent_authorizations(question: &Question, _: &Rejection) -> Change {
    let mut relaxed = question.clone();
    relaxed.formats = SupportedFormats::All(AbsentAuthorizations::Accept);
    let (setting, value) = ("AndroidKeyFormat::with_absent_authorizations".to_owned(), "Accept".to_owned());
    let gives_up = "the key may be imported, or be for other purposes too; the server has no such setting";
    (question.formats == SupportedFormats::All(AbsentAuthorizations::Reject))
        .then_some((relaxed, Relaxation { setting, value, gives_up }))
}

/// The formats that the server leaves out are supported.
fn formats(question: &Question, _: &Rejection) -> Change {
    let mut relaxed = question.clone();
    relaxed.formats = SupportedFormats::All(AbsentAuthorizations::Reject);
    let (setting, value) = ("Formats::with_format".to_owned(), "SafetyNet and App Attest".to_owned());
    let gives_up = "a format that is deprecated, or of apps, is verified; the server has no such setting";
    (question.formats == SupportedFormats::Standard)
        .then_some((relaxed, Relaxation { setting, value, gives_up }))
}

fn kind(rejection: &Rejection) -> Option<&ErrorKind> {
    rejection.error.as_ref().map(countersign::Error::kind)
}
