//! Which kind an input is, through which encodings.

use countersign::types::{Aaguid, AttestedCredentialData, AuthenticatorData, Flags};
use countersign_metadata::model_name;

use crate::{
    android, cbor,
    cbor::{Item, Value},
    certificate, crl,
    decoding::{self, DecodedText},
    der::{self, BIT_STRING, OBJECT_IDENTIFIER, SEQUENCE},
    encoding::Encoding,
    json::{self, Json},
    kind::Kind,
    shape, signature,
    span::Span,
    token, tpm,
};

/// The least score of a kind that is named as another possibility.
const ALSO_MIN: u8 = 30;

/// The least score of a kind that is recognised within other text, where most words are none.
const CERTAIN: u8 = 80;

/// The fewest characters of a text that is decoded whatever it says: those of the shortest challenges and identifiers.
const WORD_MIN: usize = 20;

/// What bytes may be, with a score from 0 to 100.
pub(crate) fn of_bytes(span: Span<'_>) -> Vec<(Kind, u8)> {
    let mut kinds = vec![(Kind::Bytes, 1)];
    let mut add = |kind, score| {
        if score > 0 {
            kinds.push((kind, score));
        }
    };
    let (kind, score) = of_cbor(span);
    add(kind, score);
    let (kind, score) = of_der(span);
    add(kind, score);
    add(Kind::TpmAttest, if tpm::looks_like_attest(span) { 95 } else { 0 });
    add(Kind::TpmPublicArea, if tpm::looks_like_public_area(span) { 82 } else { 0 });
    add(Kind::SealedToken, if token::looks_like(span) { 84 } else { 0 });
    add(Kind::AuthenticatorData, authenticator_data(span));
    add(Kind::AttestedCredentialData, attested(span));
    add(Kind::U2fKey, if span.len() == 65 && span.bytes().first() == Some(&4) { 81 } else { 0 });
    if let Ok(bytes) = <[u8; 16]>::try_from(span.bytes()) {
        let is_known = model_name(Aaguid::from_bytes(bytes)).is_some();
        add(Kind::Aaguid, if is_known { 90 } else { 30 });
    }
    // Kinds of one score keep their order, in which the more special ones come first.
    kinds.sort_by_key(|(_, score)| core::cmp::Reverse(*score));
    kinds
}

/// The best kind of bytes, and the others that they may be.
pub(crate) fn best(span: Span<'_>) -> (Kind, Vec<Kind>) {
    let kinds = of_bytes(span);
    let best = kinds.first().map_or(Kind::Bytes, |(kind, _)| *kind);
    let is_generic = |kind: Kind| matches!(kind, Kind::Bytes | Kind::Cbor | Kind::Der);
    let others = kinds.iter().skip(1).filter(|(kind, score)| *score >= ALSO_MIN && !is_generic(*kind));
    (best, others.map(|(kind, _)| *kind).collect())
}

/// The kind of bytes within a text, if they are surely of one.
pub(crate) fn certain(span: Span<'_>) -> Option<Kind> {
    of_bytes(span).first().filter(|(_, score)| *score >= CERTAIN).map(|(kind, _)| *kind)
}

fn of_cbor(span: Span<'_>) -> (Kind, u8) {
    let is_container = span.bytes().first().is_some_and(|byte| matches!(byte >> 5, 4 | 5));
    if !is_container {
        return (Kind::Cbor, 0);
    }
    let walked = cbor::walk(span);
    let Some(item) = walked.item else { return (Kind::Cbor, 0) };
    let has = |name: &str| item.member(name).is_some();
    let is_whole = walked.fault.is_none() && walked.rest.is_empty();
    let is_statement =
        ["alg", "sig", "x5c", "certInfo", "pubArea", "receipt", "response"].into_iter().any(has);
    if has("fmt") || has("authData") || has("attStmt") {
        (Kind::AttestationObject, 100)
    } else if is_key(&item) {
        (Kind::CoseKey, 96)
    } else if has("authenticatorData") {
        (Kind::AppAttestAssertion, 95)
    } else if is_statement || item.elements().first().is_some_and(|first| first.member("fmt").is_some()) {
        (Kind::AttestationStatement, 83)
    } else if is_whole && span.len() > 1 {
        (Kind::Cbor, 40)
    } else {
        (Kind::Cbor, if item.members().is_empty() && item.elements().is_empty() { 0 } else { 8 })
    }
}

