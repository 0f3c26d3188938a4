//! The libraries whose rows are known.

/// A library whose stored credentials can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Library {
    /// `SimpleWebAuthn`: its type `WebAuthnCredential`, older forms of it, or the columns that its documentation recommends.
    SimpleWebAuthn,
    /// `py_webauthn`: the members of `VerifiedRegistration`.
    PyWebauthn,
    /// go-webauthn: its `Credential`, as Go writes it.
    GoWebauthn,
    /// java-webauthn-server: its `RegisteredCredential`, as Jackson writes it.
    JavaWebauthnServer,
    /// webauthn-rs: its `Passkey` or `Credential`, as serde writes it.
    WebauthnRs,
    /// No library: the items of a credential record by their names, such as `public_key` and `sign_count`.
    Plain,
}

/// The members that only rows of a library have.
const FORMS: [(Library, &[&str]); 10] = [
    (Library::WebauthnRs, &["cred_id", "cred", "counter"]),
    (Library::PyWebauthn, &["credential_id", "credential_public_key", "sign_count"]),
    (Library::JavaWebauthnServer, &["credentialId", "publicKeyCose"]),
    (Library::GoWebauthn, &["id", "publicKey", "authenticator"]),
    (Library::GoWebauthn, &["ID", "PublicKey", "Authenticator"]),
    (Library::SimpleWebAuthn, &["id", "publicKey", "counter"]),
    (Library::SimpleWebAuthn, &["credentialID", "credentialPublicKey", "counter"]),
    (Library::SimpleWebAuthn, &["id", "credentialPublicKey", "counter"]),
    (Library::SimpleWebAuthn, &["cred_id", "cred_public_key", "counter"]),
    (Library::Plain, &["id", "public_key", "sign_count"]),
];

impl Library {
    /// The library whose rows have members of these names; `None` if there is none. A `Passkey` of webauthn-rs has its
    /// `Credential` in its only member, `cred`: ask for the members of that.
    pub fn of(has_member: impl Fn(&str) -> bool) -> Option<Self> {
        let found = FORMS.iter().find(|(_, names)| names.iter().all(|name| has_member(name)));
        found.map(|(library, _)| *library)
    }

    /// The name of the library.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SimpleWebAuthn => "SimpleWebAuthn",
            Self::PyWebauthn => "py_webauthn",
            Self::GoWebauthn => "go-webauthn",
            Self::JavaWebauthnServer => "java-webauthn-server",
            Self::WebauthnRs => "webauthn-rs",
            Self::Plain => "no library",
        }
    }
}
