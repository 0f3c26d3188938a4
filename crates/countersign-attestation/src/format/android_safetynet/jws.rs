//! JSON Web Signatures in compact serialisation ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)), as much of them
//! as `SafetyNet` has.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_cose::Algorithm;
use countersign_types::base64url;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    certificate::Certificate,
    der,
    error::{AttestationError, certificate::AttestationCertificateError, statement::StatementError},
    limits::X5C_MAX,
};

/// The most bytes of a JWS: as many as an attestation object, of which it is a part, has at the most.
const JWS_MAX: usize = 64 * 1024;

/// A JWS whose signature has not been looked at.
#[derive(Debug)]
pub(super) struct Jws<'a> {
    pub(super) header: Object,
    pub(super) algorithm: Algorithm,
    pub(super) payload: Object,
    /// What is signed: header and payload as they came.
    pub(super) signed_data: &'a [u8],
    /// The signature in the form that the algorithm has in COSE and in certificates.
    pub(super) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, StatementError> {
        if bytes.len() > JWS_MAX {
            return Err(StatementError::NotJws("too long"));
        }
        let mut parts = bytes.split(|byte| *byte == b'.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(StatementError::NotJws("not three parts"));
        };
        let signed_length = header.len().saturating_add(1).saturating_add(payload.len());
        let decode = |part| base64url::decode(part).map_err(|_| StatementError::NotJws("not base64url"));
        let header = Object::read(&decode(header)?).ok_or(StatementError::NotJws("header"))?;
        let payload = Object::read(&decode(payload)?).ok_or(StatementError::NotJws("payload"))?;
        let signature = decode(signature)?;
        // An extension that must be understood; SafetyNet has none.
        if header.get("crit")?.is_some() {
            return Err(StatementError::NotJws("critical header parameters"));
        }
        let (algorithm, signature) = match header.text("alg")? {
            "RS256" => (Algorithm::Rs256, signature),
            "ES256" => (Algorithm::Es256, der_of_pair(&signature)),
            _ => return Err(StatementError::WrongType { member: "alg", expected: "RS256 or ES256" }),
        };
        let signed_data = bytes.get(..signed_length).unwrap_or_default();
        Ok(Self { header, algorithm, payload, signed_data, signature })
    }
}

/// The DER of the two integers of an ES256 signature, which are 32 bytes each in a JWS
/// ([RFC 7518 section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)). A signature of another length becomes
/// an empty one, which does not verify.
pub(super) fn der_of_pair(pair: &[u8]) -> Vec<u8> {
    let Some((r, s)) = pair.split_at_checked(32).filter(|(_, s)| s.len() == 32) else { return Vec::new() };
    element(der::SEQUENCE, &[integer(r), integer(s)].concat())
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    // One zero stays: before a set sign bit, or for the number 0.
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let magnitude = bytes.get(zeros..).unwrap_or_default();
    let positive = magnitude.first().is_some_and(|byte| *byte < 0x80);
    element(der::INTEGER, &[if positive { &[][..] } else { &[0] }, magnitude].concat())
}

/// An element whose length fits one byte: an integer here has 33 bytes at the most, a pair of them 70.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap_or(u8::MAX);
    [&[tag, length], contents].concat()
}

/// Base64 with padding ([RFC 4648 section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The members of a JSON object. One that is looked for must not be there twice.
#[derive(Debug)]
pub(super) struct Object(Vec<(String, Value)>);

impl Object {
    /// Reads all of `bytes`: UTF-8, and one JSON object.
    fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_str(core::str::from_utf8(bytes).ok()?).ok()
    }

    /// The header's `x5c`: certificates, each in base64 with padding. That there is one is for the caller to see.
    pub(super) fn certificates(&self) -> Result<Vec<Certificate>, AttestationError> {
        let member = "x5c";
        let wrong = |expected| StatementError::WrongType { member, expected };
        let elements = self.required(member)?.as_array().ok_or(wrong("an array"))?;
        if elements.len() > X5C_MAX {
            return Err(StatementError::TooManyCertificates(elements.len()).into());
        }
        let certificate = |(position, element): (usize, &Value)| {
            let text = element.as_str().ok_or(wrong("an array of texts"))?;
            if text.is_empty() {
                return Err(StatementError::Empty(member).into());
            }
            let der = STANDARD.decode(text).map_err(|_| wrong("an array of base64 texts"))?;
            Certificate::from_der(&der)
                .map_err(|error| AttestationCertificateError::Unparsable { position, error }.into())
        };
        elements.iter().enumerate().map(certificate).collect()
    }

    /// A required text.
    pub(super) fn text(&self, member: &'static str) -> Result<&str, StatementError> {
        let wrong = StatementError::WrongType { member, expected: "a text" };
        self.required(member)?.as_str().ok_or(wrong)
    }

    /// A text that may be absent, or null.
    pub(super) fn optional_text(&self, member: &'static str) -> Result<Option<&str>, StatementError> {
        match self.get(member)? {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text(member).map(Some),
        }
    }

    /// A required integer that is not negative.
    pub(super) fn unsigned(&self, member: &'static str) -> Result<u64, StatementError> {
        let wrong = StatementError::WrongType { member, expected: "a non-negative integer of 64 bits" };
        self.required(member)?.as_u64().ok_or(wrong)
    }

    /// A boolean that may be absent, or null.
    pub(super) fn optional_boolean(&self, member: &'static str) -> Result<Option<bool>, StatementError> {
        match self.get(member)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(StatementError::WrongType { member, expected: "a boolean" }),
        }
    }

    fn required(&self, member: &'static str) -> Result<&Value, StatementError> {
        self.get(member)?.ok_or(StatementError::Missing(member))
    }

    fn get(&self, member: &'static str) -> Result<Option<&Value>, StatementError> {
        let mut found = self.0.iter().filter(|(name, _)| name == member).map(|(_, value)| value);
        let first = found.next();
        if found.next().is_some() {
            return Err(StatementError::WrongType { member, expected: "there once" });
        }
        Ok(first)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