/// Whether an item is the map of a key: with a type that is registered, and an algorithm or a parameter of the type.
fn is_key(item: &Item<'_>) -> bool {
    let kty = item.labelled(1).map(|kty| &kty.value);
    let is_type = matches!(kty, Some(Value::Integer(1..=7)));
    is_type && (item.labelled(3).is_some() || item.labelled(-1).is_some() || item.labelled(-2).is_some())
}

fn of_der(span: Span<'_>) -> (Kind, u8) {
    let Some(outer) = der::element(span).ok().filter(|outer| outer.is_universal(SEQUENCE)) else {
        return (Kind::Der, 0);
    };
    if certificate::looks_like(span) {
        let after = span.skip(outer.whole.len());
        let is_chain = !after.is_empty() && certificate::looks_like(after);
        return (if is_chain { Kind::CertificateChain } else { Kind::Certificate }, 97);
    }
    if crl::looks_like(span) {
        return (Kind::Crl, 94);
    }
    if android::looks_like(span) {
        return (Kind::AndroidKeyDescription, 94);
    }
    if signature::looks_like(span) {
        return (Kind::EcdsaSignature, 90);
    }
    let mut parts = outer.elements();
    let algorithm = parts.universal(SEQUENCE);
    let names_algorithm = algorithm.is_some_and(|it| it.elements().universal(OBJECT_IDENTIFIER).is_some());
    let has_key = der::element(parts.rest).is_ok_and(|part| part.is_universal(BIT_STRING));
    if names_algorithm && (has_key || outer.cut) {
        return (Kind::Spki, 93);
    }
    (
        Kind::Der,
        if outer.cut {
            10
        } else if outer.whole.len() == span.len() {
            60
        } else {
            15
        },
    )
}

/// The score of bytes as authenticator data. Random bytes of its least length are rarely excluded.
fn authenticator_data(span: Span<'_>) -> u8 {
    let Some(flags) = span.bytes().get(32).copied().map(Flags::from_bits) else { return 0 };
    let has_more = flags.attested_credential_data() || flags.extensions();
    if AuthenticatorData::parse(span.bytes()).is_ok() {
        return match (has_more, flags.reserved(), flags.user_present()) {
            (true, false, _) => 98,
            (true, true, _) => 86,
            (false, false, true) => 85,
            (false, false, false) => 40,
            (false, true, _) => 25,
        };
    }
    if flags.reserved() || span.len() < 37 {
        return 0;
    }
    // Attested credential data that breaks off, or is followed by bytes: its length and the start of its key decide.
    let length = span.skip(53).first(2);
    let key = span.skip(55).skip(usize::try_from(length.number()).unwrap_or_default());
    let is_short = length.len() < 2 || (1..=1023).contains(&length.number());
    let begins_key = key.is_empty() || key.bytes().first().is_some_and(|byte| byte >> 5 == 5);
    match (flags.attested_credential_data(), is_short && begins_key) {
        (true, true) => 82,
        (false, _) if flags.extensions() => 20,
        _ => 12,
    }
}

fn attested(span: Span<'_>) -> u8 {
    match AttestedCredentialData::parse(span.bytes()) {
        Ok(data) if data.public_key.len() > 8 => 92,
        Ok(_) => 20,
        Err(_) => 0,
    }
}

/// The bytes of a text that is one word, by the encoding that makes most sense of it.
pub(crate) fn decoded(text: &str) -> Option<DecodedText> {
    let hexadecimal = decoding::hexadecimal(text);
    let base64 = decoding::base64_text(text).filter(|decoded| !decoded.bytes.is_empty());
    let score = |bytes: &Option<DecodedText>| {
        bytes.as_ref().map_or(0, |bytes| {
            if is_json(&bytes.bytes) {
                return 100;
            }
            of_bytes(Span::new(&bytes.bytes)).first().map_or(0, |(_, score)| *score)
        })
    };
    // A text of hexadecimal digits is base64url by chance.
    if score(&hexadecimal) >= score(&base64) { hexadecimal.or(base64) } else { base64 }
}

/// The bytes of a text that is one word, unless the word is rather a word of a language: a short one that makes no sense
/// in any encoding.
pub(crate) fn decoded_word(text: &str) -> Option<DecodedText> {
    let decoded = decoded(text)?;
    let score = of_bytes(Span::new(&decoded.bytes)).first().map_or(0, |(_, score)| *score);
    let is_meant = is_json(&decoded.bytes) || score >= ALSO_MIN || text.len() >= WORD_MIN;
    is_meant.then_some(decoded)
}

