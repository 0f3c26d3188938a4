//! Every choice of a policy is a setting, and every word of a setting is one of the choice.

use std::collections::BTreeSet;
use std::path::Path;

use countersign::Policy;
use serde_json::Value;

use super::draft::PolicyDraft;
use super::entries;
use crate::config::given::{Given, GivenValues, apply};
use crate::config::problem::Place;
use crate::config::setting::{Form, Setting};

/// The policy of these settings.
fn policy(texts: &[(&'static str, &str)]) -> Result<Policy, Vec<String>> {
    let settings: Vec<&'static Setting> = entries().map(|entry| &entry.setting).collect();
    let given: GivenValues = texts
        .iter()
        .map(|(key, text)| {
            let setting = settings.iter().find(|setting| setting.key == *key).unwrap();
            (*key, Given::text(setting, text, Place::Variable(setting.variable())))
        })
        .collect();
    let mut draft = PolicyDraft::new();
    let mut problems = apply(entries(), &given, &mut draft);
    let (policy, more) = draft.finish(&given);
    problems.extend(more);
    if problems.is_empty() {
        Ok(policy)
    } else {
        Err(problems.iter().map(|problem| format!("{}: {}", problem.key.unwrap(), problem.message)).collect())
    }
}

/// A value of a setting that is not its default.
fn another(setting: &Setting) -> &'static str {
    match (setting.key, setting.form) {
        ("policy.resident_key", _) => "required",
        ("policy.conditional_create", _) => "after-sign-in",
        (_, Form::Word(words)) => words[1],
        (_, Form::Number { .. }) => "17",
        ("policy.algorithms", _) => "ES256",
        ("policy.stored_algorithms", _) => "EdDSA,ES256,RS256,ES384",
        ("policy.top_origins", _) => "https://example.com",
        ("policy.rejected_deviations", _) => "byte-order-mark, unsorted-cbor-keys",
        ("policy.attestation.formats", _) => "packed,tpm",
        ("policy.attestation.accepted_models" | "policy.attestation.rejected_models", _) => {
            "cb69481e-8ff7-4039-93ec-0a2729a154a8"
        }
        ("policy.attestation.rejected_tpm_manufacturers", _) => "id:494E5443",
        ("policy.extensions.required", _) => "credProps",
        (key, _) => panic!("{key}"),
    }
}

/// The paths of two values of JSON that differ.
fn differing(one: &Value, other: &Value, path: &str, paths: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            for (key, value) in one {
                differing(value, &other[key], &format!("{path}/{key}"), paths);
            }
        }
        _ if one != other => drop(paths.insert(path.to_owned())),
        _ => {}
    }
}

/// The paths of all members of an object, and of the objects in it.
fn members(value: &Value, path: &str, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                members(value, &format!("{path}/{key}"), paths);
            }
        }
        _ => drop(paths.insert(path.to_owned())),
    }
}

#[test]
fn every_member_of_a_policy_is_changed_by_a_setting() {
    let attested = ("policy.preset", "attested");
    let json = |policy: Policy| serde_json::to_value(policy).unwrap();
    let base = json(policy(&[attested]).unwrap());
    let mut changed = BTreeSet::new();
    for entry in entries().filter(|entry| entry.setting.key != attested.0) {
        let setting = &entry.setting;
        let mut texts = vec![attested, (setting.key, another(setting))];
        if setting.key == "policy.top_origins" {
            texts.push(("policy.cross_origin", "listed"));
        }
        let before = changed.len();
        let after = json(policy(&texts).unwrap());
        differing(&base, &after, "", &mut changed);
        let is_new = changed.len() > before;
        let shares = ["policy.top_origins", "policy.conditional_create_seconds", "policy.conditional_create"];
        assert!(is_new || shares.contains(&setting.key), "{}", setting.key);
    }
    let mut all = BTreeSet::new();
    members(&base, "", &mut all);
    all.remove("/version");
    assert_eq!(changed, all);
}

