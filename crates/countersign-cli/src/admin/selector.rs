//! Which account a command is for, and which page of a list it prints.

use clap::Args;
use countersign::types::{CredentialId, UserHandle, base64url};
use countersign_server::operator::AccountSelector;

/// An account, by its name or its ID.
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// Name of the account
    #[arg(value_name = "NAME", required_unless_present = "id", conflicts_with = "id")]
    name: Option<String>,
    /// ID of the account, as lists show it
    #[arg(long, value_name = "ID", value_parser = user_handle)]
    id: Option<UserHandle>,
}

impl AccountArguments {
    pub(crate) fn selector(&self) -> AccountSelector {
        match (&self.id, &self.name) {
            (Some(id), _) => AccountSelector::Id(id.clone()),
            (None, name) => AccountSelector::Name(name.clone().unwrap_or_default()),
        }
    }
}

/// The page of a list.
#[derive(Debug, Args)]
pub(crate) struct PageArguments {
    /// Print at most so many rows
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "all")]
    limit: u32,
    /// Print all rows
    #[arg(long)]
    all: bool,
}

impl PageArguments {
    /// The most rows.
    pub(crate) fn limit(&self) -> usize {
        if self.all { usize::MAX } else { usize::try_from(self.limit).unwrap_or(usize::MAX) }
    }
}

/// Reads the ID of an account.
pub(crate) fn user_handle(text: &str) -> Result<UserHandle, String> {
    let id = base64url::decode(text).ok().and_then(UserHandle::new);
    id.ok_or_else(|| "it is not the ID of an account: base64url of 1 to 64 bytes".to_owned())
}

/// Reads the ID of a passkey.
pub(crate) fn credential_id(text: &str) -> Result<CredentialId, String> {
    let id = base64url::decode(text).ok().and_then(CredentialId::new);
    id.ok_or_else(|| "it is not the ID of a passkey: base64url of 1 to 1023 bytes".to_owned())
}
