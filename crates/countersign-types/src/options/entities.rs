//! The entities of a registration: the relying party and the user account
//! ([sections 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity) to
//! [5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).

use alloc::string::String;

use super::dictionary::dictionary;
use crate::identifiers::UserHandle;

dictionary! {
    /// `PublicKeyCredentialRpEntity`
    /// ([section 5.4.2](https://www.w3.org/TR/webauthn-3/#dictionary-rp-credential-params)).
    RpEntity {
        /// The RP ID; if it is absent, the client uses the origin's effective domain.
        id: Option<String> = default,
        /// A name for display; most clients show the RP ID instead. May be the RP ID.
        name: String,
    }
}

impl RpEntity {
    /// Creates an entity from an RP ID and a name for display.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: Some(id.into()), name: name.into() }
    }
}

dictionary! {
    /// `PublicKeyCredentialUserEntityJSON`
    /// ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).
    UserEntity {
        /// The user handle, which identifies the account and must not identify the user.
        id: UserHandle,
        /// The account name, which distinguishes a user's accounts, such as an e-mail address. Clients show it and
        /// never return it.
        name: String,
        /// The user's display name; may be empty.
        display_name: String,
    }
}

impl UserEntity {
    /// Creates an entity from a user handle and the two names.
    pub fn new(id: UserHandle, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { id, name: name.into(), display_name: display_name.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rp_id_may_be_absent() {
        let rp: RpEntity = serde_json::from_str(r#"{"name":"Example"}"#).unwrap();
        assert_eq!(rp.id, None);
        assert_eq!(serde_json::to_string(&rp).unwrap(), r#"{"name":"Example"}"#);
    }

    #[test]
    fn a_user_has_a_handle_and_two_names() {
        let user = |text: &str| serde_json::from_str::<UserEntity>(text);
        assert_eq!(user(r#"{"id":"AQ","name":"a","displayName":""}"#).unwrap().display_name, "");
        user(r#"{"id":"","name":"a","displayName":""}"#).unwrap_err();
        user(r#"{"id":"AQ","name":"a"}"#).unwrap_err();
        user(r#"{"id":"AQ","displayName":"a"}"#).unwrap_err();
        user(r#"{"name":"a","displayName":"a"}"#).unwrap_err();
    }
}
