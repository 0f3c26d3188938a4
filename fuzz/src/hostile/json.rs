//! Each kind of JSON value ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), as long as is asked for, in the places of
//! each document that a known or an unknown member may have.

use serde_json::{Value, json};

use super::parts::{Input, exchange, input, text};

pub(super) fn inputs(target: &str, size: usize) -> Vec<Input> {
    let response = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    match target {
        "registration_response" => everywhere(
            &response(exchange().0),
            &[
                "/unknown",
                "/clientExtensionResults",
                "/clientExtensionResults/unknown",
                "/response/unknown",
                "/response/clientDataJSON",
                "/response/transports",
                "/response/publicKey",
                "/response/publicKeyAlgorithm",
            ],
            size,
        ),
        "authentication_response" => everywhere(
            &response(exchange().1),
            &["/id", "/authenticatorAttachment", "/clientExtensionResults/prf", "/response/signature"],
            size,
        ),
        "client_data" => everywhere(
            &json!({"type": "webauthn.get", "challenge": "AAAA", "origin": "https://example.org"}),
            &["/unknown", "/origin", "/crossOrigin"],
            size,
        ),
        "creation_options" => everywhere(
            &json!({"rp": {"name": "a"}, "user": {"id": "AQI", "name": "a", "displayName": "b"},
                "challenge": "AAAA", "pubKeyCredParams": []}),
            &["/unknown", "/user/displayName", "/challenge", "/pubKeyCredParams", "/extensions"],
            size,
        ),
        "request_options" => everywhere(
            &json!({"challenge": "AAAA"}),
            &["/unknown", "/rpId", "/allowCredentials", "/extensions"],
            size,
        ),
        // Inputs and outputs have their members by the same names.
        "extensions" => everywhere(&json!({}), &["/unknown", "/uvm", "/prf", "/largeBlob", "/payment"], size),
        "jwk" => everywhere(
            &json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
            &["/unknown", "/kty", "/alg", "/n"],
            size,
        ),
        "rogue_list" => {
            let list = json!([{"sk": "AQID", "date": "2025-06-07"}]);
            ["/unknown", "/sk", "/date"].iter().flat_map(|place| inside(&list, "/0", place, size)).collect()
        }
        "ceremony_state" => everywhere(
            &serde_json::to_value(crate::policy::state()).unwrap(),
            &["/unknown", "/challenge", "/allowed", "/extensions"],
            size,
        ),
        "decoy_profile" => everywhere(
            &json!({"version": 1, "profile": {"credentials": {"counts": [1],
                "shapes": [{"shape": {"id_length": 16, "transports": ["usb"]}, "weight": 1}]}}}),
            &[
                "/unknown",
                "/profile/credentials/unknown",
                "/profile/credentials/counts",
                "/profile/credentials/shapes",
            ],
            size,
        ),
        "attestation_status_list" => everywhere(
            &json!({"entries": {"1": {"status": "REVOKED"}}}),
            &["/unknown", "/entries", "/entries/2", "/entries/1/reason"],
            size,
        ),
        "metadata_blob" => {
            let entry = json!({
                "aaguid": "00000000-0000-0000-0000-000000000001",
                "timeOfLastStatusChange": "2020-01-01",
                "statusReports": [{"status": "FIDO_CERTIFIED"}],
                "metadataStatement": {"description": "a"},
            });
            let payload = json!({"no": 1, "nextUpdate": "9999-12-31", "entries": [entry]});
            let places = [
                "/unknown",
                "/legalHeader",
                "/entries",
                "/entries/0/unknown",
                "/entries/0/statusReports",
                "/entries/0/metadataStatement",
                "/entries/0/metadataStatement/attestationRootCertificates",
            ];
            let of_place = |place: &&str| match place.strip_prefix("/entries/0") {
                // `serde_json` knows no way to set what is in an array by its name.
                Some(within) => inside(&payload, "/entries/0", within, size),
                None => everywhere(&payload, &[place], size),
            };
            let all = places.iter().flat_map(of_place);
            all.map(|(name, payload)| (name, [b"?", &payload[..]].concat())).collect()
        }
        "related_origins" => {
            everywhere(&json!({"origins": ["https://example.com"]}), &["/unknown", "/origins"], size)
        }
        "stored_record" => {
            let record = json!({
                "version": 2,
                "static": {"type": "public-key", "id": "AQI", "rp_id": "example.org", "user_handle": "Bw",
                    "public_key": "oA", "algorithm": -7, "transports": ["usb"],
                    "aaguid": "00000000-0000-0000-0000-000000000000"},
                "dynamic": {"sign_count": 0, "backup_eligible": null, "backup_state": false,
                    "uv_initialized": true, "standing": "active"},
                "evidence": null,
            });
            everywhere(
                &record,
                &["/unknown", "/static/transports", "/static/public_key", "/dynamic/sign_count", "/evidence"],
                size,
            )
        }
        _ => Vec::new(),
    }
}

