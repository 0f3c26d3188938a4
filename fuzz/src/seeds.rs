//! Valid data that targets start from and compare with, from the conformance suites.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use countersign_conformance::format::Case;
use countersign_types::{AttestationObject, AuthenticatorData, cbor, hex};

use suites::{DERIVED, TEST_VECTORS, cases};

pub use suites::folder;

mod suites;

/// A signed assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The `COSE_Key`.
    pub public_key: Vec<u8>,
    /// The first signed bytes.
    pub authenticator_data: Vec<u8>,
    /// The 32 signed bytes after them.
    pub client_data_hash: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// A valid attestation.
#[derive(Debug)]
pub struct Attested {
    /// The hash that its statement is bound to.
    pub client_data_hash: [u8; 32],
    /// All of authenticator data.
    pub authenticator_data: Vec<u8>,
    /// The `COSE_Key` in it.
    pub public_key: Vec<u8>,
    /// The credential ID in it.
    pub credential_id: Vec<u8>,
    /// The last certificates of all `x5c` in the statement.
    pub last_certificates: Vec<Vec<u8>>,
}

/// Every input that a target starts from, with its name: those in the conformance suites, in `corpus/` and in
/// `regressions/`.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let derived = DERIVED.get(target).into_iter().flatten();
    let derived = derived.enumerate().map(|(number, data)| (format!("suite-{number}"), data.clone()));
    derived.chain(stored("corpus", target)).chain(stored("regressions", target)).collect()
}

/// The files of a target: a file whose name ends in `.hex` is hexadecimal text.
fn stored(place: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder().join(place).join(target)) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let data = fs::read(&path).unwrap();
        let data = if name.ends_with(".hex") { from_hex(&data) } else { data };
        (name, data)
    };
    paths.into_iter().map(read).collect()
}

fn from_hex(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(digits).unwrap()
}

/// Byte strings after their lengths in two bytes, big-endian; the first that does not fit ends them.
pub fn pieces(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<2>()?;
        let (piece, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        data = rest;
        Some(piece)
    })
}

/// The known assertions, in the order of the suites.
pub fn assertions() -> &'static [Assertion] {
    static ALL: LazyLock<Vec<Assertion>> = LazyLock::new(|| {
        let parts = |data: &Vec<u8>| pieces(data).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let all = DERIVED["assertions"].iter().map(|data| {
            let [public_key, authenticator_data, client_data_hash, signature] =
                parts(data).try_into().unwrap();
            Assertion { public_key, authenticator_data, client_data_hash, signature }
        });
        all.collect()
    });
    &ALL
}

/// The known attestations of a format.
pub fn attestations(format: &str) -> &'static [Attested] {
    static ALL: LazyLock<BTreeMap<String, Vec<Attested>>> = LazyLock::new(|| {
        let mut all: BTreeMap<String, Vec<Attested>> = BTreeMap::new();
        for data in &DERIVED["attestations"] {
            let (format, attested) = attested(data).unwrap();
            all.entry(format).or_default().push(attested);
        }
        all
    });
    ALL.get(format).map_or(&[], Vec::as_slice)
}

/// The cases of the specification's own test vectors.
pub fn ceremonies() -> Vec<Case> {
    cases(TEST_VECTORS)
}

fn attested(data: &[u8]) -> Option<(String, Attested)> {
    let (hash, object) = data.split_first_chunk::<32>()?;
    let object = AttestationObject::parse(object).ok()?;
    let data = AuthenticatorData::parse(object.authenticator_data).ok()?;
    let credential = data.attested_credential_data?;
    let mut last_certificates = Vec::new();
    collect(object.format, object.statement, &mut last_certificates);
    let attested = Attested {
        client_data_hash: *hash,
        authenticator_data: data.as_bytes().to_vec(),
        public_key: credential.public_key.to_vec(),
        credential_id: credential.credential_id.to_vec(),
        last_certificates,
    };
    Some((object.format.to_owned(), attested))
}

/// The last certificate of `x5c`, of each part of a compound statement, and of a `SafetyNet` response's header.
fn collect(format: &str, statement: &[u8], into: &mut Vec<Vec<u8>>) {
    let value: ciborium::Value = ciborium::from_reader(statement).unwrap();
    if format == "compound" {
        for part in cbor::array_elements(statement).into_iter().flatten() {
            let part: ciborium::Value = ciborium::from_reader(part).unwrap();
            collect_x5c(&part, into);
        }
    } else if format == "android-safetynet" {
        into.extend(safetynet_certificate(&value));
    } else {
        collect_x5c(&value, into);
    }
}

fn collect_x5c(value: &ciborium::Value, into: &mut Vec<Vec<u8>>) {
    for (key, value) in value.as_map().into_iter().flatten() {
        if key.as_text() == Some("x5c") {
            into.extend(value.as_array().and_then(|x5c| x5c.last()).and_then(|it| it.as_bytes()).cloned());
        }
        collect_x5c(value, into);
    }
}

fn safetynet_certificate(statement: &ciborium::Value) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let member = |(key, _): &&(ciborium::Value, ciborium::Value)| key.as_text() == Some("response");
    let (_, response) = statement.as_map()?.iter().find(member)?;
    let header = response.as_bytes()?.split(|byte| *byte == b'.').next()?;
    let header = countersign_types::base64url::decode(core::str::from_utf8(header).ok()?).ok()?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    let last = header.get("x5c")?.as_array()?.last()?.as_str()?.to_owned();
    base64::engine::general_purpose::STANDARD.decode(last).ok()
}
