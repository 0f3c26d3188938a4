//! Client data of an assertion.

use countersign_authenticator::Change::{self, ClientData};
use serde_json::json;

use super::rejected;
use crate::case::{Assertion, Case, Group, Run};

const fn faulty(
    id: &'static str,
    what: &'static str,
    code: &'static str,
    changes: &'static [Change],
) -> Case {
    rejected(id, what, code, Run::Authenticate(Assertion::PLAIN.with(changes)))
}

const MALFORMED: &str = "client-data-malformed";
const TYPE: &str = "client-data-type-mismatch";
const CHALLENGE: &str = "challenge-mismatch";
const ORIGIN: &str = "origin-mismatch";

pub(super) const GROUP: Group = Group {
    name: "Server-ServerAuthenticatorAssertionResponse-Resp-2",
    title: "Assertion: client data",
    cases: &[
        faulty("F-1", "`type` is missing", MALFORMED, &[ClientData(|it| it.remove("type"))]),
        faulty("F-2", "`type` is a number", MALFORMED, &[ClientData(|it| it.set("type", 7))]),
        faulty("F-3", "`type` is empty", TYPE, &[ClientData(|it| it.set("type", ""))]),
        faulty("F-4", "`type` is unknown", TYPE, &[ClientData(|it| it.set("type", "webauthn.other"))]),
        faulty(
            "F-5",
            "`type` is the other ceremony's",
            TYPE,
            &[ClientData(|it| it.set("type", "webauthn.create"))],
        ),
        faulty("F-6", "`challenge` is missing", MALFORMED, &[ClientData(|it| it.remove("challenge"))]),
        faulty("F-7", "`challenge` is a number", MALFORMED, &[ClientData(|it| it.set("challenge", 7))]),
        faulty("F-8", "`challenge` is empty", CHALLENGE, &[ClientData(|it| it.set("challenge", ""))]),
        faulty(
            "F-9",
            "`challenge` is not base64url",
            CHALLENGE,
            &[ClientData(|it| it.set("challenge", "*+/="))],
        ),
        faulty(
            "F-10",
            "`challenge` is another one",
            CHALLENGE,
            &[ClientData(|it| it.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))],
        ),
        faulty("F-11", "`origin` is missing", MALFORMED, &[ClientData(|it| it.remove("origin"))]),
        faulty("F-12", "`origin` is a number", MALFORMED, &[ClientData(|it| it.set("origin", 7))]),
        faulty("F-13", "`origin` is empty", ORIGIN, &[ClientData(|it| it.set("origin", ""))]),
        faulty(
            "F-14",
            "`origin` is another one",
            ORIGIN,
            &[ClientData(|it| it.set("origin", "https://example.org"))],
        ),
        faulty(
            "F-15",
            "`tokenBinding` is a text",
            MALFORMED,
            &[ClientData(|it| it.push("tokenBinding", "supported"))],
        ),
        faulty(
            "F-16",
            "`tokenBinding` has no status",
            MALFORMED,
            &[ClientData(|it| it.push("tokenBinding", json!({})))],
        ),
        faulty(
            "F-17",
            "`tokenBinding` has an unknown status",
            MALFORMED,
            &[ClientData(|it| it.push("tokenBinding", json!({ "status": "perhaps" })))],
        ),
    ],
};
