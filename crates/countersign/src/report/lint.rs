//! Deviations from the specification that are accepted, because they change nothing in what a response means.

use core::fmt;

use serde::{Serialize, Serializer};

macro_rules! deviations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+) => {
        /// A deviation from the specification that was accepted.
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
    /// UV is set while UP is not, outside conditional create.
    UserVerifiedWithoutPresence = "user-verified-without-presence",
    /// An assertion with attested credential data.
    AttestedCredentialDataInAssertion = "attested-credential-data-in-assertion",
    /// Client data without `crossOrigin`, as clients of Level 1 write it.
    CrossOriginMissing = "cross-origin-missing",
    /// A byte order mark before client data.
    ByteOrderMark = "byte-order-mark",
    /// The client says that the `appid` was used, and the RP ID was.
    AppIdNotUsed = "appid-not-used",
    /// A transport that the specification does not name.
    UnknownTransport = "unknown-transport",
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
