//! Public keys, in each of their encodings.

use countersign::cose::{KeyError, KeyMaterial, MalformedKeyError, PublicKey, Verifiers, hash::sha256};
use countersign::types::base64url;
use serde_json::Value;

use crate::{
    explanation::{Field, Note},
    glossary,
    source::rfc,
    strict,
    words::with_causes,
};

pub(crate) mod cose;
pub(crate) mod jwk;
pub(crate) mod spki;

/// Adds what the strict reader says of a key: its type and thumbprint, or why it rejects it.
fn judged(field: Field, read: Result<PublicKey, KeyError>) -> Field {
    match read {
        Ok(key) => {
            let field = field.with_value(describe(&key)).with_notes(unusable(&key));
            match thumbprint(&key) {
                Some(thumbprint) => field.with_field(
                    Field::new("JWK Thumbprint (SHA-256)")
                        .with_value(thumbprint)
                        .with_source(rfc!("7638", "section-3")),
                ),
                None => field,
            }
        }
        Err(error) => {
            let start = field.range.as_ref().map_or(0, |range| range.start);
            let at = start.saturating_add(strict::offset_in_cbor(&error).unwrap_or_default());
            let note = strict::rejected(&error, error.code(), at);
            field.with_note(note.with_rules(rules(&error)))
        }
    }
}

/// Why a key that can be read verifies no signatures, such as a point that is not on its curve.
fn unusable(key: &PublicKey) -> Option<Note> {
    let scheme = key.algorithm()?.scheme();
    let error = Verifiers::rust_crypto().prepare(key, scheme).err()?;
    let note = Note::deviation(format!("it verifies no signatures: {}", with_causes(&error)));
    Some(note.with_code(error.code()).with_rules(rules(&error)))
}

fn describe(key: &PublicKey) -> String {
    let kind = match key.material() {
        KeyMaterial::Ec { curve, .. } => format!("a point on {curve}"),
        KeyMaterial::Ed25519 { .. } => "Ed25519".to_owned(),
        KeyMaterial::Ed448 { .. } => "Ed448".to_owned(),
        KeyMaterial::Rsa { n, .. } => format!("RSA, {} bits", bits(n)),
        KeyMaterial::MlDsa { parameter_set, .. } => parameter_set.to_string(),
        _ => "a key".to_owned(),
    };
    match key.algorithm() {
        Some(algorithm) => format!("{algorithm} ({}), {kind}", algorithm.identifier().0),
        None => kind,
    }
}

/// The number of bits of a big-endian number without leading zero bytes.
fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |byte| byte.leading_zeros());
    number.len().saturating_mul(8).saturating_sub(usize::try_from(zeros).unwrap_or_default())
}

/// The hash of the members of a JSON Web Key that are required for its type, in the order of their names
/// ([RFC 7638, section 3](https://www.rfc-editor.org/rfc/rfc7638#section-3), [RFC 9964, section
/// 6](https://www.rfc-editor.org/rfc/rfc9964)).
fn thumbprint(key: &PublicKey) -> Option<String> {
    let jwk: Value = serde_json::from_str(&key.to_jwk()).ok()?;
    let required: &[&str] = match jwk.get("kty")?.as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        "AKP" => &["alg", "kty", "pub"],
        _ => return None,
    };
    let members: Option<Vec<_>> =
        required.iter().map(|name| Some(format!("\"{name}\":{}", jwk.get(name)?))).collect();
    let text = format!("{{{}}}", members?.join(","));
    Some(base64url::encode(sha256(&[text.as_bytes()])))
}

/// The rules that an error is about.
fn rules(error: &KeyError) -> &'static [u16] {
    let KeyError::Malformed(error) = error else { return &[90] };
    match error {
        MalformedKeyError::NotMap => &[87],
        MalformedKeyError::KeyTypeMissing => &[88],
        MalformedKeyError::AlgorithmMissing => &[89],
        MalformedKeyError::KeyTypeMismatch { .. } => &[92],
        MalformedKeyError::CurveMismatch { .. } => &[93, 94, 95, 96, 97, 98, 99],
        MalformedKeyError::CurveMissing => &[100],
        MalformedKeyError::Missing { .. } | MalformedKeyError::Length { .. } => &[101, 106, 108, 111],
        MalformedKeyError::CompressedPoint => &[102],
        MalformedKeyError::CoordinateRange { .. } => &[103],
        MalformedKeyError::NotOnCurve => &[104],
        MalformedKeyError::ZeroPoint => &[105],
        MalformedKeyError::NotCanonical | MalformedKeyError::SmallOrder => &[107],
        MalformedKeyError::Empty { .. } | MalformedKeyError::LeadingZero { .. } => &[108],
        MalformedKeyError::ModulusSize { .. } | MalformedKeyError::ModulusEven => &[109],
        MalformedKeyError::Exponent => &[110],
        MalformedKeyError::PrivateParameter { .. } | MalformedKeyError::PrivateMember { .. } => &[112],
        _ => &[],
    }
}

/// A number with its name in a registry of COSE, such as `-7 (ES256)`.
fn registered(number: i128, registry: glossary::Registry) -> String {
    let name = i64::try_from(number).ok().and_then(|number| registry.name(number));
    name.map_or_else(|| format!("{number} (not known)"), |name| format!("{number} ({name})"))
}
