//! A reader of `attStmt`, shared by the formats.

use ciborium::Value;
use countersign_types::AlgorithmIdentifier;

use crate::{
    certificate::Certificate,
    error::{AttestationError, certificate::AttestationCertificateError, statement::StatementError},
    limits::X5C_MAX,
};

/// The recursion limit of ciborium. The walker over the attestation object allowed less.
const RECURSION_MAX: usize = 8;

/// The members of an `attStmt`. Unknown members are ignored.
#[derive(Debug)]
pub(crate) struct StatementMap(Vec<(Value, Value)>);

impl StatementMap {
    /// Decodes `cbor`, which must be exactly one map.
    pub(crate) fn read(cbor: &[u8]) -> Result<Self, StatementError> {
        let mut rest = cbor;
        let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, RECURSION_MAX)
            .map_err(|_| StatementError::NotCbor)?;
        if !rest.is_empty() {
            return Err(StatementError::NotCbor);
        }
        match value {
            Value::Map(members) => Ok(Self(members)),
            _ => Err(StatementError::NotMap),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, member: &str) -> bool {
        self.get(member).is_some()
    }

    /// The required member `alg`.
    pub(crate) fn algorithm(&self) -> Result<AlgorithmIdentifier, StatementError> {
        let fault = StatementError::WrongType { member: "alg", expected: "an integer of 64 bits" };
        let Value::Integer(integer) = self.required("alg")? else { return Err(fault) };
        i64::try_from(*integer).map(AlgorithmIdentifier).map_err(|_| fault)
    }

    /// A required byte string that is not empty.
    pub(crate) fn bytes(&self, member: &'static str) -> Result<&[u8], StatementError> {
        match self.required(member)? {
            Value::Bytes(bytes) if bytes.is_empty() => Err(StatementError::Empty(member)),
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(StatementError::WrongType { member, expected: "a byte string" }),
        }
    }

    /// A required text that is not empty.
    pub(crate) fn text(&self, member: &'static str) -> Result<&str, StatementError> {
        match self.required(member)? {
            Value::Text(text) if text.is_empty() => Err(StatementError::Empty(member)),
            Value::Text(text) => Ok(text),
            _ => Err(StatementError::WrongType { member, expected: "a text" }),
        }
    }

    /// The required member `x5c`: one certificate or more, parsed.
    pub(crate) fn certificates(&self) -> Result<Vec<Certificate>, AttestationError> {
        let member = "x5c";
        let Value::Array(elements) = self.required(member)? else {
            return Err(StatementError::WrongType { member, expected: "an array" }.into());
        };
        match elements.len() {
            0 => return Err(StatementError::Empty(member).into()),
            count if count > X5C_MAX => return Err(StatementError::TooManyCertificates(count).into()),
            _ => {}
        }
        let mut certificates = Vec::with_capacity(elements.len());
        for (position, element) in elements.iter().enumerate() {
            let Value::Bytes(der) = element else {
                return Err(StatementError::WrongType { member, expected: "an array of byte strings" }.into());
            };
            if der.is_empty() {
                return Err(StatementError::Empty(member).into());
            }
            certificates.push(
                Certificate::from_der(der)
                    .map_err(|error| AttestationCertificateError::Unparsable { position, error })?,
            );
        }
        Ok(certificates)
    }

    /// The required member `x5c` with exactly this many certificates, parsed.
    pub(crate) fn certificates_exactly(&self, expected: usize) -> Result<Vec<Certificate>, AttestationError> {
        match self.get("x5c") {
            Some(Value::Array(elements)) if !elements.is_empty() && elements.len() != expected => {
                Err(StatementError::CertificateCount { expected, got: elements.len() }.into())
            }
            _ => self.certificates(),
        }
    }

    fn required(&self, member: &'static str) -> Result<&Value, StatementError> {
        self.get(member).ok_or(StatementError::Missing(member))
    }

    fn get(&self, member: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key.as_text() == Some(member)).map(|(_, value)| value)
    }
}
