//! The peers: the formats and algorithms of each, and how it is run.

use std::{error::Error, panic, time::Duration};

use countersign_conformance::{implementation::Implementation as _, program::Program, protocol::Verdict};

use crate::{answer::Answer, cases::Asked, webauthn_rp};

/// The time for one answer; the first one starts Python or Node.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A library to compare with.
pub struct Peer {
    pub name: &'static str,
    pub version: &'static str,
    formats: &'static [&'static str],
    algorithms: &'static [i64],
    runs: Runs,
}

/// Where the driver of py_webauthn is, from `benches/peers`: it is the example of the conformance crate.
const PY_WEBAUTHN: &str = "../../crates/countersign-conformance/examples/py_webauthn/relying_party.py";

enum Runs {
    Here,
    Python(&'static str),
    Node,
}

/// What formats and algorithms each names in its public API.
pub const PEERS: [Peer; 4] = [
    Peer {
        name: "webauthn_rp",
        version: "0.3.0",
        formats: &["none", "packed"],
        algorithms: &[-7, -8, -35, -257],
        runs: Runs::Here,
    },
    Peer {
        name: "py_webauthn",
        version: "3.0.1",
        formats: &["none", "packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple"],
        algorithms: &[-7, -8, -36, -37, -38, -39, -48, -49, -50, -257, -258, -259],
        runs: Runs::Python(PY_WEBAUTHN),
    },
    Peer {
        name: "fido2",
        version: "2.2.1",
        formats: &["none", "packed", "tpm", "android-safetynet", "fido-u2f", "apple"],
        algorithms: &[-7, -8, -35, -36, -37, -47, -48, -49, -50, -53, -257],
        runs: Runs::Python("python_fido2.py"),
    },
    Peer {
        name: "simplewebauthn",
        version: "14.0.3",
        formats: &["none", "packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple"],
        // It has ML-DSA too if the runtime has it; Node 20 does not.
        algorithms: &[-7, -8, -35, -36, -37, -38, -39, -47, -257, -258, -259],
        runs: Runs::Node,
    },
];

impl Peer {
    /// The reason not to ask it, if there is one: it does not support the step, or leaves the check to its caller.
    fn cannot(&self, asked: &Asked) -> Option<&'static str> {
        let (step, request) = (&asked.step, &asked.step.request);
        let anchors = &request.relying_party.trust_anchors;
        let here = matches!(self.runs, Runs::Here);
        let unknown_format = asked
            .format
            .as_deref()
            .is_some_and(|format| is_known_format(format) && !self.formats.contains(&format));
        if step.particular.is_some() {
            step.particular
        } else if request.appid.is_some() {
            Some("the extension appid")
        } else if unknown_format || (here && asked.certified) {
            Some("it has no such attestation")
        } else if asked.algorithm.is_some_and(|algorithm| !self.algorithms.contains(&algorithm)) {
            Some("it has no such algorithm")
        } else if anchors.is_some() && (here || !asked.certified) {
            Some("it has no policy that demands an attestation")
        } else if anchors.as_ref().is_some_and(Vec::is_empty) {
            Some("an empty list of anchors demands no path of it")
        } else if asked.format.as_deref() == Some("android-safetynet") && self.name != "fido2" {
            Some("it judges the time in the statement by the clock")
        } else if anchors.is_none() && asked.certified && self.demands_path(asked) {
            Some("it accepts no certificates without anchors")
        } else if left_to_caller(step.verdict(), here) {
            Some("it leaves this to its caller")
        } else if self.name == "fido2" && request.relying_party.conditional_create {
            Some("it has no conditional registration")
        } else {
            None
        }
    }

    /// Formats with anchors of their own, which the peer always demands a path to.
    fn demands_path(&self, asked: &Asked) -> bool {
        self.name == "py_webauthn"
            && asked.format.as_deref().is_some_and(|format| ["apple", "android-key"].contains(&format))
    }

    /// Its answers, in the order of the steps.
    pub fn ask(&self, asked: &[Asked]) -> Result<Vec<Answer>, Box<dyn Error>> {
        let mut program = match self.runs {
            Runs::Here => None,
            Runs::Python(program) => {
                Some(Program::new(countersign_benches::peers::python(program)?, TIMEOUT))
            }
            Runs::Node => {
                Some(Program::new(countersign_benches::peers::node("simplewebauthn.mjs")?, TIMEOUT))
            }
        };
        let one = |asked: &Asked| match (self.cannot(asked), &mut program) {
            (Some(why), _) => Ok(Answer::NotAsked(why.to_owned())),
            // A panic is a rejection too.
            (None, None) => Ok(panic::catch_unwind(|| webauthn_rp::ask(asked))
                .unwrap_or_else(|_| Answer::Rejected("panic".to_owned()))),
            (None, Some(program)) => {
                let answer = program.answer(&asked.step.request);
                let answer = answer.map_err(|error| format!("{}: {}: {error}", self.name, asked.step.id))?;
                let message = answer.message.unwrap_or_default();
                Ok(match answer.verdict {
                    Verdict::Accept => Answer::Accepted,
                    Verdict::Reject => Answer::Rejected(message),
                    Verdict::Unsupported => Answer::NotAsked(message),
                })
            }
        };
        asked.iter().map(one).collect()
    }
}

/// Whether the format exists: an invented one is for the peer to reject.
fn is_known_format(format: &str) -> bool {
    PEERS.iter().any(|peer| peer.formats.contains(&format))
        || ["compound", "apple-appattest"].contains(&format)
}

/// Checks of our API for which the peers have no data: which credentials and accounts there are.
fn left_to_caller(code: &str, here: bool) -> bool {
    match code {
        "credential-already-registered" | "credential-unknown" => true,
        "credential-not-allowed" | "user-handle-missing" | "user-handle-mismatch" => !here,
        _ => false,
    }
}
