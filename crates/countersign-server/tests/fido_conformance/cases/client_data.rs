//! Client data, whose cases are the same for both ceremonies.

use countersign_authenticator::Change::ClientData;
use serde_json::json;

use super::{changed_assertion, changed_registration};
use crate::case::Group;

const MALFORMED: &str = "client-data-malformed";
const TYPE: &str = "client-data-type-mismatch";
const CHALLENGE: &str = "challenge-mismatch";
const ORIGIN: &str = "origin-mismatch";

/// The cases of a ceremony, with the type of the other one.
macro_rules! cases {
    ($changed:ident, $other:literal) => {
        &[
            $changed("F-1", "`type` is missing", MALFORMED, &[ClientData(|it| it.remove("type"))]),
            $changed("F-2", "`type` is a number", MALFORMED, &[ClientData(|it| it.set("type", 7))]),
            $changed("F-3", "`type` is empty", TYPE, &[ClientData(|it| it.set("type", ""))]),
            $changed("F-4", "`type` is unknown", TYPE, &[ClientData(|it| it.set("type", "webauthn.other"))]),
            $changed(
                "F-5",
                "`type` is the other ceremony's",
                TYPE,
                &[ClientData(|it| it.set("type", $other))],
            ),
            $changed("F-6", "`challenge` is missing", MALFORMED, &[ClientData(|it| it.remove("challenge"))]),
            $changed("F-7", "`challenge` is a number", MALFORMED, &[ClientData(|it| it.set("challenge", 7))]),
            $changed("F-8", "`challenge` is empty", CHALLENGE, &[ClientData(|it| it.set("challenge", ""))]),
            $changed(
                "F-9",
                "`challenge` is not base64url",
                CHALLENGE,
                &[ClientData(|it| it.set("challenge", "*+/="))],
            ),
            $changed(
                "F-10",
                "`challenge` is another one",
                CHALLENGE,
                &[ClientData(|it| it.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))],
            ),
            $changed("F-11", "`origin` is missing", MALFORMED, &[ClientData(|it| it.remove("origin"))]),
            $changed("F-12", "`origin` is a number", MALFORMED, &[ClientData(|it| it.set("origin", 7))]),
            $changed("F-13", "`origin` is empty", ORIGIN, &[ClientData(|it| it.set("origin", ""))]),
            $changed(
                "F-14",
                "`origin` is another one",
                ORIGIN,
                &[ClientData(|it| it.set("origin", "https://example.org"))],
            ),
            $changed(
                "F-15",
                "`tokenBinding` is a text",
                MALFORMED,
                &[ClientData(|it| it.push("tokenBinding", "supported"))],
            ),
            $changed(
                "F-16",
                "`tokenBinding` has no status",
                MALFORMED,
                &[ClientData(|it| it.push("tokenBinding", json!({})))],
            ),
            $changed(
                "F-17",
                "`tokenBinding` has an unknown status",
                MALFORMED,
                &[ClientData(|it| it.push("tokenBinding", json!({ "status": "perhaps" })))],
            ),
        ]
    };
}

pub(super) const ATTESTATION: Group = Group {
    name: "Server-ServerAuthenticatorAttestationResponse-Resp-2",
    title: "Registration: client data",
    cases: cases!(changed_registration, "webauthn.get"),
};

pub(super) const ASSERTION: Group = Group {
    name: "Server-ServerAuthenticatorAssertionResponse-Resp-2",
    title: "Assertion: client data",
    cases: cases!(changed_assertion, "webauthn.create"),
};
