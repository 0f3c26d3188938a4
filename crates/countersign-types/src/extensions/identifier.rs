//! Extension identifiers ([section 9.1](https://www.w3.org/TR/webauthn-3/#sctn-extension-id)), and the names of inputs
//! and outputs that belong to each extension.

use crate::enumerations::open_enumeration;

/// The most bytes of an extension identifier
/// ([section 9.1](https://www.w3.org/TR/webauthn-3/#sctn-extension-id)).
const IDENTIFIER_MAX: usize = 32;

/// Defines `Extension`, and the list of those that have a variant.
macro_rules! extensions {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        open_enumeration! {
            /// An extension, by its registered identifier.
            Extension {
                $($(#[$doc])+ $variant = $text,)+
            }
        }

        /// The extensions that this crate supports.
        pub(super) const SUPPORTED: &[Extension] = &[$(Extension::$variant,)+];
    };
}

extensions! {
    /// Use of U2F credentials.
    AppId = "appid",
    /// Exclusion of authenticators with U2F credentials.
    AppIdExclude = "appidExclude",
    /// Whether a new credential is discoverable.
    CredProps = "credProps",
    /// A pseudo-random function for each credential.
    Prf = "prf",
    /// Data kept with a credential.
    LargeBlob = "largeBlob",
    /// Ceremonies on behalf of a browser on a remote machine.
    RemoteClientDataJson = "remoteClientDataJSON",
    /// When a credential may be used without user verification.
    CredProtect = "credProtect",
    /// The shortest PIN that an authenticator accepts.
    MinPinLength = "minPinLength",
    /// A few bytes kept with a credential.
    CredBlob = "credBlob",
    /// The authenticator's side of `prf`.
    HmacSecret = "hmac-secret",
    /// The authenticator's side of `prf` at registration.
    HmacSecretMc = "hmac-secret-mc",
    /// How the user was verified.
    Uvm = "uvm",
    /// Secure Payment Confirmation.
    Payment = "payment",
    /// The authenticator's side of `payment`.
    ThirdPartyPayment = "thirdPartyPayment",
}

/// The only client input that requests nothing itself: it qualifies `credentialProtectionPolicy`.
const ENFORCE_CRED_PROTECT: &str = "enforceCredentialProtectionPolicy";

impl Extension {
    /// The extension to which a client input, a client output or an authenticator output of this name belongs.
    pub fn of_name(name: &str) -> Self {
        match name.into() {
            Self::Unknown(_) if name == ENFORCE_CRED_PROTECT => Self::CredProtect,
            Self::Unknown(text) => {
                let asked = SUPPORTED.iter().find(|extension| extension.asked_by().contains(&name));
                asked.cloned().unwrap_or(Self::Unknown(text))
            }
            known => known,
        }
    }

    /// The names of the client inputs that request outputs of this extension.
    pub fn asked_by(&self) -> &[&str] {
        match self {
            Self::CredProtect => &["credentialProtectionPolicy"],
            Self::CredBlob => &["credBlob", "getCredBlob"],
            Self::HmacSecret => &["prf", "hmacCreateSecret", "hmacGetSecret"],
            Self::AppId => &["appid"],
            Self::AppIdExclude => &["appidExclude"],
            Self::CredProps => &["credProps"],
            Self::Prf | Self::HmacSecretMc => &["prf"],
            Self::LargeBlob => &["largeBlob"],
            Self::RemoteClientDataJson => &["remoteClientDataJSON"],
            Self::MinPinLength => &["minPinLength"],
            Self::Uvm => &["uvm"],
            Self::Payment | Self::ThirdPartyPayment => &["payment"],
            Self::Unknown(_) => &[],
        }
    }

    /// Whether an input of this name requests outputs of this extension.
    pub fn is_asked_by(&self, input: &str) -> bool {
        match self {
            Self::Unknown(name) => name == input,
            known => known.asked_by().contains(&input),
        }
    }
}

/// Whether this crate has types for an extension of this name, or of one that differs only in case.
pub(super) fn is_modelled(name: &str) -> bool {
    let is = |modelled: &str| modelled.eq_ignore_ascii_case(name);
    is(ENFORCE_CRED_PROTECT)
        || SUPPORTED
            .iter()
            .any(|extension| is(extension.as_str()) || extension.asked_by().iter().any(|input| is(input)))
}

/// Whether a client input of exactly this name has a type of its own.
pub(super) fn is_modelled_input(name: &str) -> bool {
    name == ENFORCE_CRED_PROTECT || SUPPORTED.iter().any(|extension| extension.asked_by().contains(&name))
}

/// Whether `name` has the form of an extension identifier.
pub(super) fn is_identifier(name: &str) -> bool {
    (1..=IDENTIFIER_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_belongs_to_its_extension() {
        for extension in SUPPORTED {
            assert_eq!(Extension::of_name(extension.as_str()), *extension);
            assert!(is_modelled(extension.as_str()));
        }
        for (name, extension) in [
            ("credentialProtectionPolicy", Extension::CredProtect),
            ("enforceCredentialProtectionPolicy", Extension::CredProtect),
            ("getCredBlob", Extension::CredBlob),
            ("hmacCreateSecret", Extension::HmacSecret),
            ("hmacGetSecret", Extension::HmacSecret),
        ] {
            assert_eq!(Extension::of_name(name), extension);
            assert!(is_modelled(name) && is_modelled_input(name));
        }
        assert_eq!(Extension::of_name("future"), Extension::Unknown("future".into()));
        assert!(Extension::HmacSecret.is_asked_by("prf") && !Extension::Prf.is_asked_by("hmacGetSecret"));
        assert!(Extension::from("future").is_asked_by("future"));
    }

    #[test]
    fn an_identifier_has_1_to_32_printable_characters() {
        for name in ["a", "example.org/future", "hmac-secret", &"x".repeat(32)] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "a b", "a\"", "a\\", "é", "a\n", &"x".repeat(33)] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
