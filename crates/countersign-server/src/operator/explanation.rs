//! An attestation in plain sentences: what was attested, by whom, and with what trust.

use countersign::attestation::certificate::{Name, SubjectAttribute};
use countersign::attestation::{Attestation, AttestationType};
use countersign::lifecycle::Verdict;
use countersign::record::{AttestationEvidence, Trusted};
use countersign_store::text::printable;
use serde::Serialize;

/// The most characters of a name in a certificate that are shown.
const NAME_MAX: usize = 100;

/// The most characters of a reason that are shown.
const REASON_MAX: usize = 300;

/// What an attestation shows today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Proof {
    /// Nothing was attested, or by the passkey itself.
    None,
    /// The model is proven today.
    Proven,
    /// The model was proven when the passkey was registered.
    ProvenThen,
    /// A certificate attests the model, and nothing shows that it is to be trusted.
    Unproven,
    /// The model, its device or a certificate is rejected.
    Rejected,
    /// The evidence can't be used.
    Unusable,
}

/// An attestation, explained.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    format: String,
    #[serde(rename = "type")]
    kind: String,
    pub(crate) proof: Proof,
    pub(crate) sentences: Vec<String>,
}

/// What is explained: the evidence in a record, and what it shows today.
pub(crate) struct Facts<'a> {
    /// The name of the model that the browser reported.
    pub(crate) model: Option<&'a str>,
    pub(crate) evidence: Option<&'a AttestationEvidence>,
    /// The attestation, if it verifies.
    pub(crate) attestation: Option<&'a Attestation>,
    /// The verdict of today's metadata; `None` if there is none.
    pub(crate) verdict: Option<&'a Verdict>,
}

/// Explains an attestation.
pub(crate) fn explain(facts: &Facts<'_>) -> Explanation {
    let Some(evidence) = facts.evidence else {
        let sentences = vec![
            "No attestation was stored with this passkey.".to_owned(),
            claimed(facts.model, "the browser reported it, and nothing proves it"),
        ];
        return Explanation { format: "none".into(), kind: "none".into(), proof: Proof::None, sentences };
    };
    let kind = facts.attestation.map(Attestation::attestation_type);
    let (proof, sentences) = match (kind, evidence.attestation_type()) {
        (Some(AttestationType::None), _) | (None, "none") => (
            Proof::None,
            vec![
                "The authenticator attested nothing.".to_owned(),
                claimed(facts.model, "the browser reported it, and nothing proves it"),
            ],
        ),
        (Some(AttestationType::SelfAttestation), _) | (None, "self") => (
            Proof::None,
            vec![
                "The passkey signed its own registration, so its key was there. No certificate vouches for the \
                 authenticator."
                    .to_owned(),
                claimed(facts.model, "the authenticator reported it, and nothing proves it"),
            ],
        ),
        _ => certified(facts, evidence, kind),
    };
    Explanation {
        format: printable(evidence.format(), NAME_MAX).into_owned(),
        kind: printable(evidence.attestation_type(), NAME_MAX).into_owned(),
        proof,
        sentences,
    }
}

fn certified(
    facts: &Facts<'_>,
    evidence: &AttestationEvidence,
    kind: Option<AttestationType>,
) -> (Proof, Vec<String>) {
    let mut sentences = Vec::new();
    if let (Some(attestation), Some(kind)) = (facts.attestation, kind) {
        sentences.push(signed_by(attestation, kind));
    }
    let (proof, sentence) = today(facts);
    sentences.push(sentence);
    sentences.extend(at_registration(evidence));
    (proof, sentences)
}

/// Who signed.
fn signed_by(attestation: &Attestation, kind: AttestationType) -> String {
    let by = match kind {
        AttestationType::Basic => "a certificate of the vendor",
        AttestationType::AttCa => "a certificate of an attestation authority, made for this authenticator",
        AttestationType::AnonCa => "a certificate of an anonymising authority, made for this passkey",
        _ => "a certificate of the vendor or of an attestation authority",
    };
    let format = printable(attestation.format(), NAME_MAX);
    let Some(leaf) = attestation.trust_path().first() else {
        return format!("The registration was signed with {by}, in the format {format}.");
    };
    let subject = name(&leaf.subject()).map(|name| format!(" for {name}")).unwrap_or_default();
    let issuer = name(&leaf.issuer()).map(|name| format!(", issued by {name}")).unwrap_or_default();
    format!("The registration was signed with {by}{subject}{issuer}, in the format {format}.")
}

/// The trust of today.
fn today(facts: &Facts<'_>) -> (Proof, String) {
    let model =
        facts.model.map_or_else(|| "the model".to_owned(), |model| format!("the model {}", quoted(model)));
    let Some(verdict) = facts.verdict else {
        let sentence = "This server has no FIDO metadata at the moment, so it can’t say whether the certificate is \
                        to be trusted.";
        return (Proof::Unproven, sentence.into());
    };
    let reason = |cause: &dyn std::fmt::Display| printable(&cause.to_string(), REASON_MAX).into_owned();
    match verdict {
        Verdict::Trusted => (
            Proof::Proven,
            format!(
                "Today the certificate leads to a root that the FIDO metadata has for {model}: that is proven."
            ),
        ),
        Verdict::TrustedAtRegistration => (
            Proof::ProvenThen,
            format!(
                "A certificate has expired since the registration. At that time it led to a root that the FIDO metadata \
                 has for {model}: that was proven then."
            ),
        ),
        Verdict::Untrusted(cause) => (
            Proof::Unproven,
            format!("Today the certificate leads to no root that this server trusts: {}.", reason(cause)),
        ),
        Verdict::Revoked(cause) => (
            Proof::Rejected,
            format!(
                "A certificate is revoked, so that the attestation proves nothing any more: {}.",
                reason(cause)
            ),
        ),
        Verdict::ModelRejected(cause) => (
            Proof::Rejected,
            format!(
                "The certificate proves {model}, but the model is rejected today: {}.",
                reason(&cause.reason())
            ),
        ),
        Verdict::DeviceRejected(cause) => (
            Proof::Rejected,
            format!("The certificate proves {model}, but the policy rejects the device: {}.", reason(cause)),
        ),
        Verdict::StatementInvalid(cause) => {
            (Proof::Unusable, format!("The stored attestation does not verify: {}.", reason(cause)))
        }
        Verdict::EvidenceUnusable(cause) => {
            (Proof::Unusable, format!("The stored attestation can’t be used: {}.", reason(cause)))
        }
        other => (Proof::Unproven, format!("Today it proves nothing: {}.", reason(other))),
    }
}

