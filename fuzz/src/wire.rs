//! The wire types: a value that is written and read again is equal, and a second reader agrees.

use countersign_types::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, ClientData, CreationOptions,
    RegistrationResponse, RequestOptions, base64url, cbor,
};
use serde::{Serialize, de::DeserializeOwned};

/// A registration response survives the way to JSON and back.
pub fn registration_response(data: &[u8]) {
    let Ok(response) = RegistrationResponse::from_json(data) else { return };
    let text = serde_json::to_vec(&response).unwrap();
    assert_eq!(RegistrationResponse::from_json(&text).unwrap(), response);
}

/// An authentication response survives the way to JSON and back.
pub fn authentication_response(data: &[u8]) {
    let Ok(response) = AuthenticationResponse::from_json(data) else { return };
    let text = serde_json::to_vec(&response).unwrap();
    assert_eq!(AuthenticationResponse::from_json(&text).unwrap(), response);
}

/// Creation options survive the way to JSON and back.
pub fn creation_options(data: &[u8]) {
    round_trip::<CreationOptions>(data);
}

/// Request options survive the way to JSON and back.
pub fn request_options(data: &[u8]) {
    round_trip::<RequestOptions>(data);
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug>(data: &[u8]) {
    let Ok(options) = serde_json::from_slice::<T>(data) else { return };
    let text = serde_json::to_vec(&options).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&text).unwrap(), options);
}

/// Client data: if the specification's limited verification algorithm accepts a text, the full parser reads the
/// same values from it, or rejects what follows them.
pub fn client_data(data: &[u8]) {
    let parsed = ClientData::parse(data);
    let Some(limited) = Limited::read(data) else { return };
    let Ok(parsed) = parsed else {
        // The limited algorithm looks at nothing behind the known members, so only there may an error be.
        assert_ne!(limited.rest, b"}", "{:?}", String::from_utf8_lossy(data));
        return;
    };
    assert_eq!(parsed.type_, limited.type_);
    assert_eq!(parsed.challenge, limited.challenge);
    assert_eq!(parsed.origin, limited.origin);
    assert_eq!(parsed.cross_origin, Some(limited.cross_origin));
    // A level 2 client may have a `topOrigin` further on, which the limited algorithm doesn't see.
    if limited.top_origin.is_some() {
        assert_eq!(parsed.top_origin.as_deref(), limited.top_origin.as_deref());
    }
}

/// The members that the limited verification algorithm compares
/// (<https://www.w3.org/TR/webauthn-3/#clientdatajson-verification>), read instead of compared.
struct Limited<'a> {
    type_: String,
    challenge: String,
    origin: String,
    cross_origin: bool,
    top_origin: Option<String>,
    rest: &'a [u8],
}

impl<'a> Limited<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut rest = data.strip_prefix(b"{\"type\":")?;
        let type_ = ccd_string(&mut rest)?;
        rest = rest.strip_prefix(b",\"challenge\":")?;
        let challenge = ccd_string(&mut rest)?;
        rest = rest.strip_prefix(b",\"origin\":")?;
        let origin = ccd_string(&mut rest)?;
        rest = rest.strip_prefix(b",\"crossOrigin\":")?;
        let (cross_origin, after) = match rest.strip_prefix(b"false") {
            Some(after) => (false, after),
            None => (true, rest.strip_prefix(b"true")?),
        };
        rest = after;
        let mut top_origin = None;
        if let Some(after) = rest.strip_prefix(b",\"topOrigin\":").filter(|_| cross_origin) {
            rest = after;
            top_origin = Some(ccd_string(&mut rest)?);
        }
        matches!(rest.first(), Some(b'}' | b',')).then_some(Self {
            type_,
            challenge,
            origin,
            cross_origin,
            top_origin,
            rest,
        })
    }
}

/// The inverse of `CCDToString`, for its own outputs only.
fn ccd_string(rest: &mut &[u8]) -> Option<String> {
    let text = core::str::from_utf8(rest)
        .or_else(|error| core::str::from_utf8(&rest[..error.valid_up_to()]))
        .ok()?;
    let mut chars = text.char_indices();
    let mut value = String::new();
    chars.next().filter(|(_, c)| *c == '"')?;
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                *rest = &rest[at + 1..];
                return Some(value);
            }
            '\\' => match chars.next()?.1 {
                c @ ('"' | '\\') => value.push(c),
                'u' => {
                    let digits: String = (0..4).map_while(|_| chars.next()).map(|(_, c)| c).collect();
                    let lower = digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
                    let code =
                        u32::from_str_radix(&digits, 16).ok().filter(|_| lower && digits.len() == 4)?;
                    value.push(char::from_u32(code).filter(|c| *c < ' ')?);
                }
                _ => return None,
            },
            c if c < ' ' => return None,
            c => value.push(c),
        }
    }
    None
}

