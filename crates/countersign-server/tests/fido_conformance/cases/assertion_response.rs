//! The members of an assertion's response.

use countersign_authenticator::Change::{self, Envelope, Signature};
use serde_json::json;

use super::{accepted, rejected};
use crate::case::{Assertion, Case, Group, Run};

const fn faulty(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    rejected(id, what, code, Run::Authenticate(Assertion::PLAIN.with(changes)))
}

const MALFORMED: &str = "response-malformed";

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAssertionResponse-Resp-1",
    title: "Assertion: the response's members",
    cases: &[
        accepted("P-1", "a valid response", Run::Authenticate(Assertion::PLAIN)),
        faulty("F-1", "`id` is missing", MALFORMED, &[Envelope(|it| it.members.remove("id"))]),
        faulty("F-2", "`id` is a number", MALFORMED, &[Envelope(|it| it.members.set("id", 7))]),
        faulty("F-3", "`id` is not base64url", MALFORMED, &[Envelope(|it| it.members.set("id", "*+/="))]),
        faulty("F-4", "`type` is missing", MALFORMED, &[Envelope(|it| it.members.remove("type"))]),
        faulty("F-5", "`type` is a number", MALFORMED, &[Envelope(|it| it.members.set("type", 7))]),
        faulty(
            "F-6",
            "`type` is another one",
            MALFORMED,
            &[Envelope(|it| it.members.set("type", "password"))],
        ),
        faulty("F-7", "`response` is missing", MALFORMED, &[Envelope(|it| it.response = None)]),
        faulty(
            "F-8",
            "`response` is a text",
            MALFORMED,
            &[Envelope(|it| {
                it.response = None;
                it.members.set("response", "text");
            })],
        ),
        faulty(
            "F-9",
            "`clientDataJSON` is missing",
            MALFORMED,
            &[Envelope(|it| it.remove("clientDataJSON"))],
        ),
        faulty(
            "F-10",
            "`clientDataJSON` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("clientDataJSON", json!([])))],
        ),
        faulty(
            "F-11",
            "`clientDataJSON` is empty",
            "client-data-malformed",
            &[Envelope(|it| it.set("clientDataJSON", ""))],
        ),
        faulty(
            "F-12",
            "`authenticatorData` is missing",
            MALFORMED,
            &[Envelope(|it| it.remove("authenticatorData"))],
        ),
        faulty(
            "F-13",
            "`authenticatorData` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("authenticatorData", json!([])))],
        ),
        faulty(
            "F-14",
            "`authenticatorData` is not base64url",
            MALFORMED,
            &[Envelope(|it| it.set("authenticatorData", "*+/="))],
        ),
        faulty(
            "F-15",
            "`authenticatorData` is empty",
            "authenticator-data-malformed",
            &[Envelope(|it| it.set("authenticatorData", ""))],
        ),
        faulty("F-16", "`signature` is missing", MALFORMED, &[Envelope(|it| it.remove("signature"))]),
        faulty(
            "F-17",
            "`signature` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("signature", json!([])))],
        ),
        faulty(
            "F-18",
            "`signature` is not base64url",
            MALFORMED,
            &[Envelope(|it| it.set("signature", "*+/="))],
        ),
        faulty(
            "F-19",
            "`signature` is empty",
            "signature-invalid",
            &[Envelope(|it| it.set("signature", ""))],
        ),
        faulty(
            "F-20",
            "`signature` does not verify",
            "signature-invalid",
            &[Signature(|signature| {
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
            })],
        ),
        faulty("F-21", "`userHandle` is a number", MALFORMED, &[Envelope(|it| it.set("userHandle", 7))]),
    ],
};
