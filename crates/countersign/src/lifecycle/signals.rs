//! [Section 5.1.10](https://www.w3.org/TR/webauthn-3/#sctn-signal-methods): signals to authenticators
//! about credentials that changed.

use countersign_types::signals::{
    AllAcceptedCredentialsOptions, CurrentUserDetailsOptions, UnknownCredentialOptions,
};
use countersign_types::{CredentialId, UserHandle};

use crate::relying_party::{party::RelyingParty, user::User};

impl RelyingParty {
    /// For `PublicKeyCredential.signalAllAcceptedCredentials()`, after a credential was removed or after any sign-in, on a
    /// page whose user is signed in.
    ///
    /// `accepted` are the IDs of **all** credentials of the account, flagged ones included: authenticators hide or remove
    /// those that are missing, perhaps for good. Take them from one read of the store, after the change.
    pub fn signal_all_accepted_credentials(
        &self,
        user: UserHandle,
        accepted: impl IntoIterator<Item = CredentialId>,
    ) -> AllAcceptedCredentialsOptions {
        AllAcceptedCredentialsOptions::new(self.id(), user, accepted)
    }

    /// For `PublicKeyCredential.signalUnknownCredential()`, after an authentication that failed because no account has the
    /// credential (`credential-unknown`): the client itself named it, so that nothing is revealed.
    ///
    /// Don't call it if the store failed or is behind: an authenticator may remove the credential.
    pub fn signal_unknown_credential(&self, id: CredentialId) -> UnknownCredentialOptions {
        UnknownCredentialOptions::new(self.id(), id)
    }

    /// For `PublicKeyCredential.signalCurrentUserDetails()`, after the account's names changed or after any sign-in.
    pub fn signal_current_user_details(&self, user: &User) -> CurrentUserDetailsOptions {
        CurrentUserDetailsOptions::new(self.id(), user.handle.clone(), &*user.name, &*user.display_name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::test_ceremony::{handle, record, rp};

    #[test]
    fn the_payloads_carry_the_rp_id_and_what_the_methods_take() {
        let rp = rp().build().unwrap();
        let id = record().id().clone();
        let accepted = to_value(rp.signal_all_accepted_credentials(handle(7), [id.clone()])).unwrap();
        assert_eq!(
            accepted,
            json!({
                "rpId": "example.org", "userId": "BwcHBwcHBwcHBwcHBwcHBw",
                "allAcceptedCredentialIds": ["HR0dHR0dHR0dHR0dHR0dHQ"],
            })
        );
        let unknown = to_value(rp.signal_unknown_credential(id)).unwrap();
        assert_eq!(unknown, json!({"rpId": "example.org", "credentialId": "HR0dHR0dHR0dHR0dHR0dHQ"}));
        let user = User::new(handle(7), "jo@example.org", "Jo");
        assert_eq!(
            to_value(rp.signal_current_user_details(&user)).unwrap(),
            json!({
                "rpId": "example.org", "userId": "BwcHBwcHBwcHBwcHBwcHBw",
                "name": "jo@example.org", "displayName": "Jo",
            })
        );
    }
}
