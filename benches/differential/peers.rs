//! The peers: what each can be asked, and how it is asked.

use std::{
    collections::HashMap,
    error::Error,
    io::{BufRead, BufReader, Write},
    panic,
    process::Stdio,
    thread,
};

use serde_json::Value;
use xtask::conformance::Ceremony;

use crate::{cases::Asked, webauthn_rp};

/// What a peer made of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    /// With its error, and what that says was the cause.
    Refused(String),
    NotAsked(&'static str),
}

/// A library to compare with.
pub struct Peer {
    pub name: &'static str,
    pub version: &'static str,
    formats: &'static [&'static str],
    algorithms: &'static [i64],
    runs: Runs,
}

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
        runs: Runs::Python("py_webauthn"),
    },
    Peer {
        name: "fido2",
        version: "2.2.1",
        formats: &["none", "packed", "tpm", "android-safetynet", "fido-u2f", "apple"],
        algorithms: &[-7, -8, -35, -36, -37, -47, -48, -49, -50, -53, -257],
        runs: Runs::Python("fido2"),
    },
    Peer {
        name: "simplewebauthn",
        version: "14.0.3",
        formats: &["none", "packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple"],
        // It has ML-DSA too, where the runtime does; Node 20 does not.
        algorithms: &[-7, -8, -35, -36, -37, -38, -39, -47, -257, -258, -259],
        runs: Runs::Node,
    },
];

impl Peer {
    /// Why it can't be asked, if it can't: it has no such thing, or leaves it to its caller.
    fn cannot(&self, asked: &Asked) -> Option<&'static str> {
        let put = &asked.put;
        let here = matches!(self.runs, Runs::Here);
        let unknown_format = asked
            .format
            .as_deref()
            .is_some_and(|format| is_known_format(format) && !self.formats.contains(&format));
        if put.particular.is_some() {
            put.particular
        } else if put.appid.is_some() {
            Some("the extension appid")
        } else if unknown_format || (here && asked.certified) {
            Some("it has no such attestation")
        } else if asked.algorithm.is_some_and(|algorithm| !self.algorithms.contains(&algorithm)) {
            Some("it has no such algorithm")
        } else if put.anchors.is_some() && (here || !asked.certified) {
            Some("it has no policy that demands an attestation")
        } else if put.anchors.as_ref().is_some_and(Vec::is_empty) {
            Some("an empty list of anchors demands no path of it")
        } else if asked.format.as_deref() == Some("android-safetynet") && self.name != "fido2" {
            Some("it judges the time in the statement by the clock")
        } else if put.anchors.is_none() && asked.certified && self.demands_path(asked) {
            Some("it accepts no certificates without anchors")
        } else if left_to_caller(&put.verdict, here) {
            Some("it leaves this to its caller")
        } else if self.name == "fido2" && put.conditional {
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
        let mut command = match self.runs {
            Runs::Here => {
                let one = |asked| match self.cannot(asked) {
                    Some(why) => Answer::NotAsked(why),
                    // A panic is a refusal like another.
                    None => panic::catch_unwind(|| webauthn_rp::ask(asked))
                        .unwrap_or_else(|_| Answer::Refused("panic".to_owned())),
                };
                return Ok(asked.iter().map(one).collect());
            }
            Runs::Python(module) => {
                let mut python = countersign_benches::peers::python("verdicts.py")?;
                python.arg(module);
                python
            }
            Runs::Node => countersign_benches::peers::node("verdicts.mjs")?,
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (mut input, output) = child.stdin.take().zip(child.stdout.take()).ok_or("pipes")?;
        let lines: Vec<_> = asked
            .iter()
            .filter(|asked| self.cannot(asked).is_none())
            .map(|asked| serde_json::to_string(&asked.put))
            .collect::<Result<_, _>>()?;
        let writer = thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
        let mut answers = HashMap::new();
        for line in BufReader::new(output).lines() {
            let answer: Value = serde_json::from_str(&line?)?;
            let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            let outcome = match answer["accepted"].as_bool() {
                Some(true) => Answer::Accepted,
                _ => Answer::Refused(text("reason")),
            };
            answers.insert(text("id"), outcome);
        }
        let _ = writer.join();
        if !child.wait()?.success() {
            return Err(format!("the driver of {} failed", self.name).into());
        }
        asked
            .iter()
            .map(|asked| match self.cannot(asked) {
                Some(why) => Ok(Answer::NotAsked(why)),
                None => answers
                    .remove(&asked.put.id)
                    .ok_or_else(|| format!("{}: no answer to {}", self.name, asked.put.id).into()),
            })
            .collect()
    }
}

/// Whether anybody has such a format: a made-up one is for the peer to refuse.
fn is_known_format(format: &str) -> bool {
    PEERS.iter().any(|peer| peer.formats.contains(&format))
        || ["compound", "apple-appattest"].contains(&format)
}

/// What our API checks and theirs can't know of: which credentials and accounts there are.
fn left_to_caller(code: &str, here: bool) -> bool {
    match code {
        "credential-already-registered" | "credential-unknown" => true,
        "credential-not-allowed" | "user-handle-missing" | "user-handle-mismatch" => !here,
        _ => false,
    }
}

/// Whether a step is asked at all, for the counts.
pub fn is_registration(asked: &Asked) -> bool {
    asked.put.ceremony == Ceremony::Registration
}
