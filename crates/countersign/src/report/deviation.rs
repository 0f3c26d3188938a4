//! Deviations from the specification that are accepted by default, because they don't change the meaning of a response.

use core::fmt;
use std::borrow::Cow;

use countersign_types::Code;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! deviations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $bit:literal, $code:ident;)+) => {
        /// A deviation from the specification: accepted and reported, unless the relying party
        /// [rejects it](crate::Policy::with_rejected_deviations).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Deviation {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Deviation {
            /// Every deviation.
            pub const ALL: &'static [Deviation] = &[$(Deviation::$variant,)+];

            /// The stable word for the deviation.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The code of the error if the policy rejects it.
            pub const fn code(self) -> Code {
                match self {
                    $(Self::$variant => Code::$code,)+
                }
            }

            const fn bit(self) -> u32 {
                match self {
                    $(Self::$variant => 1 << $bit,)+
                }
            }
        }
    };
}

deviations! {
    /// CBOR with an integer or a length that takes more bytes than it needs.
    NonMinimalCbor = "non-minimal-cbor", 1, AuthenticatorDataMalformed;
    /// CBOR with a map whose keys are not in canonical order.
    UnsortedCborKeys = "unsorted-cbor-keys", 2, AuthenticatorDataMalformed;
    /// An attestation object with members other than `fmt`, `attStmt` and `authData`.
    UnknownAttestationObjectMember = "unknown-attestation-object-member", 3, AttestationObjectMalformed;
    /// RFU1 or RFU2 is set among the flags.
    ReservedFlags = "reserved-flags", 4, AuthenticatorDataMalformed;
    /// An assertion with attested credential data.
    AttestedCredentialDataInAssertion = "attested-credential-data-in-assertion", 5, AuthenticatorDataMalformed;
    /// Client data without `crossOrigin`, as clients of Level 1 write it.
    CrossOriginMissing = "cross-origin-missing", 6, ClientDataMalformed;
    /// A byte order mark before client data.
    ByteOrderMark = "byte-order-mark", 7, ClientDataMalformed;
    /// The client says that the `appid` was used, and the RP ID was.
    AppIdNotUsed = "appid-not-used", 8, RpIdHashMismatch;
    /// `userHandle` is present and empty, as Safari sends it.
    UserHandleEmpty = "user-handle-empty", 9, ResponseMalformed;
    /// An ECDSA signature whose numbers have superfluous leading zeros, accepted by
    /// [`with_padded_ecdsa_integers`](countersign_cose::Verifiers::with_padded_ecdsa_integers).
    PaddedSignature = "padded-signature", 10, SignatureInvalid;
    /// A transport that the specification does not name.
    UnknownTransport = "unknown-transport", 11, ResponseMalformed;
    /// A registration whose client reports another attachment than the options requested.
    OtherAttachment = "other-attachment", 12, AuthenticatorNotAccepted;
    /// Client data of a frame that is not same-origin with its ancestors, and that does not name the top origin.
    TopOriginMissing = "top-origin-missing", 13, TopOriginMismatch;
    /// A registration's `authenticatorData`, `publicKey` or `publicKeyAlgorithm` is there, and is not what it repeats: the
    /// attestation object's. Nothing depends on them; those of some password managers are wrong.
    CopyDiffers = "copy-differs", 14, ResponseMalformed;
    /// A credential of an algorithm that the metadata statement of its model does not list.
    UnlistedAlgorithm = "unlisted-algorithm", 15, AuthenticatorNotAccepted;
    /// A verified user of a model whose metadata statement lists no way to verify users, if the metadata's policy
    /// accepts that.
    UnlistedUserVerification = "unlisted-user-verification", 16, AuthenticatorNotAccepted;
}

/// A set of deviations.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Deviations(u32);

impl Deviations {
    pub(crate) const fn contains(self, deviation: Deviation) -> bool {
        self.0 & deviation.bit() != 0
    }
}

/// The words.
impl Serialize for Deviations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(Deviation::ALL.iter().filter(|deviation| self.contains(**deviation)))
    }
}

impl<'de> Deserialize<'de> for Deviations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<Cow<'de, str>>::deserialize(deserializer)?;
        let named = |word: &Cow<'de, str>| {
            let found = Deviation::ALL.iter().copied().find(|deviation| deviation.as_str() == *word);
            found.ok_or_else(|| de::Error::custom("an unknown deviation"))
        };
        words.iter().map(named).collect()
    }
}

impl FromIterator<Deviation> for Deviations {
    fn from_iter<I: IntoIterator<Item = Deviation>>(deviations: I) -> Self {
        Self(deviations.into_iter().fold(0, |bits, deviation| bits | deviation.bit()))
    }
}

impl fmt::Debug for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Deviation::ALL.iter().filter(|deviation| self.contains(**deviation))).finish()
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Its word.
impl Serialize for Deviation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