/// Whether bytes begin as a JSON object does.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rest = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    rest.next() == Some(b'{') && matches!(rest.next(), Some(b'"' | b'}') | None)
}

/// Whether a text is a JSON Web Signature in its compact form, or the start of one.
pub(crate) fn is_jws(text: &str) -> bool {
    let is_base64url = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
    };
    let mut parts = text.split('.');
    let header = parts.next().unwrap_or_default();
    let others = parts.clone().count();
    header.starts_with("ey") && (1..=2).contains(&others) && is_base64url(header) && parts.all(is_base64url)
}

/// The kind of a JSON value: that of its members, or a document with other kinds in it.
pub(crate) fn of_json(json: &Json<'_>) -> Kind {
    shape::of(json).unwrap_or_else(|| if shape::holds_any(json) { Kind::JsonDocument } else { Kind::Json })
}

/// A block of PEM: its label, and its bytes as far as they could be decoded.
#[derive(Debug)]
pub(crate) struct Pem {
    pub(crate) label: String,
    pub(crate) bytes: DecodedText,
}

/// The blocks of PEM in a text ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), at most so many.
pub(crate) fn pem_blocks(text: &str, most: usize) -> Vec<Pem> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        if blocks.len() >= most {
            break;
        }
        let (label, after) = after.split_once("-----").unwrap_or((after, ""));
        let (body, later) = after.split_once("-----END").unwrap_or((after, ""));
        // A line break that a log or a JSON text escaped.
        let body = body.replace("\\n", "\n").replace("\\r", "");
        if let Some(bytes) = decoding::base64_text(body.trim()) {
            let bytes = DecodedText { encoding: Encoding::Pem, notes: Vec::new(), ..bytes };
            blocks.push(Pem { label: label.to_owned(), bytes });
        }
        rest = later;
    }
    blocks
}

/// Whether a text that begins as JSON does is JSON, and not a line of a log that begins with a bracket.
pub(crate) fn begins_json(walked: &json::Walked<'_>) -> bool {
    walked.fault.is_none() || !walked.json.members().is_empty() || walked.json.elements().len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::types::hex;

    fn best_of(text: &str) -> Kind {
        best(Span::new(&hex::decode(text).unwrap())).0
    }

    #[test]
    fn bytes_are_recognised_by_their_first_members() {
        assert_eq!(best_of("a363666d74646e6f6e65"), Kind::AttestationObject);
        assert_eq!(best_of("a5010203262001"), Kind::CoseKey);
        assert_eq!(best_of("a263616c672663736967"), Kind::AttestationStatement);
        assert_eq!(best_of("ff5443478017"), Kind::TpmAttest);
        assert_eq!(best_of("0023000b00040072000000100010"), Kind::TpmPublicArea);
        assert_eq!(best_of("a10102"), Kind::Cbor);
        assert_eq!(best_of("3003020101"), Kind::Der);
        assert_eq!(best_of("00ff"), Kind::Bytes);
    }

    #[test]
    fn bytes_of_several_kinds_name_the_others() {
        let (kind, also) = best(Span::new(&[1; 16]));
        assert_eq!((kind, also), (Kind::Aaguid, vec![]));
        let mut data = [1; 37];
        data[0] = 3;
        data[32] = 0x05;
        assert_eq!(best(Span::new(&data)).0, Kind::AuthenticatorData);
    }

    #[test]
    fn a_word_of_digits_is_hexadecimal_or_base64_by_its_content() {
        assert_eq!(decoded("a363666d74646e6f6e65").unwrap().encoding, Encoding::Hex);
        assert_eq!(decoded("o2NmbXRkbm9uZQ").unwrap().encoding, Encoding::Base64Url);
        assert_eq!(decoded("not encoded!"), None);
    }

    #[test]
    fn signatures_and_blocks_are_found() {
        assert!(is_jws("eyJhbGciOiJSUzI1NiJ9.e30.AA") && !is_jws("a.b.c") && !is_jws("eyJ"));
        let blocks = pem_blocks("x\n-----BEGIN CERTIFICATE-----\nAQID\nBAUG\n-----END CERTIFICATE-----\n", 4);
        assert_eq!(
            (blocks[0].label.as_str(), &*blocks[0].bytes.bytes),
            ("CERTIFICATE", &[1, 2, 3, 4, 5, 6][..])
        );
        assert_eq!(pem_blocks("-----BEGIN CERTIFICATE-----\nAQID\nB", 4)[0].bytes.bytes, [1, 2, 3]);
    }
}
