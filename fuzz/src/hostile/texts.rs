//! Texts and maps that a target reads to their end.

use countersign_types::{AttestationObject, RegistrationResponse, base64url};
use serde_json::Value;

use super::parts::{Input, cbor_map, cbor_number, cbor_sized, cbor_text, exchange, full, input, text};

pub(super) fn inputs(target: &str, size: usize) -> Vec<Input> {
    match target {
        "registration_response" | "registration_ceremony" => responses(size, &exchange().0),
        "authentication_response" | "authentication_ceremony" => responses(size, &exchange().1),
        "creation_options" | "request_options" => options(size),
        "client_data" => client_data(size),
        "authenticator_data" => authenticator_data(size),
        "attestation_object" | "strict_cbor" => attestation_objects(size),
        "extensions" => extensions(size),
        "cose_key" => keys(size),
        "origin" => origins(size),
        "sealed_state" => vec![input("edits", [b"!".to_vec(), vec![7; size - 1]].concat())],
        "metadata_blob" => blobs(size),
        "attestation_status_list" => vec![input(
            "entries",
            text(size, r#"{"entries":{"#, |it| format!(r#""{it:x}":{{"status":"REVOKED"}}"#), ",", "}}"),
        )],
        "import" => imports(size),
        "pem" => vec![
            input("lines", text(size, "", |_| "A".repeat(64), "\n", "\n")),
            input("short lines", text(size, "", |_| "A".to_owned(), "\n", "\n")),
            input("marks", text(size, "", |_| "-----".to_owned(), "\n", "\n")),
            input("white space", text(size, "", |_| " \t".to_owned(), "\n", "A\n")),
        ],
        "rogue_list" => vec![input("keys", {
            let key = |it: usize| {
                format!(r#"{{"sk":"{}","date":"2025-06-07"}}"#, base64url::encode(it.to_be_bytes()))
            };
            text(size, "[", key, ",", "]")
        })],
        "decoy_profile" => decoy_profiles(size),
        "signature" => (0..=u8::MAX).map(|which| input(format!("assertion {which}"), vec![which])).collect(),
        _ => Vec::new(),
    }
}

/// A response with much in one member.
fn responses(size: usize, response: &str) -> Vec<Input> {
    let value: Value = serde_json::from_str(response).unwrap();
    let end = response.strip_suffix('}').unwrap();
    let results = response.replacen(r#""clientExtensionResults":{}"#, r#""clientExtensionResults":{"#, 1);
    let (before, after) = results.split_once(r#""clientExtensionResults":{"#).unwrap();
    let before = format!(r#"{before}"clientExtensionResults":{{"#);
    let after = format!("}}{after}");
    let mut all = vec![
        input("unknown members", text(size, &format!("{end},"), |it| format!("\"m{it}\":[]"), ",", "}")),
        input("unknown text", text(size, &format!("{end},\"m\":\""), |_| "\\n".to_owned(), "", "\"}")),
        input("results", text(size, &before, |it| format!("\"m{it}\":{{}}"), ",", &after)),
        input("nested results", text(size, &format!("{before}\"m\":"), |_| "[".to_owned(), "", &after)),
        input(
            "uvm",
            text(size, &format!("{before}\"uvm\":["), |_| "[2,4,2]".to_owned(), ",", &format!("]{after}")),
        ),
    ];
    for member in ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] {
        let mut long = value.clone();
        if long["response"].get(member).is_some() {
            long["response"][member] = "A".repeat(size - response.len()).into();
            all.push(input(format!("long {member}"), long.to_string()));
        }
    }
    let mut long = value.clone();
    let id = "A".repeat((size - response.len()) / 2);
    (long["id"], long["rawId"]) = (id.clone().into(), id.into());
    all.push(input("long id", long.to_string()));
    let mut listed = value;
    listed["response"]["transports"] = vec!["usb"; (size - response.len()) / 6].into();
    all.push(input("transports", listed.to_string()));
    all
}

fn options(size: usize) -> Vec<Input> {
    let (user, challenge) = (r#""user":{"id":"AQI","name":"a","displayName":"b"}"#, r#""challenge":"AAAA""#);
    let head = format!(r#"{{"rp":{{"id":"example.org","name":"e"}},{user},{challenge}"#);
    let credential =
        |it: usize| format!(r#"{{"type":"public-key","id":"{}"}}"#, base64url::encode(it.to_be_bytes()));
    let prf = |it: usize| format!(r#""{}":{{"first":"AQI"}}"#, base64url::encode(it.to_be_bytes()));
    vec![
        input(
            "algorithms",
            text(
                size,
                &format!("{head},\"pubKeyCredParams\":["),
                |it| format!(r#"{{"type":"public-key","alg":{it}}}"#),
                ",",
                "]}",
            ),
        ),
        input(
            "excluded",
            text(
                size,
                &format!("{head},\"pubKeyCredParams\":[],\"excludeCredentials\":["),
                credential,
                ",",
                "]}",
            ),
        ),
        input("allowed", text(size, &format!("{{{challenge},\"allowCredentials\":["), credential, ",", "]}")),
        input(
            "hints",
            text(size, &format!("{{{challenge},\"hints\":["), |it| format!("\"h{it}\""), ",", "]}"),
        ),
        input(
            "prf",
            text(
                size,
                &format!("{{{challenge},\"extensions\":{{\"prf\":{{\"evalByCredential\":{{"),
                prf,
                ",",
                "}}}}",
            ),
        ),
    ]
}

/// Keys of another library's storage, as text.
fn imports(size: usize) -> Vec<Input> {
    let (begin, end) = ("-----BEGIN PUBLIC KEY-----\n", "\n-----END PUBLIC KEY-----\n");
    vec![
        input("base64", text(size, "", |_| "AAAA".to_owned(), "", "")),
        input("base64 in lines", text(size, "", |_| "A".repeat(76), "\n", "\n")),
        input("base64 in short lines", text(size, "", |_| "AAAA".to_owned(), "\n", "\n")),
        input("padding", text(size, "AA", |_| "=".to_owned(), "", "")),
        input("hexadecimal digits", text(size, "\\x", |_| "aF".to_owned(), "", "\n")),
        input("PEM", text(size, begin, |_| "A".repeat(64), "\n", end)),
        input("PEM in short lines", text(size, begin, |_| "A".to_owned(), "\n", end)),
        input("PEM of white space", text(size, begin, |_| " ".to_owned(), "", end)),
    ]
}

fn decoy_profiles(size: usize) -> Vec<Input> {
    let shape = |it: usize| format!(r#"{{"id_length":{},"transports":["usb"]}}"#, 16 + it % 1000);
    let weighted = |it: usize| format!(r#"{{"shape":{},"weight":{it}}}"#, shape(it));
    let account = |it: usize| format!(r#"{{"shape":[{}],"weight":{it}}}"#, shape(it));
    let credentials = r#"{"version":1,"profile":{"credentials":{"counts":[1],"shapes":["#;
    let of_shape = r#"{"version":1,"profile":{"credentials":{"counts":[1],"shapes":[{"weight":1,"shape":{"id_length":16,"transports":["#;
    vec![
        input("shapes", text(size, credentials, weighted, ",", "]}}}")),
        input(
            "counts",
            text(
                size,
                r#"{"version":1,"profile":{"credentials":{"shapes":[],"counts":["#,
                |it| it.to_string(),
                ",",
                "]}}}",
            ),
        ),
        input("transports", text(size, of_shape, |it| format!("\"t{it}\""), ",", "]}}]}}}")),
        input("accounts", text(size, r#"{"version":1,"profile":{"accounts":["#, account, ",", "]}}")),
        input("credentials of an account", {
            text(size, r#"{"version":1,"profile":{"accounts":[{"weight":1,"shape":["#, shape, ",", "]}]}}")
        }),
    ]
}

fn client_data(size: usize) -> Vec<Input> {
    let head =
        r#"{"type":"webauthn.get","challenge":"AAAA","origin":"https://example.org","crossOrigin":false"#;
    vec![
        input("members", text(size, &format!("{head},"), |it| format!("\"m{it}\":0"), ",", "}")),
        input("nested member", text(size, &format!("{head},\"m\":"), |_| "[".to_owned(), "", "}")),
        input("spaces", text(size, head, |_| " ".to_owned(), "", "}")),
        input(
            "challenge",
            text(
                size,
                r#"{"type":"webauthn.get","challenge":""#,
                |_| "A".to_owned(),
                "",
                r#"","origin":"","crossOrigin":false}"#,
            ),
        ),
        input(
            "escaped origin",
            text(
                size,
                r#"{"type":"webauthn.get","challenge":"","origin":""#,
                |_| "\\u001f".to_owned(),
                "",
                r#"","crossOrigin":false}"#,
            ),
        ),
    ]
}

fn authenticator_data(size: usize) -> Vec<Input> {
    let head = |flags: u8| [vec![0; 32], vec![flags], vec![0; 4]].concat();
    let attested = [head(0x41), vec![0; 16], vec![0, 1, 7]].concat();
    vec![
        input("extensions", [head(0x81), cbor_map(size, &[], cbor_text)].concat()),
        input("labels of the key", [attested, cbor_map(size, &[], |it| cbor_number(0, it))].concat()),
        input("long credential ID", [head(0x41), vec![0; 16], vec![0xff; size - 64]].concat()),
    ]
}

/// Objects whose statement, format or data is large.
fn attestation_objects(size: usize) -> Vec<Input> {
    let response = RegistrationResponse::from_json(exchange().0.as_bytes()).unwrap();
    let object = AttestationObject::parse(response.attestation_object()).unwrap();
    let data = cbor_sized(2, object.authenticator_data);
    let member = |name: &str, value: Vec<u8>| (cbor_sized(3, name.as_bytes()), value);
    let of = |format: Vec<u8>, statement: Vec<u8>, data: Vec<u8>| {
        let entries = [member("fmt", format), member("attStmt", statement), member("authData", data)];
        let entries = entries.into_iter().flat_map(|(name, value)| [name, value].concat());
        [0xa3].into_iter().chain(entries).collect::<Vec<u8>>()
    };
    let none = || cbor_sized(3, b"none");
    let room = size - 256 - data.len();
    let statement = |key: fn(usize) -> Vec<u8>| {
        let map = full(size, &vec![0; 256 + data.len()], |it| [key(it), vec![0xf6]].concat(), &[], &[]);
        let entries = &map[256 + data.len()..];
        [cbor_number(5, entries.len() / (key(1_000).len() + 1)), entries.to_vec()].concat()
    };
    vec![
        input("members of the statement", of(none(), statement(cbor_text), data.clone())),
        input("long format", of(cbor_sized(3, &vec![b'a'; room]), vec![0xa0], data.clone())),
        input("long data", of(none(), vec![0xa0], cbor_sized(2, &vec![0; room]))),
        input("members", {
            let entries = [member("fmt", none()), member("attStmt", vec![0xa0]), member("authData", data)];
            cbor_map(size, &entries, cbor_text)
        }),
    ]
}

fn extensions(size: usize) -> Vec<Input> {
    let id = |it: usize| base64url::encode(it.to_be_bytes());
    let prf = |it: usize| format!(r#""{}":{{"first":"AQI"}}"#, id(it));
    let instrument = r#"{"payment":{"isPayment":true,"rpId":"a","topOrigin":"https://a","payeeName":""#;
    vec![
        input("prf", text(size, r#"{"prf":{"evalByCredential":{"#, prf, ",", "}}}")),
        input("uvm", text(size, r#"{"uvm":["#, |_| "[2,4,2]".to_owned(), ",", "]}")),
        input("blob", text(size, r#"{"largeBlob":{"write":""#, |_| "A".to_owned(), "", r#""}}"#)),
        input("payment", text(size, instrument, |_| "\\\\".to_owned(), "", r#""}}"#)),
        input("signed uvm", {
            let count = (size - 16) / 4;
            let items = [0x83, 2, 4, 2].repeat(count);
            [vec![0xa1], cbor_sized(3, b"uvm"), cbor_number(4, count), items].concat()
        }),
    ]
}

fn keys(size: usize) -> Vec<Input> {
    let rsa = |n: Vec<u8>, e: Vec<u8>| {
        [vec![0xa4, 1, 3, 3, 0x39, 1, 0, 0x20], cbor_sized(2, &n), vec![0x21], cbor_sized(2, &e)].concat()
    };
    let modulus = |bytes: usize| vec![0xff; bytes];
    let mut all: Vec<Input> = [256, 512, 513, 1024, 8_000, 60_000]
        .map(|bytes| input(format!("RSA of {bytes} bytes"), rsa(modulus(bytes), vec![1, 0, 1])))
        .into();
    all.push(input("RSA with long exponent", rsa(modulus(512), vec![0xff; size - 600])));
    all.push(input("RSA with the longest exponent", rsa(modulus(512), vec![1, 0xff, 0xff, 0xff, 0xff])));
    all.push(input("labels", cbor_map(size, &[], |it| cbor_number(1, it))));
    all
}

fn origins(size: usize) -> Vec<Input> {
    vec![
        input("labels", text(size, "https://", |_| "a".to_owned(), ".", ".sub.example.org:8443")),
        input("port", text(size, "https://any.example.org:", |_| "0".to_owned(), "", "1")),
        input("long label", text(size, "https://", |_| "a".to_owned(), "", ".sub.example.org:8443")),
        input("hyphens", text(size, "https://", |_| "xn--".to_owned(), ".", ".sub.example.org:8443")),
    ]
}

/// Payloads with much of what an entry may have.
fn blobs(size: usize) -> Vec<Input> {
    let head = |mark: &str| format!(r#"{mark}{{"no":1,"nextUpdate":"9999-12-31","entries":["#);
    let report = r#"{"status":"REVOKED","effectiveDate":"2020-01-01"}"#;
    let entry = |it: usize| {
        format!(
            r#"{{"aaguid":"00000000-0000-0000-0000-{it:012x}","statusReports":[{report}],"timeOfLastStatusChange":"2020-01-01"}}"#
        )
    };
    let keys = r#"{"statusReports":[],"timeOfLastStatusChange":"2020-01-01","attestationCertificateKeyIdentifiers":["#;
    let reports = r#"{"aaguid":"00000000-0000-0000-0000-000000000001","timeOfLastStatusChange":"2020-01-01","statusReports":["#;
    let mut all = Vec::new();
    for mark in ["?", "!"] {
        let head = head(mark);
        all.push(input(format!("{mark} entries"), text(size, &head, entry, ",", "]}")));
        all.push(input(format!("{mark} same entries"), text(size, &head, |_| entry(1), ",", "]}")));
        all.push(input(format!("{mark} empty entries"), text(size, &head, |_| "{}".to_owned(), ",", "]}")));
        all.push(input(
            format!("{mark} keys"),
            text(size, &format!("{head}{keys}"), |it| format!("\"{it:040x}\""), ",", "]}]}"),
        ));
        all.push(input(
            format!("{mark} reports"),
            text(size, &format!("{head}{reports}"), |_| report.to_owned(), ",", "]}]}"),
        ));
    }
    all.push(input("parts", text(size, "", |_| "e30".to_owned(), ".", "")));
    let header = |it: usize| format!("\"{}\"", "A".repeat(it % 7));
    let header = text(size / 4 * 3 - 16, r#"{"alg":"ES256","x5c":["#, header, ",", "]}");
    all.push(input("x5c", format!("{}.e30.AA", &base64url::encode(&header))));
    all
}
