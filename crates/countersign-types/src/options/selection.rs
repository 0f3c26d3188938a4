//! Authenticator selection criteria
//! ([section 5.4.4](https://www.w3.org/TR/webauthn-3/#dictionary-authenticatorSelection)).

use super::dictionary::{dictionary, null_is_default};
use crate::enumerations::{AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement};

dictionary! {
    /// Requirements on the authenticator, `AuthenticatorSelectionCriteria`.
    #[derive(Default)]
    AuthenticatorSelection {
        /// Whether the authenticator is part of the client device; both are accepted if absent.
        authenticator_attachment: Option<AuthenticatorAttachment> = default,
        /// Whether a discoverable credential is wanted; see
        /// [`effective_resident_key`](AuthenticatorSelection::effective_resident_key).
        resident_key: Option<ResidentKeyRequirement> = default,
        /// For clients of Level 1: true if `resident_key` is `required`, false otherwise.
        require_resident_key: bool = default,
        /// Whether the user must be verified.
        #[serde(default, deserialize_with = "null_is_default")]
        user_verification: UserVerificationRequirement,
    }
}

impl AuthenticatorSelection {
    /// Creates requirements without an attachment, with the value of `require_resident_key` that belongs to
    /// `resident_key`.
    pub fn new(resident_key: ResidentKeyRequirement, user_verification: UserVerificationRequirement) -> Self {
        Self {
            authenticator_attachment: None,
            require_resident_key: resident_key == ResidentKeyRequirement::Required,
            resident_key: Some(resident_key),
            user_verification,
        }
    }

    /// The value that a client derives from `residentKey` and `requireResidentKey`: the second decides between
    /// `required` and `discouraged` if the first has no known value.
    pub fn effective_resident_key(&self) -> ResidentKeyRequirement {
        match &self.resident_key {
            Some(known) if !matches!(known, ResidentKeyRequirement::Unknown(_)) => known.clone(),
            _ if self.require_resident_key => ResidentKeyRequirement::Required,
            _ => ResidentKeyRequirement::Discouraged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(text: &str) -> AuthenticatorSelection {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_default_of_the_resident_key_depends_on_the_older_member() {
        for (text, effective) in [
            ("{}", "discouraged"),
            (r#"{"requireResidentKey":true}"#, "required"),
            (r#"{"residentKey":null,"requireResidentKey":null}"#, "discouraged"),
            (r#"{"residentKey":"preferred","requireResidentKey":true}"#, "preferred"),
            (r#"{"residentKey":"perhaps","requireResidentKey":true}"#, "required"),
            (r#"{"residentKey":"perhaps"}"#, "discouraged"),
        ] {
            assert_eq!(selection(text).effective_resident_key().as_str(), effective, "{text}");
        }
    }

    #[test]
    fn the_older_member_is_set_if_required() {
        for (text, older) in
            [("required", true), ("preferred", false), ("discouraged", false), ("new", false)]
        {
            let made = AuthenticatorSelection::new(text.into(), UserVerificationRequirement::Required);
            assert_eq!(made.require_resident_key, older, "{text}");
        }
    }

    #[test]
    fn an_empty_dictionary_has_the_defaults() {
        assert_eq!(selection("{}"), AuthenticatorSelection::default());
        assert_eq!(
            serde_json::to_string(&AuthenticatorSelection::default()).unwrap(),
            r#"{"userVerification":"preferred"}"#
        );
    }
}