/// The result at the registration, if it was stored.
fn at_registration(evidence: &AttestationEvidence) -> Option<String> {
    let result = match evidence.trusted()? {
        Trusted::Yes => "the server found it trusted",
        Trusted::No => "the server did not find it trusted",
        _ => "the server did not check whether it was to be trusted, because the policy did not require it",
    };
    let at = evidence.judged_at().map(|at| format!(", at {at}")).unwrap_or_default();
    Some(format!("At the registration{at}, {result}."))
}

/// A model that nothing proves.
fn claimed(model: Option<&str>, why: &str) -> String {
    match model {
        Some(model) => format!("Its model is said to be {}: {why}.", quoted(model)),
        None => "Its model is unknown.".to_owned(),
    }
}

/// The common name, or else the organization.
fn name(name: &Name<'_>) -> Option<String> {
    let value = |attribute| name.values(attribute).find_map(|value| value.text().map(str::to_owned));
    let found = value(SubjectAttribute::CommonName).or_else(|| value(SubjectAttribute::Organization))?;
    Some(quoted(&found))
}

/// A name in quotation marks, isolated so that its direction does not change that of the sentence: FIRST STRONG ISOLATE and
/// POP DIRECTIONAL ISOLATE. Inside, [`printable`] leaves no character that could end the isolation.
fn quoted(name: &str) -> String {
    format!("“\u{2068}{}\u{2069}”", printable(name, NAME_MAX))
}

#[cfg(test)]
mod tests {
    use countersign::Timestamp;
    use countersign::attestation::ModelRejectedError;

    use super::*;

    fn facts<'a>(evidence: &'a AttestationEvidence, verdict: Option<&'a Verdict>) -> Facts<'a> {
        Facts { model: Some("Key"), evidence: Some(evidence), attestation: None, verdict }
    }

    fn evidence(kind: &str) -> AttestationEvidence {
        AttestationEvidence::new("packed", kind, [1], [2])
    }

    #[test]
    fn a_passkey_without_attestation_only_claims_its_model() {
        let nothing = Facts { model: None, evidence: None, attestation: None, verdict: None };
        assert_eq!(explain(&nothing).sentences[1], "Its model is unknown.");
        for kind in ["none", "self"] {
            let evidence = evidence(kind);
            let explanation = explain(&facts(&evidence, Some(&Verdict::EvidenceMissing)));
            assert_eq!(explanation.proof, Proof::None, "{kind}");
            assert!(explanation.sentences[1].ends_with("and nothing proves it."), "{explanation:?}");
        }
    }

    #[test]
    fn each_verdict_of_today_is_a_sentence() {
        let rejected = Verdict::ModelRejected(ModelRejectedError::new("its keys were stolen"));
        let invalid = Verdict::Uncertified(AttestationType::Basic);
        for (verdict, proof, words) in [
            (None, Proof::Unproven, "no FIDO metadata"),
            (Some(&Verdict::Trusted), Proof::Proven, "that is proven"),
            (Some(&Verdict::TrustedAtRegistration), Proof::ProvenThen, "was proven then"),
            (Some(&rejected), Proof::Rejected, "rejected today: its keys were stolen."),
            (Some(&invalid), Proof::Unproven, "proves nothing"),
        ] {
            let evidence = evidence("basic");
            let explanation = explain(&facts(&evidence, verdict));
            assert_eq!(explanation.proof, proof);
            assert!(explanation.sentences[0].contains(words), "{explanation:?}");
        }
    }

    #[test]
    fn the_result_at_the_registration_is_told_if_it_was_stored() {
        let at = Timestamp::from_unix_seconds(0);
        for (trusted, words) in [
            (Trusted::Yes, "found it trusted"),
            (Trusted::No, "did not find it trusted"),
            (Trusted::NotAssessed, "did not check"),
        ] {
            let evidence = evidence("basic").with_judgement(trusted, at);
            let explanation = explain(&facts(&evidence, None));
            let last = explanation.sentences.last().unwrap();
            assert!(last.starts_with("At the registration, at 1970-01-01T00:00:00Z, the server"), "{last}");
            assert!(last.contains(words), "{last}");
        }
    }

    #[test]
    fn a_name_can_not_change_the_direction_of_its_sentence() {
        let model = "\u{202e}evil\u{2069}\u{0}";
        let evidence = evidence("none");
        let facts = Facts { model: Some(model), ..facts(&evidence, None) };
        let sentence = &explain(&facts).sentences[1];
        assert!(sentence.contains("“\u{2068}\u{fffd}evil\u{fffd}\u{fffd}\u{2069}”"), "{sentence:?}");
    }
}
