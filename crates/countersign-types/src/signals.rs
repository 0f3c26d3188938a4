//! Signals: notifications of authenticators about credentials that changed
//! ([section 5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods)).
//!
//! Each type is the argument of a method of `PublicKeyCredential`: the server sends it as JSON, and the page passes it
//! on unchanged. Authenticators act on it if they can; neither the page nor the server learns whether they did.

use alloc::{string::String, vec::Vec};

use crate::identifiers::{CredentialId, UserHandle};
use crate::options::dictionary::dictionary;

dictionary! {
    /// `AllAcceptedCredentialsOptions`, for `signalAllAcceptedCredentials`
    /// ([section 5.1.10.3](https://www.w3.org/TR/webauthn-3/#sctn-signalAllAcceptedCredentials)).
    ///
    /// Authenticators hide or remove, perhaps permanently, the account's credentials that are not in the list. It
    /// contains credential IDs, so send it only to a page whose user is signed in.
    AllAcceptedCredentialsOptions {
        /// The RP ID that the credentials are scoped to.
        rp_id: String,
        /// The account's user handle.
        user_id: UserHandle,
        /// All accepted credentials of the account; empty if none is accepted any more.
        all_accepted_credential_ids: Vec<CredentialId>,
    }
}

impl AllAcceptedCredentialsOptions {
    /// Creates a signal from an RP ID, an account, and all its accepted credentials.
    pub fn new(
        rp_id: impl Into<String>,
        user_id: UserHandle,
        accepted: impl IntoIterator<Item = CredentialId>,
    ) -> Self {
        let all_accepted_credential_ids = accepted.into_iter().collect();
        Self { rp_id: rp_id.into(), user_id, all_accepted_credential_ids }
    }
}

dictionary! {
    /// `UnknownCredentialOptions`, for `signalUnknownCredential`
    /// ([section 5.1.10.2](https://www.w3.org/TR/webauthn-3/#sctn-signalUnknownCredential)).
    ///
    /// It discloses only what the client sent, so it fits the answer to a failed sign-in.
    UnknownCredentialOptions {
        /// The RP ID that the credential is scoped to.
        rp_id: String,
        /// The credential that is unknown to the relying party.
        credential_id: CredentialId,
    }
}

impl UnknownCredentialOptions {
    /// Creates a signal from an RP ID and an unknown credential.
    pub fn new(rp_id: impl Into<String>, credential_id: CredentialId) -> Self {
        Self { rp_id: rp_id.into(), credential_id }
    }
}

dictionary! {
    /// `CurrentUserDetailsOptions`, for `signalCurrentUserDetails`
    /// ([section 5.1.10.4](https://www.w3.org/TR/webauthn-3/#sctn-signalCurrentUserDetails)).
    CurrentUserDetailsOptions {
        /// The RP ID that the account's credentials are scoped to.
        rp_id: String,
        /// The account's user handle.
        user_id: UserHandle,
        /// The account name, which distinguishes a user's accounts, such as an e-mail address.
        name: String,
        /// The user's display name; may be empty.
        display_name: String,
    }
}

impl CurrentUserDetailsOptions {
    /// Creates a signal from an RP ID, an account, and its two names.
    pub fn new(
        rp_id: impl Into<String>,
        user_id: UserHandle,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self { rp_id: rp_id.into(), user_id, name: name.into(), display_name: display_name.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Debug;
    use serde::{Serialize, de::DeserializeOwned};

    fn assert_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), text);
        assert_eq!(serde_json::from_str::<T>(text).unwrap(), *value);
        serde_json::from_str::<T>("{}").unwrap_err();
        serde_json::from_str::<T>(r#"["example.org","AQI","a","b"]"#).unwrap_err();
    }

    fn id(byte: u8) -> CredentialId {
        CredentialId::new([byte, byte]).unwrap()
    }

    fn user() -> UserHandle {
        UserHandle::new([0xff; 3]).unwrap()
    }

    #[test]
    fn the_signal_of_an_unknown_credential_has_only_its_rp_id_and_id() {
        let signal = UnknownCredentialOptions::new("example.org", id(0xfb));
        assert_json(&signal, r#"{"rpId":"example.org","credentialId":"-_s"}"#);
    }

    #[test]
    fn the_list_of_accepted_credentials_may_be_empty() {
        let signal = AllAcceptedCredentialsOptions::new("example.org", user(), [id(1), id(2)]);
        assert_json(
            &signal,
            r#"{"rpId":"example.org","userId":"____","allAcceptedCredentialIds":["AQE","AgI"]}"#,
        );
        let none = AllAcceptedCredentialsOptions::new("example.org", user(), []);
        assert_json(&none, r#"{"rpId":"example.org","userId":"____","allAcceptedCredentialIds":[]}"#);
    }

    #[test]
    fn the_details_of_a_user_are_both_names() {
        let signal = CurrentUserDetailsOptions::new("example.org", user(), "jo@example.org", "");
        assert_json(
            &signal,
            r#"{"rpId":"example.org","userId":"____","name":"jo@example.org","displayName":""}"#,
        );
    }
}
