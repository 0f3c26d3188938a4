//! The members of a registration's response.

use countersign_authenticator::Change;
use countersign_authenticator::Change::Envelope;
use serde_json::json;

use super::{accepted, options, rejected};
use crate::case::{Case, Group, Registration, Run};

const fn faulty(id: &'static str, what: &'static str, changes: &'static [Change]) -> Case {
    rejected(id, what, "response-malformed", Run::Register(Registration::PACKED.with(changes)))
}

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-1",
    title: "Registration: the response's members",
    cases: &[
        accepted(
            "P-1",
            "the registered credential is excluded from the next registration",
            Run::Options(options::excluded),
        ),
        faulty("F-1", "`id` is missing", &[Envelope(|it| it.members.remove("id"))]),
        faulty("F-2", "`id` is a number", &[Envelope(|it| it.members.set("id", 7))]),
        faulty("F-3", "`id` is not base64url", &[Envelope(|it| it.members.set("id", "*+/="))]),
        faulty("F-4", "`type` is missing", &[Envelope(|it| it.members.remove("type"))]),
        faulty("F-5", "`type` is a number", &[Envelope(|it| it.members.set("type", 7))]),
        faulty("F-6", "`type` is another one", &[Envelope(|it| it.members.set("type", "password"))]),
        faulty("F-7", "`response` is missing", &[Envelope(|it| it.response = None)]),
        faulty(
            "F-8",
            "`response` is a text",
            &[Envelope(|it| {
                it.response = None;
                it.members.set("response", "text");
            })],
        ),
        faulty("F-9", "`clientDataJSON` is missing", &[Envelope(|it| it.remove("clientDataJSON"))]),
        faulty("F-10", "`clientDataJSON` is an array", &[Envelope(|it| it.set("clientDataJSON", json!([])))]),
        rejected(
            "F-11",
            "`clientDataJSON` is empty",
            "client-data-malformed",
            Run::Register(Registration::PACKED.with(&[Envelope(|it| it.set("clientDataJSON", ""))])),
        ),
        faulty("F-12", "`attestationObject` is missing", &[Envelope(|it| it.remove("attestationObject"))]),
        faulty(
            "F-13",
            "`attestationObject` is an array",
            &[Envelope(|it| it.set("attestationObject", json!([])))],
        ),
        rejected(
            "F-14",
            "`attestationObject` is empty",
            "attestation-object-malformed",
            Run::Register(Registration::PACKED.with(&[Envelope(|it| it.set("attestationObject", ""))])),
        ),
    ],
};
