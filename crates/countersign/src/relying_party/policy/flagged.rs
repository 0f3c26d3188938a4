//! Credentials that were flagged after their registration, before the end of
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), step 25.

use crate::record::{credential_record::CredentialRecord, dynamic_part::Standing};
use crate::report::error::ErrorKind;

/// What happens to an authentication with a credential that was [flagged](Standing::Flagged), for instance when its
/// attestation was assessed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FlaggedCredentials {
    /// The authentication fails, once everything else has passed: only the holder of the credential learns of the flag.
    #[default]
    Reject,
    /// The authentication succeeds, and the record's standing shows the flag: for a relying party that then lets the user
    /// only register another credential.
    Report,
}

impl FlaggedCredentials {
    pub(crate) fn check(self, record: &CredentialRecord) -> Result<(), ErrorKind> {
        match (self, record.standing()) {
            (Self::Reject, Standing::Flagged(flag)) => Err(ErrorKind::CredentialFlagged(flag.clone())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_types::Code;

    use super::*;
    use crate::ceremony::authentication::outcome::Authenticated;
    use crate::report::{error::Error, step::AuthenticationStep as Step};
    use crate::test_ceremony::{
        Get, NOW, authentication_state, get, handle, policy, record, rp, signing_key,
    };

    fn finish(
        get: &Get,
        record: &CredentialRecord,
        flagged: FlaggedCredentials,
    ) -> Result<Authenticated, Error> {
        let rp = rp().policy(policy().with_flagged_credentials(flagged)).build().unwrap();
        let state = authentication_state(&rp, Some(handle(7)));
        rp.finish_authentication(state, &get.response(), record, NOW)
    }

    fn flagged() -> CredentialRecord {
        let mut record = record();
        record.flag("the model's keys can be read out", NOW);
        record
    }

    #[test]
    fn rule_311_a_flagged_credential_does_not_authenticate() {
        let _ = finish(&get(), &record(), FlaggedCredentials::Reject).unwrap();
        let error = finish(&get(), &flagged(), FlaggedCredentials::default()).unwrap_err();
        assert_eq!((error.code(), error.step()), (Code::AuthenticatorNotAccepted, Step::Done.into()));
        assert_eq!(
            error.kind().to_string(),
            "the credential was flagged: \"the model's keys can be read out\""
        );
    }

    #[test]
    fn only_who_has_the_credential_learns_that_it_is_flagged() {
        let stranger = Get { key: signing_key(9), ..get() };
        let error = finish(&stranger, &flagged(), FlaggedCredentials::Reject).unwrap_err();
        assert_eq!(error.code(), Code::SignatureInvalid);
    }

    #[test]
    fn a_flagged_credential_authenticates_where_it_is_only_reported() {
        let authenticated = finish(&get(), &flagged(), FlaggedCredentials::Report).unwrap();
        assert!(matches!(authenticated.update().next.standing(), Standing::Flagged(_)));
    }
}
