//! Changes of a response, each applied at its stage of the ceremony.

use crate::{
    attestation::draft::AttestationDraft,
    cbor::Cbor,
    certificate::draft::CertificateDraft,
    members::Members,
    private_key::PrivateKey,
    response::{AuthenticatorDataDraft, Envelope},
};

/// One change of a response before it is complete. Later stages use the changed value: a change of authenticator data
/// is signed, a change of the attestation object is not.
///
/// The variants are in the order in which they are applied.
///
/// ```
/// use countersign_authenticator::Change;
/// let other_origin = Change::ClientData(|members| members.set("origin", "https://example.com"));
/// # let _ = other_origin;
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Change {
    /// The members of client data.
    ClientData(fn(&mut Members)),
    /// The bytes of client data, before they are hashed.
    ClientDataBytes(fn(&mut Vec<u8>)),
    /// The credential's `COSE_Key`, at registration.
    CredentialKey(fn(&mut Cbor)),
    /// Authenticator data, before it is signed.
    AuthenticatorData(fn(&mut AuthenticatorDataDraft)),
    /// The bytes of authenticator data, before they are signed.
    AuthenticatorDataBytes(fn(&mut Vec<u8>)),
    /// The draft of an attestation statement, before it is signed; of each part of a compound statement.
    Attestation(fn(&mut AttestationDraft)),
    /// The attestation certificate, if there is one, before it is signed.
    AttestationCertificate(fn(&mut CertificateDraft)),
    /// The certificate of the authority that issued the attestation certificate, if there is one below the root.
    IntermediateCertificate(fn(&mut CertificateDraft)),
    /// The attestation statement, signed.
    Statement(fn(&mut Cbor)),
    /// The map of the attestation object.
    AttestationObject(fn(&mut Cbor)),
    /// The bytes of the attestation object.
    AttestationObjectBytes(fn(&mut Vec<u8>)),
    /// How an assertion is signed: with the credential's key, over authenticator data and the hash of client data.
    Signing(fn(&PrivateKey, &[u8]) -> Vec<u8>),
    /// The bytes of an assertion's signature.
    Signature(fn(&mut Vec<u8>)),
    /// The JSON of the response.
    Envelope(fn(&mut Envelope)),
    /// The text of the JSON.
    Text(fn(&mut String)),
}

/// Applies the changes of one kind, in their order.
macro_rules! apply {
    ($changes:expr, $variant:ident, $to:expr) => {
        for change in $changes {
            if let $crate::change::Change::$variant(change) = change {
                change($to);
            }
        }
    };
}
pub(crate) use apply;
