//! The enumerations of options and responses, all open
//! ([section 2.1.1, enumerations as DOMString types](https://www.w3.org/TR/webauthn-3/#sct-domstring-backwards-compatibility)).
//!
//! A text that this version does not support is kept as `Unknown` and written unchanged: clients must ignore such a
//! value, and relying parties must store it.
//!
//! ```
//! use countersign_types::enumerations::Transport;
//! assert_eq!(Transport::from("smart-card"), Transport::SmartCard);
//! assert_eq!(Transport::from("pigeon").as_str(), "pigeon");
//! ```

macro_rules! open_enumeration {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])+ $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        ///
        /// `From<&str>` accepts any text; one that no other variant has becomes `Unknown`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])+ $variant,)+
            /// A text that this version does not support, as received.
            Unknown(alloc::string::String),
        }

        impl $name {
            /// The text, as in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text.into()),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::enumerations::TextVisitor(core::marker::PhantomData))
            }
        }
    };
}

pub(crate) use open_enumeration;

/// Reads an enumeration from its text, without a copy of it.
pub(crate) struct TextVisitor<T>(pub(crate) core::marker::PhantomData<T>);

impl<T: for<'a> From<&'a str>> serde::de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok(text.into())
    }
}

open_enumeration! {
    /// How a client reaches an authenticator
    /// ([section 5.8.4, `AuthenticatorTransport`](https://www.w3.org/TR/webauthn-3/#enum-transport)).
    Transport {
        /// Removable USB.
        Usb = "usb",
        /// Near Field Communication.
        Nfc = "nfc",
        /// Bluetooth Low Energy.
        Ble = "ble",
        /// An ISO/IEC 7816 smart card with contacts.
        SmartCard = "smart-card",
        /// A mix of data transport and proximity, such as a phone next to a desktop computer.
        Hybrid = "hybrid",
        /// Part of the client device: a platform authenticator.
        Internal = "internal",
    }
}

open_enumeration! {
    /// The kind of authenticator that the user will probably use, for the client's dialogue
    /// ([section 5.8.8, `PublicKeyCredentialHint`](https://www.w3.org/TR/webauthn-3/#enum-hints)).
    Hint {
        /// A physical security key.
        SecurityKey = "security-key",
        /// The client device itself.
        ClientDevice = "client-device",
        /// A general-purpose device other than the client device, such as a phone.
        Hybrid = "hybrid",
    }
}

open_enumeration! {
    /// Whether an authenticator is part of the client device
    /// ([section 5.4.5](https://www.w3.org/TR/webauthn-3/#enum-attachment)).
    AuthenticatorAttachment {
        /// Part of the client device.
        Platform = "platform",
        /// Separate from the client device, over a cross-platform transport.
        CrossPlatform = "cross-platform",
    }
}

open_enumeration! {
    /// Whether the relying party wants a client-side discoverable credential
    /// ([section 5.4.6](https://www.w3.org/TR/webauthn-3/#enum-residentKeyRequirement)).
    ///
    /// The default depends on `requireResidentKey`: see
    /// [`AuthenticatorSelection::effective_resident_key`](crate::options::AuthenticatorSelection::effective_resident_key).
    ResidentKeyRequirement {
        /// A server-side credential is preferred, a discoverable one accepted.
        Discouraged = "discouraged",
        /// A discoverable credential is preferred, a server-side one accepted.
        Preferred = "preferred",
        /// Registration fails without a discoverable credential.
        Required = "required",
    }
}

open_enumeration! {
    /// Which attestation the relying party wants
    /// ([section 5.4.7, `AttestationConveyancePreference`](https://www.w3.org/TR/webauthn-3/#enum-attestation-convey)).
    #[derive(Default)]
    AttestationConveyance {
        /// No attestation. The default, and the meaning of an unknown value.
        #[default]
        None = "none",
        /// A verifiable statement, obtained in any way that the client chooses.
        Indirect = "indirect",
        /// The statement that the authenticator created.
        Direct = "direct",
        /// A statement that may identify the individual authenticator, in managed deployments.
        Enterprise = "enterprise",
    }
}

open_enumeration! {
    /// The kind of a credential
    /// ([section 5.8.2, `PublicKeyCredentialType`](https://www.w3.org/TR/webauthn-3/#enum-credentialType)).
    #[derive(Default)]
    CredentialType {
        /// A public key credential: the only kind so far, and the default of the constructors.
        #[default]
        PublicKey = "public-key",
    }
}

open_enumeration! {
    /// Whether the relying party wants user verification
    /// ([section 5.8.6](https://www.w3.org/TR/webauthn-3/#enum-userVerificationRequirement)).
    #[derive(Default)]
    UserVerificationRequirement {
        /// The ceremony fails without it.
        Required = "required",
        /// It is done if possible. The default, and the meaning of an unknown value.
        #[default]
        Preferred = "preferred",
        /// It should not be done.
        Discouraged = "discouraged",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each text comes back through JSON, and none of `known` is `Unknown`.
    macro_rules! assert_texts {
        ($name:ident: $($known:literal)+) => {
            for text in [$($known),+] {
                assert!(!matches!($name::from(text), $name::Unknown(_)), "{text}");
            }
            for text in ["", "new", "Usb", "PUBLIC-KEY", " none", $($known),+] {
                let value: $name = serde_json::from_value(text.into()).unwrap();
                assert_eq!(value.as_str(), text);
                assert_eq!(serde_json::to_value(&value).unwrap(), text);
            }
            for other in ["null", "1", "true", "[]", "{}", "[\"usb\"]"] {
                serde_json::from_str::<$name>(other).unwrap_err();
            }
        };
    }

    #[test]
    fn every_text_is_kept_and_the_specified_ones_are_known() {
        assert_texts!(Transport: "usb" "nfc" "ble" "smart-card" "hybrid" "internal");
        assert_texts!(Hint: "security-key" "client-device" "hybrid");
        assert_texts!(AuthenticatorAttachment: "platform" "cross-platform");
        assert_texts!(ResidentKeyRequirement: "discouraged" "preferred" "required");
        assert_texts!(AttestationConveyance: "none" "indirect" "direct" "enterprise");
        assert_texts!(CredentialType: "public-key");
        assert_texts!(UserVerificationRequirement: "required" "preferred" "discouraged");
    }

    #[test]
    fn texts_are_compared_exactly() {
        assert_eq!(Transport::from("USB"), Transport::Unknown("USB".into()));
        assert_eq!(CredentialType::from("public-key "), CredentialType::Unknown("public-key ".into()));
    }

    #[test]
    fn defaults_follow_the_specification() {
        assert_eq!(AttestationConveyance::default().as_str(), "none");
        assert_eq!(UserVerificationRequirement::default().as_str(), "preferred");
        assert_eq!(CredentialType::default().as_str(), "public-key");
    }
}
