//! The members of an assertion's response.

use countersign_authenticator::Change::{Envelope, Signature};
use serde_json::json;

use super::{accepted, changed_assertion};
use crate::case::{Assertion, Group, Run};

const MALFORMED: &str = "response-malformed";

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAssertionResponse-Resp-1",
    title: "Assertion: the response's members",
    cases: &[
        accepted("P-1", "a valid response", Run::Authenticate(Assertion::PLAIN)),
        changed_assertion("F-1", "`id` is missing", MALFORMED, &[Envelope(|it| it.members.remove("id"))]),
        changed_assertion("F-2", "`id` is a number", MALFORMED, &[Envelope(|it| it.members.set("id", 7))]),
        changed_assertion(
            "F-3",
            "`id` is not base64url",
            MALFORMED,
            &[Envelope(|it| it.members.set("id", "*+/="))],
        ),
        changed_assertion("F-4", "`type` is missing", MALFORMED, &[Envelope(|it| it.members.remove("type"))]),
        changed_assertion(
            "F-5",
            "`type` is a number",
            MALFORMED,
            &[Envelope(|it| it.members.set("type", 7))],
        ),
        changed_assertion(
            "F-6",
            "`type` is another one",
            MALFORMED,
            &[Envelope(|it| it.members.set("type", "password"))],
        ),
        changed_assertion("F-7", "`response` is missing", MALFORMED, &[Envelope(|it| it.response = None)]),
        changed_assertion(
            "F-8",
            "`response` is a text",
            MALFORMED,
            &[Envelope(|it| {
                it.response = None;
                it.members.set("response", "text");
            })],
        ),
        changed_assertion(
            "F-9",
            "`clientDataJSON` is missing",
            MALFORMED,
            &[Envelope(|it| it.remove("clientDataJSON"))],
        ),
        changed_assertion(
            "F-10",
            "`clientDataJSON` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("clientDataJSON", json!([])))],
        ),
        changed_assertion(
            "F-11",
            "`clientDataJSON` is empty",
            "client-data-malformed",
            &[Envelope(|it| it.set("clientDataJSON", ""))],
        ),
        changed_assertion(
            "F-12",
            "`authenticatorData` is missing",
            MALFORMED,
            &[Envelope(|it| it.remove("authenticatorData"))],
        ),
        changed_assertion(
            "F-13",
            "`authenticatorData` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("authenticatorData", json!([])))],
        ),
        changed_assertion(
            "F-14",
            "`authenticatorData` is not base64url",
            MALFORMED,
            &[Envelope(|it| it.set("authenticatorData", "*+/="))],
        ),
        changed_assertion(
            "F-15",
            "`authenticatorData` is empty",
            "authenticator-data-malformed",
            &[Envelope(|it| it.set("authenticatorData", ""))],
        ),
        changed_assertion(
            "F-16",
            "`signature` is missing",
            MALFORMED,
            &[Envelope(|it| it.remove("signature"))],
        ),
        changed_assertion(
            "F-17",
            "`signature` is an array",
            MALFORMED,
            &[Envelope(|it| it.set("signature", json!([])))],
        ),
        changed_assertion(
            "F-18",
            "`signature` is not base64url",
            MALFORMED,
            &[Envelope(|it| it.set("signature", "*+/="))],
        ),
        changed_assertion(
            "F-19",
            "`signature` is empty",
            "signature-invalid",
            &[Envelope(|it| it.set("signature", ""))],
        ),
        changed_assertion(
            "F-20",
            "`signature` does not verify",
            "signature-invalid",
            &[Signature(|signature| {
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
            })],
        ),
        changed_assertion(
            "F-21",
            "`userHandle` is a number",
            MALFORMED,
            &[Envelope(|it| it.set("userHandle", 7))],
        ),
    ],
};
