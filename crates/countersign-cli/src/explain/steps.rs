//! Steps of the ceremonies, by number or anchor.

use countersign::report::{AuthenticationStep, RegistrationStep, Step};

use super::{explanation::Explanation, rules, topic::Topic};

/// The editor's draft, whose numbers and anchors the libraries use.
const SPECIFICATION: &str = "https://w3c.github.io/webauthn/";

pub(super) const TOPIC: Topic =
    Topic { name: "a step of a ceremony, or an anchor", example: "registration 14, or A 21", explain, words };

fn all() -> impl Iterator<Item = Step> {
    let registration = RegistrationStep::ALL.iter().map(|step| Step::from(*step));
    registration.chain(AuthenticationStep::ALL.iter().map(|step| Step::from(*step)))
}

/// The names of the steps, and the anchors of those that have one of their own.
fn words() -> Vec<String> {
    let anchors = all().filter(|step| !is_section(*step)).map(|step| step.anchor().to_owned());
    all().map(name).chain(anchors).collect()
}

/// The ceremony's name, the section, and the letter in the table of rules.
const fn ceremony(step: Step) -> (&'static str, &'static str, &'static str) {
    match step {
        Step::Registration(_) => ("registration", "7.1", "R"),
        _ => ("authentication", "7.2", "A"),
    }
}

fn name(step: Step) -> String {
    format!("{} {}", ceremony(step).0, step.number())
}

fn explain(word: &str) -> Option<Explanation> {
    let step = all().find(|step| step.anchor() == word && !is_section(*step)).or_else(|| numbered(word))?;
    let (_, section, letter) = ceremony(step);
    let (rules, codes) = rules::of_step(letter, step.number());
    Some(
        Explanation::new(format!("{}: a step of section {section} of the specification", name(step)))
            .with("what it does", step.description())
            .with("rules", rules)
            .with("codes", codes)
            .with("specification", format!("{SPECIFICATION}#{}", step.anchor())),
    )
}

/// Whether the step has no anchor of its own.
fn is_section(step: Step) -> bool {
    all().filter(|other| other.anchor() == step.anchor()).count() > 1
}

/// The step of `registration 14`, `register step 14`, `r 14` or `7.1 14`.
fn numbered(word: &str) -> Option<Step> {
    let mut words = word.split([' ', '/', ':', ',']).filter(|word| !word.is_empty() && *word != "step");
    let (ceremony, number, rest) = (words.next()?, words.next()?, words.next());
    let number: u8 = number.parse().ok()?;
    let is_registration = match ceremony {
        "registration" | "register" | "r" | "7.1" => true,
        "authentication" | "authenticate" | "assertion" | "a" | "7.2" => false,
        _ => return None,
    };
    let mut steps = all().filter(|step| matches!(step, Step::Registration(_)) == is_registration);
    steps.find(|step| rest.is_none() && step.number() == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_explained_by_number_and_by_its_own_anchor() {
        for step in all() {
            let explanation = explain(&name(step)).unwrap();
            assert!(explanation.text(None).contains(step.description()));
            if !is_section(step) {
                assert_eq!(explain(step.anchor()), Some(explanation));
            }
        }
        assert_eq!(all().count(), 29 + 25);
    }

    #[test]
    fn ceremonies_have_several_names() {
        let step = explain("authentication 21").unwrap();
        assert!(step.text(None).contains("verify the signature"));
        assert!(step.text(None).contains("signature-invalid"));
        for word in ["a 21", "7.2 21", "authentication step 21", "authentication/21", "assertion: 21"] {
            assert_eq!(explain(word), Some(step.clone()), "{word}");
        }
        for word in
            ["registration", "registration 30", "authentication 26", "registration 1 2", "signature 21"]
        {
            assert_eq!(explain(word), None, "{word}");
        }
    }
}