/// The document with each value in the place of a member of what `parent` points to.
fn inside(document: &Value, parent: &str, within: &str, size: usize) -> Vec<Input> {
    let inner = document.pointer(parent).unwrap();
    let whole = document.to_string();
    let (before, after) = whole.split_once(&inner.to_string()).unwrap();
    let all = everywhere(inner, &[within], size - before.len() - after.len()).into_iter();
    all.map(|(name, inner)| {
        (format!("{parent}{name}"), [before.as_bytes(), &inner, after.as_bytes()].concat())
    })
    .collect()
}

/// A value of each kind, of some `size` bytes.
fn values(size: usize) -> Vec<(&'static str, String)> {
    let array = |unit: &dyn Fn(usize) -> String| text(size, "[", unit, ",", "]");
    let one = |before: &str, unit: &str, after: &str| text(size, before, |_| unit.to_owned(), "", after);
    let nested = |before: &str, after: &str, inner: &str| {
        let depth = size / (before.len() + after.len());
        [&before.repeat(depth), inner, &after.repeat(depth)].concat().into_bytes()
    };
    let values = [
        ("numbers", array(&|it| it.to_string())),
        ("negative numbers", array(&|it| format!("-{it}"))),
        ("fractions", array(&|it| format!("{it}.5"))),
        ("exponents", array(&|it| format!("{}e{}", it % 9, it % 99))),
        ("zeros", array(&|_| "0".to_owned())),
        ("long number", one("1", "0", "")),
        ("long fraction", one("0.", "9", "")),
        ("long exponent", one("1e-", "0", "1")),
        ("texts", array(&|it| format!("\"{it}\""))),
        ("empty texts", array(&|_| "\"\"".to_owned())),
        ("long text", one("\"", "A", "\"")),
        ("text that is not ASCII", one("\"", "\u{e9}\u{1f600}", "\"")),
        ("escapes", one("\"", "\\u00e9\\ud83d\\ude00", "\"")),
        ("short escapes", one("\"", "\\n\\\"", "\"")),
        ("texts with escapes", array(&|_| "\"\\n\"".to_owned())),
        ("arrays", array(&|_| "[]".to_owned())),
        ("objects", array(&|_| "{}".to_owned())),
        ("words", array(&|it| ["null", "true", "false"][it % 3].to_owned())),
        ("nested arrays", nested("[", "]", "")),
        ("nested objects", nested("{\"a\":", "}", "0")),
        ("shallow arrays", array(&|_| ["[".repeat(90), "]".repeat(90)].concat())),
        ("shallow objects", array(&|_| ["{\"a\":".repeat(90), "0".to_owned(), "}".repeat(90)].concat())),
        ("members", text(size, "{", |it| format!("\"{it}\":0"), ",", "}")),
        ("members, descending", text(size, "{", |it| format!("\"{:06}\":0", 999_999 - it), ",", "}")),
        ("one member again and again", text(size, "{", |_| "\"a\":0".to_owned(), ",", "}")),
        ("escaped names", text(size, "{", |it| format!("\"\\u0061{it}\":0"), ",", "}")),
        ("long name", one("{\"", "a", "\":0}")),
        ("white space", one("[", " \n", "0]")),
        ("unfinished array", one("[", "[", "")),
        ("unfinished text", one("\"", "a", "")),
    ];
    values.map(|(kind, value)| (kind, String::from_utf8(value).unwrap())).into()
}

/// The document with each value in each of the places, which are JSON pointers: to a member that is there, or that is not.
fn everywhere(document: &Value, places: &[&str], size: usize) -> Vec<Input> {
    const MARK: &str = "@";
    let mut all = Vec::new();
    for place in places {
        let mut marked = document.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        marked.pointer_mut(parent).unwrap()[name] = MARK.into();
        let marked = marked.to_string();
        let (before, after) = marked.split_once(&format!("\"{MARK}\"")).unwrap();
        let room = size - before.len() - after.len();
        for (kind, value) in values(room) {
            all.push(input(format!("{place}: {kind}"), [before, &value, after].concat()));
        }
    }
    all
}
