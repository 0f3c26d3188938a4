//! Which accounts and passkeys an operator means.

use std::fmt;

use countersign::CredentialRecord;
use countersign::record::Standing;
use countersign::types::{Aaguid, UserHandle, base64url};
use countersign_store::listing::CredentialRow;

/// One account. Its name and its ID are kept apart: a user may take the ID of another account as a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an account has no other keys")]
pub enum AccountSelector {
    /// The account with this name, or one that looks the same.
    Name(String),
    /// The account with this user handle.
    Id(UserHandle),
}

impl fmt::Display for AccountSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Id(handle) => write!(f, "with the ID {}", base64url::encode(handle.as_bytes())),
        }
    }
}

/// Whether passkeys are flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "rows have no other standing")]
pub enum StandingFilter {
    /// Those that may authenticate.
    Active,
    /// Those that are flagged.
    Flagged,
    /// Those whose rows can't be read.
    Unreadable,
}

/// Which passkeys are listed. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PasskeyFilter {
    /// Those of this authenticator model, as the authenticators claim.
    pub model: Option<Aaguid>,
    /// Those of this standing.
    pub standing: Option<StandingFilter>,
    /// Those of this account.
    pub owner: Option<UserHandle>,
}

impl PasskeyFilter {
    /// Passkeys of this model only.
    pub const fn with_model(mut self, model: Aaguid) -> Self {
        self.model = Some(model);
        self
    }

    /// Passkeys of this standing only.
    pub const fn with_standing(mut self, standing: StandingFilter) -> Self {
        self.standing = Some(standing);
        self
    }

    /// Whether a passkey is one of those.
    pub fn passes(&self, row: &CredentialRow) -> bool {
        let record = row.credential.as_ref().ok().map(|credential| &credential.record);
        let standing = match record.map(CredentialRecord::standing) {
            None => StandingFilter::Unreadable,
            Some(Standing::Active) => StandingFilter::Active,
            Some(Standing::Flagged(_)) => StandingFilter::Flagged,
        };
        self.model.is_none_or(|model| record.is_some_and(|record| record.aaguid() == model))
            && self.standing.is_none_or(|asked| asked == standing)
            && self.owner.as_ref().is_none_or(|owner| *owner == row.owner)
    }
}
