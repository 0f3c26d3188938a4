//! Authenticator selection criteria
//! ([section 5.4.4](https://www.w3.org/TR/webauthn-3/#dictionary-authenticatorSelection)).

use core::ops::Not;

use super::dictionary::{dictionary, null_is_default};
use crate::enumerations::{AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement};

dictionary! {
    /// `AuthenticatorSelectionCriteria`: what the authenticator must or should be capable of.
    #[derive(Default)]
    AuthenticatorSelection {
        /// Whether the authenticator is part of the client device; absent accepts both.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authenticator_attachment: Option<AuthenticatorAttachment>,
        /// What is wanted of a discoverable credential; see
        /// [`effective_resident_key`](AuthenticatorSelection::effective_resident_key).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resident_key: Option<ResidentKeyRequirement>,
        /// For clients of Level 1: true where `resident_key` is `required`, false elsewhere.
        #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "Not::not")]
        require_resident_key: bool,
        /// Whether the user must be verified.
        #[serde(default, deserialize_with = "null_is_default")]
        user_verification: UserVerificationRequirement,
    }
}

impl AuthenticatorSelection {
    /// Any attachment, with `require_resident_key` as it must be beside `resident_key`.
    pub fn new(resident_key: ResidentKeyRequirement, user_verification: UserVerificationRequirement) -> Self {
        Self {
            authenticator_attachment: None,
            require_resident_key: resident_key == ResidentKeyRequirement::Required,
            resident_key: Some(resident_key),
            user_verification,
        }
    }

    /// What a client makes of `residentKey` and `requireResidentKey`: without a known value in the first, the second
    /// says `required` or `discouraged`.
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
    fn the_resident_key_s_default_depends_on_the_older_member() {
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
    fn the_older_member_goes_with_required() {
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
