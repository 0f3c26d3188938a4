//! JSON Web Signatures in compact serialisation ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)), as far as
//! SafetyNet uses them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_cose::{Algorithm, Curve, ecdsa_signature_to_der};
use countersign_types::base64url;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    certificate::Certificate,
    error::{AttestationError, certificate::AttestationCertificateError, statement::StatementError},
    limits::X5C_MAX,
};

/// The most bytes of a JWS: the limit of the attestation object that contains it.
const JWS_MAX: usize = 64 * 1024;

/// A JWS whose signature is not verified.
#[derive(Debug)]
pub(super) struct Jws<'a> {
    pub(super) header: Object,
    pub(super) algorithm: Algorithm,
    pub(super) payload: Object,
    /// The signed message: header and payload as received.
    pub(super) signed_data: &'a [u8],
    /// The signature in the form of COSE and of certificates.
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
        // Parameters that must be understood. SafetyNet has none.
        if header.get("crit")?.is_some() {
            return Err(StatementError::NotJws("critical header parameters"));
        }
        let (algorithm, signature) = match header.text("alg")? {
            "RS256" => (Algorithm::Rs256, signature),
            // A pair of another length becomes an empty signature, which does not verify.
            "ES256" => {
                (Algorithm::Es256, ecdsa_signature_to_der(&signature, Curve::P256).unwrap_or_default())
            }
            _ => return Err(StatementError::WrongType { member: "alg", expected: "RS256 or ES256" }),
        };
        let signed_data = bytes.get(..signed_length).unwrap_or_default();
        Ok(Self { header, algorithm, payload, signed_data, signature })
    }
}

/// Base64 with padding ([RFC 4648 section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The members of a JSON object. A member that is read must not be there twice.
#[derive(Debug)]
pub(super) struct Object(Vec<(String, Value)>);

impl Object {
    /// Reads all of `bytes`, one JSON object in UTF-8.
    fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_str(core::str::from_utf8(bytes).ok()?).ok()
    }

    /// The header's `x5c`: certificates, each in base64 with padding. The array may be empty.
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

    /// An optional text; null counts as absent.
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

    /// An optional boolean; null counts as absent.
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
