//! The account that a credential belongs to
//! ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).

use countersign_types::UserHandle;

/// The account that a new credential is for
/// ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Its user handle, which must say nothing about the person.
    pub handle: UserHandle,
    /// Its name, to tell it from others: a user name, an e-mail address.
    pub name: String,
    /// The person's name, chosen by the person; may be empty.
    pub display_name: String,
}

impl User {
    /// An account with this handle and these names.
    pub fn new(handle: UserHandle, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }
}