/// Authenticator data, written again from its parts, is the input.
pub fn authenticator_data(data: &[u8]) {
    let Ok(parsed) = AuthenticatorData::parse(data) else { return };
    let mut again = parsed.rp_id_hash.to_vec();
    again.push(parsed.flags.bits());
    again.extend(parsed.sign_count.to_be_bytes());
    if let Some(attested) = parsed.attested_credential_data {
        again.extend(attested.aaguid.as_bytes());
        again.extend(u16::try_from(attested.credential_id.len()).unwrap().to_be_bytes());
        again.extend(attested.credential_id);
        again.extend(attested.public_key);
    }
    again.extend(parsed.extensions.unwrap_or_default());
    assert_eq!(again, data);
    assert_eq!(parsed.as_bytes(), data);
}

/// The attestation object's parts are parts of the input, and each is as strict as the whole.
pub fn attestation_object(data: &[u8]) {
    let Ok(object) = AttestationObject::parse(data) else { return };
    if has_odd_simple_value(data) {
        return;
    }
    let value: ciborium::Value = ciborium::from_reader(data).unwrap();
    // What is not a number does not equal itself.
    if has_float(&value) {
        return;
    }
    let members = value.as_map().unwrap();
    let member = |name| members.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
    assert_eq!(member("fmt").and_then(|value| value.as_text()), Some(object.format));
    assert_eq!(
        member("authData").and_then(|value| value.as_bytes()).map(Vec::as_slice),
        Some(object.authenticator_data)
    );
    let statement: ciborium::Value = ciborium::from_reader(object.statement).unwrap();
    assert_eq!(member("attStmt"), Some(&statement));
}

/// Strict CBOR: what the walker takes, ciborium takes whole and as the same value; what ciborium writes in canonical
/// form, the walker accepts without deviations.
pub fn strict_cbor(data: &[u8]) {
    let checked = cbor::check(data, cbor::MAX_DEPTH);
    let mut rest = data;
    let decoded = ciborium::de::from_reader_with_recursion_limit::<ciborium::Value, _>(&mut rest, 64);
    let Ok(deviations) = checked else { return };
    // Simple values without a meaning are well-formed, and ciborium has no value for them; `undefined` becomes `null`.
    if has_odd_simple_value(data) {
        return;
    }
    let value = decoded.unwrap();
    assert!(rest.is_empty(), "ciborium left something over");
    let mut again = Vec::new();
    ciborium::into_writer(&value, &mut again).unwrap();
    if deviations == cbor::Deviations::default() && !has_float(&value) {
        assert_eq!(again, data, "no deviation, and not canonical");
    }
    // Floats are written in their shortest form, which is another item of the same depth.
    cbor::check(&again, cbor::MAX_DEPTH).unwrap();
}

/// Whether a checked item has a simple value other than `false`, `true` and `null`. Its heads follow each other,
/// because nothing has an indefinite length.
fn has_odd_simple_value(mut rest: &[u8]) -> bool {
    while let Some((head, after)) = rest.split_first() {
        let width = match head & 0x1f {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        let (argument, after) = after.split_at(width);
        let number = argument.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let number = if width == 0 { u64::from(head & 0x1f) } else { number };
        let skip = match head >> 5 {
            2 | 3 => usize::try_from(number).unwrap(),
            7 if !matches!(head & 0x1f, 20..=22 | 25..=27) => return true,
            _ => 0,
        };
        rest = &after[skip..];
    }
    false
}

fn has_float(value: &ciborium::Value) -> bool {
    match value {
        ciborium::Value::Float(_) => true,
        ciborium::Value::Array(items) => items.iter().any(has_float),
        ciborium::Value::Map(items) => items.iter().any(|(key, value)| has_float(key) || has_float(value)),
        _ => false,
    }
}

/// Strict base64url: one text for each byte string.
pub fn base64url_text(data: &[u8]) {
    let text = base64url::encode(data);
    assert_eq!(base64url::decode(&text).unwrap(), data);
    if let Some(decoded) = core::str::from_utf8(data).ok().and_then(|text| base64url::decode(text).ok()) {
        assert_eq!(base64url::encode(&decoded).as_bytes(), data);
    }
}
