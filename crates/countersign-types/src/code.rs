//! The stable words for what can be wrong.

use core::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// What is wrong, as a word that never changes: part of the public API of every layer.
        ///
        /// Each error type of each layer has a `code()` that returns one of these. The table of all codes
        /// and their meanings is `docs/ERRORS.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation's table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The word itself, such as `challenge-mismatch`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $word,)+
                }
            }
        }
    };
}

codes! {
    /// Not the JSON that the step expects: a member missing or of the wrong type, bad base64url, `type` not
    /// `public-key`.
    ResponseMalformed = "response-malformed",
    /// `id`, `rawId` and, at registration, the attested credential ID don't agree.
    CredentialIdMismatch = "credential-id-mismatch",
    /// Client data is not UTF-8, not a JSON object, or has a member missing or of the wrong type.
    ClientDataMalformed = "client-data-malformed",
    /// Client data's `type` is not the ceremony's.
    ClientDataTypeMismatch = "client-data-type-mismatch",
    /// Not the challenge that was issued.
    ChallengeMismatch = "challenge-mismatch",
    /// The challenge was issued too long ago, or used already.
    ChallengeExpired = "challenge-expired",
    /// The ceremony state or its sealed token can't be used: changed, or of another key, kind of ceremony, user, relying
    /// party or purpose.
    StateInvalid = "state-invalid",
    /// `origin` is not an accepted one.
    OriginMismatch = "origin-mismatch",
    /// `crossOrigin` is true, or `topOrigin` present, and the relying party does not accept that.
    CrossOriginNotAllowed = "cross-origin-not-allowed",
    /// `topOrigin` is not an accepted one, or is missing where `crossOrigin` is true and top origins are listed.
    TopOriginMismatch = "top-origin-mismatch",
    /// Authenticator data of a wrong length, with flags that don't fit the content, with bytes left over, or
    /// with bad CBOR in it.
    AuthenticatorDataMalformed = "authenticator-data-malformed",
    /// A registration without attested credential data.
    AttestedCredentialDataMissing = "attested-credential-data-missing",
    /// A credential ID of more than 1023 bytes.
    CredentialIdTooLong = "credential-id-too-long",
    /// `rpIdHash` is not the hash of the RP ID (or of the `appid`, where it was used).
    RpIdHashMismatch = "rp-id-hash-mismatch",
    /// UP is not set where it must be.
    UserNotPresent = "user-not-present",
    /// UV is not set where it is required.
    UserNotVerified = "user-not-verified",
    /// UV is set and required, and never was before with this credential: no further factor was checked.
    UserVerificationNotInitialized = "user-verification-not-initialized",
    /// BS is set without BE.
    BackupStateInvalid = "backup-state-invalid",
    /// BE or BS is not as the relying party demands.
    BackupNotAccepted = "backup-not-accepted",
    /// BE differs from the record.
    BackupEligibilityChanged = "backup-eligibility-changed",
    /// A `COSE_Key` that breaks its type's rules.
    PublicKeyMalformed = "public-key-malformed",
    /// An algorithm that is not known, or not fit for its use.
    AlgorithmUnsupported = "algorithm-unsupported",
    /// The algorithm is known, but the relying party was set up without a verifier for it.
    VerifierMissing = "verifier-missing",
    /// The algorithm is not among `pubKeyCredParams`.
    AlgorithmNotAllowed = "algorithm-not-allowed",
    /// The attestation object is not CBOR, has trailing bytes, duplicate keys, or a member missing or of the
    /// wrong type.
    AttestationObjectMalformed = "attestation-object-malformed",
    /// Unknown `fmt`.
    AttestationFormatUnsupported = "attestation-format-unsupported",
    /// `attStmt` does not have its format's syntax.
    AttestationStatementMalformed = "attestation-statement-malformed",
    /// The statement's signature does not verify, or its algorithm does not fit its key.
    AttestationSignatureInvalid = "attestation-signature-invalid",
    /// The attested key, or its algorithm, is not the credential's.
    AttestationKeyMismatch = "attestation-key-mismatch",
    /// Nonce, challenge, extraData, name or the like is not bound to this ceremony's data.
    AttestationBindingMismatch = "attestation-binding-mismatch",
    /// A certificate can't be parsed, or breaks its format's requirements.
    AttestationCertificateInvalid = "attestation-certificate-invalid",
    /// The certificate's AAGUID is not authenticator data's.
    AttestationAaguidMismatch = "attestation-aaguid-mismatch",
    /// No trust path to an accepted anchor.
    AttestationUntrusted = "attestation-untrusted",
    /// A certificate of the only path is not valid at the given time.
    AttestationCertificateExpired = "attestation-certificate-expired",
    /// A certificate of the path is revoked.
    AttestationCertificateRevoked = "attestation-certificate-revoked",
    /// The format or the attestation type is not one that the relying party accepts.
    AttestationNotAccepted = "attestation-not-accepted",
    /// The model (AAGUID), or its metadata status, is not one that the relying party accepts; or the credential was
    /// flagged.
    AuthenticatorNotAccepted = "authenticator-not-accepted",
    /// The credential ID is known already.
    CredentialAlreadyRegistered = "credential-already-registered",
    /// The credential is not among `allowCredentials`.
    CredentialNotAllowed = "credential-not-allowed",
    /// No record for this credential and user.
    CredentialUnknown = "credential-unknown",
    /// A discoverable authentication without `userHandle`.
    UserHandleMissing = "user-handle-missing",
    /// Not the account's user handle.
    UserHandleMismatch = "user-handle-mismatch",
    /// The assertion's signature does not verify.
    SignatureInvalid = "signature-invalid",
    /// The counter did not increase, and the relying party rejects that.
    SignCountNotIncreased = "sign-count-not-increased",
    /// The stored record changed while the authentication was verified against it: start again.
    RecordChanged = "record-changed",
    /// An extension output that breaks its definition.
    ExtensionInvalid = "extension-invalid",
    /// An extension output that the relying party's policy rejects: unsolicited, or a required one absent.
    ExtensionNotAccepted = "extension-not-accepted",
    /// A metadata BLOB, or a list of rogue authenticators, that does not have its form.
    MetadataMalformed = "metadata-malformed",
    /// A metadata BLOB whose signature does not verify, or a list of rogue authenticators with another hash than the BLOB says.
    MetadataSignatureInvalid = "metadata-signature-invalid",
    /// A metadata BLOB whose certificates lead to no accepted root.
    MetadataUntrusted = "metadata-untrusted",
    /// A metadata BLOB that is past its `nextUpdate`.
    MetadataOutdated = "metadata-outdated",
    /// A metadata BLOB with a lower number than one seen before.
    MetadataRollback = "metadata-rollback",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
