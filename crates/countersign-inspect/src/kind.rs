//! The kinds of input.

use core::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $title:literal;)+) => {
        /// What an input is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)+];

            /// The stable word for the kind, such as `attestation-object`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What the kind is, in words.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                }
            }
        }
    };
}

kinds! {
    /// Options for `navigator.credentials.create()`.
    CreationOptions = "creation-options", "options for creating a credential";
    /// Options for `navigator.credentials.get()`.
    RequestOptions = "request-options", "options for an authentication";
    /// The response of a registration, as JSON.
    RegistrationResponse = "registration-response", "response of a registration";
    /// The response of an authentication, as JSON.
    AuthenticationResponse = "authentication-response", "response of an authentication";
    /// A page's own object around a response or around options.
    Envelope = "envelope", "envelope of a page";
    /// `CollectedClientData`, as the client serialised it.
    ClientData = "client-data", "client data";
    /// Authenticator data.
    AuthenticatorData = "authenticator-data", "authenticator data";
    /// The part of authenticator data with AAGUID, credential ID and key.
    AttestedCredentialData = "attested-credential-data", "attested credential data";
    /// An attestation object.
    AttestationObject = "attestation-object", "attestation object";
    /// An attestation statement, without the object around it.
    AttestationStatement = "attestation-statement", "attestation statement";
    /// A public key as a `COSE_Key`.
    CoseKey = "cose-key", "public key (COSE_Key)";
    /// A public key as a `SubjectPublicKeyInfo`.
    Spki = "spki", "public key (SubjectPublicKeyInfo)";
    /// A public key as a JSON Web Key.
    Jwk = "jwk", "public key (JSON Web Key)";
    /// A public key of U2F: an uncompressed point.
    U2fKey = "u2f-key", "public key (uncompressed point)";
    /// An ECDSA signature.
    EcdsaSignature = "ecdsa-signature", "signature (ECDSA)";
    /// An X.509 certificate.
    Certificate = "certificate", "certificate";
    /// Several X.509 certificates.
    CertificateChain = "certificate-chain", "certificates";
    /// A certificate revocation list.
    Crl = "crl", "certificate revocation list";
    /// The public area of a key in a TPM.
    TpmPublicArea = "tpm-public-area", "public area of a TPM key";
    /// What a TPM signed about a key.
    TpmAttest = "tpm-attest", "attestation structure of a TPM";
    /// Android's description of a key.
    AndroidKeyDescription = "android-key-description", "Android key description";
    /// Google's status list of Android's attestation keys.
    AndroidStatusList = "android-status-list", "status list of Android's attestation keys";
    /// An assertion of Apple's App Attest.
    AppAttestAssertion = "app-attest-assertion", "assertion of App Attest";
    /// A JSON Web Signature, such as the response of `SafetyNet`.
    Jws = "jws", "JSON Web Signature";
    /// A BLOB of the FIDO Metadata Service.
    MetadataBlob = "metadata-blob", "FIDO metadata BLOB";
    /// The payload of such a BLOB.
    MetadataPayload = "metadata-payload", "payload of a FIDO metadata BLOB";
    /// An entry of such a BLOB.
    MetadataEntry = "metadata-entry", "entry of a FIDO metadata BLOB";
    /// A metadata statement.
    MetadataStatement = "metadata-statement", "FIDO metadata statement";
    /// A sealed state of Countersign.
    SealedToken = "sealed-token", "sealed state of a ceremony";
    /// A serialised state of Countersign.
    State = "state", "state of a ceremony";
    /// A credential record of Countersign.
    CredentialRecord = "credential-record", "credential record";
    /// A credential as another library stores it.
    StoredCredential = "stored-credential", "credential as another library stores it";
    /// An origin, of a page, an app or a browser extension.
    Origin = "origin", "origin";
    /// An RP ID.
    RpId = "rp-id", "RP ID";
    /// An AAGUID.
    Aaguid = "aaguid", "AAGUID";
    /// An HTTP archive.
    Har = "har", "HTTP archive (HAR)";
    /// Lines of a log.
    Log = "log", "lines of text";
    /// JSON that holds some of the other kinds.
    JsonDocument = "json-document", "JSON with Web Authentication in it";
    /// Any other JSON.
    Json = "json", "JSON";
    /// Any other CBOR.
    Cbor = "cbor", "CBOR";
    /// Any other DER.
    Der = "der", "DER";
    /// Any other text.
    Text = "text", "text";
    /// Any other bytes.
    Bytes = "bytes", "bytes";
}

impl Kind {
    /// Whether an input of this kind is text, so that only a text around it is decoded.
    pub(crate) const fn is_text(self) -> bool {
        matches!(
            self,
            Self::CreationOptions
                | Self::RequestOptions
                | Self::RegistrationResponse
                | Self::AuthenticationResponse
                | Self::Envelope
                | Self::ClientData
                | Self::Jwk
                | Self::AndroidStatusList
                | Self::Jws
                | Self::MetadataBlob
                | Self::MetadataPayload
                | Self::MetadataEntry
                | Self::MetadataStatement
                | Self::State
                | Self::CredentialRecord
                | Self::StoredCredential
                | Self::Origin
                | Self::RpId
                | Self::Har
                | Self::Log
                | Self::JsonDocument
                | Self::Json
                | Self::Text
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// The text is not the word of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindError;

impl fmt::Display for KindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the word of a kind")
    }
}

impl core::error::Error for KindError {}

/// Reads the word of a kind.
impl FromStr for Kind {
    type Err = KindError;

    fn from_str(word: &str) -> Result<Self, KindError> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or(KindError)
    }
}

/// The word.
impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_from_its_word() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("certificates".parse::<Kind>(), Err(KindError));
    }
}