#[test]
fn the_words_of_a_setting_are_those_of_its_choice() {
    for entry in entries() {
        let Form::Word(words) = entry.setting.form else { continue };
        let needs_attestation = entry.setting.key.starts_with("policy.attestation.");
        let preset = if needs_attestation { "attested" } else { "passkeys" };
        for word in words {
            let texts = [("policy.preset", preset), (entry.setting.key, *word)];
            let texts = if entry.setting.key == "policy.preset" { &texts[1..] } else { &texts[..] };
            policy(texts).unwrap_or_else(|problems| panic!("{problems:?}"));
        }
        let error = policy(&[(entry.setting.key, "maybe")]).unwrap_err();
        assert!(
            error[0].starts_with(&format!("{}: \"maybe\" is not one of ", entry.setting.key)),
            "{error:?}"
        );
    }
}

#[test]
fn dangerous_choices_are_named_so() {
    for entry in entries() {
        if let Form::Word(words) = entry.setting.form {
            // The specification's default is stricter, and the names in the library begin with dangerous.
            let is_weak = |word: &str| {
                matches!(
                    (entry.setting.key, word),
                    ("policy.uninitialized_user_verification" | "policy.unverified_discoverable", "accept")
                        | ("policy.backup_eligibility_change", "accept-upgrade")
                )
            };
            assert!(!words.iter().any(|word| is_weak(word)), "{}", entry.setting.key);
        }
    }
}

#[test]
fn a_requirement_without_effect_is_a_problem() {
    for (texts, problem) in [
        (
            &[("policy.attestation.formats", "packed")][..],
            "policy.attestation.formats: has no effect unless policy.preset is attested",
        ),
        (
            &[("policy.top_origins", "https://example.com"), ("policy.cross_origin", "any")],
            "policy.top_origins: has no effect unless policy.cross_origin is listed",
        ),
        (
            &[("policy.conditional_create_seconds", "60"), ("policy.conditional_create", "reject")],
            "policy.conditional_create_seconds: has no effect if policy.conditional_create is reject",
        ),
    ] {
        assert_eq!(policy(texts).unwrap_err(), [problem]);
    }
}

#[test]
fn numbers_and_lists_are_checked_each() {
    for (key, text, error) in [
        ("policy.timeout_seconds", "0", "\"0\" is not a number from 1 to 4294967 (seconds)"),
        ("policy.timeout_seconds", "1.5", "\"1.5\" is not a number from 1 to 4294967 (seconds)"),
        ("policy.credential_id_bytes", "1024", "\"1024\" is not a number from 1 to 1023 (bytes)"),
        (
            "policy.attestation.rejected_tpm_manufacturers",
            "INTC",
            "\"INTC\" is not the identifier of a manufacturer: id: and eight hexadecimal digits",
        ),
        (
            "policy.attestation.accepted_models",
            "yubikey",
            "\"yubikey\" is not an AAGUID, such as \"cb69481e-8ff7-4039-93ec-0a2729a154a8\"",
        ),
        (
            "policy.extensions.required",
            "credprops",
            "\"credprops\" is not an extension, such as \"prf\" or \"credProtect\"",
        ),
    ] {
        let preset = ("policy.preset", "attested");
        assert_eq!(policy(&[preset, (key, text)]).unwrap_err(), [format!("{key}: {error}")]);
    }
    let error = policy(&[("policy.algorithms", "ES256,es256,RS1,HS256")]).unwrap_err();
    assert_eq!(error.len(), 2, "{error:?}");
    assert!(
        error[0].starts_with("policy.algorithms: \"es256\" is not an algorithm; there are "),
        "{error:?}"
    );
}

#[test]
fn a_policy_of_its_own_is_not_that_of_a_server() {
    let missing = super::file::read_policy(Path::new("/nonexistent/policy.toml")).unwrap_err().to_string();
    assert!(missing.starts_with("can't read the configuration file /nonexistent/policy.toml: "), "{missing}");
    assert_eq!(policy(&[]).unwrap(), Policy::passkeys());
    assert_ne!(PolicyDraft::server().policy(), Policy::passkeys());
}
