//! Attestation statements, good and bad ones.

use ciborium::{Value, cbor};
use countersign_cose::{PreparedKey, PublicKey, Verifiers};
use countersign_types::{Aaguid, AuthenticatorData, Code};

use super::{
    certificates::{Key, root},
    links,
};
use crate::{
    anchors::AnchorList,
    attestation::Attestation,
    certificate::Certificate,
    error::{AttestationError, statement::StatementError},
    format::table::Formats,
    input::VerificationInput,
    path::limits::PathLimits,
};

pub(crate) const AAGUID: [u8; 16] = *b"an example model";
pub(crate) const CLIENT_DATA_HASH: [u8; 32] = [0xcd; 32];

pub(crate) fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// The members of a statement, to be changed.
pub(crate) type Members = Vec<(Value, Value)>;

/// With another value of a member that is there.
pub(crate) fn replaced(mut members: Members, member: &str, value: Value) -> Members {
    members.iter_mut().find(|(key, _)| key.as_text() == Some(member)).unwrap().1 = value;
    members
}

pub(crate) fn removed(mut members: Members, member: &str) -> Members {
    members.retain(|(key, _)| key.as_text() != Some(member));
    members
}

pub(crate) fn x5c(certificates: &[Vec<u8>]) -> Value {
    Value::Array(certificates.iter().cloned().map(Value::Bytes).collect())
}

#[track_caller]
pub(crate) fn assert_statement_malformed(
    result: Result<Attestation, AttestationError>,
    fault: StatementError,
) {
    let error = result.unwrap_err();
    assert_eq!(error, AttestationError::StatementMalformed(fault));
    assert_eq!(error.code(), Code::AttestationStatementMalformed);
}

/// A registration: the inputs of a verification procedure other than the statement.
pub(crate) struct Registration {
    pub(crate) credential_key: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) verifiers: Verifiers,
}

impl Registration {
    /// With an ES256 credential key, and a model whose AAGUID is this.
    pub(crate) fn new(key: &Key, aaguid: [u8; 16]) -> Self {
        let point = key.public_bytes();
        Self::with_coordinates(&point[1..33], &point[33..], aaguid)
    }

    pub(crate) fn with_coordinates(x: &[u8], y: &[u8], aaguid: [u8; 16]) -> Self {
        let (x, y) = (Value::Bytes(x.into()), Value::Bytes(y.into()));
        let key = cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => x, -3 => y }).unwrap();
        Self::with_credential_key(encode(&key), aaguid)
    }

    /// With this `COSE_Key`.
    pub(crate) fn with_credential_key(credential_key: Vec<u8>, aaguid: [u8; 16]) -> Self {
        let mut authenticator_data = vec![0xab; 32];
        authenticator_data.extend([0x45, 0, 0, 0, 1]);
        authenticator_data.extend(aaguid);
        authenticator_data.extend([0, 1, 7]);
        authenticator_data.extend(&credential_key);
        Self { credential_key, authenticator_data, verifiers: Verifiers::rust_crypto() }
    }

    /// What packed statements sign.
    pub(crate) fn signed_data(&self) -> Vec<u8> {
        [&self.authenticator_data[..], &CLIENT_DATA_HASH].concat()
    }

    pub(crate) fn verify(&self, format: &str, statement: &[u8]) -> Result<Attestation, AttestationError> {
        self.verify_with(&Formats::standard(), format, statement)
    }

    pub(crate) fn verify_with(
        &self,
        formats: &Formats,
        format: &str,
        statement: &[u8],
    ) -> Result<Attestation, AttestationError> {
        self.verify_prepared(formats, format, statement, None)
    }

    /// With the credential's key as it was prepared before.
    pub(crate) fn verify_prepared(
        &self,
        formats: &Formats,
        format: &str,
        statement: &[u8],
        prepared: Option<&dyn PreparedKey>,
    ) -> Result<Attestation, AttestationError> {
        formats.verify(&VerificationInput {
            format,
            statement,
            authenticator_data: &AuthenticatorData::parse(&self.authenticator_data).unwrap(),
            client_data_hash: &CLIENT_DATA_HASH,
            credential_key: &PublicKey::from_cose(&self.credential_key).unwrap(),
            prepared_credential_key: prepared,
            verifiers: &self.verifiers,
        })
    }
}

/// Where the certificates within these bytes count the unused bits of their signatures. That count is not signed, and
/// decides nothing.
pub(crate) fn counts_of_unused_bits(bytes: &[u8]) -> Vec<usize> {
    let certificate_at = |start: usize| {
        let [0x30, 0x82, high, low, ..] = bytes[start..] else { return None };
        let end = start + 4 + usize::from(u16::from_be_bytes([high, low]));
        let certificate = Certificate::from_der(bytes.get(start..end)?).ok()?;
        Some(end - certificate.signature().len() - 1)
    };
    (0..bytes.len()).filter_map(certificate_at).collect()
}

/// Flips one bit of each byte of a statement that is trusted, one after the other, up to `end`: none may be trusted. What
/// is passed over are [`counts_of_unused_bits`].
pub(crate) fn assert_no_flipped_bit_is_trusted(
    statement: &[u8],
    end: usize,
    verify: impl Fn(&[u8]) -> Result<Attestation, AttestationError>,
) {
    let anchors = AnchorList::new([root().0]);
    let is_trusted = |statement: &[u8]| {
        verify(statement).is_ok_and(|attestation| {
            links::assess(&attestation, Aaguid::ZERO, &anchors, &PathLimits::default()).is_ok()
        })
    };
    assert!(is_trusted(statement));
    let counts = counts_of_unused_bits(statement);
    assert!(!counts.is_empty());
    for position in (0..end).filter(|position| !counts.contains(position)) {
        let mut flipped = statement.to_vec();
        flipped[position] ^= 1 << (position % 8);
        assert!(!is_trusted(&flipped), "byte {position}");
    }
}
