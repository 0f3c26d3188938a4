//! Deviations from the specification that are accepted, because they change nothing in what a response means.

use core::fmt;
use std::borrow::Cow;

use countersign_types::Code;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! deviations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// A deviation from the specification: accepted and told, unless the relying party
        /// [refuses it](crate::Policy::with_rejected_deviations).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Deviation {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Deviation {
            /// Every deviation that is told.
            pub const ALL: &'static [Deviation] = &[$(Deviation::$variant,)+];

            /// The stable word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

deviations! {
    /// CBOR with an integer or a length that takes more bytes than it needs.
    NonMinimalCbor = "non-minimal-cbor",
    /// CBOR with a map whose keys are not in canonical order.
    UnsortedCborKeys = "unsorted-cbor-keys",
    /// An attestation object with members besides `fmt`, `attStmt` and `authData`.
    UnknownAttestationObjectMember = "unknown-attestation-object-member",
    /// RFU1 or RFU2 is set among the flags.
    ReservedFlags = "reserved-flags",
    /// An assertion with attested credential data.
    AttestedCredentialDataInAssertion = "attested-credential-data-in-assertion",
    /// Client data without `crossOrigin`, as clients of Level 1 write it.
    CrossOriginMissing = "cross-origin-missing",
    /// A byte order mark before client data.
    ByteOrderMark = "byte-order-mark",
    /// The client says that the `appid` was used, and the RP ID was.
    AppIdNotUsed = "appid-not-used",
    /// `userHandle` is there and has no bytes, as Safari sends it.
    UserHandleEmpty = "user-handle-empty",
    /// An ECDSA signature whose numbers have superfluous leading zeros, accepted by
    /// [`with_padded_ecdsa_integers`](countersign_cose::Verifiers::with_padded_ecdsa_integers).
    PaddedSignature = "padded-signature",
    /// A transport that the specification does not name.
    UnknownTransport = "unknown-transport",
    /// A registration whose client tells another attachment than the options asked for.
    OtherAttachment = "other-attachment",
    /// Client data of a frame that is not same-origin with its ancestors, and that does not name the top origin.
    TopOriginMissing = "top-origin-missing",
    /// A registration's `authenticatorData`, `publicKey` or `publicKeyAlgorithm` is there, and is not what it repeats: the
    /// attestation object's. Nothing depends on them; browsers' own are right, those of some password managers are not.
    CopyDiffers = "copy-differs",
    /// A credential of an algorithm that the metadata statement of its model does not list.
    UnlistedAlgorithm = "unlisted-algorithm",
    /// A verified user of a model whose metadata statement lists no way to verify users, if the metadata's policy
    /// accepts that.
    UnlistedUserVerification = "unlisted-user-verification",
}

impl Deviation {
    /// The code of the error where it is refused.
    pub const fn code(self) -> Code {
        match self {
            Self::NonMinimalCbor
            | Self::UnsortedCborKeys
            | Self::ReservedFlags
            | Self::AttestedCredentialDataInAssertion => Code::AuthenticatorDataMalformed,
            Self::UnknownAttestationObjectMember => Code::AttestationObjectMalformed,
            Self::CrossOriginMissing | Self::ByteOrderMark => Code::ClientDataMalformed,
            Self::AppIdNotUsed => Code::RpIdHashMismatch,
            Self::UserHandleEmpty | Self::UnknownTransport | Self::CopyDiffers => Code::ResponseMalformed,
            Self::PaddedSignature => Code::SignatureInvalid,
            Self::OtherAttachment | Self::UnlistedAlgorithm | Self::UnlistedUserVerification => {
                Code::AuthenticatorNotAccepted
            }
            Self::TopOriginMissing => Code::TopOriginMismatch,
        }
    }

    const fn bit(self) -> u32 {
        match self {
            Self::NonMinimalCbor => 1,
            Self::UnsortedCborKeys => 1 << 1,
            Self::UnknownAttestationObjectMember => 1 << 2,
            Self::ReservedFlags => 1 << 3,
            Self::AttestedCredentialDataInAssertion => 1 << 4,
            Self::CrossOriginMissing => 1 << 5,
            Self::ByteOrderMark => 1 << 6,
            Self::AppIdNotUsed => 1 << 7,
            Self::UserHandleEmpty => 1 << 8,
            Self::PaddedSignature => 1 << 9,
            Self::UnknownTransport => 1 << 10,
            Self::OtherAttachment => 1 << 11,
            Self::TopOriginMissing => 1 << 12,
            Self::CopyDiffers => 1 << 13,
            Self::UnlistedAlgorithm => 1 << 14,
            Self::UnlistedUserVerification => 1 << 15,
        }
    }
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
