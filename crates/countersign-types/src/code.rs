//! The stable words of errors.

use core::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// The code of an error: a word that never changes, and part of the public API of every layer.
        ///
        /// The error types of each layer have a method `code()`. The table of all codes and their meanings is
        /// `docs/ERRORS.md`.
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

            /// What is wrong, in a sentence: the documentation of the code.
            ///
            /// ```
            /// # use countersign_types::Code;
            /// assert_eq!(Code::OriginMismatch.meaning(), "`origin` is not an accepted origin.");
            /// ```
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Code::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

codes! {
    /// The response is not the JSON that the step expects: a member missing or of the wrong type, bad base64url, `type`
    /// not `public-key`.
    ResponseMalformed = "response-malformed",
    /// `id`, `rawId` and, at registration, the attested credential ID differ.
    CredentialIdMismatch = "credential-id-mismatch",
    /// Client data is not UTF-8, not a JSON object, or has a member missing or of the wrong type.
    ClientDataMalformed = "client-data-malformed",
    /// Client data's `type` is not the ceremony's.
    ClientDataTypeMismatch = "client-data-type-mismatch",
    /// The challenge is not the one that was issued.
    ChallengeMismatch = "challenge-mismatch",
    /// The challenge was issued too long ago, or already used.
    ChallengeExpired = "challenge-expired",
    /// The ceremony state or its sealed token can't be used: changed, or of another key, kind of ceremony, user,
    /// relying party or purpose.
    StateInvalid = "state-invalid",
    /// `origin` is not an accepted origin.
    OriginMismatch = "origin-mismatch",
    /// `crossOrigin` is true, or `topOrigin` present, and the relying party does not accept that.
    CrossOriginNotAllowed = "cross-origin-not-allowed",
    /// `topOrigin` is not an accepted origin, or it is missing while `crossOrigin` is true and top origins are listed.
    TopOriginMismatch = "top-origin-mismatch",
    /// Authenticator data has a wrong length, flags that don't fit the content, trailing bytes, or bad CBOR.
    AuthenticatorDataMalformed = "authenticator-data-malformed",
    /// A registration has no attested credential data.
    AttestedCredentialDataMissing = "attested-credential-data-missing",
    /// A credential ID has more than 1023 bytes.
    CredentialIdTooLong = "credential-id-too-long",
    /// `rpIdHash` is not the hash of the RP ID (or of the `appid`, if it was used).
    RpIdHashMismatch = "rp-id-hash-mismatch",
    /// The UP flag is required and not set.
    UserNotPresent = "user-not-present",
    /// The UV flag is required and not set.
    UserNotVerified = "user-not-verified",
    /// UV is required and set, but was never set before for this credential: no further factor was checked.
    UserVerificationNotInitialized = "user-verification-not-initialized",
    /// BS is set without BE.
    BackupStateInvalid = "backup-state-invalid",
    /// BE or BS is not as the relying party's policy requires.
    BackupNotAccepted = "backup-not-accepted",
    /// BE differs from the record.
    BackupEligibilityChanged = "backup-eligibility-changed",
    /// A `COSE_Key` breaks the rules of its type.
    PublicKeyMalformed = "public-key-malformed",
    /// The algorithm is not supported, or not suitable for its use.
    AlgorithmUnsupported = "algorithm-unsupported",
    /// The algorithm is supported, but the relying party has no verifier for it. If only a sender's certificate has it:
    /// `attestation-untrusted`.
    VerifierMissing = "verifier-missing",
    /// The algorithm is not among `pubKeyCredParams`.
    AlgorithmNotAllowed = "algorithm-not-allowed",
    /// The attestation object is not CBOR, has trailing bytes, duplicate keys, or a member missing or of the wrong
    /// type.
    AttestationObjectMalformed = "attestation-object-malformed",
    /// The attestation statement format (`fmt`) is not supported.
    AttestationFormatUnsupported = "attestation-format-unsupported",
    /// `attStmt` does not have its format's syntax.
    AttestationStatementMalformed = "attestation-statement-malformed",
    /// The statement's signature does not verify, or its algorithm does not fit its key.
    AttestationSignatureInvalid = "attestation-signature-invalid",
    /// The attested key, or its algorithm, is not the credential's.
    AttestationKeyMismatch = "attestation-key-mismatch",
    /// A nonce, challenge, `extraData`, name or the like is not bound to this ceremony's data.
    AttestationBindingMismatch = "attestation-binding-mismatch",
    /// A certificate can't be parsed, or breaks its format's requirements.
    AttestationCertificateInvalid = "attestation-certificate-invalid",
    /// The certificate's AAGUID differs from that in authenticator data.
    AttestationAaguidMismatch = "attestation-aaguid-mismatch",
    /// No trust path leads to an accepted anchor.
    AttestationUntrusted = "attestation-untrusted",
    /// A certificate of the only path is not valid at the given time.
    AttestationCertificateExpired = "attestation-certificate-expired",
    /// A certificate of the path is revoked.
    AttestationCertificateRevoked = "attestation-certificate-revoked",
    /// The relying party does not accept the attestation format or type, or a state of the device that it reports.
    AttestationNotAccepted = "attestation-not-accepted",
    /// The relying party does not accept the model (AAGUID), its metadata status or the protection of its key, or the
    /// credential was flagged.
    AuthenticatorNotAccepted = "authenticator-not-accepted",
    /// The credential ID is already registered.
    CredentialAlreadyRegistered = "credential-already-registered",
    /// The credential is not among `allowCredentials`.
    CredentialNotAllowed = "credential-not-allowed",
    /// There is no record for this credential and user.
    CredentialUnknown = "credential-unknown",
    /// A discoverable authentication has no `userHandle`.
    UserHandleMissing = "user-handle-missing",
    /// The user handle is not the account's.
    UserHandleMismatch = "user-handle-mismatch",
    /// The assertion's signature does not verify.
    SignatureInvalid = "signature-invalid",
    /// The counter did not increase, and the relying party rejects that.
    SignCountNotIncreased = "sign-count-not-increased",
    /// The stored record changed while the authentication was verified against it: start again.
    RecordChanged = "record-changed",
    /// An extension output breaks its definition.
    ExtensionInvalid = "extension-invalid",
    /// The relying party's policy rejects an extension output: unsolicited, or required and absent.
    ExtensionNotAccepted = "extension-not-accepted",
    /// A metadata BLOB, or a list of rogue authenticators, does not have its form.
    MetadataMalformed = "metadata-malformed",
    /// The signature of a metadata BLOB does not verify, or the hash of a list of rogue authenticators is not the one
    /// in the BLOB.
    MetadataSignatureInvalid = "metadata-signature-invalid",
    /// The certificates of a metadata BLOB lead to no accepted root.
    MetadataUntrusted = "metadata-untrusted",
    /// A metadata BLOB is past its `nextUpdate`.
    MetadataOutdated = "metadata-outdated",
    /// A metadata BLOB has a lower number than one seen before, or the same number although a newer one is required.
    MetadataRollback = "metadata-rollback",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
