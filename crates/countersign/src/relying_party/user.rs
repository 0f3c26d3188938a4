//! The account of a credential ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).

use countersign_types::UserHandle;

/// The account that a new credential is for
/// ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// The user handle, which must not identify the user.
    pub handle: UserHandle,
    /// The account name, which distinguishes a user's accounts: a user name, an e-mail address.
    pub name: String,
    /// The display name, chosen by the user; may be empty.
    pub display_name: String,
}

impl User {
    /// Creates an account with this handle and these names.
    pub fn new(handle: UserHandle, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }
}
